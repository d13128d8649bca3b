// Instants as text, in the zone that the reader chose; every text that shows an hour names the zone.
export type Zone = 'UTC' | 'local';

const cache = new Map<string, Intl.DateTimeFormat>();

export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function zoneName(zone: Zone): string {
  return zone === 'UTC' ? 'UTC' : localZone();
}

function formatter(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zoneName(zone), hourCycle: 'h23' });
    cache.set(key, found);
  }
  return found;
}

const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
const minute: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

export function dateText(instant: number, zone: Zone): string {
  return formatter(zone, day).format(instant);
}

export function timeText(instant: number, zone: Zone): string {
  return formatter(zone, minute).format(instant);
}

// `24 Nov 2025, 13:00 UTC`
export function instantText(instant: number, zone: Zone): string {
  return `${dateText(instant, zone)}, ${timeText(instant, zone)} ${zone === 'UTC' ? 'UTC' : shortZone(instant)}`;
}

function shortZone(instant: number): string {
  const parts = formatter('local', { timeZoneName: 'short' }).formatToParts(instant);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? localZone();
}

// `12 – 14 Mar 2025`, or with times if both lie on one day.
export function spanText(from: number, to: number, zone: Zone): string {
  if (dateText(from, zone) === dateText(to, zone)) {
    return `${dateText(from, zone)}, ${timeText(from, zone)} – ${timeText(to, zone)}`;
  }
  return formatter(zone, day).formatRange(from, to);
}

// The first instant of a calendar day given as `YYYY-MM-DD`; NaN if that is no day.
export function startOfDay(text: string, zone: Zone): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return NaN;
  const [year, month, date] = [Number(match[1]), Number(match[2]) - 1, Number(match[3])];
  const utc = Date.UTC(year, month, date);
  if (dayOf(utc, 'UTC') !== text) return NaN; // 30 February, month 13
  return zone === 'UTC' ? utc : new Date(year, month, date).getTime();
}

// `YYYY-MM-DD` of an instant.
export function dayOf(instant: number, zone: Zone): string {
  const at = new Date(instant);
  if (zone === 'UTC') return at.toISOString().slice(0, 10);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

const steps: [number, string][] = [
  [60, 's'],
  [60, 'min'],
  [24, 'h'],
  [30, 'd'],
  [12, 'months'],
  [Infinity, 'years'],
];

// `3 h ago`; what lies in the future (a clock that is wrong) is `just now`.
export function agoText(from: number, now: number): string {
  let amount = Math.max(0, Math.floor((now - from) / 1000));
  if (amount < 60) return 'just now';
  for (const [size, name] of steps) {
    if (amount < size) return `${amount} ${amount === 1 ? name.replace(/s$/, '') : name} ago`;
    amount = Math.floor(amount / size);
  }
  return '';
}
