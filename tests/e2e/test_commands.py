"""The other commands, which measure or check and store nothing."""

import json
import subprocess

from harness import settings
from harness.case import ONE_METRIC, ProgramCase, input_variables
from harness.leaks import LeakScanner
from harness.s3 import Credentials


class CommandCase(ProgramCase):
    def run_apart(self, *arguments, **environment):
        """Exit code, standard output and standard error."""
        finished = subprocess.run(
            [settings.binary(), *arguments],
            cwd=self.workspace.work,
            env={**self.workspace.clean_environment(), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return finished.returncode, finished.stdout, finished.stderr

    def names(self):
        return sorted(path.name for path in self.workspace.work.iterdir())


class Test(CommandCase):
    def test_measures_and_stores_nothing(self):
        self.workspace.configure({"n": {"type": "numeric", "unit": "bytes", "command": "echo 2300"}})
        code, output, errors = self.run_apart("test")
        self.assertEqual(code, 0, errors)
        self.assertRegex(output, r"n +2\.2 KB")
        self.assertEqual(self.names(), ["unentropy.json"])

    def test_any_failure_is_exit_code_4(self):
        self.workspace.configure({**ONE_METRIC, "bad": {"type": "numeric", "command": "echo why >&2; exit 3"}})
        code, output, errors = self.run_apart("test")
        self.assertEqual(code, 4)
        self.assertIn("42", output)
        self.assertIn("why", output + errors)

    def test_commands_of_a_stranger_do_not_run_here_either(self):
        self.workspace.configure({"n": {"type": "numeric", "command": "touch ran; echo 1"}})
        self.run_apart("test", GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="pull_request_target")
        self.assertEqual(self.names(), ["unentropy.json"])

    def test_credentials_are_withheld_here_too(self):
        secrets = Credentials("AKIATESTCOMMAND", "secret-of-the-test-command", "token-of-the-test-command")
        inputs = {
            "s3-access-key-id": secrets.access_key,
            "s3-secret-access-key": secrets.secret_key,
            "s3-session-token": secrets.session_token,
        }
        snoop = "cat /proc/$$/environ /proc/$PPID/environ > seen 2>/dev/null; env >> seen; env; echo 1"
        self.workspace.configure({"n": {"type": "numeric", "command": snoop}})
        variables = {**input_variables(inputs), "AWS_SECRET_ACCESS_KEY": secrets.secret_key}
        _, output, errors = self.run_apart("test", "--verbose", **variables)
        scanner = LeakScanner(secrets)
        self.assertEqual(scanner.find_in_tree(self.workspace.root), [])
        self.assertEqual(scanner.find("the output", (output + errors).encode()), [])
        self.assertIn(b"UNENTROPY_METRIC_KEY=n", (self.workspace.work / "seen").read_bytes())


class Collect(CommandCase):
    def test_prints_the_number_alone(self):
        self.workspace.write("code.c", "int x;\n// no\nint y;\n")
        self.assertEqual(self.run_apart("collect", "loc", "code.c")[:2], (0, "2\n"))
        self.assertEqual(self.run_apart("collect", "size", "code.c")[:2], (0, "20\n"))

    def test_mistakes_are_usage_errors_with_a_suggestion(self):
        for arguments, hint in ((["locc", "."], "`loc`"), (["loc", "--langage", "C", "."], "`--language`")):
            with self.subTest(arguments):
                code, output, errors = self.run_apart("collect", *arguments)
                self.assertEqual((code, output), (2, ""))
                self.assertIn(hint, errors)

    def test_F069_missing_file_is_an_error(self):
        code, output, errors = self.run_apart("collect", "coverage-lcov", "nothing.info")
        self.assertNotEqual(code, 0)
        self.assertEqual(output, "")
        self.assertIn("nothing.info", errors)


class Json(CommandCase):
    def test_result_on_standard_output_is_alone_there(self):
        self.workspace.configure(ONE_METRIC)
        self.workspace.commit()
        for arguments in (["track", "--storage", "sqlite-local"], ["test"]):
            with self.subTest(arguments):
                code, output, _ = self.run_apart(*arguments, "--json", "-")
                self.assertEqual(code, 0)
                result = json.loads(output)
                self.assertEqual(result["metrics"][0]["value"], 42)

    def test_result_says_what_the_documentation_says(self):
        self.workspace.configure(ONE_METRIC)
        run = self.track(run_number=3)
        self.assert_done(run)
        result = run.result
        self.assertEqual(
            set(result),
            {"version", "success", "exit_code", "storage", "build", "phases", "metrics", "totals", "report", "error"},
        )
        self.assertEqual((result["success"], result["exit_code"], result["error"]), (True, 0, None))
        self.assertEqual(result["storage"]["type"], "sqlite-artifact")
        self.assertEqual(result["storage"]["location"], "storage://sqlite-artifact/unentropy-metrics.db")
        self.assertEqual(result["storage"]["bytes"], (self.workspace.work / "unentropy-metrics.db").stat().st_size)
        timestamp = result["build"].pop("timestamp")
        self.assertRegex(timestamp, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(
            result["build"],
            {"commit": f"{3:040x}", "branch": "main", "run_id": "9000003", "run_number": 3, "event": "push"},
        )
        self.assertEqual(result["totals"]["metrics_collected"], 1)
        self.assertEqual(result["totals"]["total_builds"], 1)
        self.assertTrue(result["report"]["path"].endswith("/unentropy-report/index.html"))

    def test_F022_timeout_bounds_the_run(self):
        self.workspace.configure({"slow": {"type": "numeric", "command": "sleep 30; echo 1"}, **ONE_METRIC})
        run = self.track({"timeout": "3"})
        self.assertLess(run.seconds, 10, str(run))
        self.assertIn("timeout", run.output)
