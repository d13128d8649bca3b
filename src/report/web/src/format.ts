// Values as people read them: the rules of src/model/format.h once more, held to it by a shared table of cases.

interface Decimal {
  negative: boolean;
  digits: string; // significant digits without leading zeros; empty: zero
  point: number; // position of the decimal point relative to the first digit
}

// The shortest digits that read back to the same number, which is what JavaScript prints.
function decimalOf(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '').replace(/^0+$/, '');
  return { negative: value < 0, digits, point: Number(exponent) + 1 };
}

// Rounds the digits half away from zero to `decimals` after the point; no sign, not grouped.
function roundedDigits(value: number, decimals: number): string {
  const { digits, point } = decimalOf(value);
  const keep = point + decimals;
  let whole = keep < 0 ? '0' : digits.slice(0, keep).padEnd(keep, '0') || '0';
  if (keep >= 0 && keep < digits.length && (digits[keep] as string) >= '5') {
    whole = (BigInt(whole) + 1n).toString().padStart(whole.length, '0');
  }
  whole = whole.padStart(decimals + 1, '0');
  const cut = whole.length - decimals;
  const integer = whole.slice(0, cut).replace(/^0+(?=\d)/, '');
  return decimals > 0 ? `${integer}.${whole.slice(cut)}` : integer;
}

function grouped(text: string): string {
  const [integer = '', fraction] = text.split('.');
  const spaced = integer.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

function signed(negative: boolean, text: string): string {
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}

export function fixed(value: number, decimals: number): string {
  return signed(value < 0, grouped(roundedDigits(value, decimals)));
}

function integer(value: number): string {
  // Half up, towards positive infinity: -41.5 is -41.
  const { digits, point } = decimalOf(value);
  const half = value < 0 && digits.length === point + 1 && digits[point] === '5' && point >= 0;
  if (!half) return fixed(value, 0);
  const whole = BigInt(digits.slice(0, point) || '0');
  return signed(true, grouped(whole.toString()));
}

const byteUnits = ['B', 'KB', 'MB', 'GB'];

function bytes(value: number): string {
  const size = Math.abs(value);
  const whole = roundedDigits(size, 0);
  if (Number(whole) < 1024) return signed(value < 0, `${whole} B`);
  let step = 1;
  let quotient = size / 1024;
  while (step < byteUnits.length - 1 && Number(roundedDigits(quotient, 1)) >= 1024) {
    step++;
    quotient /= 1024;
  }
  // A value that was carried up from just below the step is not whole and keeps its decimal.
  const text = roundedDigits(quotient, Number.isInteger(quotient) ? 0 : 1);
  return signed(value < 0, `${grouped(text)} ${byteUnits[step]}`);
}

function duration(value: number): string {
  const size = Math.abs(value);
  const milliseconds = Number(roundedDigits(size * 1000, 0));
  if (milliseconds < 1000) return signed(value < 0, `${milliseconds}ms`);
  const seconds = BigInt(roundedDigits(size, 0));
  const sign = value < 0 ? '-' : '';
  if (seconds < 60n) return `${sign}${seconds}s`;
  if (seconds < 3600n) return `${sign}${seconds / 60n}m ${seconds % 60n}s`;
  const minutes = BigInt(roundedDigits(size / 60, 0));
  return `${sign}${minutes / 60n}h ${minutes % 60n}m`;
}

// Up to two decimals; three significant digits for what is smaller than that.
function plain(value: number): string {
  const small = value !== 0 && Math.abs(value) < 0.01;
  const text = roundedDigits(value, small ? 3 - decimalOf(value).point : 2);
  return signed(value < 0, grouped(text.replace(/\.?0+$/, '')));
}

function infinity(unit: string): string {
  switch (unit) {
    case 'percent':
      return '∞%';
    case 'bytes':
      return '∞ GB';
    case 'duration':
      return '∞h';
    case 'integer':
    case 'decimal':
    case '':
      return '∞';
    default:
      return `∞ ${unit}`;
  }
}

export function formatValue(value: number | null | undefined, unit = ''): string {
  if (value === null || value === undefined || Number.isNaN(value)) return 'N/A';
  if (!Number.isFinite(value)) return (value < 0 ? '-' : '') + infinity(unit);
  switch (unit) {
    case 'percent':
      return `${fixed(value, 1)}%`;
    case 'integer':
      return integer(value);
    case 'decimal':
      return fixed(value, 2);
    case 'bytes':
      return bytes(value);
    case 'duration':
      return duration(value);
    case '':
      return plain(value);
    default:
      return `${plain(value)} ${unit}`;
  }
}

export function formatDelta(difference: number, unit = ''): string {
  const text = formatValue(difference, unit);
  return text.startsWith('-') || text === 'N/A' ? text : `+${text}`;
}

export function formatRelativeChange(before: number, now: number): string | null {
  return before === 0 ? null : formatDelta(((now - before) / Math.abs(before)) * 100, 'percent');
}
