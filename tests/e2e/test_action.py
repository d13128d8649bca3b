"""The action as a workflow runs it, with the real program and a real S3 server."""

import re
from html.parser import HTMLParser
from pathlib import Path

from harness import settings
from harness.action import UPLOAD_INPUTS, load_action, run_action
from harness.case import ONE_METRIC, OUTPUTS, ProgramCase, S3Case, input_variables, sqlite_file

PHASES = ["download", "collect", "upload", "report"]


class ActionCase(S3Case):
    def act(self, inputs=None, run_number=1, **job):
        self.attempts = getattr(self, "attempts", 0) + 1
        return run_action(
            settings.ROOT,
            self.workspace.work,
            {"binary": str(settings.binary()), **(self.s3_inputs() if inputs is None else inputs)},
            self.workspace.job(run_number, **job),
            self.workspace.files / f"act-{self.attempts}",
        )


class WithS3(ActionCase):
    def test_whole_workflow(self):
        self.workspace.configure(
            {
                "lines": {"$ref": "loc", "command": "@collect loc code.c"},
                "flavour": {"type": "label", "name": "The flavour", "command": "echo plain"},
                "share": {"type": "numeric", "unit": "percent", "command": "echo 72.25"},
            }
        )
        self.workspace.write("code.c", "int x;\nint y;\n")
        for number in (1, 2):
            run = self.act(run_number=number)
            self.assertTrue(run.succeeded, run.raw_log)
            self.assertEqual(set(run.outputs), OUTPUTS)
            expected = {
                "success": "true",
                "storage-type": "sqlite-s3",
                "database-location": f"storage://sqlite-s3/{self.key}",
                "database-path": "",
                "database-size": str(len(self.stored())),
                "metrics-collected": "3",
                "total-builds": str(number),
                "source-run-id": "",
                "artifact-upload-required": "false",
                "artifact-name": "",
                "artifact-path": "",
                "pending-records": "0",
                "error-code": "",
                "error-message": "",
            }
            self.assertEqual({name: run.outputs[name] for name in expected}, expected)
            self.assertGreaterEqual(int(run.outputs["duration"]), 0)
            report = self.workspace.work / run.outputs["report-path"]
            self.assertTrue(report.is_file())
            # Only the report is uploaded: the history went to S3.
            uploads = [(used.name, used.inputs["name"]) for used in run.used]
            self.assertEqual(uploads, [("Upload the report", "unentropy-report")])
            self.assertEqual(run.used[0].inputs["path"], run.outputs["report-path"])
        self.check_log(run)
        self.check_summary(run)

    def check_log(self, run):
        titles = [re.match(r"\w+", title.lower()).group(0) for title in run.log.groups]
        self.assertEqual([title for title in titles if title in PHASES], PHASES, run.raw_log)
        for phase in PHASES:
            self.assertRegex(run.log.text, rf"(?i){phase}.*\d ?(ms|s)\b")
        self.assertEqual(run.log.annotations, [], run.raw_log)
        self.assertEqual(run.log.other_commands, [])

    def check_summary(self, run):
        tables = [line for line in run.summary.splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables]
        for phase in PHASES:
            row = [row for row in rows if row[0].lower() == phase]
            self.assertEqual(len(row), 1, run.summary)
            self.assertIn("done", row[0])
            self.assertTrue(any(re.search(r"\d ?(ms|s)$", cell) for cell in row[0]), run.summary)
        text = {row[0]: row for row in rows}
        self.assertIn("72.3%", next(row for name, row in text.items() if "share" in name))
        self.assertIn("plain", next(row for name, row in text.items() if "flavour" in name))
        lines = next(row for name, row in text.items() if "lines" in name)
        self.assertTrue({"-", "+0"} & set(lines), run.summary)
        self.assertIn("unentropy-report", run.summary)

    def test_the_report_has_the_name_it_is_given(self):
        self.workspace.configure(ONE_METRIC)
        run = self.act({**self.s3_inputs(), "report-name": "report-api"})
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual([used.inputs["name"] for used in run.used], ["report-api"])

    def test_secrets_are_masked_before_anything_else_is_said(self):
        self.workspace.configure(ONE_METRIC)
        run = self.act(self.s3_inputs(s3_secret_access_key="some-wrong-secret"))
        self.assertFalse(run.succeeded)
        credentials = settings.server().credentials
        self.assertLessEqual({credentials.access_key, "some-wrong-secret", "the-token-of-the-run"}, run.log.masks)
        self.assertLess(run.log.last_mask, run.log.first_shown)

    def test_failure_sets_every_output(self):
        self.workspace.configure(ONE_METRIC)
        run = self.act(self.s3_inputs(s3_secret_access_key="some-wrong-secret"))
        self.assertEqual(run.exit_codes, {"program": 0, "track": 3})
        self.assertEqual(set(run.step_outputs["track"]), OUTPUTS)
        self.assertEqual(run.outputs["success"], "false")
        self.assertEqual(run.outputs["error-code"], "denied")
        self.assertIn("s3-secret-access-key", run.outputs["error-message"])
        self.assertEqual(run.outputs["storage-type"], "sqlite-s3")
        self.assertEqual(run.outputs["report-path"], "")
        self.assertEqual(run.used, [])
        self.assertEqual(len(run.log.messages("error")), 1, run.raw_log)
        self.assertIn("denied", run.summary.lower() + run.outputs["error-code"])
        self.assertRegex(run.summary, r"(?i)\| *download *\| *failed")

    def test_usage_error_sets_every_output(self):
        self.workspace.configure(ONE_METRIC)
        run = self.act(self.s3_inputs(s3_bucket="", retry_attempts="many"))
        self.assertEqual(run.exit_codes, {"program": 0, "track": 2})
        self.assertEqual(set(run.step_outputs["track"]), OUTPUTS)
        self.assertEqual(run.outputs["error-code"], "usage")

    def test_empty_inputs_are_not_given(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-s3"})
        inputs = {**{name: "" for name in load_action(settings.ROOT / "action.yml")["inputs"]}, **self.s3_inputs()}
        inputs.update({"storage-type": "", "binary": str(settings.binary())})
        run = self.act(inputs)
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual(run.outputs["storage-type"], "sqlite-s3")

    def test_values_are_never_read_by_a_shell(self):
        self.workspace.configure(ONE_METRIC)
        marker = self.workspace.root / "executed"
        for hostile in (f"$(touch {marker})", f"`touch {marker}`", f"x; touch {marker}", f'"; touch {marker}; "'):
            paths = {name: hostile for name in ("database-key", "report-dir", "config-file")}
            self.act({"storage-type": "sqlite-local", **paths})
            self.assertFalse(marker.exists(), hostile)

    def test_report_that_fails_is_a_warning(self):
        # The metric puts a file where the report's directory would be, after the program looked there.
        self.workspace.configure({"n": {"type": "numeric", "command": "echo > unentropy-report; echo 1"}})
        run = self.act()
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual(run.outputs["success"], "true")
        self.assertEqual(run.outputs["report-path"], "")
        self.assertEqual(run.used, [])
        self.assertTrue(run.log.messages("warning"), run.raw_log)
        self.assertEqual(run.log.messages("error"), [])
        self.assertEqual(self.rows("SELECT COUNT(*) FROM build_contexts"), [(1,)])


class WithArtifacts(ActionCase):
    def test_limited_mode(self):
        self.workspace.configure(ONE_METRIC)
        run = self.act({})
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual(run.outputs["storage-type"], "sqlite-artifact")
        self.assertEqual(run.outputs["artifact-upload-required"], "false")
        self.assertEqual(run.outputs["artifact-name"], "unentropy-metrics")
        self.assertEqual([used.name for used in run.used], ["Upload the report"])
        database = self.workspace.work / run.outputs["artifact-path"]
        with sqlite_file(database.read_bytes()) as connection:
            self.assertEqual(connection.execute("SELECT COUNT(*) FROM build_contexts").fetchone(), (1,))
        # What the following step of the workflow uploads comes back in the next run.
        again = self.act({}, run_number=2)
        self.assertEqual(again.outputs["total-builds"], "2")


class File(ProgramCase):
    """What can be seen in action.yml without running it."""

    def setUp(self):
        super().setUp()
        self.action = load_action(settings.ROOT / "action.yml")

    def test_inputs_travel_through_the_environment_alone(self):
        program, track = self.action["runs"]["steps"][:2]
        for step in (program, track):
            self.assertNotIn("${{", step["run"])
        inputs = {name: f"${{{{ inputs.{name} }}}}" for name in set(self.action["inputs"]) - UPLOAD_INPUTS}
        expected = input_variables(inputs)
        expected["ACTION_REPOSITORY"] = "${{ github.action_repository }}"
        expected["UNENTROPY_PROGRAM"] = "${{ steps.program.outputs.path }}"
        self.assertEqual({**program["env"], **track["env"]}, expected)

    def test_credentials_are_kept_from_the_download(self):
        program = self.action["runs"]["steps"][0]
        self.assertEqual(
            set(program["env"]), {"INPUT_BINARY", "INPUT_VERSION", "INPUT_MIRROR", "ACTION_REPOSITORY"}
        )

    def test_no_default_hides_the_configuration(self):
        defaults = {name for name, about in self.action["inputs"].items() if "default" in about}
        self.assertEqual(defaults, {"github-token"})

    def test_outputs_are_the_programs(self):
        self.assertEqual(set(self.action["outputs"]), OUTPUTS)
        for name, about in self.action["outputs"].items():
            self.assertIn(f"steps.track.outputs.{name} ", about["value"])
            self.assertTrue(about["description"])

    def test_F154_other_actions_are_the_hosts_own_and_pinned_by_commit(self):
        for step in self.action["runs"]["steps"]:
            if "uses" in step:
                self.assertRegex(step["uses"], r"^actions/[a-z-]+@[0-9a-f]{40}$")
                self.assertIn("always()", step["if"])
                self.assertIn("retention-days", step["with"])

    def test_history_upload_is_driven_by_its_output(self):
        step = next(step for step in self.action["runs"]["steps"] if step.get("name") == "Upload the history")
        self.assertIn("steps.track.outputs.artifact-upload-required == 'true'", step["if"])


class _Page(HTMLParser):
    """Collects what a page would load, and what it says about itself."""

    LOADING = {"src", "srcset", "href", "action", "formaction", "poster", "data", "background", "xlink:href", "ping"}

    def __init__(self):
        super().__init__()
        self.loads = []
        self.policy = ""
        self.scripts = 0

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.scripts += tag == "script"
        if tag == "meta" and (values.get("http-equiv") or "").lower() == "content-security-policy":
            self.policy = values.get("content") or ""
        for name, value in attributes:
            local = (value or "").startswith(("#", "data:"))
            if name in self.LOADING and value and not local and not (tag == "a" and name == "href"):
                self.loads.append((tag, name, value))
            if name == "style" and "url(" in (value or ""):
                self.loads.append((tag, name, value))

    handle_startendtag = handle_starttag


class Report(S3Case):
    def test_F116_page_is_whole_and_asks_for_nothing(self):
        self.workspace.configure(
            {
                "n": {
                    "type": "numeric",
                    "unit": "bytes",
                    "name": "A number",
                    "description": "What it is",
                    "command": "echo 2048",
                },
                "l": {"type": "label", "command": "echo red"},
            }
        )
        for number in (1, 2, 3):
            run = self.track_s3(number)
            self.assert_done(run)
        path = self.workspace.work / "unentropy-report" / "index.html"
        self.assertEqual(Path(run.result["report"]["path"]).resolve(), path.resolve())
        text = path.read_text(encoding="utf-8")
        self.assertTrue(text.lower().startswith("<!doctype html>"))
        page = _Page()
        page.feed(text)
        self.assertEqual(page.loads, [])
        self.assertIn("default-src 'none'", page.policy)
        self.assertNotRegex(page.policy, r"https?:|\*|connect-src (?!'none')")
        self.assertNotRegex(text, r"@import|url\(\s*['\"]?https?:")
        self.assertNotRegex(text, r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(")
        for shown in ("A number", "What it is", "2 KB", "red", "octo/example"):
            self.assertIn(shown, text)
        self.assertLess(len(text), 400_000)

    def test_report_grows_with_what_it_shows_and_not_with_the_history(self):
        self.workspace.configure({"n": {"type": "numeric", "command": "echo 1"}})
        self.assert_done(self.track_s3())
        with sqlite_file(self.stored()) as database:
            database.execute(
                "WITH RECURSIVE c (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)"
                " INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, event_name, timestamp)"
                " SELECT printf('%040x', i), 'main', 'r' || i, i, 'push',"
                " strftime('%Y-%m-%dT%H:%M:%S.000Z', 1600000000 + i * 600, 'unixepoch') FROM c"
            )
            database.execute(
                "INSERT INTO metric_values (metric_id, build_id, value_numeric)"
                " SELECT 'n', id, id * 1.25 FROM build_contexts WHERE id > 1"
            )
            database.commit()
            content = database.content()
        self.client.put(self.key, content)
        run = self.track_s3(2)
        self.assert_done(run)
        self.assertEqual(run.outputs["total-builds"], "20001")
        self.assertLess((self.workspace.work / "unentropy-report" / "index.html").stat().st_size, 1_000_000)
