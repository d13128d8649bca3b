// The theme's colours for the canvas, read once per theme.
export interface Palette {
  card: string;
  text: string;
  dim: string;
  muted: string;
  grid: string;
  border: string;
  down: string;
  warn: string;
  series: string[];
}

export const dashes: number[][] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [5, 2, 5, 6], [1, 2], [12, 4], [4, 4, 1, 4]];
export const fontFamily = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

let current: Palette | null = null;

export function palette(): Palette {
  if (current) return current;
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string): string => css.getPropertyValue(name).trim() || '#888888';
  current = {
    card: colour('--surface-card'),
    text: colour('--text'),
    dim: colour('--text-dim'),
    muted: colour('--text-muted'),
    grid: colour('--border-soft'),
    border: colour('--border'),
    down: colour('--down'),
    warn: colour('--warn'),
    series: Array.from({ length: 8 }, (_, i) => colour(`--s${i + 1}`)),
  };
  return current;
}

export function forgetPalette(): void {
  current = null;
}

export function seriesColour(i: number): string {
  return palette().series[i % 8] ?? '#888888';
}

export function dashOf(i: number): number[] {
  return dashes[Math.floor(i) % dashes.length] ?? [];
}
