"""Answers a store gives on a bad day: whatever they are, the stored history stays as it was."""

import shutil
import socket
import ssl
import subprocess
from pathlib import Path

from harness.case import ONE_METRIC, FakeS3Case, sqlite_file
from harness.fakes3 import FakeS3, Reply, Stored, always, error
from harness.s3 import Credentials


def unless_put(reply):
    return lambda request: reply if request.method != "PUT" else None


class Download(FakeS3Case):
    """F-001: only an answer that says so is a first run."""

    def assert_untouched(self, fault, exit_code, error_code, **inputs):
        before = self.start_history()
        self.server.fault = fault
        run = self.track_s3(2, **inputs)
        self.server.fault = None
        self.assert_failed(run, exit_code, error_code)
        self.assertEqual(self.phase(run, "download")["status"], "failed")
        self.assertEqual(self.server.objects[self.key].body, before)
        self.assertEqual(self.server.seen("PUT", self.key)[1:], [])
        return run

    def test_F001_503_is_no_first_run(self):
        run = self.assert_untouched(unless_put(error(503, "ServiceUnavailable")), 3, "unavailable")
        self.assertIn("503", run.result["error"]["message"])

    def test_F001_500_is_no_first_run(self):
        self.assert_untouched(unless_put(error(500, "InternalError")), 3, "unavailable")

    def test_F001_403_is_no_first_run(self):
        run = self.assert_untouched(unless_put(error(403, "AccessDenied")), 3, "denied")
        self.assertRegex(run.result["error"]["message"] + run.result["error"]["hint"], "s3:GetObject|s3:ListBucket")

    def test_F001_404_without_a_body_is_no_first_run(self):
        # A proxy or a wrong endpoint answers 404 too; only `NoSuchKey` speaks of the key.
        before = self.start_history()
        self.server.fault = unless_put(Reply(404, b"<html>not here</html>"))
        run = self.track_s3(2)
        self.assertEqual(run.exit_code, 3, str(run))
        self.assertEqual(self.server.objects[self.key].body, before)

    def test_F010_truncated_body_is_unavailable(self):
        before = self.start_history()
        stored = self.server.objects[self.key]
        cut = Reply(200, stored.body, {"etag": stored.etag}, cut=len(stored.body) // 2)
        self.server.fault = always(cut, "GET", self.key)
        run = self.track_s3(2)
        self.assert_failed(run, 3, "unavailable")
        self.assertEqual(self.server.objects[self.key].body, before)

    def test_dropped_connection_is_unavailable(self):
        self.assert_untouched(unless_put(Reply(200, b"x" * 100, cut=100)), 3, "unavailable")

    def test_one_503_is_survived(self):
        self.start_history()
        answers = iter([error(503, "SlowDown")])
        self.server.fault = lambda r: next(answers, None)
        run = self.track_s3(2, retry_attempts="3")
        self.assert_done(run)
        self.assertEqual(run.outputs["total-builds"], "2")

    def test_F007_retry_attempts_are_obeyed(self):
        self.workspace.configure(ONE_METRIC)
        for attempts in (0, 2):
            self.server.requests.clear()
            self.server.fault = lambda r: error(503, "SlowDown", retry_after="0")
            run = self.track_s3(retry_attempts=str(attempts))
            self.assert_failed(run, 3, "unavailable")
            # Reading failed; what was measured is worth as many tries to store it.
            tries = attempts + 1
            self.assertEqual([r.method for r in self.server.requests], ["GET"] * tries + ["PUT"] * tries)

    def test_permanent_failures_are_not_retried(self):
        self.workspace.configure(ONE_METRIC)
        self.server.fault = lambda r: error(403, "AccessDenied")
        self.assert_failed(self.track_s3(retry_attempts="5"), 3, "denied")
        asked = [(request.method, request.key) for request in self.server.requests]
        self.assertEqual(asked, [("GET", None), ("GET", self.key)])

    def test_redirect_is_not_followed(self):
        self.workspace.configure(ONE_METRIC)
        other = self.enter(FakeS3("metrics", self.credentials))
        for status in (301, 302, 307, 308):
            location = {"location": f"{other.endpoint}/metrics/{self.key}", "x-amz-bucket-region": "eu-west-9"}
            body = error(status, "PermanentRedirect", extra="<Region>eu-west-9</Region>").body
            self.server.fault = lambda r: Reply(status, body, location)
            run = self.track_s3()
            self.assertIn(run.exit_code, (2, 3), str(run))
            self.assertIn("eu-west-9", run.outputs["error-message"])
        self.assertEqual(other.requests, [])

    def test_expired_token_says_so(self):
        self.workspace.configure(ONE_METRIC)
        self.server.fault = lambda r: error(400, "ExpiredToken")
        run = self.track_s3()
        self.assert_failed(run, 3, "denied")
        self.assertIn("expired", run.outputs["error-message"])


class Damage(FakeS3Case):
    def assert_refused(self, content):
        self.workspace.configure(ONE_METRIC)
        self.server.objects[self.key] = Stored(content, "application/vnd.sqlite3", {})
        run = self.track_s3(2)
        self.assert_failed(run, 3, "corrupt")
        self.assertEqual(self.server.objects[self.key].body, content)

    def test_F010_bytes_that_are_no_database(self):
        self.assert_refused(b"<html>Sign in to the network</html>" * 100)

    def test_F010_database_that_was_cut(self):
        content = self.start_history()
        self.assert_refused(content[: len(content) // 2])

    def test_F010_database_with_a_damaged_page(self):
        content = self.start_history()
        page = int.from_bytes(content[16:18], "big")
        self.assert_refused(content[:page] + b"\xa5" * page + content[2 * page :])

    def test_empty_object(self):
        self.assert_refused(b"")


class Upload(FakeS3Case):
    def test_F026_denied_upload_keeps_the_database_and_draws_the_report(self):
        before = self.start_history()
        self.server.fault = always(error(403, "AccessDenied"), "PUT", self.key)
        run = self.track_s3(2)
        self.assert_failed(run, 3, "denied")
        self.assertIn("s3:PutObject", run.outputs["error-message"])
        self.assertEqual(self.server.objects[self.key].body, before)
        self.assertEqual(self.phase(run, "upload")["status"], "failed")
        self.assertEqual(self.phase(run, "report")["status"], "done")
        self.assertTrue((self.workspace.work / "unentropy-report" / "index.html").is_file())
        kept = Path(run.outputs["database-path"])
        self.assertIn(str(kept), run.log.text)
        self.assertIn(kept.name, run.summary)
        with sqlite_file(kept.read_bytes()) as database:
            self.assertEqual(database.execute("SELECT COUNT(*) FROM build_contexts").fetchone(), (2,))
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.workspace.leftovers(), [kept.name])

    def test_upload_is_conditional_from_the_first(self):
        self.start_history()
        etag = self.server.objects[self.key].etag
        self.assert_done(self.track_s3(2))
        first, second = self.server.seen("PUT", self.key)
        self.assertEqual(first.headers.get("if-none-match"), "*")
        self.assertNotIn("if-match", first.headers)
        self.assertEqual(second.headers.get("if-match", "").strip('"'), etag.strip('"'))
        for put in (first, second):
            self.assertEqual(put.headers["content-type"], "application/vnd.sqlite3")
            self.assertEqual(put.headers["content-length"], str(len(put.body)))
            self.assertNotIn("transfer-encoding", put.headers)

    def test_F007_one_failed_upload_is_survived(self):
        self.start_history()
        for number, status in enumerate((500, 503), 2):
            with self.subTest(status):
                answers = iter([error(status, "InternalError")])
                self.server.fault = lambda r: next(answers, None) if r.method == "PUT" else None
                run = self.track_s3(number, retry_attempts="3")
                self.assert_done(run)
                self.assertEqual(run.outputs["total-builds"], str(number))

    def test_F012_upload_that_stored_something_else_is_noticed(self):
        self.start_history()

        def swallow(request):
            # Acknowledged, and nothing kept: what a broken cache in front of a store does.
            if request.method == "PUT" and request.key == self.key:
                return Reply(200, headers={"etag": '"0123456789abcdef0123456789abcdef"'})
            return None

        self.server.fault = swallow
        run = self.track_s3(2, timeout="5")
        self.server.fault = None
        # The record is safe, so the run need not fail; but it must not say that the history has the build.
        self.assertNotEqual(run.outputs["pending-records"], "0", str(run))
        self.assertTrue(run.log.messages("notice"), str(run))
        self.assert_done(self.track_s3(3))
        with sqlite_file(self.server.objects[self.key].body) as database:
            self.assertEqual(database.execute("SELECT COUNT(*) FROM build_contexts").fetchone(), (3,))

    def test_answer_lost_after_the_write_took_effect_is_no_second_build(self):
        self.start_history()
        answered = []

        def lose_first_answer(request):
            if request.method == "PUT" and request.key == self.key and not answered:
                answered.append(self.server._answer(request))
                return Reply(200, b"x" * 50, cut=50)
            return None

        self.server.fault = lose_first_answer
        run = self.track_s3(2, retry_attempts="3")
        self.assert_done(run)
        with sqlite_file(self.server.objects[self.key].body) as database:
            self.assertEqual(database.execute("SELECT COUNT(*) FROM build_contexts").fetchone(), (2,))


class SessionToken(FakeS3Case):
    credentials = Credentials("ASIAE2EEXAMPLE", "temporary-secret", "temporary/session+token==")

    def test_F028_session_token_is_sent_and_signed(self):
        self.start_history()
        self.assert_done(self.track_s3(2))
        for request in self.server.requests:
            self.assertEqual(request.headers["x-amz-security-token"], self.credentials.session_token)

    def test_missing_session_token_is_denied(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_failed(self.track_s3(s3_session_token=""), 3, "denied")


class Reaching(FakeS3Case):
    def test_nobody_listens(self):
        self.workspace.configure(ONE_METRIC)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            run = self.track_s3(s3_endpoint=f"http://127.0.0.1:{port}", retry_attempts="0")
        self.assert_failed(run, 3, "unavailable")
        self.assertIn(f"127.0.0.1:{port}", run.result["error"]["message"])

    def test_endpoint_with_a_path_prefix(self):
        # What a reverse proxy under a path looks like: the bucket is the second component.
        self.workspace.configure(ONE_METRIC)
        run = self.track_s3(s3_endpoint=self.server.endpoint + "/prefix/", s3_bucket="metrics", retry_attempts="0")
        self.assertEqual(run.exit_code, 3, str(run))
        self.assertEqual({request.key.split("/")[0] for request in self.server.requests if request.key}, {"metrics"})


class Certificates(FakeS3Case):
    def setUp(self):
        super().setUp()
        self.assertIsNotNone(shutil.which("openssl"), "these tests need the program openssl")
        self.certificate = self.workspace.work / "ca.pem"
        key = self.workspace.files / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=e2e"]
            + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(self.certificate)],
            check=True,
            capture_output=True,
        )
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, key)
        self.server = self.enter(FakeS3("metrics", self.credentials, tls))
        self.workspace.configure(ONE_METRIC)

    def test_authority_of_ones_own(self):
        self.assert_done(self.track_s3(s3_ca_file="ca.pem"))
        self.assertIn(self.key, self.server.objects)

    def test_unknown_authority_is_denied_at_once(self):
        run = self.track_s3(retry_attempts="3")
        self.assert_failed(run, 3, "denied")
        self.assertIn("certificate", run.outputs["error-message"])
        self.assertIn("s3-ca-file", run.outputs["error-message"])
        self.assertEqual(self.server.requests, [])
        self.assertLess(run.seconds, 5)
