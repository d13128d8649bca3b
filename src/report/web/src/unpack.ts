// Reads the packed columns. The writing side is src/report/pack.cc; the format is docs/formats/report.md.

const hexOf = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export class Reader {
  private at = 0;
  private readonly view: DataView;
  private readonly utf8 = new TextDecoder();

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  static fromBase64(text: string): Reader {
    const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
    if (native) return new Reader(native.call(Uint8Array, text));
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return new Reader(bytes);
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new RangeError('packed data ends early');
    return this.bytes[this.at++];
  }

  // Multiplies rather than shifts: values go beyond 32 bits.
  unsigned(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  number(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError('packed data ends early');
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  // Byte by byte: a view of its own for each of thousands of commits costs more than all the rest.
  hex(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += hexOf[this.byte()];
    return text;
  }

  text(length = this.unsigned()): string {
    return this.utf8.decode(this.take(length));
  }

  // Runs of equal values as (length, value), `count` values in all.
  runs(count: number): Uint32Array {
    const values = new Uint32Array(count);
    for (let i = 0; i < count; ) {
      const length = this.unsigned();
      if (length === 0 || i + length > count) throw new RangeError('packed data has a run of a wrong length');
      values.fill(this.unsigned(), i, i + length);
      i += length;
    }
    return values;
  }
}

// The builds of a branch, thinned: from `exact` on each bucket is one build.
export interface Builds {
  count: number;
  exact: number;
  sizes: Uint32Array;
  first: Float64Array; // instants in milliseconds
  last: Float64Array;
  runNumbers: Float64Array; // of a bucket's newest build, as are the following
  commits: string[]; // twelve digits before `exact`, all after
  runs: string[]; // from `exact` on; shorter than `count` by `exact`
  events: string[]; // likewise
}

// One numeric metric, parallel to the builds. Where `counts` is 0 the other columns mean nothing.
export interface Numbers {
  counts: Uint32Array;
  first: Float64Array;
  last: Float64Array;
  low: Float64Array;
  high: Float64Array;
  sum: Float64Array;
}

// One label metric: for each bucket pairs of label and number of builds.
export interface Labels {
  counts: Uint32Array; // builds with a label
  pairs: Uint32Array[];
}

function readCommit(reader: Reader, bytes: number): string {
  const length = reader.unsigned();
  if (length > 0) return reader.text(length - 1);
  return reader.hex(bytes);
}

export function unpackBuilds(reader: Reader): Builds {
  const count = reader.unsigned();
  const exact = reader.unsigned();
  const sizes = new Uint32Array(count).fill(1);
  for (let i = 0; i < exact; i++) sizes[i] = reader.unsigned() + 1;
  const first = new Float64Array(count);
  const last = new Float64Array(count);
  let before = 0;
  for (let i = 0; i < count; i++) {
    first[i] = before += reader.signed();
    last[i] = sizes[i] > 1 ? (before += reader.unsigned()) : before;
  }
  const runNumbers = new Float64Array(count);
  let run = 0;
  for (let i = 0; i < count; i++) runNumbers[i] = run += reader.signed();
  const commits: string[] = [];
  for (let i = 0; i < count; i++) commits.push(readCommit(reader, i < exact ? 6 : 20));
  const runs: string[] = [];
  let id = 0;
  for (let i = exact; i < count; i++) {
    const length = reader.unsigned();
    runs.push(length > 0 ? reader.text(length - 1) : String((id += reader.signed())));
  }
  const names = Array.from({ length: reader.unsigned() }, () => reader.text());
  const events = Array.from(reader.runs(count - exact), (i) => names[i] ?? '');
  return { count, exact, sizes, first, last, runNumbers, commits, runs, events };
}

// The value of `steps` of 10^exponent: one correctly rounded operation, so that decimal figures come back unchanged.
function scaled(steps: number, exponent: number): number {
  return exponent < 0 ? steps / Number(`1e${-exponent}`) : steps * Number(`1e${exponent}`);
}

export function unpackNumbers(reader: Reader, builds: Builds): Numbers {
  const { count, exact, sizes } = builds;
  const missing = reader.runs(count);
  const counts = sizes.map((size, i) => size - missing[i]);
  const [first, last, low, high, sum] = Array.from({ length: 5 }, () => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const exponent = reader.signed();
  let before = 0;
  for (let i = 0; i < exact; i++) {
    const n = counts[i];
    if (n === 0) continue;
    const head = (before += reader.signed());
    first[i] = scaled(head, exponent);
    if (n === 1) {
      last[i] = low[i] = high[i] = sum[i] = first[i];
      continue;
    }
    const tail = (before += reader.signed());
    const least = Math.min(head, tail) - reader.unsigned();
    const most = Math.max(head, tail) + reader.unsigned();
    last[i] = scaled(tail, exponent);
    low[i] = scaled(least, exponent);
    high[i] = scaled(most, exponent);
    sum[i] = scaled(least * n + reader.unsigned(), exponent);
  }
  unpackExact(reader, builds, counts, first);
  for (let i = exact; i < count; i++) last[i] = low[i] = high[i] = sum[i] = first[i];
  return { counts, first, last, low, high, sum };
}

function unpackExact(reader: Reader, builds: Builds, counts: Uint32Array, into: Float64Array): void {
  const decimal = reader.byte() === 1;
  const exponent = decimal ? reader.signed() : 0;
  let before = 0;
  for (let i = builds.exact; i < builds.count; i++) {
    if (counts[i] === 0) continue;
    into[i] = decimal ? scaled((before += reader.signed()), exponent) : reader.number();
  }
}

export function unpackLabels(reader: Reader, builds: Builds): Labels {
  const counts = new Uint32Array(builds.count);
  const pairs: Uint32Array[] = [];
  for (let i = 0; i < builds.exact; i++) {
    const bucket = new Uint32Array(2 * reader.unsigned());
    for (let k = 0; k < bucket.length; k += 2) {
      bucket[k] = reader.unsigned();
      counts[i] = counts[i] + (bucket[k + 1] = reader.unsigned());
    }
    pairs.push(bucket);
  }
  const none = new Uint32Array(0);
  reader.runs(builds.count - builds.exact).forEach((label, i) => {
    pairs.push(label === 0 ? none : Uint32Array.of(label - 1, 1));
    counts[builds.exact + i] = label === 0 ? 0 : 1;
  });
  return { counts, pairs };
}
