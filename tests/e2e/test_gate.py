"""The quality gate on a pull request: the real program, a real S3 server and a host after GitHub's documentation."""

import json
import shutil

from harness import settings
from harness.action import run_action
from harness.case import input_variables
from harness.fakegithub import BOT, refused
from harness.pulls import GATE_OUTPUTS, NO_GROWTH, SIZE, GateCase

MARKER = "<!-- unentropy-quality-gate -->"


class PullRequest(GateCase):
    def start(self, size="204800", **gate):
        """A main branch of one recorded build."""
        self.configure_gate(**gate)
        base = self.commit(size=size)
        self.record(base)
        return base

    def test_first_run_has_no_verdict_and_says_so_kindly(self):
        self.configure_gate(mode="hard")
        self.commit(size="204800")
        run = self.gate(self.open_pull(size="999999"))
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs["quality-gate-status"], "unknown")
        self.assertEqual(run.outputs["baseline-builds-considered"], "0")
        self.assertEqual(run.outputs["error-code"], "")
        self.assertEqual(self.rows(run)[0]["message"], "no baseline: there is no history yet")
        [comment] = self.host.bodies(7)
        self.assertTrue(comment.startswith(MARKER + "\n## ⚠️ Quality gate has no verdict\n"), comment)
        self.assertIn("Nothing to compare with yet: there is no history yet.", comment)
        self.assertEqual(self.objects(), {}, "the gate has written to the storage")

    def test_regression_fails_a_hard_gate(self):
        base = self.start(mode="hard")
        before = self.objects()
        run = self.gate(self.open_pull(size="215040"))
        self.assertEqual(run.exit_code, 1, str(run))
        self.assertEqual(run.outputs["quality-gate-status"], "fail")
        self.assertEqual(run.outputs["quality-gate-mode"], "hard")
        self.assertEqual(run.outputs["quality-gate-failing-metrics"], "bundle")
        self.assertEqual(run.outputs["metrics-collected"], "1")
        self.assertEqual(run.outputs["baseline-builds-considered"], "1")
        self.assertEqual(run.outputs["baseline-reference-branch"], "main")
        self.assertEqual(run.outputs["error-code"], "gate_failed")
        [row] = self.rows(run)
        self.assertEqual((row["baseline"], row["pullRequestValue"], row["status"]), (204800, 215040, "fail"))
        self.assertEqual(row["threshold"], {k: v for k, v in NO_GROWTH.items() if k != "metric"} | {"severity": "blocker"})
        self.assertEqual((row["absoluteDelta"], row["relativeDeltaPercent"], row["isBlocking"]), (10240, 5, True))
        about = self.results(run)["qualityGate"]["baselineInfo"]
        self.assertEqual((about["commit"], about["distance"]), (base, 0))
        [comment] = self.host.bodies(7)
        self.assertIn("## ❌ Quality gate failed\n", comment)
        self.assertIn(f"[`{base[:10]}`](https://github.com/{self.repository}/commit/{base})", comment)
        self.assertIn(
            "- ❌ **Bundle size (`bundle`)**: rise of 10 KB, tolerance 1 KB. Was 200 KB, now 210 KB. Limit: rise ≤ 1 KB.\n",
            comment,
        )
        self.assertEqual(run.outputs["quality-gate-comment-url"], self.host.comments[7][0]["html_url"])
        self.assertEqual(self.results(run)["prCommentUrl"], run.outputs["quality-gate-comment-url"])
        [error] = [message for message in run.log.messages("error")]
        self.assertIn("`bundle`: rise of 10 KB, tolerance 1 KB", error)
        self.assertEqual(self.objects(), before, "the gate has changed the storage")
        self.assertEqual(self.workspace.leftovers(), [])

    def test_regression_is_told_by_a_soft_gate(self):
        self.start()
        run = self.gate(self.open_pull(size="215040"))
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs["quality-gate-status"], "fail")
        self.assertEqual(run.log.messages("error"), [])
        self.assertEqual(len(run.log.messages("warning")), 1, str(run))
        self.assertIn("failed, without stopping the job", self.host.bodies(7)[0])

    def test_improvement_passes(self):
        self.start(mode="hard")
        run = self.gate(self.open_pull(size="102400"))
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs["quality-gate-status"], "pass")
        self.assertEqual(run.outputs["quality-gate-failing-metrics"], "")
        [comment] = self.host.bodies(7)
        self.assertIn("## ✅ Quality gate passed\n", comment)
        self.assertIn("| ✅ | Bundle size (`bundle`) | 200 KB | 100 KB | -100 KB (-50.0%) | rise ≤ 1 KB |", comment)
        self.assertEqual(run.log.annotations, [], str(run))

    def test_missing_baseline_names_why(self):
        self.start(baseline={"referenceBranch": "release"}, mode="hard")
        run = self.gate(self.open_pull(size="215040"))
        self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (0, "unknown"), str(run))
        self.assertEqual(run.outputs["baseline-reference-branch"], "release")
        self.assertIn("the history has no build of 'release'", self.host.bodies(7)[0].replace("\\`", "'"))

    def test_the_comment_is_updated_in_place(self):
        self.start()
        pull = self.open_pull(size="215040")
        self.gate(pull)
        [first] = self.host.comments[7]
        again = self.gate(pull)
        self.assertEqual(len(self.host.seen("PATCH")), 0, "an unchanged comment is not written again")
        self.assertEqual(again.outputs["quality-gate-comment-url"], first["html_url"])
        self.workspace.write("size.txt", "204801")
        run = self.gate(pull)
        [comment] = self.host.comments[7]
        self.assertEqual(comment["id"], first["id"])
        self.assertIn("✅ Quality gate passed", comment["body"])
        self.assertEqual(run.outputs["quality-gate-comment-url"], comment["html_url"])

    def test_whole_action(self):
        self.start()
        pull = self.open_pull(size="215040")
        run = run_action(
            settings.ROOT / "quality-gate",
            self.workspace.work,
            {**self.s3_inputs(), "binary": str(settings.binary()), "quality-gate-mode": "hard"},
            self.job_of(pull),
            self.workspace.files / "act",
            token=self.host.token,
        )
        self.assertEqual(run.exit_codes, {"gate": 1}, run.raw_log)
        self.assertEqual(set(run.outputs), GATE_OUTPUTS)
        self.assertEqual(run.outputs["quality-gate-status"], "fail")
        self.assertEqual(len(self.host.bodies(7)), 1)
        self.assertEqual(MARKER + "\n" + run.summary.rstrip("\n"), self.host.bodies(7)[0].rstrip("\n"))
