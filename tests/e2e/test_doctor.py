"""`unentropy doctor`: what it says about real stores, about broken ones, and that it leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
import unicodedata
from datetime import datetime, timedelta, timezone

from harness import settings
from harness.case import ONE_METRIC, FakeS3Case, ProgramCase, S3Case, input_variables
from harness.fakes3 import FakeS3, Reply, Stored, error
from harness.s3 import Credentials, S3Client

CHECKS = [
    "configuration",
    "inputs",
    "endpoint",
    "tls",
    "clock",
    "credentials",
    "bucket",
    "versioning",
    "list",
    "write",
    "read",
    "if_none_match",
    "if_match_stale",
    "if_match_current",
    "copy",
    "round_trip",
    "throughput",
    "delete",
    "clean_up",
]
LOCAL_CHECKS = ["configuration", "inputs", "write", "read", "lock", "history", "clean_up"]


def setting(name):
    value = os.environ.get("UNENTROPY_TEST_" + name, "")
    if not value:
        raise settings.MissingSetting(f"UNENTROPY_TEST_{name} is not set; run these tests through ./dev test")
    return value


class DoctorCase(ProgramCase):
    secrets = ()

    def doctor(self, inputs, exit_code, workflow=True):
        """One examination; asserts what holds for every one of them."""
        if not (self.workspace.work / "unentropy.json").exists():
            self.workspace.configure(ONE_METRIC)
        environment = self.workspace.job() if workflow else self.workspace.clean_environment()
        environment.update(input_variables(inputs))
        run = self.workspace.run("doctor", environment=environment, json_result=True)
        self.assertEqual(run.exit_code, exit_code, str(run))
        self.assertEqual(run.result["exit_code"], exit_code)
        self.assertEqual(run.result["safe"], exit_code == 0)
        self.assertEqual(self.workspace.leftovers(), [])
        ids = [check["id"] for check in run.result["checks"]]
        self.assertIn(ids, (CHECKS, LOCAL_CHECKS), "every check has a verdict, in order")
        for check in run.result["checks"]:
            if check["verdict"] in ("failed", "skipped"):
                self.assertTrue(check["detail"], check)
        for secret in self.secrets:
            shown = "\n".join(line for line in run.output.splitlines() if not line.startswith("::add-mask::"))
            self.assertNotIn(secret, shown)
            self.assertNotIn(secret, str(run.result))
        return run

    def check(self, run, name):
        return next(check for check in run.result["checks"] if check["id"] == name)

    def line(self, run, name):
        check = self.check(run, name)
        return f"{check['verdict']}: {check['detail']}"

    def troubles(self, run):
        return {c["id"]: c["verdict"] for c in run.result["checks"] if c["verdict"] in ("failed", "warning")}

    def table(self, run):
        """The lines of the table as they stand in the output."""
        lines = run.output.splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith("  configuration "))
        table = []
        for line in lines[first:]:
            if not line.startswith("  "):
                break
            table.append(line)
        return table


class Gateway(S3Case, DoctorCase):
    """Ceph's gateway: conditions honoured, ETags unquoted up to version 18."""

    def setUp(self):
        super().setUp()
        self.secrets = (settings.server().credentials.secret_key,)

    def test_a_good_store(self):
        run = self.doctor(self.s3_inputs(), 0)
        self.assertEqual(self.troubles(run), {}, str(run))
        server = settings.server()
        self.assertEqual(self.line(run, "configuration"), "ok: `unentropy.json` is valid, 1 metric")
        self.assertEqual(self.line(run, "inputs"), f"ok: storage `sqlite-s3`, key `{self.key}`")
        self.assertEqual(self.line(run, "endpoint"), f"ok: `{server.endpoint}` answers")
        self.assertEqual(self.line(run, "tls"), "ok: none: plain http, which does not leave this machine")
        self.assertEqual(self.line(run, "clock"), "ok: agrees with the store's")
        self.assertEqual(self.line(run, "credentials"), "ok: accepted")
        self.assertEqual(
            self.line(run, "bucket"), f"ok: `{server.bucket}`, path style, signed for region `{server.region}`"
        )
        self.assertRegex(self.line(run, "versioning"), "^ok: off: ")
        self.assertEqual(self.line(run, "if_none_match"), "ok: honoured: what is there is not created again")
        self.assertEqual(self.line(run, "if_match_stale"), "ok: refused, as it must be")
        self.assertRegex(self.line(run, "if_match_current"), "^ok: accepted")
        self.assertEqual(self.line(run, "clean_up"), f"ok: nothing is left below `{self.key}.doctor/`")
        figures = run.result["figures"]
        self.assertEqual(figures["conditions"], "honoured")
        self.assertIn(figures["etag_spelling"], ("quoted", "unquoted", "both"))
        for name in ("round_trip_ms", "upload_bytes_per_second", "download_bytes_per_second"):
            self.assertGreater(figures[name], 0)
        self.assertIn("a run with these settings is safe", run.output)
        self.assertEqual(self.client.list(self.prefix), [])

    def test_the_table_reads_well_in_eighty_columns(self):
        for workflow in (True, False):
            run = self.doctor(self.s3_inputs(database_key="e2e.db"), 0, workflow)
            table = self.table(run)
            self.assertEqual([line for line in table if len(line) > 80 and " " in line[30:].strip()], [])
            titles = [line[2:19].strip() for line in table if line[2:3].strip()]
            self.assertEqual(len(titles), len(CHECKS))
            self.assertEqual(titles[-1], "clean-up")
            self.assertFalse([c for line in table for c in line if unicodedata.category(c) == "Cc"])
        self.assertEqual(self.client.list("e2e.db.doctor"), [])

    def test_a_key_that_may_only_read(self):
        reader = setting("S3_READER_ACCESS_KEY")
        secret = setting("S3_READER_SECRET_KEY")
        self.secrets = (secret,)
        run = self.doctor(self.s3_inputs(s3_access_key_id=reader, s3_secret_access_key=secret), 3)
        self.assertEqual(self.troubles(run), {"write": "failed"})
        check = self.check(run, "write")
        self.assertRegex(
            check["detail"],
            rf"^writing `{re.escape(self.key)}\.doctor/[0-9a-f]+/object` in bucket `[a-z-]+`: "
            r"access denied \(403 AccessDenied\)$",
        )
        self.assertRegex(check["hint"], "^the key needs `s3:PutObject` for ")
        self.assertEqual(self.line(run, "if_none_match"), "skipped: because `write` failed")
        self.assertIn("a run with these settings would not be safe: 1 check failed", run.output)

    def test_tls(self):
        inputs = self.s3_inputs(s3_endpoint=setting("S3_TLS_ENDPOINT"))
        run = self.doctor(inputs, 3)
        self.assertEqual(self.troubles(run), {"tls": "failed"})
        self.assertIn("its certificate is not trusted (", self.check(run, "tls")["detail"])
        self.assertIn("`s3-ca-file`", self.check(run, "tls")["hint"])
        run = self.doctor({**inputs, "s3-ca-file": setting("S3_TLS_CA_FILE")}, 0)
        self.assertRegex(
            self.line(run, "tls"), r"^ok: TLSv?1\.[23], the certificate is trusted \(`s3-ca-file` was given\)$"
        )


class Swift(DoctorCase):
    """OpenStack Swift: 501 to every conditional write."""

    def test_a_store_that_refuses_conditions_is_safe_with_a_warning(self):
        self.secrets = (setting("SWIFT_SECRET_KEY"),)
        key = f"e2e-doctor-{os.getpid()}.db"
        inputs = {
            "storage-type": "sqlite-s3",
            "s3-endpoint": setting("SWIFT_ENDPOINT"),
            "s3-bucket": setting("SWIFT_BUCKET"),
            "s3-region": setting("SWIFT_REGION"),
            "s3-access-key-id": setting("SWIFT_ACCESS_KEY"),
            "s3-secret-access-key": setting("SWIFT_SECRET_KEY"),
            "database-key": key,
        }
        run = self.doctor(inputs, 0)
        conditional = ["if_none_match", "if_match_stale", "if_match_current"]
        self.assertEqual(self.troubles(run), dict.fromkeys(conditional, "warning"), str(run))
        for name in conditional:
            self.assertEqual(
                self.line(run, name), "warning: refused by the store, which has no conditional writes"
            )
        self.assertEqual(
            self.check(run, "if_none_match")["hint"],
            "two runs that finish at the same moment can overwrite each other's snapshot; every build is also kept "
            "as a run record of its own, from which the next run puts it back",
        )
        self.assertEqual(run.result["figures"]["conditions"], "refused")
        self.assertIn("a run with these settings is safe, with 3 warnings", run.output)
        credentials = Credentials(setting("SWIFT_ACCESS_KEY"), setting("SWIFT_SECRET_KEY"))
        client = S3Client(inputs["s3-endpoint"], inputs["s3-bucket"], credentials, inputs["s3-region"])
        self.assertEqual(client.list(key), [])


class Faults(FakeS3Case, DoctorCase):
    secrets = (FakeS3Case.credentials.secret_key,)

    def tearDown(self):
        self.assertEqual([key for key in self.server.objects if ".doctor/" in key], [], "something was left behind")
        for request in self.server.requests:
            if request.key is not None and request.method != "GET":
                self.assertTrue(request.key.startswith(self.key + ".doctor/"), request.key)
        super().tearDown()

    def test_a_store_that_ignores_conditions_is_found_out(self):
        def ignoring(request):
            if request.method != "PUT" or not {"if-match", "if-none-match"} & set(request.headers):
                return None
            stored = Stored(request.body, "text/plain", {})
            self.server.objects[request.key] = stored
            return Reply(200, headers={"etag": stored.etag})

        self.server.fault = ignoring
        run = self.doctor(self.s3_inputs(), 0)
        self.assertEqual(
            self.line(run, "if_none_match"), "warning: IGNORED: the store reports success and overwrites"
        )
        self.assertEqual(
            self.line(run, "if_match_stale"), "warning: IGNORED: the store reports success and overwrites"
        )
        self.assertEqual(run.result["figures"]["conditions"], "ignored")

    def test_a_wrong_secret(self):
        self.secrets = ("not-the-secret-at-all",)
        run = self.doctor(self.s3_inputs(s3_secret_access_key="not-the-secret-at-all"), 3)
        self.assertEqual(self.troubles(run), {"credentials": "failed"})
        self.assertRegex(
            self.check(run, "credentials")["detail"],
            r": the signature is not accepted \(403 SignatureDoesNotMatch\)$",
        )
        self.assertEqual(
            self.check(run, "credentials")["hint"],
            "check `s3-secret-access-key`: it must belong to `s3-access-key-id`, and that to "
            f"`{self.server.endpoint}`",
        )
        self.assertEqual(self.line(run, "write"), "skipped: because `credentials` failed")
        self.assertEqual(len(self.server.requests), 1)

    def test_an_unknown_key_id_is_not_shown(self):
        self.secrets = ("AKIANOBODYKNOWSIT",)
        run = self.doctor(self.s3_inputs(s3_access_key_id="AKIANOBODYKNOWSIT"), 3)
        self.assertEqual(self.troubles(run), {"credentials": "failed"})

    def test_a_missing_bucket(self):
        run = self.doctor(self.s3_inputs(s3_bucket="no-such-bucket"), 3)
        self.assertEqual(self.troubles(run), {"bucket": "failed"})
        self.assertTrue(
            self.check(run, "bucket")["detail"].endswith(
                f"there is no bucket `no-such-bucket` at `{self.server.endpoint}` (404 NoSuchBucket)"
            )
        )
        self.assertEqual(
            self.check(run, "bucket")["hint"],
            "check `s3-bucket`, `s3-endpoint` and `s3-region`; the bucket must exist before the first run",
        )

    def test_no_server(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
            run = self.doctor(self.s3_inputs(s3_endpoint=endpoint), 3)
        self.assertEqual(self.troubles(run), {"endpoint": "failed"})
        self.assertTrue(
            self.check(run, "endpoint")["detail"].endswith(f": connecting to `{endpoint}`: connection refused")
        )
        self.assertEqual(self.check(run, "endpoint")["hint"], "check `s3-endpoint` and the network between")

    def test_a_redirect_is_told_and_not_followed(self):
        other = self.enter(FakeS3("metrics", self.credentials))
        moved = error(301, "PermanentRedirect", extra="<Region>eu-west-9</Region>", location=other.endpoint)
        self.server.fault = lambda request: moved
        run = self.doctor(self.s3_inputs(), 2)
        self.assertEqual(self.troubles(run), {"bucket": "failed"})
        self.assertIn("set `s3-region` to `eu-west-9`", self.check(run, "bucket")["hint"])
        self.assertEqual(other.requests, [])

    def test_a_clock_that_is_an_hour_behind(self):
        self.server.clock_lead = 3600

        def strict(request):
            sent = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
            theirs = datetime.now(timezone.utc) + timedelta(seconds=self.server.clock_lead)
            return error(403, "RequestTimeTooSkewed") if abs(theirs - sent) > timedelta(minutes=15) else None

        self.server.fault = strict
        run = self.doctor(self.s3_inputs(), 0)
        self.assertEqual(self.troubles(run), {"clock": "warning"})
        self.assertRegex(self.line(run, "clock"), r"^warning: (1 h|60 min|59 min).* behind the store's$")
        self.assertRegex(self.check(run, "clock")["hint"], "^set the clock of this machine: ")

    def test_something_that_is_no_store(self):
        self.server.fault = lambda request: Reply(200, b"<html>Sign in</html>")
        run = self.doctor(self.s3_inputs(), 3)
        self.assertEqual(self.troubles(run), {"endpoint": "failed"})
        self.assertTrue(
            self.check(run, "endpoint")["detail"].endswith("the answer is not that of an S3 store")
        )

    def test_a_key_that_may_not_delete(self):
        self.server.fault = lambda r: error(403, "AccessDenied") if r.method == "DELETE" else None
        run = self.doctor(self.s3_inputs(), 0)
        self.assertEqual(self.troubles(run), {"delete": "warning", "clean_up": "warning"})
        self.assertEqual(self.check(run, "clean_up")["hint"], f"delete what is below `{self.key}.doctor/` by hand")
        self.server.objects.clear()

    def test_settings_that_are_missing_are_all_told(self):
        run = self.doctor({"storage-type": "sqlite-s3"}, 2)
        self.assertEqual(self.troubles(run), {"inputs": "failed"})
        for name in ("s3-bucket", "s3-access-key-id", "s3-secret-access-key"):
            self.assertIn(f"`{name}` is missing", self.check(run, "inputs")["detail"])
        self.assertEqual(self.line(run, "endpoint"), "skipped: because `inputs` failed")

    def test_a_broken_configuration_does_not_hide_the_store(self):
        self.workspace.write("unentropy.json", "{")
        run = self.doctor(self.s3_inputs(), 2)
        self.assertEqual(self.troubles(run), {"configuration": "failed"})
        self.assertEqual(self.line(run, "credentials"), "ok: accepted")

    def interrupt(self, when):
        """Sends SIGINT once a request for which `when` holds has come in, and answers it late."""
        self.workspace.configure(ONE_METRIC)
        reached = threading.Event()
        process = None

        def slow(request):
            if not reached.is_set() and when(request):
                reached.set()
                time.sleep(0.5)
            return None

        self.server.fault = slow
        environment = {**self.workspace.clean_environment(), **input_variables(self.s3_inputs())}
        process = subprocess.Popen(
            [settings.binary(), "doctor"],
            cwd=self.workspace.work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.assertTrue(reached.wait(30), "the request never came")
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)[0].decode()
        self.assertEqual(process.returncode, 130, output)
        self.assertIn("interrupted", output)
        # What was on its way when the program gave up has arrived by now, and so has its deletion.
        deletions = [request.key for request in self.server.seen("DELETE")]
        for request in self.server.seen("PUT"):
            self.assertIn(request.key, deletions)
        return output

    def test_an_interruption_while_writing_leaves_nothing(self):
        self.interrupt(lambda request: request.method == "PUT" and "conditions" in request.key)
        self.server.objects.clear()  # a write that was cut off may take effect after its deletion

    def test_an_interruption_while_reading_leaves_nothing(self):
        self.interrupt(lambda request: request.method == "GET" and request.key and "throughput" in request.key)


class Local(DoctorCase):
    def test_a_first_run(self):
        run = self.doctor({"storage-type": "sqlite-local", "database-key": "data/history.db"}, 0)
        self.assertEqual(self.troubles(run), {})
        self.assertEqual(self.line(run, "history"), "ok: none yet, a first run starts one")
        self.assertEqual([path.name for path in self.workspace.work.iterdir()], ["unentropy.json"])

    def test_a_history_and_a_damaged_one(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-local"})
        self.assert_done(self.track())
        run = self.doctor({}, 0)
        self.assertRegex(self.line(run, "history"), "^ok: valid, 1 build, ")
        self.assertEqual(self.line(run, "lock"), "ok: keeps a second process out")
        database = self.workspace.work / "unentropy-metrics.db"
        damaged = b"SQLite format 3\0" + b"\xff" * 5000
        database.write_bytes(damaged)
        run = self.doctor({}, 3)
        self.assertEqual(self.troubles(run), {"history": "failed"})
        self.assertEqual(database.read_bytes(), damaged)
        self.assertFalse((self.workspace.work / "unentropy-metrics.db.doctor").exists())

    def test_a_link_in_the_checkout_is_not_followed(self):
        outside = self.workspace.root / "outside"
        outside.mkdir()
        (self.workspace.work / "history.db.doctor").symlink_to(outside)
        run = self.doctor({"storage-type": "sqlite-local", "database-key": "history.db"}, 2)
        self.assertEqual(self.troubles(run), {"inputs": "failed"})
        self.assertIn("symbolic link", self.check(run, "inputs")["detail"])
        self.assertEqual(list(outside.iterdir()), [])
