// Drives the report in Chromium: `run.mjs [name…] [--update]`, for example `run.mjs visual --update`, which takes the
// golden screenshots anew. `run.mjs screenshots FOLDER [--both]` takes the pictures of the documentation; the target
// `report_screenshots` does that with docs/. Set by CMake:
//   UNENTROPY_SAMPLE           the program report_sample
//   UNENTROPY_BROWSER_MODULES  where npm put playwright-core and axe-core
//   UNENTROPY_BINARY, UNENTROPY_GENERATE  the program, and history_generate, for `sql`
//   UNENTROPY_CHROMIUM         the browser, if it is not /usr/bin/chromium
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const chromium = process.env.UNENTROPY_CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.error(`${chromium} is missing, and the tests mean nothing without a browser; apt-get install chromium`);
  process.exit(1);
}

const pages = mkdtempSync(join(tmpdir(), 'report-pages-'));
try {
  const samples = ['empty', 'one-point', 'sparse', 'labels', 'sections', 'multi-metric', 'hostile', 'demo', 'preview'];
  if (names.length === 0 || names.some((name) => ['visual', 'numbers', 'features'].includes(name))) samples.push('huge');
  for (const sample of samples) execFileSync(process.env.UNENTROPY_SAMPLE, [sample, join(pages, sample)]);
  execFileSync(process.env.UNENTROPY_SAMPLE, ['demo-locked', join(pages, 'demo-locked')]);
  if (names[0] === 'screenshots') {
    const run = spawnSync(process.execPath, [join(here, 'screenshots.mjs'), pages, ...process.argv.slice(3)], {
      stdio: 'inherit',
      env: { ...process.env, UNENTROPY_CHROMIUM: chromium },
    });
    process.exitCode = run.status ?? 1;
    names.length = 0;
  }
  const all = process.argv[2] === 'screenshots' ? [] : ['features', 'safety', 'accessibility', 'visual', 'numbers', 'sql'];
  const files = (names.length > 0 ? names : all).map((name) => join(here, `${name}.test.mjs`));
  const environment = {
    ...process.env,
    UNENTROPY_CHROMIUM: chromium,
    UNENTROPY_PAGES: pages,
    UNENTROPY_UPDATE: process.argv.includes('--update') ? 'yes' : '',
  };
  for (const file of files) {
    const run = spawnSync(process.execPath, [file], { stdio: 'inherit', env: environment });
    if (run.status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(pages, { recursive: true, force: true });
}
