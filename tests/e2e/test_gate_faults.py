"""Faults of other gates, one test each, where no unit test holds them: F091 to F115, and those of its storage."""

import json
import shutil

from harness import settings
from harness.action import PROGRAM_INPUTS, UPLOAD_INPUTS, load_action
from harness.case import input_variables, sqlite_file
from harness.pulls import NO_GROWTH, SIZE, GateCase


class Faults(GateCase):
    def start(self, **gate):
        self.configure_gate(**gate)
        base = self.commit(size="204800")
        self.record(base)
        return base

    def worse(self, **inputs):
        return self.gate(self.open_pull(size="215040"), {name.replace("_", "-"): v for name, v in inputs.items()})

    def test_F091_empty_mode_is_not_given(self):
        self.start(mode="hard")
        run = self.worse(quality_gate_mode="")
        self.assertEqual((run.exit_code, run.outputs["quality-gate-mode"]), (1, "hard"), str(run))

    def test_F091_input_beats_the_configuration(self):
        self.start(mode="hard")
        run = self.worse(quality_gate_mode="soft")
        self.assertEqual((run.exit_code, run.outputs["quality-gate-mode"]), (0, "soft"), str(run))

    def test_F091_off_does_nothing_but_answer(self):
        self.start(mode="off")
        requests = len(self.host.requests)
        run = self.worse(s3_endpoint="http://127.0.0.1:9")
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs["quality-gate-status"], "unknown")
        self.assertEqual(run.outputs["quality-gate-mode"], "off")
        self.assertEqual(run.outputs["metrics-collected"], "0")
        self.assertEqual(self.rows(run), [])
        self.assertEqual(len(self.host.requests), requests)

    def test_F094_unknown_is_unknown_everywhere(self):
        self.configure_gate(mode="hard")
        self.commit(size="204800")
        run = self.worse()
        self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (0, "unknown"), str(run))
        self.assertEqual(self.results(run)["qualityGate"]["status"], "unknown")
        self.assertIn("has no verdict", run.summary)
        self.assertIn("has no verdict", self.host.bodies(7)[0])

    def test_F095_limits_hold_on_a_first_pull_request(self):
        self.configure_gate(thresholds=[{"metric": "bundle", "mode": "max", "target": 210000}], mode="hard")
        self.commit(size="204800")
        self.assertEqual(self.worse().exit_code, 1)

    def test_F102_errors_and_a_failing_gate_differ(self):
        self.start(mode="hard")
        self.assertEqual(self.worse().exit_code, 1)
        run = self.worse(enable_pr_comment="perhaps", max_pr_comment_metrics="many")
        self.assertEqual((run.exit_code, run.outputs["error-code"]), (2, "usage"), str(run))
        self.assertIn("enable-pr-comment", run.outputs["error-message"])
        self.assertIn("max-pr-comment-metrics", run.outputs["error-message"])
        self.assertEqual(self.results(run)["error"]["code"], "usage")

    def test_F111_builds_of_schedules_count(self):
        self.configure_gate()
        commit = self.commit(size="204800")
        self.assert_done(self.track(self.s3_inputs(), job={"GITHUB_SHA": commit, "GITHUB_EVENT_NAME": "schedule"}))
        self.assertEqual(self.worse().outputs["baseline-builds-considered"], "1")

    def test_F113_empty_base_branch_is_absent(self):
        self.start()
        run = self.gate(self.open_pull(size="215040"), job={"GITHUB_BASE_REF": ""})
        self.assertEqual(run.outputs["baseline-reference-branch"], "main")
        self.assertEqual(run.outputs["quality-gate-status"], "fail")

    def test_F114_local_history_is_neither_made_nor_changed(self):
        self.configure_gate()
        commit = self.commit(size="204800")
        local = {"storage-type": "sqlite-local", "database-key": "history.db"}
        run = self.gate(self.open_pull(size="215040"), local)
        self.assertEqual(run.outputs["quality-gate-status"], "unknown")
        self.assertFalse((self.workspace.work / "history.db").exists())
        self.workspace.git("checkout", "-q", "main")
        self.assert_done(self.track(local, job={"GITHUB_SHA": commit}))
        before = (self.workspace.work / "history.db").read_bytes()
        names = sorted(path.name for path in self.workspace.work.iterdir())
        run = self.gate(self.open_pull(8, size="215040"), local)
        self.assertEqual(run.outputs["quality-gate-status"], "fail", str(run))
        self.assertEqual((self.workspace.work / "history.db").read_bytes(), before)
        self.assertEqual(sorted(path.name for path in self.workspace.work.iterdir()), names)

    def test_F115_builds_considered_and_mode_are_always_set(self):
        self.start()
        run = self.worse()
        self.assertEqual(run.outputs["baseline-builds-considered"], "1")
        self.assertEqual(run.outputs["quality-gate-mode"], "soft")
        run = self.worse(enable_pr_comment="perhaps")
        self.assertEqual(run.outputs["baseline-builds-considered"], "0")
        self.assertEqual(run.outputs["quality-gate-mode"], "soft")

    def test_F019_one_rule_for_the_storage_in_both_actions(self):
        self.configure_gate()
        self.workspace.configure(
            {"bundle": SIZE}, storage={"type": "sqlite-local"}, qualityGate={"thresholds": [NO_GROWTH]}
        )
        self.record(self.commit(size="204800"))
        self.assertEqual(self.worse().outputs["baseline-builds-considered"], "1")
        self.assertEqual(self.worse(storage_type="").outputs["baseline-builds-considered"], "0")

    def test_F020_the_key_is_the_same_and_the_old_one_is_found(self):
        local = {"storage-type": "sqlite-local", "database-key": ""}
        self.configure_gate()
        commit = self.commit(size="204800")
        self.assert_done(self.track(local, job={"GITHUB_SHA": commit}))
        pull = self.open_pull(size="215040")
        run = self.gate(pull, local)
        self.assertEqual(run.outputs["baseline-builds-considered"], "1")
        self.assertEqual(run.log.messages("notice"), [])
        shutil.move(self.workspace.work / "unentropy-metrics.db", self.workspace.work / "unentropy.db")
        run = self.gate(pull, local)
        self.assertEqual(run.outputs["baseline-builds-considered"], "1")
        self.assertIn("`unentropy.db` is used", run.log.messages("notice")[0])

    def test_F021_both_actions_take_the_same_settings_of_the_storage(self):
        track, gate = (load_action(settings.ROOT / folder / "action.yml") for folder in (".", "quality-gate"))
        about_storage = {name for name in track["inputs"] if name.startswith(("s3-", "artifact-", "storage-"))}
        self.assertEqual(about_storage - {"artifact-download"} - set(gate["inputs"]), set())
        # Every input reaches its step, and the program has a flag or a variable for each of its own.
        for action in (track, gate):
            finding, running = (
                {name for name in step["env"] if name.startswith("INPUT_")} for step in action["runs"]["steps"][:2]
            )
            self.assertEqual(finding, {"INPUT_" + name.upper() for name in PROGRAM_INPUTS})
            own = set(action["inputs"]) - PROGRAM_INPUTS - UPLOAD_INPUTS
            self.assertEqual(running, {"INPUT_" + name.upper().replace("-", "_") for name in own})
        told = self.workspace.run("gate", "--help").output
        for name in set(gate["inputs"]) - PROGRAM_INPUTS:
            self.assertIn(name, told)

    def test_history_of_an_old_layout_is_upgraded_in_a_copy_only(self):
        local = {"storage-type": "sqlite-local", "database-key": "history.db"}
        self.configure_gate()
        commit = self.commit(size="204800")
        self.assert_done(self.track(local, job={"GITHUB_SHA": commit}))
        path = self.workspace.work / "history.db"
        with sqlite_file(path.read_bytes()) as database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name LIKE 'unentropy_%' AND type='table'").fetchall():
                database.execute(f"DROP TABLE {name}")
            database.commit()
            path.write_bytes(database.content())
        before = path.read_bytes()
        run = self.gate(self.open_pull(size="215040"), local)
        self.assertEqual(run.outputs["quality-gate-status"], "fail", str(run))
        self.assertEqual(path.read_bytes(), before)

    def test_at_a_terminal_it_compares_with_the_commit_below_the_changes(self):
        self.configure_gate()
        commit = self.commit(size="204800")
        variables = {name.replace("INPUT_", "UNENTROPY_"): v for name, v in input_variables(self.s3_inputs()).items()}
        environment = {**self.workspace.clean_environment(), **variables}
        self.record(commit)
        self.workspace.write("size.txt", "215040")
        run = self.workspace.run("gate", "--mode", "hard", "--output-file", "results.json", environment=environment)
        self.assertEqual(run.exit_code, 1, str(run))
        self.assertRegex(run.output, r"fail +Bundle size \(bundle\) +200 KB +210 KB +\+10 KB \(\+5\.0%\) +rise of 10 KB")
        self.assertIn("quality gate (hard): fail, 1 threshold is violated", run.output)
        about = json.loads((self.workspace.work / "results.json").read_text())["qualityGate"]["baselineInfo"]
        self.assertEqual((about["commit"], about["distance"]), (commit, 0))

    def test_planted_link_does_not_lead_the_results_away(self):
        self.configure_gate({"bundle": {**SIZE, "command": "ln -s / .unentropy; cat size.txt"}})
        self.commit(size="204800")
        run = self.worse()
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs["quality-gate-results-path"], "")
        self.assertTrue([m for m in run.log.messages("warning") if "symbolic link" in m], str(run))
