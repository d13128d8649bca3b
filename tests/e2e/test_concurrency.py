"""Many runs at one moment, and runs that end in the middle: whatever was acknowledged is there afterwards (F-003)."""

import random
import subprocess
import threading
import unittest
import uuid

from harness import fleet, settings
from harness.case import ONE_METRIC, input_variables
from harness.fleet import Fleet
from harness.proxied import ProxyCase
from harness.workspace import wait_for

RUNS = 64


class FleetCase(ProxyCase):
    def fleet(self, server=None, endpoint="", **inputs):
        made = Fleet(server or settings.server(), f"fleet/{uuid.uuid4().hex[:8]}/metrics.db", endpoint, **inputs)
        self.addCleanup(made.remove)
        return made

    def assert_kept(self, made, finished):
        """Nothing that was acknowledged is missing after at most one further run."""
        self.assertEqual(made.missing_after_one_more(finished), [])
        self.assertEqual(made.contents().problem, "")


class AtOneMoment(FleetCase):
    def assert_all_there(self, made):
        finished = made.together(RUNS)
        self.assertEqual(fleet.failures(finished), {})
        self.assertEqual([one.number for one in finished if not one.acknowledged], [])
        self.assert_kept(made, finished)
        self.assertGreaterEqual(made.contents().run_ids, {fleet.run_id_of(n) for n in range(1, RUNS + 1)})

    def test_F003_on_a_store_with_conditions(self):
        self.assert_all_there(self.fleet())

    def test_F003_on_a_store_that_ignores_conditions(self):
        proxy = self.start_proxy(dialect="gcs")
        self.assert_all_there(self.fleet(endpoint=proxy.endpoint))

    def test_F003_on_a_store_that_refuses_conditions(self):
        self.assert_all_there(self.fleet(settings.server("SWIFT")))

    def test_F003_on_stores_that_answer_as_aws_and_old_minio_do(self):
        for dialect in ("aws", "old-minio"):  # 409 and 404; 304
            with self.subTest(dialect):
                proxy = self.start_proxy(dialect=dialect)
                made = self.fleet(endpoint=proxy.endpoint, s3_region=proxy.dialect.region or "us-east-1")
                finished = made.together(16)
                self.assertEqual(fleet.failures(finished), {})
                self.assert_kept(made, finished)

    def test_F039_all_of_them_the_first(self):
        # The same on a history that does not exist: everybody creates, one wins, nobody is lost.
        made = self.fleet()
        finished = made.together(8)
        self.assertEqual(fleet.failures(finished), {})
        self.assert_kept(made, finished)

    def test_new_records_that_no_listing_shows_yet(self):
        proxy = self.start_proxy(dialect="gcs", hidden_seconds=1)
        made = self.fleet(endpoint=proxy.endpoint)
        finished = made.together(16)
        self.assertEqual(fleet.failures(finished), {})
        proxy.hidden_seconds = 0
        self.assert_kept(made, finished)

    def test_two_attempts_of_one_run_side_by_side(self):
        made = self.fleet()
        self.assertEqual(made.run(1).exit_code, 0)
        launched = [made.launch(1, GITHUB_RUN_ATTEMPT=str(attempt)) for attempt in (2, 3)]
        finished = [one.wait() for one in launched]
        self.assertEqual(fleet.failures(finished), {})
        self.assert_kept(made, finished)
        self.assertEqual(made.contents().run_ids, {fleet.run_id_of(1)})


class Killed(FleetCase):
    def usual_seconds(self, made):
        return sorted(made.run().seconds for _ in range(5))[2]

    def test_sigkill_before_and_after_every_single_request(self):
        """The same at the places that matter, whatever the time: around each request of a run."""
        proxy = self.start_proxy()
        made = self.fleet(endpoint=proxy.endpoint)
        finished = [made.run(), made.run()]
        for moment in ("asked", "answered"):
            number = 0
            while (last := self.kill_at(proxy, made, number, moment)).exit_code < 0:
                finished.append(last)
                self.assertEqual(made.contents().problem, "")
                finished.append(made.run())  # folds what was left, so that every run makes the same requests
                self.assertEqual(made.missing(finished), [])
                number += 1
            self.assertEqual(last.exit_code, 0, last.output)
            self.assertGreater(number, 5, "a run makes more requests than that")
            finished.append(last)
        self.assertTrue(any(one.acknowledged and one.exit_code < 0 for one in finished))
        self.assert_kept(made, finished)

    def kill_at(self, proxy, made, number, moment):
        """SIGKILL when request `number` (from 0) arrives, before or after the server has carried it out."""
        reached, dead = threading.Event(), threading.Event()
        counted = []

        def watch(seen, at):
            if at == "asked":
                counted.append(seen)
            if at == moment and len(counted) == number + 1 and seen is counted[number]:
                reached.set()
                dead.wait(30)

        proxy.watch = watch
        launched = made.launch()
        try:
            ended = lambda: launched.process.poll() is not None
            wait_for(lambda: reached.is_set() or ended(), "it neither came so far nor ended")
            launched.kill()
            return launched.wait()
        finally:
            dead.set()
            proxy.watch = None

    def test_sigkill_while_others_write(self):
        made = self.fleet()
        seconds = self.usual_seconds(made)
        finished = []
        for moment in fleet.moments(4, seconds * 6, random.Random(2)):
            launched = [made.launch() for _ in range(6)]
            finished.append(fleet.kill_after(launched[0], moment))
            others = [one.wait() for one in launched[1:]]
            self.assertEqual(fleet.failures(others), {})
            finished += others
        self.assert_kept(made, finished)


class Cancelled(ProxyCase):
    """SIGTERM (a cancelled workflow): exit code 130, nothing half-measured, no temporary file."""

    def cancel_at(self, operation, moment="asked"):
        """SIGTERM as soon as `operation` reaches the store, which keeps the program waiting meanwhile."""
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3(1))
        reached = self.workspace.files / "reached"
        release = threading.Event()
        self.addCleanup(release.set)

        def watch(seen, at):
            if seen.operation == operation and at == moment and not reached.exists():
                reached.touch()
                release.wait(30)

        self.proxy.watch = watch
        environment = {**self.workspace.job(2), **input_variables(self.s3_inputs())}
        run = self.workspace.run("track", environment=environment, json_result=True, interrupt_when=reached)
        self.proxy.watch = None
        release.set()
        self.assertEqual(run.exit_code, 130, str(run))
        self.assertEqual(run.outputs["success"], "false")
        self.assertEqual(run.outputs["error-code"], "cancelled")
        self.assert_complete(run)
        self.assertEqual(self.workspace.leftovers(), [], str(run))
        return run

    def present_after_next_run(self):
        self.assert_done(self.track_s3(9))
        return {row[0] for row in self.rows("SELECT run_id FROM build_contexts")}

    def assert_next_run_has(self, *numbers):
        self.assertEqual(self.present_after_next_run(), {fleet.run_id_of(number) for number in (*numbers, 9)})

    def test_F024_while_listing(self):
        self.cancel_at("list")
        self.assert_next_run_has(1)

    def test_F024_while_downloading(self):
        self.cancel_at("download")
        self.assert_next_run_has(1)

    def test_F024_while_the_record_is_being_stored(self):
        # The build was complete, so its record is worth the time that is left; both outcomes are sound.
        run = self.cancel_at("record")
        acknowledged = "recorded " + "2".rjust(40, "0") in run.output
        certain = {1, 2, 9} if acknowledged else {1, 9}
        present = self.present_after_next_run()
        # What the server had received may still come to be.
        self.assertLessEqual({fleet.run_id_of(number) for number in certain}, present)
        self.assertLessEqual(present, {fleet.run_id_of(number) for number in (1, 2, 9)})

    def test_F024_while_the_snapshot_is_uploaded(self):
        run = self.cancel_at("upload")
        self.assertIn("recorded " + "2".rjust(40, "0"), run.output)
        self.assert_next_run_has(1, 2)

    def test_F024_after_the_snapshot_was_uploaded(self):
        run = self.cancel_at("upload", "answered")
        self.assertIn("recorded " + "2".rjust(40, "0"), run.output)
        self.assert_next_run_has(1, 2)


class Soak(unittest.TestCase):
    """The short forms of `./dev soak`, whose exit code says whether anything was lost."""

    def soak(self, mode, amount):
        program = settings.ROOT / "tests" / "soak"
        finished = subprocess.run([program, mode, amount], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)

    def test_writers_of_whom_a_third_is_killed(self):
        self.soak("writers", "1")

    def test_kills_at_random_moments(self):
        self.soak("kills", "20")

    def test_random_transient_faults(self):
        self.soak("faults", "60")
