"""A history on a real S3 server: the first run, the ones after it, and credentials that do not fit."""

import re
import threading
import uuid

from harness.case import ONE_METRIC, S3Case, sqlite_file
from harness.workspace import wait_for


class GrowingHistory(S3Case):
    def test_first_run_creates_and_ten_more_add_up(self):
        self.workspace.configure({"n": {"type": "numeric", "command": "echo $UNENTROPY_RUN_NUMBER"}})
        self.assertIsNone(self.client.find(self.key))
        for number in range(1, 12):
            run = self.track_s3(number)
            self.assert_done(run)
            self.assertEqual(run.outputs["total-builds"], str(number))
            self.assertEqual(run.outputs["metrics-collected"], "1")
            self.assertEqual(run.outputs["storage-type"], "sqlite-s3")
            self.assertEqual(run.outputs["database-location"], f"storage://sqlite-s3/{self.key}")
            self.assertEqual(run.outputs["pending-records"], "0")
            self.assertEqual(run.outputs["artifact-upload-required"], "false")
            stored = self.client.get(self.key)
            self.assertEqual(run.outputs["database-size"], str(len(stored.body)))
            self.assertEqual(stored.headers["content-type"], "application/vnd.sqlite3")
            self.assertTrue(stored.body.startswith(b"SQLite format 3\0"))
            phases = [(phase["name"], phase["status"]) for phase in run.result["phases"]]
            self.assertEqual(phases, [(name, "done") for name in ("download", "collect", "upload", "report")])
        with sqlite_file(self.stored()) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
            builds = database.execute(
                "SELECT b.run_number, b.run_id, b.commit_sha, b.branch, b.event_name, v.value_numeric"
                " FROM build_contexts b JOIN metric_values v ON v.build_id = b.id WHERE v.metric_id = 'n' ORDER BY b.id"
            ).fetchall()
        self.assertEqual(
            builds, [(n, str(9_000_000 + n), f"{n:040x}", "main", "push", float(n)) for n in range(1, 12)]
        )

    def test_object_is_one_file_in_delete_mode(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3())
        content = self.stored()
        self.assertEqual(content[18:20], b"\x01\x01", "the header says write-ahead log")
        page_size = int.from_bytes(content[16:18], "big") % 65535 or 65536
        self.assertEqual(len(content), page_size * int.from_bytes(content[28:32], "big"))

    def test_same_commit_and_run_id_again_updates_the_build(self):
        self.workspace.configure(
            {"kept": {"type": "numeric", "command": "echo 1"}, "changed": {"type": "numeric", "command": "echo 2"}}
        )
        self.assert_done(self.track_s3(1))
        before = self.rows("SELECT id, timestamp FROM build_contexts")
        self.workspace.configure(
            {"changed": {"type": "numeric", "command": "echo 3"}, "added": {"type": "label", "command": "echo x"}}
        )
        again = self.track_s3(1, job={"GITHUB_RUN_ATTEMPT": "2"})
        self.assert_done(again)
        self.assertEqual(again.outputs["total-builds"], "1")
        after = self.rows("SELECT id, timestamp FROM build_contexts")
        self.assertEqual(after[0][0], before[0][0])
        self.assertGreater(after[0][1], before[0][1])
        self.assertEqual(
            self.rows("SELECT metric_id, value_numeric, value_label FROM metric_values ORDER BY metric_id"),
            [("added", None, "x"), ("changed", 3.0, None), ("kept", 1.0, None)],
        )

    def test_one_commit_in_two_runs_makes_two_builds(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3(1))
        second = self.track_s3(1, job={"GITHUB_RUN_ID": "77"})
        self.assert_done(second)
        self.assertEqual(second.outputs["total-builds"], "2")

    def test_build_follows_the_conventions_of_the_file(self):
        self.workspace.configure(ONE_METRIC)
        jobs = [
            ({"GITHUB_REF": "refs/heads/feature/x"}, "feature/x", "push"),
            ({"GITHUB_REF": "refs/tags/v1.0"}, "v1.0", "push"),
            (
                {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_NAME": "pull_request"},
                "refs/pull/7/merge",
                "pull_request",
            ),
            ({"GITHUB_EVENT_NAME": None}, "main", None),
        ]
        for number, (job, _, _) in enumerate(jobs, 1):
            self.assert_done(self.track_s3(number, job=job))
        rows = self.rows("SELECT branch, event_name, timestamp FROM build_contexts ORDER BY id")
        self.assertEqual([row[:2] for row in rows], [(branch, event) for _, branch, event in jobs])
        for row in rows:
            self.assertRegex(row[2], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_change_is_told_against_the_previous_build_of_the_branch(self):
        def measure(number, value, branch):
            self.workspace.configure({"n": {"type": "numeric", "unit": "integer", "command": f"echo {value}"}})
            run = self.track_s3(number, job={"GITHUB_REF": f"refs/heads/{branch}"})
            self.assert_done(run)
            return run

        first = measure(1, 10, "main")
        self.assertNotIn("previous", first.result["metrics"][0])
        measure(2, 99, "other")
        third = measure(3, 12, "main")
        metric = third.result["metrics"][0]
        self.assertEqual((metric["key"], metric["value"], metric["previous"], metric["change"]), ("n", 12, 10, 2))
        row = [line for line in third.summary.splitlines() if re.match(r"\|\s*n\s*\|", line)]
        self.assertEqual(len(row), 1, third.summary)
        self.assertIn("12", row[0])
        self.assertIn("+2", row[0])

    def test_failed_metric_is_a_warning_and_the_others_are_stored(self):
        self.workspace.configure(
            {
                "bad": {"type": "numeric", "command": "echo some trouble >&2; exit 9"},
                "wrong": {"type": "numeric", "command": "echo 3,5"},
                "good": {"type": "numeric", "command": "echo 5"},
            }
        )
        run = self.track_s3()
        self.assert_done(run)
        self.assertEqual(run.outputs["metrics-collected"], "1")
        self.assertEqual(self.rows("SELECT metric_id, value_numeric FROM metric_values"), [("good", 5.0)])
        results = {metric["key"]: metric for metric in run.result["metrics"]}
        self.assertEqual(list(results), ["bad", "wrong", "good"])
        self.assertIn("9", results["bad"]["error"])
        self.assertIn("3,5", results["wrong"]["error"])
        self.assertTrue(any("bad" in message for message in run.log.messages("warning")), str(run))
        self.assertIn("some trouble", run.log.text)
        self.assertEqual(self.phase(run, "collect")["status"], "warned")

    def test_no_metric_at_all_is_exit_code_4_and_stores_nothing(self):
        self.workspace.configure({"bad": {"type": "numeric", "command": "exit 1"}})
        run = self.track_s3()
        self.assert_failed(run, 4, "nothing_collected")
        self.assertEqual(self.client.list(self.prefix), [])

    def test_F040_run_takes_as_long_as_its_commands(self):
        self.workspace.configure({"quick": {"type": "numeric", "command": "echo 1", "timeout": 60000}})
        run = self.track_s3()
        self.assert_done(run)
        self.assertLess(run.seconds, 5)


class Refusals(S3Case):
    def assert_nothing_written(self):
        self.assertEqual(self.client.list(self.prefix), [])

    def test_wrong_secret_is_denied(self):
        self.workspace.configure(ONE_METRIC)
        run = self.track_s3(s3_secret_access_key="not-the-secret-of-this-key")
        self.assert_failed(run, 3, "denied")
        self.assertRegex(run.result["error"]["hint"], "s3-secret-access-key")
        self.assertEqual(self.phase(run, "download")["status"], "failed")
        self.assert_nothing_written()

    def test_wrong_secret_leaves_an_existing_history_alone(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3())
        before = self.stored()
        self.assert_failed(self.track_s3(2, s3_secret_access_key="not-the-secret-of-this-key"), 3, "denied")
        self.assertEqual(self.stored(), before)

    def test_unknown_key_id_is_denied(self):
        self.workspace.configure(ONE_METRIC)
        run = self.track_s3(s3_access_key_id="AKIANOBODYKNOWSTHIS")
        self.assert_failed(run, 3, "denied")
        self.assertRegex(run.result["error"]["hint"], "s3-access-key-id")
        self.assert_nothing_written()

    def test_missing_bucket_is_named(self):
        self.workspace.configure(ONE_METRIC)
        bucket = f"no-such-bucket-{uuid.uuid4().hex[:12]}"
        run = self.track_s3(s3_bucket=bucket)
        self.assert_failed(run, 3, "not_found")
        self.assertIn(bucket, run.result["error"]["message"])
        self.assertIn("s3-bucket", run.result["error"]["hint"])


class LostRace(S3Case):
    """Somebody else publishes between our download and our upload: their build must survive."""

    # The metric tells the test that the download is over and waits for the test's own writer.
    METRIC = {
        "slow": {
            "type": "numeric",
            "command": "touch ready; while [ ! -e go ]; do sleep 0.02; done; echo 1",
            "timeout": 30000,
        }
    }

    def _race(self, foreign_write):
        (self.workspace.work / "ready").unlink(missing_ok=True)
        (self.workspace.work / "go").unlink(missing_ok=True)
        failures = []

        def write():
            try:
                wait_for((self.workspace.work / "ready").exists, "the metric never ran")
                foreign_write()
            except BaseException as error:  # told in the test's own thread
                failures.append(error)
            finally:
                (self.workspace.work / "go").touch()

        self.workspace.configure(self.METRIC)
        writer = threading.Thread(target=write)
        writer.start()
        run = self.track_s3(50)
        writer.join()
        self.assertEqual(failures, [])
        return run

    def _foreign_build(self, content: bytes) -> bytes:
        with sqlite_file(content) as database:
            database.execute(
                "INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, event_name, timestamp)"
                " VALUES ('f00d', 'main', 'foreign', 1, 'push', '2026-01-02T03:04:05.000Z')"
            )
            database.commit()
            return database.content()

    def _assert_both_builds_are_there(self, run):
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs["pending-records"], "0", str(run))
        self.assertLessEqual({"foreign", "9000050"}, {row[0] for row in self.rows("SELECT run_id FROM build_contexts")})

    def test_F003_lost_race_is_run_again_with_what_the_winner_stored(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3(1))
        before = self.stored()
        run = self._race(lambda: self.client.put(self.key, self._foreign_build(before)))
        self._assert_both_builds_are_there(run)
        self.assertIn("9000001", [row[0] for row in self.rows("SELECT run_id FROM build_contexts")])

    def test_F039_two_first_runs_do_not_overwrite_each_other(self):
        self.workspace.configure(ONE_METRIC)
        elsewhere = self.s3_inputs(database_key=self.prefix + "other.db")
        self.assert_done(self.track(elsewhere))
        theirs = self._foreign_build(self.client.get(self.prefix + "other.db").body)
        run = self._race(lambda: self.client.put(self.key, theirs))
        self._assert_both_builds_are_there(run)
