// Changes as the page words them; src/report/figures.cc has the same rules for the page without script.
import type { Statistics } from './branch';
import { formatDelta, formatRelativeChange, formatValue } from './format';
import type { Direction, Metric, Threshold } from './manifest';

export type Tone = 'good' | 'bad' | 'flat';

export interface Change {
  arrow: string;
  text: string;
  relative?: string; // `(+3.1%)`, where there is more to say than `text` does
  tone: Tone;
}

const stablePercent = 0.01;

function toneOf(change: number, direction: Direction | undefined): Tone {
  if (change === 0 || !direction) return 'flat';
  if (direction === 'stable') return 'bad';
  return change > 0 === (direction === 'higher-is-better') ? 'good' : 'bad';
}

function arrowOf(change: number): string {
  return change > 0 ? '↑' : change < 0 ? '↓' : '→';
}

export function difference(before: number, now: number, metric: Metric): Change {
  const change = now - before;
  if (change === 0) return { arrow: '→', text: 'no change', tone: 'flat' };
  const text = formatDelta(change, metric.unit);
  const percent = metric.unit === 'percent' ? null : formatRelativeChange(before, now);
  const relative = percent === null ? '' : `(${percent})`;
  // What rounds to zero in every figure shown is neither good nor bad.
  const shown = /[1-9]/.test(text + relative) ? change : 0;
  return { arrow: arrowOf(shown), text, relative, tone: toneOf(shown, metric.direction) };
}

export function trend(statistics: Statistics, metric: Metric): Change {
  if (statistics.count < 2) return { arrow: '', text: 'N/A', tone: 'flat' };
  const change = statistics.last - statistics.first;
  const tone = toneOf(change, metric.direction);
  if (change === 0) return { arrow: '→', text: 'stable', tone: 'flat' };
  if (statistics.first === 0) return { arrow: arrowOf(change), text: formatDelta(change, metric.unit), tone };
  const percent = (change / Math.abs(statistics.first)) * 100;
  if (Math.abs(percent) < stablePercent) return { arrow: '→', text: 'stable', tone: 'flat' };
  return { arrow: arrowOf(change), text: formatValue(Math.abs(percent), 'percent'), tone };
}

export interface Limit {
  value: number;
  text: string; // `min 80.0%`
  warning: boolean;
  broken: boolean; // by the newest value
}

// Where the quality gate draws the line: an absolute limit, or one relative to the newest value, which is what the
// next change will be compared with.
export function limitsOf(metric: Metric, last: number): Limit[] {
  const limits: Limit[] = [];
  for (const threshold of metric.thresholds ?? []) {
    const warning = threshold.severity === 'warning';
    if (threshold.mode === 'min' || threshold.mode === 'max') {
      const value = threshold.target ?? NaN;
      const broken = threshold.mode === 'min' ? last < value : last > value;
      limits.push({ value, text: `${threshold.mode} ${formatValue(value, metric.unit)}`, warning, broken });
    } else {
      for (const value of relativeLimits(threshold, metric, last)) {
        limits.push({ value, text: `gate ${formatValue(value, metric.unit)}`, warning, broken: false });
      }
    }
  }
  return limits.filter((limit) => Number.isFinite(limit.value));
}

function relativeLimits(threshold: Threshold, metric: Metric, last: number): number[] {
  const slack =
    threshold.mode === 'no-regression' ? threshold.tolerance : (Math.abs(last) * (threshold.drop ?? NaN)) / 100;
  const direction = threshold.direction ?? metric.direction ?? 'higher-is-better';
  if (direction === 'stable') return [last - slack, last + slack];
  return [direction === 'lower-is-better' ? last + slack : last - slack];
}
