// The numbers that a browser shows are those that SQL finds in the history: the whole way from the file through the
// program to the screen, with nothing of ours in what is compared with. Set by CMake or bench/report:
//   UNENTROPY_BINARY         the program
//   UNENTROPY_GENERATE       the program history_generate
//   UNENTROPY_HISTORY_SHAPE  builds and metrics, `5000 20` if it is not set
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { card, figures, onPage } from './browser.mjs';

const shape = (process.env.UNENTROPY_HISTORY_SHAPE ?? '5000 20').split(' ');
const metrics = ['coverage-0', 'bundle-size-1', 'build-time-2', 'lines-3', 'complexity-4'];

// docs/formats/values.md in decimal arithmetic, for values as these metrics have them.
const query = `
import decimal, json, sqlite3, sys
D = decimal.Decimal

def rounded(value, digits):
    return D(repr(float(value))).quantize(D(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP)

def shown(value, unit):
    sign, size = ("-" if value < 0 else ""), abs(value)
    if unit == "percent":
        return f"{sign}{rounded(size, 1):,}%"
    if unit == "integer":
        return f"{sign}{rounded(size, 0):,}"
    if unit == "decimal":
        return f"{sign}{rounded(size, 2):,}"
    if unit == "bytes":
        if size < 1024:
            return f"{sign}{rounded(size, 0)} B"
        for name in ("KB", "MB", "GB"):
            size /= 1024
            if size < 1024:
                return f"{sign}{int(size):,} {name}" if size == int(size) else f"{sign}{rounded(size, 1):,} {name}"
    if unit == "duration":
        if size < 60:
            return f"{sign}{rounded(size, 0)}s"
        return f"{sign}{int(rounded(size, 0)) // 60}m {int(rounded(size, 0)) % 60}s"
    text = f"{rounded(size, 2):,f}".rstrip("0").rstrip(".")
    return sign + text

database = sqlite3.connect(sys.argv[1])
result = {}
where = """FROM metric_values v JOIN build_contexts b ON b.id = v.build_id WHERE v.metric_id = ? AND b.branch = 'main'
    AND b.event_name IN ('push', 'schedule', 'workflow_dispatch', 'import') AND v.value_numeric IS NOT NULL"""
for metric in sys.argv[2:]:
    (unit,) = database.execute("SELECT unit FROM metric_definitions WHERE id = ?", (metric,)).fetchone()
    low, high, mean, count = database.execute(
        "SELECT MIN(v.value_numeric), MAX(v.value_numeric), AVG(v.value_numeric), COUNT(*) " + where, (metric,)
    ).fetchone()
    (last,) = database.execute(
        "SELECT v.value_numeric " + where + " ORDER BY julianday(b.timestamp) DESC, b.run_number DESC, b.id DESC LIMIT 1",
        (metric,),
    ).fetchone()
    texts = {"now": shown(last, unit), "Min": shown(low, unit), "Mean": shown(mean, unit), "Max": shown(high, unit)}
    result[metric] = {"texts": texts, "count": count}
print(json.dumps(result))
`;

test(`latest, minimum, maximum and mean of five metrics are those of SQL (${shape.join(' builds, ')} metrics)`, () => {
  const folder = join(process.env.UNENTROPY_PAGES, 'sql');
  const file = join(process.env.UNENTROPY_PAGES, 'sql.db');
  execFileSync(process.env.UNENTROPY_GENERATE, [file, ...shape]);
  execFileSync(process.env.UNENTROPY_BINARY, ['report', '--quiet', '--db', file, '--report-dir', folder], {
    cwd: process.env.UNENTROPY_PAGES,
  });
  const truth = JSON.parse(execFileSync('python3', ['-c', query, file, ...metrics], { encoding: 'utf8' }));
  return onPage('sql', async (page) => {
    for (const metric of metrics) {
      const { texts, count } = truth[metric];
      assert.ok(count > Number(shape[0]) / 2, `${metric} has values: ${count}`);
      const found = card(page, metric);
      const shown = await figures(found);
      const now = await found.locator('.now').textContent();
      assert.deepEqual({ now, Min: shown.Min, Mean: shown.Mean, Max: shown.Max }, texts, metric);
    }
  });
});
