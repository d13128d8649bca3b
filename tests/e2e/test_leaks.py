"""No credential ever leaves the program, whatever goes wrong (FR-008).

One scanner looks through everything a run leaves behind: both streams, outputs, summary, JSON, report, databases,
temporary files, what metrics could see, process listings, and what the store was sent outside the headers that
carry credentials.
"""

import os
import shutil
import subprocess
import unittest

from harness import settings
from harness.action import run_action
from harness.case import FakeS3Case, S3Case, input_variables
from harness.fakes3 import Reply, error
from harness.leaks import LeakScanner, ProcessWatch
from harness.s3 import Credentials

SECRETS = Credentials("AKIALEAKTESTKEYID77", "leak/test+secret=Zq8YpQ4", "leak/test+session/token==Vx2")
TOKEN = "ghs_leakTestTokenOfTheJob55"

# A metric that looks everywhere a command can look. Run as root it may read any process's environment.
SNOOP = r"""
out=$PWD/snooped; mkdir -p "$out"
env > "$out/env"
cat /proc/$$/environ > "$out/own-environ" 2>/dev/null
cat /proc/$PPID/environ > "$out/parent-environ" 2>/dev/null
cat /proc/$PPID/cmdline > "$out/parent-cmdline"
ps auxeww > "$out/ps" 2>/dev/null
for p in /proc/[0-9]*; do cat "$p/environ" 2>/dev/null; done > "$out/all-environ"
ls -l /proc/$PPID/fd > "$out/parent-fds" 2>/dev/null
for f in /proc/$PPID/fd/*; do [ -f "$f" ] && cat "$f"; done > "$out/parent-files" 2>/dev/null
for v in GITHUB_OUTPUT GITHUB_ENV GITHUB_PATH GITHUB_STEP_SUMMARY; do printenv $v; done > "$out/command-files"
env >&2; env
"""


def metrics():
    return {
        "snoop": {"type": "numeric", "command": ". ./snoop.sh; exit 3", "timeout": 30000},
        "snoop-label": {"type": "label", "command": ". ./snoop.sh | sort | tail -n 1", "timeout": 30000},
        "ask": {"type": "label", "command": 'echo "asked $INPUT_S3_SECRET_ACCESS_KEY$AWS_SECRET_ACCESS_KEY"'},
        "good": {"type": "numeric", "command": "echo 1"},
    }


class LeakCase(unittest.TestCase):
    def check(self, case, run, scanner, watch=None):
        found = scanner.find_in_output("the output", run.output)
        found += scanner.find("the outputs", repr(run.outputs).encode())
        found += scanner.find("the summary", run.summary.encode())
        found += scanner.find("the JSON result", repr(run.result).encode())
        found += scanner.find_in_tree(case.workspace.root)
        if watch:
            case.assertGreater(watch.samples, 0)
            for line in watch.seen:
                found += scanner.find("a process listing", line)
        case.assertEqual(found, [], str(run))


class Leaks(FakeS3Case, LeakCase):
    credentials = SECRETS

    def setUp(self):
        super().setUp()
        self.assertIsNotNone(shutil.which("ps"), "these tests need the program ps (package procps)")
        self.scanner = LeakScanner(SECRETS, TOKEN)
        self.workspace.configure(metrics())
        self.workspace.write("snoop.sh", SNOOP)

    def s3_inputs(self, **changes):
        return super().s3_inputs(**{"verbose": "true", "github_token": TOKEN, "retry_attempts": "0", **changes})

    def watch_run(self, exit_code, run_number=1, job={}, **changes):
        with ProcessWatch() as watch:
            run = self.track_s3(run_number, job={"GITHUB_TOKEN": TOKEN, **job}, **changes)
        self.assertEqual(run.exit_code, exit_code, str(run))
        self.assertGreaterEqual(run.log.masks, {*SECRETS, TOKEN} - {""})
        self.check(self, run, self.scanner, watch)
        return run

    def assert_snooped(self):
        """The looking itself must have worked, or the test proves nothing."""
        snooped = self.workspace.work / "snooped"
        self.assertIn(b"UNENTROPY_METRIC_KEY=", (snooped / "env").read_bytes())
        self.assertIn(b"UNENTROPY_METRIC_KEY=", (snooped / "own-environ").read_bytes())
        self.assertIn(b"PATH=", (snooped / "ps").read_bytes())
        self.assertIn(b"track", (snooped / "parent-cmdline").read_bytes())
        self.assertEqual((snooped / "command-files").read_bytes(), b"")

    def test_success(self):
        self.watch_run(0)
        self.assert_snooped()
        self.watch_run(0, 2)
        for request in self.server.requests:
            carried = {"authorization", "x-amz-security-token"}
            sent = repr([request.method, request.key, request.query]) + repr(
                {name: value for name, value in request.headers.items() if name not in carried}
            )
            self.assertEqual(self.scanner.find("a request", sent.encode() + request.body), [])
        for key, stored in self.server.objects.items():
            self.assertEqual(self.scanner.find(key, stored.body + repr(stored.metadata).encode()), [])

    def test_every_answer_that_names_the_credentials(self):
        told = (
            f"<AWSAccessKeyId>{SECRETS.access_key}</AWSAccessKeyId><Token-0>{SECRETS.session_token}</Token-0>"
            f"<StringToSign>{SECRETS.secret_key}</StringToSign>"
        )
        for status, code in (
            (403, "SignatureDoesNotMatch"),
            (403, "InvalidAccessKeyId"),
            (400, "ExpiredToken"),
            (400, "InvalidToken"),
            (403, "AccessDenied"),
            (403, "RequestTimeTooSkewed"),
            (404, "NoSuchBucket"),
            (500, "InternalError"),
            (400, "AuthorizationHeaderMalformed"),
            (418, "Whatever"),
        ):
            with self.subTest(code):
                message = f"key {SECRETS.access_key} secret {SECRETS.secret_key} token {SECRETS.session_token}"
                reply = error(status, code, message, told)
                self.server.fault = lambda r: reply
                run = self.track_s3(job={"GITHUB_TOKEN": TOKEN})
                self.assertIn(run.exit_code, (2, 3), str(run))
                self.check(self, run, self.scanner)

    def test_answers_that_are_no_protocol(self):
        echo = f"{SECRETS.access_key} {SECRETS.secret_key} {SECRETS.session_token}".encode()
        elsewhere = {"location": "http://127.0.0.1:1/" + SECRETS.access_key}
        for reply in (Reply(403, echo), Reply(200, echo), Reply(307, echo, elsewhere)):
            with self.subTest(reply.status):
                self.server.fault = lambda r: reply
                run = self.track_s3(job={"GITHUB_TOKEN": TOKEN})
                self.assertIn(run.exit_code, (2, 3), str(run))
                self.check(self, run, self.scanner)

    def test_upload_denied(self):
        self.server.fault = lambda r: error(403, "AccessDenied") if r.method == "PUT" else None
        self.watch_run(3)
        self.assert_snooped()

    def test_unreachable_endpoint(self):
        self.watch_run(3, s3_endpoint="http://127.0.0.1:1")

    def test_broken_configuration(self):
        self.workspace.write("unentropy.json", '{"metrics": {"a": ' + f'"{SECRETS.secret_key}"' + "}}")
        # The checkout itself holds the secret here; what the program says about it must not.
        run = self.track_s3(job={"GITHUB_TOKEN": TOKEN})
        self.assertEqual(run.exit_code, 2, str(run))
        (self.workspace.work / "unentropy.json").unlink()
        self.check(self, run, self.scanner)

    def test_usage_errors(self):
        run = self.watch_run(2, s3_bucket="", timeout="x")
        self.assertIn("s3-bucket", run.log.text)

    def test_credentials_in_the_endpoint_are_refused_unread(self):
        run = self.track_s3(s3_endpoint=f"https://{SECRETS.access_key}:{SECRETS.secret_key}@127.0.0.1")
        self.assertEqual(run.exit_code, 2, str(run))
        self.check(self, run, self.scanner)

    def test_usual_variables_of_the_provider(self):
        inputs = self.s3_inputs(s3_access_key_id="", s3_secret_access_key="", s3_session_token="", github_token="")
        environment = {
            **self.workspace.job(),
            **input_variables(inputs),
            "AWS_ACCESS_KEY_ID": SECRETS.access_key,
            "AWS_SECRET_ACCESS_KEY": SECRETS.secret_key,
            "AWS_SESSION_TOKEN": SECRETS.session_token,
            "GITHUB_TOKEN": TOKEN,
        }
        run = self.workspace.run("track", environment=environment, json_result=True)
        self.assertEqual(run.exit_code, 0, str(run))
        self.check(self, run, self.scanner)
        self.assert_snooped()

    def test_spellings_that_were_not_used_are_withheld_too(self):
        # Everything is given at once: what wins is used, what loses must not reach a metric either.
        environment = {**self.workspace.job(), **input_variables(self.s3_inputs())}
        for prefix in ("INPUT_S3-", "UNENTROPY_S3_"):
            hyphen = prefix[-1]
            environment[prefix + f"ACCESS{hyphen}KEY{hyphen}ID"] = SECRETS.access_key
            environment[prefix + f"SECRET{hyphen}ACCESS{hyphen}KEY"] = SECRETS.secret_key
            environment[prefix + f"SESSION{hyphen}TOKEN"] = SECRETS.session_token
        environment.update({"AWS_SECRET_ACCESS_KEY": SECRETS.secret_key, "INPUT_GITHUB-TOKEN": TOKEN})
        run = self.workspace.run("track", environment=environment, json_result=True)
        self.assertEqual(run.exit_code, 0, str(run))
        self.check(self, run, self.scanner)
        self.assert_snooped()

    def test_outside_a_workflow(self):
        self.workspace.write(".gitignore", "snooped/\n")
        self.workspace.commit()
        environment = {**self.workspace.clean_environment(), **input_variables(self.s3_inputs())}
        run = self.workspace.run("track", environment=environment, json_result=True)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertNotIn("::add-mask::", run.output)
        self.check(self, run, self.scanner)

    def test_through_the_action(self):
        # Here a shell starts the program: it must not stay behind with the inputs in its environment.
        inputs = self.s3_inputs(binary=str(settings.binary()))
        files = self.workspace.root.parent / (self.workspace.root.name + "-files")
        self.addCleanup(shutil.rmtree, files, ignore_errors=True)
        with ProcessWatch() as watch:
            run = run_action(settings.ROOT, self.workspace.work, inputs, self.workspace.job(), files, token=TOKEN)
        self.assertTrue(run.succeeded, run.raw_log)
        found = self.scanner.find_in_output("the log", run.raw_log)
        found += self.scanner.find("the outputs", repr(run.outputs).encode() + run.summary.encode())
        found += self.scanner.find_in_tree(self.workspace.root) + self.scanner.find_in_tree(files)
        for line in watch.seen:
            found += self.scanner.find("a process listing", line)
        self.assertEqual(found, [], run.raw_log)
        self.assert_snooped()

    def test_process_cannot_be_inspected_by_its_own_commands(self):
        """Without root's rights, a metric reads neither memory nor environment of the program."""
        look = "head -c 0 /proc/$PPID/%s > /dev/null 2>&1 && echo readable || echo refused"
        self.workspace.configure({name: {"type": "label", "command": look % name} for name in ("environ", "mem")})
        program = self.workspace.root / "unentropy"
        shutil.copy(settings.binary(), program)
        program.chmod(0o755)
        user = 65534 if os.geteuid() == 0 else None
        if user is not None:
            for path in (self.workspace.root, *self.workspace.root.rglob("*")):
                os.chown(path, user, user)
        result_file = self.workspace.temp / "result.json"
        finished = subprocess.run(
            [program, "track", "--json", result_file],
            cwd=self.workspace.work,
            env={**self.workspace.job(), **input_variables(self.s3_inputs())},
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            capture_output=True,
            timeout=60,
        )
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        self.assertIn('"refused"', result_file.read_text())
        self.assertNotIn('"readable"', result_file.read_text())


class LeaksToARealServer(S3Case, LeakCase):
    def test_wrong_credentials(self):
        """What a server of somebody else's answers to credentials it does not know."""
        scanner = LeakScanner(SECRETS, TOKEN)
        self.workspace.configure(metrics())
        self.workspace.write("snoop.sh", SNOOP)
        known = settings.server().credentials.access_key
        for changes in (
            {"s3_access_key_id": SECRETS.access_key, "s3_secret_access_key": SECRETS.secret_key},
            {"s3_access_key_id": known, "s3_secret_access_key": SECRETS.secret_key},
            {"s3_secret_access_key": SECRETS.secret_key, "s3_session_token": SECRETS.session_token},
            {"s3_secret_access_key": SECRETS.secret_key, "s3_bucket": "no-such-bucket-of-the-leak-test"},
        ):
            with self.subTest(sorted(changes)):
                run = self.track_s3(verbose="true", github_token=TOKEN, **changes)
                self.assertEqual(run.exit_code, 3, str(run))
                self.check(self, run, scanner)
