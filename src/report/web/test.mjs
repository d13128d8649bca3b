// Bundles the tests and runs them with node's own runner.
//   UNENTROPY_SAMPLE      the program report_sample, whose pages are read back
//   UNENTROPY_SOURCE_DIR  the repository, for the table of formatted values
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('test-dist', { recursive: true, force: true });
const tests = readdirSync('test').filter((name) => name.endsWith('.test.ts'));
await build({
  entryPoints: tests.map((name) => `test/${name}`),
  bundle: true,
  platform: 'node',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  outdir: 'test-dist',
  logLevel: 'warning',
});
const files = tests.map((name) => `test-dist/${name.replace(/\.ts$/, '.mjs')}`);
const run = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' });
process.exit(run.status ?? 1);
