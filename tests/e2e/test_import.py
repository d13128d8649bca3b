"""`unentropy export` and `unentropy import`: a history as lines, and lines as a history."""

import csv
import json
import sqlite3
import subprocess
from contextlib import closing

from harness import settings
from harness.action import load_action
from harness.actionlint import complaints
from harness.case import ONE_METRIC, ProgramCase, S3Case, input_variables, sqlite_file
from harness.yaml_subset import parse_yaml

COMMIT = "0123456789abcdef0123456789abcdef01234567"
# Everything a reader sees, without ids.
BUILDS = "SELECT commit_sha, branch, run_id, run_number, event_name, timestamp FROM build_contexts ORDER BY 1, 3"
VALUES = """SELECT b.run_id, v.metric_id, d.type, d.unit, d.description, v.value_numeric, v.value_label
            FROM metric_values v JOIN build_contexts b ON b.id = v.build_id JOIN metric_definitions d
            ON d.id = v.metric_id ORDER BY 1, 2"""


def content(database):
    return [database.execute(BUILDS).fetchall(), database.execute(VALUES).fetchall()]


def measurement(**changes):
    line = {"metric_id": "loc", "timestamp": "2025-02-03T04:05:06Z", "value_numeric": 1, "commit_sha": COMMIT}
    line.update(changes)
    return json.dumps({key: value for key, value in line.items() if value is not None}) + "\n"


class ImportCase(ProgramCase):
    def write(self, *lines, name="lines.jsonl"):
        return self.workspace.write(name, "".join(lines))

    def run_done(self, *arguments, **options):
        run = self.workspace.run(*arguments, **options)
        self.assertEqual(run.exit_code, 0, str(run))
        return run

    def content(self, name):
        with closing(sqlite3.connect(self.workspace.work / name)) as database:
            return content(database)

    def names(self):
        return sorted(path.name for path in self.workspace.work.iterdir())

    def make_history(self, inputs=None):
        """Labels, two jobs of one run, a re-run, a pull request."""
        self.workspace.configure(
            {
                "answer": {"type": "numeric", "command": "echo 42", "unit": "integer", "description": "Ünïcode 😀"},
                "mood": {"type": "label", "command": "echo '=1+1, \"fine\"'"},
            }
        )
        inputs = inputs or {"database-key": "a.db"}
        for number, job in (
            (1, {}),
            (1, {"GITHUB_RUN_ATTEMPT": "2"}),
            (2, {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_NAME": "pull_request"}),
        ):
            self.assert_done(self.track(inputs, run_number=number, job=job))
        self.workspace.configure({"other-job": {"type": "numeric", "command": "echo 0.1"}})
        self.assert_done(self.track(inputs, run_number=2))


class Files(ImportCase):
    def test_an_exported_history_comes_back_the_same(self):
        self.make_history()
        before = (self.workspace.work / "a.db").read_bytes()
        self.run_done("export", "--db", "a.db", "--output", "a.jsonl")
        self.run_done("import", "a.jsonl", "--into", "b.db")
        self.assertEqual(self.content("b.db"), self.content("a.db"))
        self.run_done("export", "--db", "b.db", "-o", "b.jsonl")
        lines = (self.workspace.work / "a.jsonl").read_text().splitlines()
        self.assertEqual(len(lines), 5)
        self.assertEqual((self.workspace.work / "b.jsonl").read_text().splitlines(), lines)
        self.assertEqual((self.workspace.work / "a.db").read_bytes(), before)
        self.assertEqual(self.workspace.leftovers(), [])

    def test_importing_again_changes_nothing(self):
        self.write(measurement(), measurement(metric_id="mood", value_numeric=None, value_label="fine"))
        first = self.run_done("import", "lines.jsonl", "--into", "a.db")
        self.assertRegex(first.output, r"inserted +2\n")
        stored = self.content("a.db")
        run_id = f"import:manual:{COMMIT[:12]}:20250203T040506000Z"
        self.assertEqual(stored[0], [(COMMIT, "main", run_id, 0, "import", "2025-02-03T04:05:06.000Z")])
        again = self.run_done("import", "lines.jsonl", "--into", "a.db")
        self.assertRegex(again.output, r"inserted +0\n *unchanged +2\n")
        self.assertEqual(self.content("a.db"), stored)

    def test_a_value_that_contradicts_the_history_is_said(self):
        for value in (5, 3):
            self.write(measurement(value_numeric=value))
            run = self.run_done("import", "lines.jsonl", "--into", "a.db")
        self.assertIn("`loc` is 3 here and 5 in the history, where it stays", run.output)
        self.assertEqual(self.content("a.db")[1][0][5], 5)
        self.run_done("import", "lines.jsonl", "--into", "a.db", "--replace")
        self.assertEqual(self.content("a.db")[1][0][5], 3)

    def test_one_bad_line_imports_nothing_and_every_problem_is_said(self):
        self.write(
            measurement(),
            "\n",
            measurement(metrik_id="x", metric_id=None, run_number=-1),
            measurement(timestamp="2025-02-30T00:00:00Z"),
            measurement(metric_id="Loc") + "{\n",
            measurement(value_numeric=2),
            measurement(metric_id="size", value_numeric=None, value_label="big", commit_sha="f" * 40),
            measurement(metric_id="size"),
        )
        run = self.workspace.run("import", "lines.jsonl", "--into", "a.db", "--strict")
        self.assertEqual(run.exit_code, 2, str(run))
        for expected in (
            "lines.jsonl:3:117: error: unknown key `metrik_id`\n  hint: did you mean `metric_id`?",
            "lines.jsonl:3:149: error: `run_number` is not a whole number from 0 to 2^53",
            "lines.jsonl:4:35: error: `timestamp` is not an instant: `2025-02-30T00:00:00Z`",
            "lines.jsonl:5:15: error: `metric_id` is not a metric's key: `Loc`\n  hint: did you mean `loc`?",
            "lines.jsonl:6:2: error: expected a key in double quotes or `}`, found the end of the file",
            "lines.jsonl:7:76: error: `loc` is 2 here and 1 in an earlier record",
            "lines.jsonl:9:77: error: metric `size` is a number here and a label in line 8",
            "nothing was imported (`--strict`)",
        ):
            self.assertIn(expected, run.output)
        self.assertEqual(self.names(), ["lines.jsonl"])
        self.assertEqual(self.workspace.leftovers(), [])

    def test_what_is_right_is_imported_and_the_rest_is_said(self):
        bad = [measurement(metric_id="Loc") for _ in range(22)]
        self.write("\ufeff", measurement(), *bad, measurement(metric_id="size", value_numeric=2, source="backfill"))
        run = self.run_done("import", "lines.jsonl", "--into", "a.db")
        self.assertIn("lines.jsonl:2:15: warning: `metric_id` is not a metric's key: `Loc`", run.output)
        self.assertIn("lines.jsonl:21:15: warning: ", run.output)
        self.assertNotIn("lines.jsonl:22:15: ", run.output)
        self.assertIn("warning: 2 more problems, not shown", run.output)
        self.assertEqual([row[1] for row in self.content("a.db")[1]], ["size", "loc"])
        for expected in (
            r"records +24\n",
            r"inserted +2\n",
            r"invalid +22\n",
            r"commits +2 given, 0 resolved\n",
            r"instants +2025-02-03T04:05:06.000Z to 2025-02-03T04:05:06.000Z\n",
            r"source +inserted +unchanged +replaced +conflicts\n +backfill +1 +0 +0 +0\n +manual +1 +0 +0 +0\n",
            r"metric +inserted +unchanged +replaced +conflicts\n +loc +1 +0 +0 +0\n +size +1 +0 +0 +0\n",
        ):
            self.assertRegex(run.output, expected)

    def test_texts_have_the_lengths_of_the_format(self):
        longest = {"branch": "b" * 255, "source": "s" * 64, "run_id": "r" * 64}
        label = {"metric_id": "mood", "value_numeric": None}
        self.write(measurement(**longest), measurement(**label, value_label="ü" * 256))
        self.run_done("import", "lines.jsonl", "--into", "a.db", "--strict")
        for changes in (
            {"branch": "b" * 256},
            {"source": "s" * 65},
            {"run_id": "r" * 65},
            {**label, "value_label": "ü" * 257},
        ):
            (name,) = set(changes) - {"metric_id", "value_numeric"}
            with self.subTest(name):
                self.write(measurement(**changes))
                run = self.workspace.run("import", "lines.jsonl", "--into", "b.db", "--strict")
                self.assertEqual(run.exit_code, 2, str(run))
                self.assertIn(f"`{name}`", run.output)
        self.assertNotIn("b.db", self.names())

    def test_a_build_that_unentropy_imported_is_found_again(self):
        self.write(measurement())
        self.run_done("import", "lines.jsonl", "--into", "a.db")
        derived = f"import:manual:{COMMIT[:12]}"
        with closing(sqlite3.connect(self.workspace.work / "a.db")) as database:
            database.execute("UPDATE build_contexts SET run_id = ?", (derived,))
            database.commit()
        again = self.run_done("import", "lines.jsonl", "--into", "a.db")
        self.assertRegex(again.output, r"inserted +0\n *unchanged +1\n")
        self.assertEqual([row[2] for row in self.content("a.db")[0]], [derived])
        self.write(measurement(timestamp="2025-02-03T05:00:00Z"))
        self.run_done("import", "lines.jsonl", "--into", "a.db")
        self.assertEqual(len(self.content("a.db")[0]), 2, "another instant is another build")

    def test_dry_run_tells_new_from_known(self):
        self.write(measurement())
        self.run_done("import", "lines.jsonl", "--into", "a.db")
        before = (self.workspace.work / "a.db").read_bytes()
        self.write(measurement(), measurement(metric_id="size"), measurement(run_id="x"))
        self.write(measurement(value_numeric=9), name="other.jsonl")
        (self.workspace.work / "a.db").chmod(0o444)
        run = self.run_done("import", "lines.jsonl", "other.jsonl", "--into", "a.db", "--dry-run")
        self.assertRegex(run.output, r"inserted +2\n *unchanged +1\n")
        self.assertRegex(run.output, r"conflicts +1\n")
        self.assertEqual((self.workspace.work / "a.db").read_bytes(), before)
        self.assertEqual(self.workspace.leftovers(), [])

    def test_a_damaged_history_is_named_and_left_alone(self):
        damaged = self.workspace.write("a.db", "no database\n")
        self.write(measurement())
        for arguments in ((), ("--dry-run",)):
            run = self.workspace.run("import", "lines.jsonl", "--into", "a.db", *arguments)
            self.assertEqual(run.exit_code, 3, str(run))
            self.assertIn(f"opening the history `{damaged}`: it is not an SQLite database\n  hint: ", run.output)
            self.assertEqual(damaged.read_text(), "no database\n")

    def test_a_good_file_beside_a_bad_one_is_not_imported_either(self):
        self.write(measurement())
        self.write("nonsense\n", name="bad.jsonl")
        run = self.workspace.run("import", "lines.jsonl", "bad.jsonl", "--into", "a.db", "--strict")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("bad.jsonl:1:1: error: expected", run.output)
        self.assertEqual(self.names(), ["bad.jsonl", "lines.jsonl"])

    def test_problems_are_annotations_in_a_workflow(self):
        self.write("\n", measurement(value_numeric="x"))
        arguments = ("import", "lines.jsonl", "--into", "a.db", "--strict")
        run = self.workspace.run(*arguments, environment=self.workspace.job())
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("::error file=lines.jsonl,line=2,col=", run.output)

    def test_dry_run_writes_nothing(self):
        self.write(measurement())
        run = self.run_done("import", "lines.jsonl", "--into", "a.db", "--dry-run")
        self.assertIn("nothing was imported (`--dry-run`)", run.output)
        self.assertEqual(self.names(), ["lines.jsonl"])

    def test_units_come_from_the_configuration_which_must_not_contradict(self):
        self.workspace.configure({"loc": {"type": "numeric", "unit": "integer", "command": "echo 1"}})
        self.write(measurement(), measurement(metric_id="lok", value_numeric=2))
        run = self.run_done("import", "lines.jsonl", "--into", "a.db")
        self.assertIn("metric `lok` is not in the configuration; did you mean `loc`?", run.output)
        definitions = [row[1:4] for row in self.content("a.db")[1]]
        self.assertEqual(definitions, [("loc", "numeric", "integer"), ("lok", "numeric", None)])
        self.write(measurement(value_numeric=None, value_label="x"))
        run = self.workspace.run("import", "lines.jsonl", "--into", "a.db", "--strict")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("metric `loc` is of type `numeric` in the configuration", run.output)

    def test_wrong_usage_is_explained(self):
        self.write(measurement())
        for arguments, message in (
            (("import",), "`import` needs a file to import"),
            (("import", "absent.jsonl"), "importing `absent.jsonl`: opening `"),
            (("import", "lines.jsonl", "--dry-rum"), "did you mean `--dry-run`?"),
            (
                ("export", "--format", "xml", "--db", "a.db"),
                "`--format` has an unknown value: `xml`\n  hint: allowed are jsonl, csv\n",
            ),
            (
                ("export", "--format", "cvs", "--db", "a.db"),
                "`--format` has an unknown value: `cvs`\n  hint: did you mean `csv`? allowed are jsonl, csv\n",
            ),
            (("export", "--export-format=xml", "--db", "a.db"), "`--export-format` has an unknown value: `xml`"),
            (("export", "--db", "absent.db"), "`db` names no file: `absent.db`"),
        ):
            run = self.workspace.run(*arguments)
            self.assertEqual(run.exit_code, 2, str(run))
            self.assertIn(message, run.output)

    def test_csv_has_every_value_and_no_formula(self):
        self.make_history()
        self.run_done("export", "--db", "a.db", "--format", "csv", "--output", "a.csv")
        with open(self.workspace.work / "a.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 5)
        self.assertEqual(sorted(row["value"] for row in rows), ["'=1+1, \"fine\""] * 2 + ["0.1", "42", "42"])
        for row in rows:
            for cell in row.values():
                self.assertNotRegex(cell, r"^\s*[=+@|%-]")

    def test_memory_does_not_grow_with_the_file(self):
        def peak(count):
            path = self.workspace.work / "many.jsonl"
            with path.open("w") as file:
                for i in range(count):
                    day, second = divmod(i, 80_000)
                    time = f"2025-01-{day + 1:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
                    file.write(measurement(timestamp=time, value_numeric=i, commit_sha=f"{i:040x}"))
            watched = (
                "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
            )
            arguments = [settings.binary(), "import", "many.jsonl", "--into", f"{count}.db"]
            finished = subprocess.run(
                ["/usr/bin/python3", "-c", watched, *arguments],
                cwd=self.workspace.work,
                env=self.workspace.clean_environment(),
                capture_output=True,
                text=True,
                check=True,
            )
            self.assertEqual(len(self.content(f"{count}.db")[0]), count)
            return int(finished.stdout.split()[-1])

        small, large = peak(10_000), peak(60_000)
        self.assertLess(large, small + 8_000, "kilobytes")


class SeedWorkflow(ImportCase):
    def test_it_is_valid_and_uploads_what_the_action_looks_for(self):
        run = self.run_done("import", "seed-workflow", "-o", "seed.yml")
        self.assertIn("wrote `seed.yml`", run.output)
        text = (self.workspace.work / "seed.yml").read_text()
        self.assertEqual(complaints(self.workspace.work, "seed.yml"), "")
        tree = parse_yaml(text)
        self.assertEqual(tree["on"]["push"]["branches"], ["unentropy-import-*"])
        self.assertEqual(tree["permissions"], {"contents": "read"})
        upload = tree["jobs"]["seed"]["steps"][-1]
        self.assertRegex(upload["uses"], r"^actions/upload-artifact@[0-9a-f]{40}$")
        steps = load_action(settings.ROOT / "action.yml")["runs"]["steps"]
        (pinned,) = {step["uses"] for step in steps if "uses" in step}
        self.assertEqual(upload["uses"], pinned)
        self.assertEqual(upload["with"]["name"], "unentropy-metrics")
        self.assertEqual(upload["with"]["path"], "unentropy-metrics.db")

    def test_names_come_from_the_inputs(self):
        arguments = ("--artifact-name", 'my "own"', "--database-key", "a/b.db")
        printed = self.run_done("import", "seed-workflow", *arguments).output
        self.assertIn('name: "my \\"own\\""\n', printed)
        self.assertIn('path: "b.db"\n', printed)

    def test_nothing_is_replaced_without_force(self):
        self.workspace.write("seed.yml", "mine\n")
        run = self.workspace.run("import", "seed-workflow", "--output", "seed.yml")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("`seed.yml` is there already; nothing was written\n  hint: give `--force`", run.output)
        self.assertEqual((self.workspace.work / "seed.yml").read_text(), "mine\n")
        self.run_done("import", "seed-workflow", "--output", "seed.yml", "--force")
        self.assertNotEqual((self.workspace.work / "seed.yml").read_text(), "mine\n")

    def test_other_storage_needs_none(self):
        for storage, hint in (
            ("sqlite-s3", "`unentropy merge FILE` puts a database into the bucket"),
            ("sqlite-local", "the history is the local file itself"),
        ):
            run = self.workspace.run("import", "seed-workflow", "--storage", storage)
            self.assertEqual(run.exit_code, 2, str(run))
            self.assertIn(f"`seed-workflow` is for histories in artifacts, and the storage is `{storage}`", run.output)
            self.assertIn(hint, run.output)
        arguments = ("import", "seed-workflow", "--database-key", "/etc/history.db")
        run = self.workspace.run(*arguments, environment=self.workspace.job())
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("`database-key`", run.output)
        self.assertNotIn("jobs:", run.output)
        run = self.workspace.run("import", "seed-workflow", "x.db")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("`seed-workflow` takes no file: `x.db`", run.output)


class Commits(ImportCase):
    def test_a_commit_is_found_by_time(self):
        for day in (1, 3):
            self.workspace.write("file", str(day))
            self.commit(f"2025-02-0{day}T00:00:00Z")
        first, second = self.workspace.git("rev-parse", "HEAD^", "HEAD").split()
        self.write(
            measurement(commit_sha=None, timestamp="2025-02-02T23:59:59Z"),
            measurement(commit_sha=None, timestamp="2025-02-03T00:00:00Z"),
        )
        self.run_done("import", "lines.jsonl", "--into", "a.db")
        found = {row[5]: row[0] for row in self.content("a.db")[0]}
        self.assertEqual(found, {"2025-02-02T23:59:59.000Z": first, "2025-02-03T00:00:00.000Z": second})
        self.write(measurement(commit_sha=None, timestamp="2025-01-31T00:00:00Z"))
        run = self.workspace.run("import", "lines.jsonl", "--into", "b.db", "--strict")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("`timestamp` is before the first commit of branch `main`", run.output)

    def commit(self, date):
        self.workspace.git("init", "-q")
        self.workspace.git("add", "-A")
        subprocess.run(
            ["git", "-c", "user.name=T", "-c", "user.email=t@example.invalid", "commit", "-q", "-m", "A change"],
            cwd=self.workspace.work,
            check=True,
            env={**self.workspace.clean_environment(), "GIT_COMMITTER_DATE": date},
        )

    def assert_no_commits(self, message):
        run = self.workspace.run("import", "lines.jsonl", "--into", "a.db")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("looking up the commits of branch `main`: " + message, run.output)

    def test_without_the_branch_or_its_history_nothing_is_guessed(self):
        self.write(measurement(commit_sha=None))
        self.assert_no_commits("this is no git repository")
        head = self.workspace.commit()
        self.workspace.git("branch", "-m", "other")
        self.assert_no_commits("there is no such branch")
        (self.workspace.work / ".git" / "shallow").write_text(head + "\n")
        self.assert_no_commits("the clone is shallow")
        self.assertFalse((self.workspace.work / "a.db").exists())


class Store(S3Case, ImportCase):
    def command(self, *arguments):
        run = self.workspace.run(*arguments, environment={**self.workspace.job(9), **input_variables(self.s3_inputs())})
        self.assertEqual(run.exit_code, 0, str(run))
        return run

    def test_a_stored_history_comes_back_the_same_in_another_place(self):
        self.make_history(self.s3_inputs())
        self.command("export", "--output", "a.jsonl")
        with sqlite_file(self.stored()) as database:
            original = content(database)
        for key in self.client.list(self.prefix):
            self.client.delete(key)
        self.command("import", "a.jsonl")
        with sqlite_file(self.stored()) as database:
            self.assertEqual(content(database), original)
        self.assertEqual(len([key for key in self.client.list(self.prefix) if "-merge-" in key]), 1)
        before = self.stored()
        self.command("import", "a.jsonl")
        self.assertEqual(self.stored(), before)

    def test_a_bad_line_leaves_the_store_alone(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3())
        before = sorted(self.client.list(self.prefix))
        self.write(measurement(), measurement(value_numeric=None))
        environment = {**self.workspace.job(9), **input_variables(self.s3_inputs())}
        run = self.workspace.run("import", "lines.jsonl", "--strict", environment=environment)
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertEqual(sorted(self.client.list(self.prefix)), before)

    def test_replacing_what_a_run_measured(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3())
        with sqlite_file(self.stored()) as database:
            commit, _, run_id, *_ = content(database)[0][0]
        line = {"metric_id": "answer", "value_numeric": 43, "commit_sha": commit, "run_id": run_id}
        self.write(measurement(**line))
        said = self.command("import", "lines.jsonl").output
        self.assertIn("`answer` is 43 here and 42 in the history, where it stays", said)
        for arguments, value in ((("--dry-run",), 42), ((), 43), ((), 43)):
            run = self.command("import", "lines.jsonl", "--replace", *arguments)
            with sqlite_file(self.stored()) as database:
                builds, values = content(database)
            self.assertEqual([row[5] for row in values], [value], str(run))
            self.assertEqual([row[:3] for row in builds], [(commit, "main", run_id)])
        self.assertRegex(run.output, r"replaced +0\n", "the second time it is what stands")
        self.command("export", "--output", "a.jsonl")
        self.run_done("import", "a.jsonl", "--into", "b.db")
        self.assertEqual([row[5] for row in self.content("b.db")[1]], [43])
        self.assert_done(self.track_s3(job={"GITHUB_RUN_ATTEMPT": "9", "GITHUB_SHA": commit}))
        with sqlite_file(self.stored()) as database:
            self.assertEqual([row[5] for row in content(database)[1]], [42], "a later attempt of the run wins")
