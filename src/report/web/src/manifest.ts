// What the page is about, as the program wrote it: everything but the packed columns.
export type Direction = 'higher-is-better' | 'lower-is-better' | 'stable';

export interface Threshold {
  mode: 'min' | 'max' | 'no-regression' | 'delta-max-drop';
  severity: 'blocker' | 'warning';
  tolerance: number;
  target?: number;
  drop?: number;
  direction?: Direction;
}

export interface Metric {
  key: string;
  name: string;
  description?: string;
  unit?: string;
  label?: true;
  direction?: Direction;
  thresholds?: Threshold[];
}

export interface Preset {
  id: string;
  label: string;
  days: number; // 0: everything
}

export interface Chart {
  title: string;
  section: number;
  panels: number[][]; // indexes into `metrics`
}

// [count, first, last, minimum, maximum, mean]; 0: no value; 1: as in the preset before.
export type PackedStatistics = [number, number, number, number, number, number] | 0 | 1;

export interface BranchMetric {
  ago: number; // builds since the newest value
  last: number | string;
  previous: number | string | null;
  ranges: (PackedStatistics | number[])[]; // for labels: builds per label, the last number for all others
  labels?: string[];
  others?: number; // labels that are drawn together
}

export interface BranchInfo {
  name: string;
  builds: number[]; // per preset
  metrics: (BranchMetric | null)[];
}

export interface Manifest {
  repository: string;
  url: string; // of the repository; empty if the host is not known
  generated: number; // milliseconds since 1970
  version: string;
  preview: boolean;
  locked: boolean;
  presets: Preset[];
  metrics: Metric[];
  charts: Chart[];
  branches: BranchInfo[];
  leftOut: number; // branches for which there was no room
}

export function readManifest(): Manifest {
  return JSON.parse(document.getElementById('manifest')?.textContent ?? '{}') as Manifest;
}
