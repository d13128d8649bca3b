// Reads a page that the program made, as the script in it would, without a browser.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Branch } from '../src/branch';
import type { Manifest } from '../src/manifest';

export interface Values {
  builds: [number, string, number, string, string][]; // instant, commit, run number, run id, event
  series: Record<string, (number | string | null)[]>;
}

const program = process.env['UNENTROPY_SAMPLE'] ?? '';

export function loadSample(name: string): { manifest: Manifest; branch: Branch; values: Values; page: string } {
  const directory = mkdtempSync(join(tmpdir(), 'report-'));
  try {
    execFileSync(program, [name, directory]);
    const page = readFileSync(join(directory, 'index.html'), 'utf8');
    const values = JSON.parse(execFileSync(program, [name, '--values'], { maxBuffer: 1 << 28, encoding: 'utf8' })) as Values;
    const blocks = new Map<string, string>();
    for (const match of page.matchAll(/<script type="[^"]+" id="([^"]+)">([^<]*)<\/script>/g)) {
      blocks.set(match[1]!, match[2]!);
    }
    const element = (id: string): { textContent: string } | null =>
      blocks.has(id) ? { textContent: blocks.get(id)! } : null;
    (globalThis as unknown as { document: unknown }).document = { getElementById: element };
    const manifest = JSON.parse(blocks.get('manifest') ?? '{}') as Manifest;
    return { manifest, branch: new Branch(manifest, 0), values, page };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
