"""`unentropy report`: a history drawn without measuring anything, as a page and as data."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing

from harness import settings
from harness.case import ONE_METRIC, ProgramCase, S3Case, input_variables

FIXTURES = settings.ROOT / "tests" / "fixtures" / "history"


class ReportCase(ProgramCase):
    METRICS = {
        "size": {"type": "numeric", "unit": "bytes", "command": "echo $((2000 + 300 * UNENTROPY_RUN_NUMBER))"},
        "compiler": {"type": "label", "command": "echo '=gcc-12'"},
    }

    def record(self, builds=3, branch="main", first=1):
        self.workspace.configure(self.METRICS, storage={"type": "sqlite-local"})
        for number in range(first, first + builds):
            self.assert_done(self.track(run_number=number, job={"GITHUB_REF_NAME": branch, "GITHUB_REF": f"refs/heads/{branch}"}))
        return self.workspace.work / "unentropy-metrics.db"

    def command(self, name, *arguments):
        return self.workspace.run(name, *arguments)

    def page(self, directory="drawn"):
        return (self.workspace.work / directory / "index.html").read_text()

    def manifest(self, directory="drawn"):
        return json.loads(re.search(r'id="manifest">(.*?)</script>', self.page(directory)).group(1))

    def done(self, *arguments):
        run = self.command("report", *arguments)
        self.assertEqual(run.exit_code, 0, str(run))
        return run

    def refused(self, exit_code, message, hint, *arguments, command="report"):
        run = self.command(command, *arguments)
        self.assertEqual(run.exit_code, exit_code, str(run))
        self.assertEqual(run.output, f"error: {message}\n  hint: {hint}\n")


class Page(ReportCase):
    def test_of_a_file_which_is_not_changed(self):
        database = self.record()
        before = database.read_bytes()
        run = self.done("--db", "unentropy-metrics.db", "--report-dir", "drawn")
        self.assertIn("report: ", run.output)
        self.assertEqual([metric["key"] for metric in self.manifest()["metrics"]], ["size", "compiler"])
        self.assertEqual(self.manifest()["branches"][0]["builds"][0], 3)
        self.assertEqual(database.read_bytes(), before)
        self.assertEqual((self.workspace.work / "drawn" / ".gitignore").read_text(), "*\n")
        self.assertEqual(self.workspace.leftovers(), [])

    def test_without_a_configuration_every_metric_is_drawn(self):
        self.record()
        (self.workspace.work / "unentropy.json").unlink()
        self.done("--db", "unentropy-metrics.db", "--report-dir", "drawn")
        self.assertEqual([metric["key"] for metric in self.manifest()["metrics"]], ["compiler", "size"])

    def test_of_the_local_storage(self):
        self.record()
        self.done("--storage", "sqlite-local", "--report-dir", "drawn")
        self.assertEqual(self.manifest()["branches"][0]["builds"][0], 3)

    def test_F120_every_branch_can_be_chosen_and_the_reference_branch_comes_first(self):
        self.record(2)
        self.record(4, "topic", first=10)
        self.done("--report-dir", "drawn")
        self.assertEqual([branch["name"] for branch in self.manifest()["branches"]], ["main", "topic"])
        self.done("--branch", "topic", "--report-dir", "drawn")
        self.assertEqual([branch["name"] for branch in self.manifest()["branches"]], ["topic", "main"])
        self.workspace.configure(
            self.METRICS, storage={"type": "sqlite-local"}, qualityGate={"baseline": {"referenceBranch": "topic"}}
        )
        self.done("--report-dir", "drawn")
        self.assertEqual(self.manifest()["branches"][0]["name"], "topic")

    def test_a_run_draws_its_own_branch_first_and_the_others_too(self):
        self.record(2)
        self.record(1, "topic", first=10)
        self.assertEqual([branch["name"] for branch in self.manifest("unentropy-report")["branches"]], ["topic", "main"])
        self.assertIn('id="builds-1"', self.page("unentropy-report"))

    def test_without_the_reference_branch_the_newest_build_decides(self):
        self.record(2, "topic")
        self.done("--report-dir", "drawn")
        self.assertEqual(self.manifest()["branches"][0]["name"], "topic")


class Data(ReportCase):
    def test_json_has_every_value_and_exact_figures(self):
        self.record()
        data = json.loads(self.done("--format", "json", "--quiet").output)
        self.assertEqual((data["format"], data["format_version"], data["branch"]), ("unentropy-report", 1, "main"))
        self.assertEqual([build["run_id"] for build in data["builds"]], ["9000001", "9000002", "9000003"])
        size, compiler = data["metrics"]
        self.assertEqual(size["values"], [2300, 2600, 2900])
        figures = {"count": 3, "first": 2300, "last": 2900, "minimum": 2300, "maximum": 2900, "mean": 2600}
        self.assertEqual(size["ranges"]["all"], figures)
        self.assertEqual(compiler["values"], ["=gcc-12"] * 3)
        self.assertEqual(compiler["ranges"]["all"], [{"label": "=gcc-12", "builds": 3}])

    def test_csv_has_a_row_per_build_and_no_cell_starts_a_formula(self):
        self.record()
        self.done("--format", "csv", "-o", "values.csv")
        text = (self.workspace.work / "values.csv").read_bytes().decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(rows[0], ["timestamp", "commit", "run_id", "run_number", "event", "size", "compiler"])
        self.assertEqual([row[2:] for row in rows[1:]], [[f"900000{n}", str(n), "push", str(2000 + 300 * n), "'=gcc-12"] for n in (1, 2, 3)])

    def test_markdown_is_a_table(self):
        self.record()
        lines = self.done("--format", "markdown", "--quiet").output.splitlines()
        self.assertEqual(lines[0], "## Metrics of work")
        self.assertRegex(lines[2], r"^Branch main, 3 builds, [\d-]+ to [\d-]+ \(UTC\)\.$")
        self.assertEqual(lines[4], "| Metric | Now | vs previous | Min | Mean | Max | Trend |")
        self.assertEqual(lines[6], r"| size | 2.8 KB | ↑ +300 B \(+11.5%\) | 2.2 KB | 2.5 KB | 2.8 KB | ↑ 26.1% |")
        self.assertTrue(lines[7].startswith("| compiler | =gcc"), lines[7])


class Refusals(ReportCase):
    def test_each_names_what_to_do(self):
        self.record(1)
        self.refused(2, "`db` names no file: `none.db`", "give the path of a history, a SQLite file", "--db", "none.db")
        self.refused(2, "the history has no build of branch `mian`", "did you mean `main`?", "--branch", "mian")
        self.refused(2, "the history has no build of branch `release`", "there are builds of `main`", "--branch", "release")
        self.refused(
            2,
            "`output` is for json, csv and markdown; the page is a directory's `index.html`",
            "give `--report-dir DIR`, or another `--format`",
            "-o",
            "x",
        )
        self.refused(
            2,
            "`--format` has an unknown value: `jsn`",
            "did you mean `json`? allowed are html, json, csv, markdown",
            "--format",
            "jsn",
        )
        self.refused(
            3,
            "there is no history at `other.db`",
            "`unentropy track` makes it; `unentropy preview` shows how the report will look",
            "--database-key",
            "other.db",
        )

    def test_a_file_that_is_no_history(self):
        self.workspace.write("x.db", "not a database, but long enough to be taken for one\n" * 40)
        run = self.command("report", "--db", "x.db")
        self.assertEqual(run.exit_code, 3, str(run))
        self.assertIn("x.db", run.output)
        self.assertIn("  hint: ", run.output)
        self.assertFalse((self.workspace.work / "unentropy-report").exists())


class OldLayouts(ReportCase):
    def test_F143_an_old_layout_is_drawn_from_a_private_copy(self):
        for command in (("report", "--report-dir"), ("preview", "-o")):
            for names in (("layout-1.0.0.sql",), ("layout-1.0.0.sql", "layout-1.1.0-additions.sql")):
                with self.subTest(command=command, names=names):
                    database = self.workspace.work / "old.db"
                    database.unlink(missing_ok=True)
                    with closing(sqlite3.connect(database)) as connection:
                        for name in names:
                            connection.executescript((FIXTURES / name).read_text())
                        connection.execute("DELETE FROM schema_version")
                        connection.commit()
                    before = database.read_bytes()
                    run = self.command(command[0], "--db", "old.db", command[1], "drawn", "--quiet")
                    self.assertEqual(run.exit_code, 0, str(run))
                    self.assertGreater(self.manifest()["branches"][0]["builds"][0], 0)
                    self.assertEqual(database.read_bytes(), before)
                    self.assertEqual(self.workspace.leftovers(), [])


class AfterTheUpload(S3Case):
    def test_F136_a_report_that_cannot_be_written_loses_no_run(self):
        self.workspace.configure(ONE_METRIC)
        self.workspace.write("taken", "a file, where the report's directory should be")
        run = self.track_s3(report_dir="taken")
        self.assert_done(run)
        self.assertEqual(run.outputs["total-builds"], "1")
        self.assertEqual(self.phase(run, "upload")["status"], "done")
        self.assertEqual(self.phase(run, "report")["status"], "warned")
        self.assertEqual(self.rows("SELECT COUNT(*) FROM build_contexts"), [(1,)])

    def test_a_report_of_the_bucket_writes_nothing_to_it(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3())
        before = {key: self.client.get(key).body for key in self.client.list(self.prefix)}
        environment = {**self.workspace.clean_environment(), **input_variables(self.s3_inputs())}
        run = self.workspace.run("report", "--report-dir", "drawn", environment=environment)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertIn('id="chart-0"', (self.workspace.work / "drawn" / "index.html").read_text())
        self.assertEqual({key: self.client.get(key).body for key in self.client.list(self.prefix)}, before)
        self.assertEqual(self.workspace.leftovers(), [])
