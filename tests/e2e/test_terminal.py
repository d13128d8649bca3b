"""The program in the hands of a person: outside a workflow, at a terminal, interrupted."""

import os
import re
import signal
import subprocess
import threading

from harness import settings
from harness.action import PROGRAM_INPUTS, UPLOAD_INPUTS, load_action
from harness.case import ONE_METRIC, FakeS3Case, ProgramCase, input_variables, sqlite_file
from harness.terminal import open_terminal, shown_until_the_end
from harness.workspace import wait_for


class OutsideAWorkflow(FakeS3Case):
    def environment(self, **changes):
        return {**self.workspace.clean_environment(), **input_variables(self.s3_inputs(**changes))}

    def run_track(self, *arguments, **changes):
        return self.workspace.run("track", *arguments, environment=self.environment(**changes), json_result=True)

    def test_build_comes_from_git(self):
        self.workspace.configure(ONE_METRIC)
        commit = self.workspace.commit()
        self.workspace.git("checkout", "-q", "-b", "topic")
        run = self.run_track()
        self.assertEqual(run.exit_code, 0, str(run))
        build = run.result["build"]
        told = [build[name] for name in ("commit", "branch", "run_number", "event")]
        self.assertEqual(told, [commit, "topic", 0, "push"])
        self.assertTrue(build["run_id"].startswith("local:"), build)
        with sqlite_file(self.server.objects[self.key].body) as database:
            columns = "commit_sha, branch, run_number, event_name, run_id"
            rows = database.execute(f"SELECT {columns} FROM build_contexts").fetchall()
        self.assertEqual(rows, [(*told, build["run_id"])])
        again = self.run_track()
        self.assertEqual(again.exit_code, 0, f"the first run's own report must not make the tree dirty\n{again}")
        self.assertNotEqual(again.result["build"]["run_id"], build["run_id"])
        self.assertEqual(again.result["totals"]["total_builds"], 2)

    def test_no_workflow_commands(self):
        self.workspace.configure({**ONE_METRIC, "bad": {"type": "numeric", "command": "echo oh; exit 1"}})
        self.workspace.commit()
        run = self.run_track("--verbose")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertNotRegex(run.output, r"(?m)^::")

    def test_dirty_tree_is_refused_for_s3_unless_allowed(self):
        self.workspace.configure(ONE_METRIC)
        self.workspace.write("code.c", "int x;\n")
        self.workspace.commit()
        self.workspace.write("code.c", "int y;\n")
        run = self.run_track()
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("uncommitted", run.output)
        self.assertIn("--allow-dirty", run.output)
        self.assertEqual(self.server.requests, [])
        run = self.run_track("--allow-dirty")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertIn("uncommitted", run.output)

    def test_dirty_tree_is_said_for_a_local_file(self):
        self.workspace.configure(ONE_METRIC)
        self.workspace.write("code.c", "int x;\n")
        self.workspace.commit()
        self.workspace.write("code.c", "int y;\n")
        run = self.run_track(storage_type="sqlite-local")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertIn("uncommitted", run.output)

    def test_a_committed_history_does_not_make_the_tree_dirty(self):
        self.workspace.configure(ONE_METRIC)
        self.workspace.commit()
        self.assertEqual(self.run_track(storage_type="sqlite-local").exit_code, 0)
        database = self.workspace.work / self.key
        self.assertTrue(database.exists(), list(self.workspace.work.iterdir()))
        self.workspace.git("add", self.key)
        self.workspace.commit()
        run = self.run_track(storage_type="sqlite-local")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertNotIn("uncommitted", run.output)
        run = self.run_track()
        self.assertEqual(run.exit_code, 0, f"the history that the run before has changed is no source\n{run}")

    def test_detached_head_and_a_subdirectory(self):
        self.workspace.configure(ONE_METRIC)
        first = self.workspace.commit()
        self.workspace.commit()
        self.workspace.git("checkout", "-q", first)
        run = self.run_track()
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.result["build"]["commit"], first)
        self.assertEqual(run.result["build"]["branch"], "HEAD")
        self.assertIn("no branch is checked out, so the build is recorded under branch `HEAD`", run.output)
        self.assertIn("hint: check out a branch; in CI set `GITHUB_SHA`", run.output)

    def test_build_of_another_ci_counts_as_a_push(self):
        self.workspace.configure(ONE_METRIC)
        commit = self.workspace.commit()
        self.workspace.git("checkout", "-q", "--detach")
        variables = {"GITHUB_SHA": commit, "GITHUB_REF": "refs/heads/main", "GITHUB_RUN_ID": "pipeline-7"}
        environment = {**self.environment(), **variables, "GITHUB_RUN_NUMBER": "7"}
        run = self.workspace.run("track", environment=environment, json_result=True)
        self.assertEqual(run.exit_code, 0, str(run))
        build = run.result["build"]
        told = [build[name] for name in ("commit", "branch", "run_id", "run_number", "event")]
        self.assertEqual(told, [commit, "main", "pipeline-7", 7, "push"])
        self.assertNotIn("no branch is checked out", run.output)

    def test_neither_workflow_nor_repository(self):
        self.workspace.configure(ONE_METRIC)
        run = self.run_track()
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("git", run.output)
        self.assertEqual(self.server.requests, [])

    def test_repository_without_a_commit(self):
        self.workspace.configure(ONE_METRIC)
        self.workspace.git("init", "-q")
        run = self.run_track()
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("commit", run.output)

    def test_data_goes_to_standard_output_and_the_rest_to_standard_error(self):
        self.workspace.configure(ONE_METRIC)
        self.workspace.commit()
        finished = subprocess.run(
            [settings.binary(), "track"],
            cwd=self.workspace.work,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("answer", finished.stdout)
        self.assertIn("index.html", finished.stdout)
        self.assertNotIn("upload", finished.stdout)
        self.assertIn("upload", finished.stderr)


class Interrupted(FakeS3Case):
    METRIC = {
        "slow": {
            "type": "numeric",
            "timeout": 60000,
            "command": "echo $$ > pid; trap '' TERM; touch ready; sleep 50 & wait; sleep 50; echo 1",
        },
        "next": {"type": "numeric", "command": "touch second; echo 1"},
    }

    def alive(self):
        pid = int((self.workspace.work / "pid").read_text())
        try:
            with open(f"/proc/{pid}/stat") as stat:
                return stat.read().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def test_F024_sigterm_while_measuring(self):
        before = self.start_history()
        self.workspace.configure(self.METRIC)
        environment = {**self.workspace.job(2), **input_variables(self.s3_inputs())}
        run = self.workspace.run(
            "track", environment=environment, json_result=True, interrupt_when=self.workspace.work / "ready"
        )
        self.assertEqual(run.exit_code, 130, str(run))
        self.assertEqual(run.outputs["error-code"], "cancelled")
        self.assertEqual(run.outputs["success"], "false")
        self.assertEqual(run.result["exit_code"], 130)
        self.assert_complete(run)
        self.assertLess(run.seconds, 8)
        self.assertEqual(self.workspace.leftovers(), [])
        self.assertEqual(self.server.objects[self.key].body, before)
        self.assertEqual([key for key in self.server.objects if "-9000002-" in key], [], "nothing half-measured is kept")
        self.assertFalse((self.workspace.work / "second").exists())
        self.assertFalse(self.alive(), "the metric's command still runs")

    def _stalled(self, method):
        """SIGTERM while the server keeps the program waiting for the answer to `method`."""
        reached = self.workspace.files / "reached"
        release = threading.Event()
        self.addCleanup(release.set)

        def stall(request):
            if request.method == method:
                reached.touch()
                release.wait(30)
            return None

        self.server.fault = stall
        environment = {**self.workspace.job(2), **input_variables(self.s3_inputs())}
        run = self.workspace.run("track", environment=environment, json_result=True, interrupt_when=reached)
        self.server.fault = None
        release.set()
        return run

    def test_sigterm_while_downloading(self):
        self.start_history()
        run = self._stalled("GET")
        self.assertEqual(run.exit_code, 130, str(run))
        self.assertEqual(run.outputs["error-code"], "cancelled")
        self.assertLess(run.seconds, 8)
        self.assertEqual(self.workspace.leftovers(), [])

    def test_sigint_counts_as_well(self):
        self.workspace.configure(self.METRIC)
        environment = {**self.workspace.job(), **input_variables(self.s3_inputs())}
        process = subprocess.Popen(
            [settings.binary(), "track"],
            cwd=self.workspace.work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        wait_for((self.workspace.work / "ready").exists, "the metric never ran", alive=process)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)[0].decode()
        self.assertEqual(process.returncode, 130, output)
        self.assertEqual(self.workspace.leftovers(), [])
        self.assertEqual(self.server.objects, {})


# `  -h, --help`, `  --s3-endpoint URL`: the line on which an option's entry begins.
OPTION = re.compile(r"^ {1,8}(?:-\w, )?--([a-z][a-z0-9-]*)")
# Options that are no input: they have neither default nor variable.
WITHOUT_INPUT = {"help", "version"}


class Help(ProgramCase):
    def help_of(self, *arguments):
        run = self.workspace.run(*arguments)
        self.assertEqual(run.exit_code, 0, str(run))
        return run.output

    def commands(self):
        text = self.help_of("--help")
        found = re.findall(r"(?m)^ {2,4}([a-z][a-z-]+)  +\S", text.partition("ommands")[2])
        self.assertIn("track", found, text)
        return found

    def test_every_help_fits_80_columns(self):
        for arguments in (["--help"], *([command, "--help"] for command in self.commands())):
            text = self.help_of(*arguments)
            with self.subTest(arguments):
                self.assertEqual([line for line in text.splitlines() if len(line) > 80], [])
                self.assertNotIn("\t", text)
                self.assertNotIn("\x1b", text)

    def entries(self, text):
        """Name of each option → the lines of its entry."""
        entries, current = {}, None
        for line in text.splitlines():
            match = OPTION.match(line)
            if match:
                current = match.group(1)
                entries[current] = line
            elif current and (line.startswith("      ") or not line.strip()):
                entries[current] += "\n" + line
            else:
                current = None
        return entries

    def test_every_option_has_its_default_and_its_variable(self):
        for command in self.commands():
            text = self.help_of(command, "--help")
            entries = self.entries(text)
            for option, entry in entries.items():
                if option in WITHOUT_INPUT:
                    continue
                with self.subTest(f"{command} --{option}"):
                    self.assertIn("UNENTROPY_" + option.upper().replace("-", "_"), entry)
                    self.assertRegex(entry.lower(), r"default|required")

    def test_every_input_of_the_action_is_an_option(self):
        text = self.help_of("track", "--help")
        options = set(self.entries(text))
        credentials = {"s3-access-key-id", "s3-secret-access-key", "s3-session-token", "github-token"}
        inputs = set(load_action(settings.ROOT / "action.yml")["inputs"]) - PROGRAM_INPUTS - UPLOAD_INPUTS
        self.assertEqual(inputs - credentials - options, set())
        self.assertEqual(credentials & options, set(), "a command line is visible to everybody")
        for name in credentials:
            self.assertIn("UNENTROPY_" + name.upper().replace("-", "_"), text)
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            self.assertIn(variable, text)

    def test_defaults_are_those_of_the_actions_description(self):
        entries = self.entries(self.help_of("track", "--help"))
        for option, default in {
            "storage-type": "sqlite-artifact",
            "config-file": "unentropy.json",
            "database-key": "unentropy-metrics.db",
            "report-dir": "unentropy-report",
            "retry-attempts": "3",
            "artifact-name": "unentropy-metrics",
            "s3-addressing": "auto",
            "s3-allow-http": "false",
            "on-corrupt": "restore",
        }.items():
            with self.subTest(option):
                self.assertIn(default, entries[option])

    def test_version(self):
        self.assertRegex(self.help_of("--version"), r"^unentropy \d+\.\d+\.\d+\n$")

    def test_F144_mistakes_are_named_on_standard_error(self):
        for arguments, hint in (
            (["trakc"], "`track`"),
            (["track", "--s3-endpont"], "`--s3-endpoint`"),
            (["--verison"], "`--version`"),
            (["track", "superfluous"], "--help"),
            (["track", "--config-file"], "--help"),
        ):
            with self.subTest(arguments):
                finished = subprocess.run(
                    [settings.binary(), *arguments],
                    cwd=self.workspace.work,
                    env=self.workspace.clean_environment(),
                    capture_output=True,
                    text=True,
                )
                self.assertEqual(finished.returncode, 2, finished.stderr)
                self.assertEqual(finished.stdout, "")
                self.assertIn(arguments[-1].split("=")[0], finished.stderr)
                self.assertIn(hint, finished.stderr)
                self.assertLessEqual(len(finished.stderr.splitlines()), 4)


class AtATerminal(ProgramCase):
    METRICS = {**ONE_METRIC, "broken": {"type": "numeric", "command": "echo oh no"}}

    def shown(self, *arguments, **variables):
        """Exit code and everything on the terminal."""
        master, slave = open_terminal(self)
        process = subprocess.Popen(
            [settings.binary(), *arguments],
            cwd=self.workspace.work,
            env={**self.workspace.clean_environment(), "TERM": "xterm", "COLUMNS": "80", **variables},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        output = shown_until_the_end(master).decode().replace("\r\n", "\n")
        return process.wait(timeout=60), output

    def track(self, *arguments, **variables):
        self.workspace.configure(self.METRICS)
        self.workspace.commit()
        code, output = self.shown("track", "--storage", "sqlite-local", *arguments, **variables)
        self.assertEqual(code, 0, output)
        return output

    def test_a_terminal_is_no_obstacle_and_verdicts_have_colours(self):
        output = self.track()
        self.assertRegex(output, r"answer +42")
        self.assertIn("\x1b[1;33mwarning:\x1b[0m ", output)
        self.assertRegex(output, "broken +\x1b\\[31mfailed:\x1b\\[0m ")
        self.assertRegex(output, "collect +\x1b\\[33mwarned\x1b\\[0m ")
        self.assertRegex(output, "report +\x1b\\[32mdone\x1b\\[0m ")

    def test_no_color_and_dumb_terminals(self):
        for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            with self.subTest(variables):
                output = self.track(**variables)
                self.assertIn("warning: ", output)
                self.assertNotRegex(output, "\x1b\\[[0-9;]*m")

    def test_ascii_where_the_locale_has_no_utf8(self):
        self.assertIn("COLLECTOR [ARGUMENT…]", self.shown("collect", "--help")[1])
        code, output = self.shown("collect", "--help", LANG="C")
        self.assertEqual(code, 0, output)
        self.assertIn("COLLECTOR [ARGUMENT...]", output)
        self.assertTrue(output.isascii(), output)
        self.assertNotIn("COLLECTOR [ARGUMENT...]", self.shown("collect", "--help", LANG="C", LC_ALL="de_DE.utf8")[1])

    def test_quiet_leaves_the_result_and_what_went_wrong(self):
        output = self.track("--quiet", NO_COLOR="1")
        self.assertRegex(output, r"answer +42")
        self.assertIn("warning: ", output)
        self.assertNotIn("upload", output)
        self.assertNotIn("download", output)

    def test_verbose_shows_what_the_commands_print(self):
        self.workspace.configure({"talk": {"type": "numeric", "command": "echo 7; echo chatter >&2"}})
        self.workspace.commit()
        for flag, expected in (("--verbose", True), ("--quiet", False)):
            with self.subTest(flag):
                code, output = self.shown("track", "--storage", "sqlite-local", flag)
                self.assertEqual(code, 0, output)
                self.assertEqual("chatter" in output, expected, output)
