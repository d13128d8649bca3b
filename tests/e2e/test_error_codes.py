"""Every error code of the program, provoked from outside: the table that docs/reference/errors.md shows is complete."""

import re
import resource
import subprocess
import unittest

from harness import settings
from harness.case import ONE_METRIC, FakeS3Case, input_variables
from harness.fakes3 import Stored, error

PAGE = settings.ROOT / "docs" / "reference" / "errors.md"

# A libcurl that refuses every option, as a foreign library of that name may: nothing that a server, a file or an
# argument says leads to `internal`, so the fault is put where the program meets the machine.
REFUSING_LIBCURL = """
int curl_global_init(long flags) { (void)flags; return 0; }
void *curl_easy_init(void) { static int handle; return &handle; }
void curl_easy_cleanup(void *handle) { (void)handle; }
void curl_easy_reset(void *handle) { (void)handle; }
int curl_easy_setopt(void *handle, int option, ...) { (void)handle; (void)option; return 48; }
int curl_easy_perform(void *handle) { (void)handle; return 2; }
int curl_easy_getinfo(void *handle, int info, ...) { (void)handle; (void)info; return 48; }
const char *curl_easy_strerror(int code) { (void)code; return "refused"; }
"""


def documented():
    """Code → exit code, from the page's table, which the program's own table writes."""
    rows = re.findall(r"(?m)^\| `(\w+)` \| (\d+) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text())
    return {code: int(exit_code) for code, exit_code, _, _ in rows}


class ErrorCodes(FakeS3Case):
    """`test_provokes_X` ends a run with the code X."""

    def assert_provoked(self, run, code):
        self.assert_failed(run, documented()[code], code)
        return run.result["error"]

    def test_every_code_has_a_test_that_provokes_it(self):
        names = unittest.TestLoader().getTestCaseNames(ErrorCodes)
        provoked = {name[len("test_provokes_") :] for name in names if name.startswith("test_provokes_")}
        self.assertEqual(provoked, set(documented()))

    def test_provokes_usage(self):
        self.workspace.configure(ONE_METRIC)
        self.assertEqual(
            self.assert_provoked(self.track_s3(s3_bucket=""), "usage")["message"],
            "`s3-bucket` is missing",
        )

    def test_provokes_denied(self):
        self.workspace.configure(ONE_METRIC)
        told = self.assert_provoked(self.track_s3(s3_secret_access_key="not-the-secret-of-the-key"), "denied")
        self.assertIn("(403 SignatureDoesNotMatch)", told["message"])
        self.assertIn("check `s3-secret-access-key`", told["hint"])

    def test_provokes_not_found(self):
        self.workspace.configure(ONE_METRIC)
        told = self.assert_provoked(self.track_s3(s3_bucket="absent-bucket"), "not_found")
        self.assertIn("there is no bucket `absent-bucket`", told["message"])

    def test_provokes_unavailable(self):
        self.workspace.configure(ONE_METRIC)
        self.server.fault = lambda request: error(503, "SlowDown", retry_after="0")
        told = self.assert_provoked(self.track_s3(retry_attempts="0"), "unavailable")
        self.assertIn("the store asks for fewer requests (503 SlowDown)", told["message"])

    def test_provokes_corrupt(self):
        self.workspace.configure(ONE_METRIC)
        self.server.objects[self.key] = Stored(b"<html>Sign in</html>" * 100, "application/vnd.sqlite3", {})
        self.assert_provoked(self.track_s3(on_corrupt="fail"), "corrupt")

    def test_provokes_io(self):
        """The disk refuses: a limit on the size of a file is what a full disk looks like to a program."""
        self.workspace.configure(ONE_METRIC)
        environment = self.workspace.with_command_files(self.workspace.job())
        environment.update(input_variables(self.s3_inputs()))
        result = self.workspace.files / "result.json"
        finished = subprocess.run(
            [settings.binary(), "track", "--json", str(result)],
            cwd=self.workspace.work,
            env=environment,
            capture_output=True,
            text=True,
            # Enough for outputs and log, too little for the history.
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000)),
        )
        outputs = (self.workspace.files / "run-1" / "GITHUB_OUTPUT").read_text()
        self.assertEqual(finished.returncode, documented()["io"], finished.stdout + finished.stderr)
        self.assertRegex(outputs, r"(?m)^io$", finished.stdout + finished.stderr)

    def test_provokes_internal(self):
        source = self.workspace.files / "libcurl.c"
        source.write_text(REFUSING_LIBCURL)
        library = self.workspace.files / "libcurl.so.4"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True, capture_output=True)
        self.workspace.configure(ONE_METRIC)
        told = self.assert_provoked(
            self.track(self.s3_inputs(), job={"LD_LIBRARY_PATH": str(self.workspace.files)}), "internal"
        )
        self.assertRegex(told["message"], r"the HTTP library refuses option \d+ with code 48$")
        self.assertEqual(
            told["hint"],
            "another or a very old libcurl is loaded; check `LD_LIBRARY_PATH`, and install the system's libcurl",
        )

    def test_provokes_gate_failed(self):
        self.workspace.configure(
            ONE_METRIC, qualityGate={"mode": "hard", "thresholds": [{"metric": "answer", "mode": "max", "target": 41}]}
        )
        environment = {**self.workspace.job(), **input_variables({"storage-type": "sqlite-local"})}
        run = self.workspace.run("gate", environment=environment)
        self.assertEqual(run.exit_code, documented()["gate_failed"], str(run))
        self.assertEqual(run.outputs["error-code"], "gate_failed", str(run))

    def test_provokes_nothing_collected(self):
        self.workspace.configure({"answer": {"type": "numeric", "command": "exit 1"}})
        told = self.assert_provoked(self.track_s3(), "nothing_collected")
        self.assertEqual(told["message"], "no metric could be collected")

    def test_provokes_metrics_failed(self):
        self.workspace.configure({**ONE_METRIC, "other": {"type": "numeric", "command": "exit 1"}})
        run = self.workspace.run("test", json_result=True)
        self.assertEqual(run.exit_code, documented()["metrics_failed"], str(run))
        self.assertEqual(run.result["error"]["code"], "metrics_failed", str(run))

    def test_provokes_cancelled(self):
        slow = {"slow": {"type": "numeric", "timeout": 60000, "command": "touch ready; sleep 50; echo 1"}}
        self.workspace.configure(slow)
        run = self.track(self.s3_inputs(), interrupt_when=self.workspace.work / "ready")
        self.assertEqual(run.exit_code, documented()["cancelled"], str(run))
        self.assertEqual(run.result["error"]["code"], "cancelled", str(run))
