"""`unentropy merge` and `unentropy status`: other histories come in, and what is stored can be looked at."""

import json

from harness.case import ONE_METRIC, FakeS3Case, ProgramCase, input_variables, sqlite_file


def runs_in(content):
    with sqlite_file(content) as database:
        return [row[0] for row in database.execute("SELECT run_id FROM build_contexts ORDER BY run_id")]


class IntoAFile(ProgramCase):
    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        for number, file in ((1, "a.db"), (2, "a.db"), (3, "b.db")):
            self.assert_done(self.track({"database-key": file}, run_number=number))

    def runs(self, file):
        return runs_in((self.workspace.work / file).read_bytes())

    def test_builds_of_both_are_there_and_the_second_time_changes_nothing(self):
        before = (self.workspace.work / "b.db").read_bytes()
        run = self.workspace.run("merge", "b.db", "--into", "a.db")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertIn("`b.db`: 1 build and 1 value added", run.output)
        self.assertEqual(self.runs("a.db"), ["9000001", "9000002", "9000003"])
        again = self.workspace.run("merge", "b.db", "--into", "a.db")
        self.assertIn("`b.db`: nothing that is not there already", again.output)
        self.assertEqual(self.runs("a.db"), ["9000001", "9000002", "9000003"])
        self.assertEqual((self.workspace.work / "b.db").read_bytes(), before)
        self.assertEqual(self.workspace.leftovers(), [])

    def test_a_new_file_is_made(self):
        run = self.workspace.run("merge", "a.db", "b.db", "--into", "all.db")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(self.runs("all.db"), ["9000001", "9000002", "9000003"])

    def test_wrong_usage_is_explained(self):
        for arguments, message in (
            ((), "`merge` needs a history to merge"),
            (("absent.db", "--into", "a.db"), "there is no file `absent.db`"),
            (("a.db", "--inot", "b.db"), "did you mean `--into`?"),
        ):
            run = self.workspace.run("merge", *arguments)
            self.assertEqual(run.exit_code, 2, str(run))
            self.assertIn(message, run.output)

    def test_something_else_than_a_history_is_refused(self):
        (self.workspace.work / "page.db").write_text("<html>" * 200)
        before = (self.workspace.work / "a.db").read_bytes()
        run = self.workspace.run("merge", "page.db", "--into", "a.db")
        self.assertEqual(run.exit_code, 3, str(run))
        self.assertEqual((self.workspace.work / "a.db").read_bytes(), before)


class IntoTheStore(FakeS3Case):
    def command(self, *arguments, number=9):
        environment = {**self.workspace.job(number), **input_variables(self.s3_inputs())}
        return self.workspace.run(*arguments, environment=environment)

    def test_builds_come_by_run_records_and_the_second_time_changes_nothing(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track({"storage-type": "sqlite-local", "database-key": "old.db"}, run_number=1))
        self.assert_done(self.track_s3(2))
        run = self.command("merge", "old.db")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(runs_in(self.server.objects[self.key].body), ["9000001", "9000002"])
        self.assertEqual(len([key for key in self.server.objects if "-merge-" in key]), 1)
        stored = dict(self.server.objects)
        again = self.command("merge", "old.db")
        self.assertEqual(again.exit_code, 0, str(again))
        self.assertEqual(self.server.objects[self.key], stored[self.key])
        self.assertEqual(len([key for key in self.server.objects if "-merge-" in key]), 1)

    def test_status_says_how_the_history_is_and_writes_nothing(self):
        self.workspace.configure(ONE_METRIC)
        empty = self.command("status")
        self.assertEqual(empty.exit_code, 0, str(empty))
        self.assertIn("none, there is no history yet", empty.output)
        self.assertEqual(self.server.objects, {})
        for number in (1, 2):
            self.assert_done(self.track_s3(number))
        stored = dict(self.server.objects)
        run = self.command("status", "--json", "status.json")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(self.server.objects, stored)
        status = json.loads((self.workspace.work / "status.json").read_text())
        self.assertEqual((status["builds"], status["records"], status["pending_records"]), (2, 2, 0))
        self.assertEqual([build["run_id"] for build in status["latest"]], ["9000002", "9000001"])
        self.assertEqual(status["conditions"]["support"], "honoured")
        self.assertIsNotNone(status["backup"])
        self.assertIn("2 stored, 0 not in the history yet", run.output)
