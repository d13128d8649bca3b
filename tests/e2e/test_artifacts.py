"""The history as an artifact: which one counts, and that a failure to read one is never a first run."""

import contextlib
import sqlite3

from harness.case import ONE_METRIC, ProgramCase
from harness.fakegithub import FakeGithub, refused, zipped

KEY = "unentropy-metrics.db"


class Case(ProgramCase):
    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        self.host = FakeGithub("octo/example")
        self.host.__enter__()
        self.addCleanup(self.host.__exit__)
        self.file = self.workspace.work / KEY

    def job(self):
        return {"GITHUB_API_URL": self.host.url, "GITHUB_REPOSITORY": "octo/example"}

    def act(self, number, job={}, **inputs):
        given = {"artifact-download": "true", "github-token": self.host.token}
        given.update({name.replace("_", "-"): value for name, value in inputs.items()})
        return self.track(given, run_number=number, job={**self.job(), **job})

    def history(self, *numbers):
        """The bytes of a history with these runs; the workspace is left without one."""
        for number in numbers:
            self.assert_done(self.track({}, run_number=number))
        content = self.file.read_bytes()
        self.file.unlink()
        return content

    def builds(self):
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            return [row[0] for row in database.execute("SELECT run_number FROM build_contexts ORDER BY run_number")]

    def messages(self, run, level="error"):
        return run.log.messages(level)

    def assert_no_history(self, run, exit_code, code):
        self.assert_failed(run, exit_code, code)
        self.assertEqual(run.outputs["artifact-upload-required"], "false")
        self.assertFalse(self.file.exists())
        self.assertEqual(run.outputs["source-run-id"], "")


class Found(Case):
    def test_history_goes_on(self):
        archive = zipped(self.history(1, 2))
        artifact = self.host.add_artifact(archive, run=9000002)
        run = self.act(3)
        self.assert_done(run)
        self.assertEqual(self.builds(), [1, 2, 3])
        self.assertEqual(run.outputs["source-run-id"], "9000002")
        self.assertEqual(run.outputs["artifact-upload-required"], "true")
        self.assertEqual(run.outputs["artifact-name"], "unentropy-metrics")
        self.assertEqual(run.outputs["total-builds"], "3")
        self.assertEqual(artifact["name"], run.outputs["artifact-name"])
        self.assertEqual(len(self.host.blobs.requests), 1)

    def test_the_token_stays_with_the_host(self):
        self.host.add_artifact(zipped(self.history(1)), run=9000001)
        self.assert_done(self.act(2))
        self.assertTrue(self.host.requests)
        self.assertNotIn(self.host.token, str(self.host.blobs.requests))

    def test_first_run(self):
        run = self.act(1)
        self.assert_done(run)
        self.assertEqual(self.builds(), [1])
        self.assertEqual(run.outputs["source-run-id"], "")
        self.assertEqual(run.outputs["artifact-upload-required"], "true")
        self.assertIn("no run has stored an artifact `unentropy-metrics` of branch `main` yet", run.output)

    def test_the_newest_that_counts(self):
        good = zipped(self.history(1, 2))
        wrong = zipped(self.history(66))
        self.host.add_artifact(wrong, run=1)
        self.host.add_artifact(good, run=2)
        self.host.add_artifact(wrong, run=3, fork=True)
        self.host.add_artifact(wrong, run=4, branch="feature")
        self.host.add_artifact(wrong, run=5, event="pull_request")
        self.host.add_artifact(wrong, run=6, event="pull_request_target")
        self.host.add_artifact(wrong, run=7, name="unentropy-metrics-2")
        self.host.add_artifact(wrong, run=8, expired=True)
        run = self.act(3)
        self.assert_done(run)
        self.assertEqual(run.outputs["source-run-id"], "2")
        self.assertEqual(self.builds(), [1, 2, 3])

    def test_every_page_is_looked_at(self):
        self.host.page_size = 2
        self.host.add_artifact(zipped(self.history(1)), run=1)
        for number in range(2, 8):
            self.host.add_artifact(b"", run=number, expired=True)
        run = self.act(9)
        self.assert_done(run)
        self.assertEqual(self.builds(), [1, 9])

    def test_builds_of_runs_without_success_are_not_lost(self):
        self.host.add_artifact(zipped(self.history(1)), run=1)
        self.host.add_artifact(zipped(self.history(2)), run=2, conclusion="failure")
        run = self.act(3)
        self.assert_done(run)
        self.assertEqual(run.outputs["source-run-id"], "1")
        self.assertEqual(self.builds(), [1, 2, 3])
        self.assertIn(
            "added 1 build of run 2, which stored its history and did not succeed", self.messages(run, "notice")
        )

    def test_a_local_history_keeps_its_builds(self):
        self.host.add_artifact(zipped(self.history(1)), run=1)
        self.assert_done(self.track({}, run_number=2))
        self.assert_done(self.act(3))
        self.assertEqual(self.builds(), [1, 2, 3])

    def test_gone_meanwhile_is_the_one_before(self):
        self.host.add_artifact(zipped(self.history(1)), run=1)
        gone = self.host.add_artifact(zipped(self.history(2)), run=2)
        self.host.gone.append(gone["id"])
        run = self.act(3)
        self.assert_done(run)
        self.assertEqual(self.builds(), [1, 3])
        self.assertIn(f"artifact {gone['id']} of run 2 has expired meanwhile", self.messages(run, "warning"))

    def test_only_expired_ones_are_told_of(self):
        self.host.add_artifact(zipped(self.history(1)), run=1, expired=True)
        run = self.act(2)
        self.assert_done(run)
        self.assertEqual(self.builds(), [2])
        self.assertTrue(
            any(
                text.startswith("1 artifact `unentropy-metrics` of branch `main` expired, and the history with it")
                for text in self.messages(run, "warning")
            ),
            run,
        )

    def test_passing_trouble_is_tried_again(self):
        self.host.add_artifact(zipped(self.history(1)), run=1)
        self.host.blobs.failures = 1
        self.assert_done(self.act(2))
        self.assertEqual(self.builds(), [1, 2])

    def test_without_effect_elsewhere(self):
        run = self.act(1, storage_type="sqlite-local")
        self.assert_done(run)
        self.assertIn("`artifact-download` has no effect with `sqlite-local`", self.messages(run, "notice"))
        self.assertEqual(self.host.requests, [])


class NotRead(Case):
    """Each of these must end the run without a history of its own."""

    def test_listing_is_refused(self):
        for status, code in ((401, "denied"), (403, "denied"), (404, "not_found"), (500, "unavailable")):
            with self.subTest(status):
                self.host.fault = lambda request, status=status: refused(status, "No")
                self.assert_no_history(self.act(1, retry_attempts="0"), 3, code)

    def test_run_cannot_be_asked_for(self):
        self.host.add_artifact(zipped(self.history(1)), run=1)
        self.host.fault = lambda request: refused(503, "No") if "/runs/" in request.path else None
        self.assert_no_history(self.act(2, retry_attempts="0"), 3, "unavailable")

    def test_download_fails(self):
        self.host.add_artifact(zipped(self.history(1)), run=1)
        self.host.blobs.failures = 100
        self.assert_no_history(self.act(2, retry_attempts="0"), 3, "unavailable")

    def test_download_is_cut(self):
        self.host.add_artifact(zipped(self.history(1)), run=1)
        self.host.blobs.cut = True
        self.assert_no_history(self.act(2, retry_attempts="0"), 3, "unavailable")

    def test_digest_differs(self):
        artifact = self.host.add_artifact(zipped(self.history(1)), run=1, digest="sha256:" + "0" * 64)
        run = self.act(2)
        self.assert_no_history(run, 3, "corrupt")
        self.assertTrue(
            run.outputs["error-message"].startswith(f"downloading artifact {artifact['id']} of run 1: its digest is"),
            run,
        )

    def test_archive_is_none(self):
        self.host.add_artifact(b"no archive at all", run=1)
        self.assert_no_history(self.act(2), 3, "corrupt")

    def test_database_is_damaged(self):
        artifact = self.host.add_artifact(zipped(b"SQLite format 3\0" + b"x" * 4096), run=1)
        run = self.act(2)
        self.assert_no_history(run, 3, "corrupt")
        self.assertTrue(
            run.outputs["error-message"].startswith(f"opening the history of artifact {artifact['id']} of run 1: "), run
        )

    def test_no_token(self):
        run = self.act(1, github_token="")
        self.assert_no_history(run, 2, "usage")
        self.assertEqual(
            run.outputs["error-message"],
            "downloading an artifact needs a token, and there is none (in a workflow give the input `github-token`, "
            "elsewhere set the variable `GITHUB_TOKEN`; it needs the permission `actions: read`)",
        )


class Command(Case):
    def download(self, *arguments, **variables):
        environment = self.workspace.job(5, **self.job(), GITHUB_TOKEN=self.host.token)
        environment.update(variables)
        return self.workspace.run("artifact", *(arguments or ("download",)), environment=environment)

    def test_the_file_is_there(self):
        self.host.add_artifact(zipped(self.history(1, 2)), run=2)
        run = self.download()
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(self.builds(), [1, 2])
        self.assertIn("`unentropy-metrics.db`: 2 builds of run 2\n", run.output)

    def test_none_and_not_read_are_told_apart(self):
        run = self.download()
        self.assertEqual(run.exit_code, 5, str(run))
        self.host.fault = lambda request: refused(403, "Resource not accessible by integration")
        run = self.download()
        self.assertEqual(run.exit_code, 3, str(run))
        self.assertFalse(self.file.exists())

    def test_another_branch_and_name(self):
        self.host.add_artifact(zipped(self.history(1)), run=2, name="numbers", branch="dev")
        run = self.download("download", "--artifact-name", "numbers", "--artifact-branch-filter", "dev")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(self.builds(), [1])

    def test_it_can_only_download(self):
        for arguments in (("upload",), ("download", "twice")):
            run = self.download(*arguments)
            self.assertEqual(run.exit_code, 2, str(run))
            self.assertIn(
                f"`artifact` can only `download`, and it was given `{' '.join(arguments)}`", self.messages(run)[0]
            )
