"""The checkout is a stranger's: its commands, their output, its names and its files."""

import os
import re
import time

from harness.case import ONE_METRIC, FakeS3Case, ProgramCase

HOSTILE_LINES = [
    "::error::forged",
    "  ::warning::forged",
    "::set-output name=success::forged",
    "::add-mask::a",
    "::group::forged",
    "::endgroup::",
    "::stop-commands::forged",
    "::forged::",
    "text ##[error]forged",
    "##[ADD-MASK]forged",
    "##[group]forged",
    "progress\r::error::forged",
    "\x1b]0;title\x07\x1b[31mred",
]


class Commands(ProgramCase):
    def test_F042_commands_know_their_build_and_metric(self):
        script = 'printenv | grep "^UNENTROPY_" | sort > seen; echo 1'
        self.workspace.configure({"the-key": {"type": "numeric", "name": "A name", "command": script}})
        self.assert_done(self.track(run_number=5))
        self.assertEqual(
            (self.workspace.work / "seen").read_text().splitlines(),
            [
                "UNENTROPY_ACTOR=octocat",
                "UNENTROPY_BRANCH=main",
                f"UNENTROPY_COMMIT_SHA={5:040x}",
                "UNENTROPY_METRIC_KEY=the-key",
                "UNENTROPY_METRIC_NAME=the-key",
                "UNENTROPY_METRIC_TYPE=numeric",
                "UNENTROPY_RUN_ID=9000005",
                "UNENTROPY_RUN_NUMBER=5",
            ],
        )

    def test_commands_cannot_forge_the_result(self):
        names = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        forge = "; ".join(f'echo forged >> "${{{name}:-/dev/null}}"' for name in names) + "; echo 1"
        self.workspace.configure({"n": {"type": "numeric", "command": forge}})
        run = self.track()
        self.assert_done(run)
        self.assertNotIn("forged", run.summary)

    def assert_unforged(self, run):
        self.assertFalse([a for a in run.log.annotations if a.message.lstrip().startswith("forged")], str(run))
        self.assertFalse([title for title in run.log.groups if title.lstrip().startswith("forged")], str(run))
        self.assertEqual(run.log.masks & {"a", "forged"}, set())
        self.assertNotIn("\x1b", run.output)
        self.assert_complete(run)

    def test_output_issues_no_workflow_commands(self):
        self.workspace.write("hostile.txt", "\n".join(HOSTILE_LINES) + "\n")
        self.workspace.configure(
            {
                "text": {"type": "label", "command": "cat hostile.txt"},
                "number": {"type": "numeric", "command": "cat hostile.txt; cat hostile.txt >&2"},
                "failing": {"type": "numeric", "command": "cat hostile.txt >&2; exit 1"},
            }
        )
        self.assert_unforged(self.track({"verbose": "true"}))

    def test_F108_value_line_issues_no_workflow_commands(self):
        for number, line in enumerate(HOSTILE_LINES, 1):
            with self.subTest(line):
                self.workspace.write("hostile.txt", line + "\n")
                self.workspace.configure(
                    {
                        "text": {"type": "label", "command": "cat hostile.txt"},
                        "number": {"type": "numeric", "command": "cat hostile.txt"},
                        "good": {"type": "numeric", "command": "echo 1"},
                    }
                )
                self.assert_unforged(self.track(run_number=number))

    def test_names_issue_no_workflow_commands(self):
        names = ["::error::forged", "a\n::error::forged", "##[error]forged", "a\r::warning::forged", "::GROUP::forged"]
        for line in names:
            with self.subTest(line):
                self.workspace.configure(
                    {
                        "good": {"type": "numeric", "name": line, "description": line, "command": "echo 1"},
                        "bad": {"type": "numeric", "name": line, "command": f"exit 1 # {line}"},
                    }
                )
                self.assert_unforged(self.track({"verbose": "true"}))

    def test_configuration_errors_issue_no_workflow_commands(self):
        broken = '{"metrics": {"##[error]forged": 1, "a\\n::error::forged": 2}}\n'
        self.workspace.write("unentropy.json", broken + "##[error]forged\n")
        run = self.track()
        self.assertEqual(run.exit_code, 2, str(run))
        self.assert_unforged(run)
        self.workspace.write("unentropy.json", broken)
        self.assert_unforged(self.track())

    def test_secret_of_a_branch_name_is_no_command_either(self):
        self.workspace.configure(ONE_METRIC)
        run = self.track(job={"GITHUB_REF": "refs/heads/##[error]forged"})
        self.assert_unforged(run)

    def test_summary_keeps_its_shape(self):
        hostile = "a|b\\| `c` <img src=x onerror=alert(1)> @everyone [x](javascript:alert(1)) </details>"
        self.workspace.write("value.txt", hostile + "\n")
        self.workspace.configure(
            {
                "named": {"type": "numeric", "name": hostile, "command": "echo 1"},
                "label": {"type": "label", "command": "cat value.txt"},
                "failed": {"type": "numeric", "command": "cat value.txt"},
            }
        )
        run = self.track()
        self.assert_done(run)
        for raw in ("<img", "</details", "](javascript"):
            self.assertNotIn(raw, run.summary)
        self.assertNotRegex(run.summary, r"(?<![\\`])@everyone")
        for table in re.split(r"\n\s*\n", run.summary):
            rows = [line for line in table.splitlines() if line.startswith("|")]
            widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows}
            self.assertLessEqual(len(widths), 1, table)

    def test_F041_command_that_timed_out_leaves_nothing_running(self):
        stubborn = "(trap '' TERM; sleep 4; touch survived) & setsid sh -c 'sleep 4; touch survived' & sleep 30"
        self.workspace.configure(
            {
                "slow": {"type": "numeric", "timeout": 300, "command": stubborn},
                "good": {"type": "numeric", "command": "echo 1"},
            }
        )
        run = self.track()
        self.assert_done(run)
        self.assertLess(run.seconds, 8)
        self.assertIn("300", run.result["metrics"][0]["error"])
        time.sleep(max(0, 5 - run.seconds))
        self.assertFalse((self.workspace.work / "survived").exists())

    def test_endless_output_is_bounded(self):
        self.workspace.configure({"flood": {"type": "numeric", "command": "echo 7; yes | head -c 200000000"}})
        run = self.track()
        self.assert_done(run)
        self.assertEqual(run.result["metrics"][0]["value"], 7)
        self.assertLess(len(run.output), 4_000_000)


class Events(ProgramCase):
    def test_shell_metrics_are_refused_where_a_stranger_may_have_written_them(self):
        self.workspace.write("code.c", "int x;\n")
        for event in ("pull_request_target", "workflow_run"):
            with self.subTest(event):
                self.workspace.configure(
                    {
                        "shell": {"type": "numeric", "command": "touch ran; echo 1"},
                        "lines": {"type": "numeric", "command": "@collect loc ."},
                    }
                )
                run = self.track(job={"GITHUB_EVENT_NAME": event})
                self.assert_done(run)
                self.assertFalse((self.workspace.work / "ran").exists())
                self.assertIn("error", run.result["metrics"][0])
                self.assertIn("value", run.result["metrics"][1])
                self.assertIn("allow-untrusted-commands", run.log.text)
                self.workspace.configure({"shell": {"type": "numeric", "command": "touch ran; echo 1"}})
                self.assert_failed(self.track(run_number=2, job={"GITHUB_EVENT_NAME": event}), 4, "nothing_collected")
                self.assertFalse((self.workspace.work / "ran").exists())

    def test_the_workflow_can_allow_them(self):
        self.workspace.configure({"shell": {"type": "numeric", "command": "touch ran; echo 1"}})
        job = {"GITHUB_EVENT_NAME": "pull_request_target"}
        self.assert_done(self.track({"allow-untrusted-commands": "true"}, job=job))
        self.assertTrue((self.workspace.work / "ran").exists())


class Paths(FakeS3Case):
    """A checkout can hold symbolic links; a configured path goes through none of them and never leaves it."""

    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        self.outside = self.workspace.root / "outside"
        self.outside.mkdir()
        (self.outside / "secret.txt").write_text("content-of-a-file-outside")

    def assert_refused(self, run, *, mentions):
        self.assert_failed(run, 2, "usage")
        self.assertIn(mentions, run.outputs["error-message"])
        self.assertNotIn("content-of-a-file-outside", run.output)
        self.assertEqual(self.server.requests, [])

    def test_configuration_behind_a_link(self):
        (self.workspace.work / "linked.json").symlink_to(self.outside / "secret.txt")
        self.assert_refused(self.track_s3(config_file="linked.json"), mentions="linked.json")
        os.symlink(self.outside, self.workspace.work / "directory")
        (self.outside / "unentropy.json").write_text((self.workspace.work / "unentropy.json").read_text())
        self.assert_refused(self.track_s3(config_file="directory/unentropy.json"), mentions="directory/unentropy.json")

    def test_configuration_outside(self):
        self.assert_refused(self.track_s3(config_file="../outside/secret.txt"), mentions="../outside/secret.txt")
        self.assert_refused(self.track_s3(config_file=str(self.outside / "secret.txt")), mentions="secret.txt")

    def test_configuration_that_is_no_file_does_not_block(self):
        os.mkfifo(self.workspace.work / "pipe.json")
        run = self.track_s3(config_file="pipe.json")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertLess(run.seconds, 5)

    def test_report_behind_a_link(self):
        (self.workspace.work / "unentropy-report").symlink_to(self.outside)
        self.assert_refused(self.track_s3(), mentions="unentropy-report")
        self.assertEqual(os.listdir(self.outside), ["secret.txt"])

    def test_report_file_that_is_a_link_is_replaced_and_not_followed(self):
        report = self.workspace.work / "unentropy-report"
        report.mkdir()
        (report / "index.html").symlink_to(self.outside / "secret.txt")
        run = self.track_s3()
        self.assertIn(run.exit_code, (0, 2), str(run))
        self.assertEqual((self.outside / "secret.txt").read_text(), "content-of-a-file-outside")

    def test_report_behind_a_link_made_by_a_metric(self):
        link = f"ln -s {self.outside} unentropy-report; echo 1"
        self.workspace.configure({"n": {"type": "numeric", "command": link}})
        run = self.track_s3()
        self.assert_done(run)
        self.assertEqual(self.phase(run, "report")["status"], "warned")
        self.assertEqual(os.listdir(self.outside), ["secret.txt"])
        self.assertIn(self.key, self.server.objects)

    def test_database_behind_a_link(self):
        target = self.outside / "target.db"
        (self.workspace.work / "linked.db").symlink_to(target)
        for storage in ("sqlite-local", "sqlite-artifact"):
            with self.subTest(storage):
                run = self.track({"storage-type": storage, "database-key": "linked.db"})
                self.assert_failed(run, 2, "usage")
                self.assertFalse(target.exists())

    def test_database_outside(self):
        for name in ("../outside/new.db", str(self.outside / "new.db")):
            with self.subTest(name):
                run = self.track({"storage-type": "sqlite-local", "database-key": name})
                self.assert_failed(run, 2, "usage")
                self.assertFalse((self.outside / "new.db").exists())

    def test_F025_temporary_files_are_private_and_gone(self):
        script = "ls -lanR . > /dev/null; find \"$RUNNER_TEMP\" -type f -printf '%m %p\\n' > seen; echo 1"
        self.workspace.configure({"n": {"type": "numeric", "command": script}})
        self.assert_done(self.track_s3())
        self.assert_done(self.track_s3(2))
        listed = (self.workspace.work / "seen").read_text().splitlines()
        self.assertTrue(listed, "the downloaded history is not in the runner's temporary directory")
        self.assertEqual({line.split()[0] for line in listed}, {"600"})
        self.assertEqual(self.workspace.leftovers(), [])


class Reports(ProgramCase):
    def test_hostile_names_stay_text_in_the_report(self):
        hostile = "</script><script>alert('hostile')</script><img src=x onerror=alert(1)>"
        self.workspace.write("value.txt", hostile + "\n")
        self.workspace.configure(
            {
                "n": {"type": "numeric", "name": hostile, "description": hostile, "command": "echo 1"},
                "l": {"type": "label", "command": "cat value.txt"},
            }
        )
        run = self.track(job={"GITHUB_REF": f"refs/heads/{hostile}", "GITHUB_REPOSITORY": f"octo/{hostile}"})
        self.assert_done(run)
        page = (self.workspace.work / "unentropy-report" / "index.html").read_text()
        self.assertNotIn("<script>alert('hostile')", page)
        self.assertNotIn("<img src=x", page)
