// Ticks in a metric's unit: steps that suit it, and just as many digits as tell two ticks apart.
import uPlot from 'uplot';
import { fixed, formatValue } from './format';

// 1, 2, 5 × powers of ten from `low` to `high`.
function decimalSteps(low: number, high: number): number[] {
  const steps: number[] = [];
  for (let e = low; e <= high; e++) for (const m of [1, 2, 5]) steps.push(Number(`${m}e${e}`));
  return steps;
}

const byteSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500];
for (let unit = 1024; unit <= 1024 ** 3; unit *= 1024) {
  // Below one of a unit's parts the ticks still read as that unit: 0.05 MB.
  for (const m of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]) byteSteps.push(unit * m);
}
byteSteps.push(...decimalSteps(12, 18).map((n) => n * 1.073741824));

const durationSteps = [
  ...decimalSteps(-6, -1),
  1, 2, 5, 10, 15, 30,
  60, 120, 300, 600, 900, 1800,
  3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000,
  ...decimalSteps(6, 15),
];

export function stepsOf(unit: string): number[] {
  if (unit === 'bytes') return [...new Set(byteSteps)].sort((a, b) => a - b);
  if (unit === 'duration') return durationSteps;
  if (unit === 'integer') return decimalSteps(0, 300);
  return decimalSteps(-300, 300);
}

function decimalsFor(step: number): number {
  return Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

const byteUnits: [number, string][] = [
  [1024 ** 3, 'GB'],
  [1024 ** 2, 'MB'],
  [1024, 'KB'],
  [1, 'B'],
];

export function tickText(value: number, step: number, largest: number, unit: string): string {
  if (Math.abs(value) >= 1e15) return value.toExponential(1).replace('e+', 'e');
  switch (unit) {
    case 'percent':
      return `${fixed(value, decimalsFor(step))}%`;
    case 'bytes': {
      const [size, name] = byteUnits.find(([bytes]) => largest >= bytes) ?? [1, 'B'];
      return value === 0 ? '0' : `${fixed(value / size, decimalsFor(step / size))} ${name}`;
    }
    case 'duration':
      if (value === 0) return '0';
      if (step >= 1) return formatValue(value, 'duration').replace(/(\d)([hm]) 0[ms]$/, '$1$2');
      if (largest < 1) return `${fixed(value * 1000, decimalsFor(step * 1000))}ms`;
      if (largest < 60) return `${fixed(value, decimalsFor(step))}s`;
      return `${Math.floor(value / 60)}m ${fixed(value % 60, decimalsFor(step))}s`;
    default: {
      if (value !== 0 && step < 1e-6) return value.toExponential(2);
      const text = fixed(value, decimalsFor(step));
      return unit && unit !== 'integer' && unit !== 'decimal' ? `${text} ${unit}` : text;
    }
  }
}

// Room above and below the values; not below zero or above 100 % where the values are not.
export function valueRange(low: number, high: number, unit: string): [number, number] {
  const span = high / 2 - low / 2;
  if (span === 0) {
    const pad = low === 0 ? 1 : Math.abs(low) * 0.05;
    return low === 0 ? [0, 1] : [low >= 0 ? Math.max(0, low - pad) : low - pad, low + pad];
  }
  const pad = span * 0.2;
  let [bottom, top] = [low - pad, high + pad];
  if (low >= 0 && bottom < 0) bottom = 0;
  if (unit === 'percent' && high <= 100 && top > 100) top = 100 + pad * 0.1;
  if (!Number.isFinite(bottom)) bottom = -Number.MAX_VALUE / 4;
  if (!Number.isFinite(top)) top = Number.MAX_VALUE / 4;
  return [bottom, top];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

// Step, text, and the second line where year, month or day changes; see uPlot's axis.values.
const timeTexts = [
  [365 * day, '{YYYY}', null, null, null, null, null, null, 1],
  [28 * day, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [day, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [minute, '{HH}:{mm}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
  [second, '{HH}:{mm}:{ss}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
];

export const timeAxisValues = timeTexts as unknown as uPlot.Axis.Values;
