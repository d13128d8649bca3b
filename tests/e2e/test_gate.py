"""The quality gate on a pull request: the real program, a real S3 server and a host after GitHub's documentation."""

import json
import shutil

from harness import settings
from harness.action import run_action
from harness.case import input_variables
from harness.fakegithub import BOT, refused, zipped
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
        self.assertIn("the history has no build of `release`", self.host.bodies(7)[0])

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
        self.assertEqual(run.exit_codes, {"program": 0, "gate": 1}, run.raw_log)
        self.assertEqual(set(run.outputs), GATE_OUTPUTS)
        self.assertEqual(run.outputs["quality-gate-status"], "fail")
        self.assertEqual(len(self.host.bodies(7)), 1)
        self.assertEqual(MARKER + "\n" + run.summary.rstrip("\n"), self.host.bodies(7)[0].rstrip("\n"))

    def test_failed_metric_fails_its_limit_and_the_rest_is_judged(self):
        broken = {"type": "numeric", "command": "echo no number >&2; exit 3"}
        limits = [NO_GROWTH, {"metric": "broken", "mode": "max", "target": 5}]
        self.configure_gate({"bundle": SIZE, "broken": broken, "docs": broken}, limits, mode="hard")
        self.record(self.commit(size="204800"))
        run = self.gate(self.open_pull(size="204800"))
        self.assertEqual(run.exit_code, 1, str(run))
        self.assertEqual(run.outputs["quality-gate-failing-metrics"], "broken")
        self.assertEqual(run.outputs["metrics-collected"], "1")
        collection = self.results(run)["collection"]
        self.assertEqual((collection["successful"], collection["failed"], collection["total"]), (1, 2, 3))
        self.assertEqual([failure["metric"] for failure in collection["failures"]], ["broken", "docs"])
        [comment] = self.host.bodies(7)
        self.assertIn("- ❌ **`broken`**: could not be collected", comment)
        self.assertIn("### Not measured\n\n- ⚠️ `docs`: ", comment)

    def test_two_configurations_have_a_comment_each(self):
        self.start()
        self.workspace.configure({"bundle": SIZE}, "web/unentropy.json", qualityGate={"thresholds": [NO_GROWTH]})
        pull = self.open_pull(size="215040")
        for _ in range(2):
            self.gate(pull)
            self.gate(pull, {"config-file": "web/unentropy.json"})
        markers = [body.splitlines()[0] for body in self.host.bodies(7)]
        self.assertEqual(markers, [MARKER, "<!-- unentropy-quality-gate web/unentropy.json -->"])

    def test_markdown_of_the_comment_in_a_file(self):
        self.start(mode="hard")
        pull = self.open_pull(size="215040")
        run = self.gate(pull, {"markdown-file": "gate.md"})
        self.assertEqual(run.exit_code, 1, str(run))
        text = (self.workspace.work / "gate.md").read_text()
        self.assertEqual(f"{MARKER}\n{text}".strip(), self.host.bodies(7)[0].strip())
        self.assertTrue(text.startswith("## ❌ Quality gate failed\n") and text.endswith("\n"), text)
        # Only where the workspace is, and never through a link.
        outside = self.workspace.work.parent / "outside.md"
        run = self.gate(pull, {"markdown-file": str(outside)})
        self.assertEqual((run.exit_code, run.outputs["error-code"]), (2, "usage"), str(run))
        self.assertIn("markdown-file", run.outputs["error-message"])
        self.assertFalse(outside.exists())
        # A run that cannot judge says that in the file.
        run = self.gate(pull, {"markdown-file": "gate.md", "s3-bucket": ""})
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertTrue((self.workspace.work / "gate.md").read_text().startswith("## ⚠️ Quality gate could not run\n"))
        for markdown, results, place in (("-", "-", "standard output"), ("./same.md", "same.md", "`./same.md`")):
            run = self.gate(pull, {"markdown-file": markdown, "output-file": results})
            self.assertEqual(
                (run.exit_code, run.outputs["error-message"]),
                (2, f"`output-file` and `markdown-file` both ask for {place} (name another file for one of them)"),
            )

    def test_one_threshold_of_severity_warning_does_not_block(self):
        self.configure_gate(thresholds=[{**NO_GROWTH, "severity": "warning"}], mode="hard")
        self.record(self.commit(size="204800"))
        run = self.gate(self.open_pull(size="215040"))
        self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (0, "pass"), str(run))
        self.assertNotIn("❌", self.host.bodies(7)[0])

    def test_no_pull_request_no_comment_and_no_complaint(self):
        base = self.start()
        later = self.commit(size="204801")
        environment = self.workspace.job(50, GITHUB_SHA=later, GITHUB_API_URL=self.host.url)
        environment.update(input_variables({**self.s3_inputs(), "github-token": self.host.token}))
        run = self.workspace.run("gate", environment=environment)
        self.assert_gate_complete(run)
        self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (0, "pass"), str(run))
        self.assertEqual(self.results(run)["qualityGate"]["baselineInfo"]["commit"], base)
        self.assertEqual(self.host.requests, [])
        self.assertEqual(run.log.annotations, [], str(run))


    def test_cancelled_run_leaves_nothing_behind(self):
        slow = {**SIZE, "command": "touch started; sleep 60"}
        self.configure_gate({"bundle": slow}, mode="hard")
        self.commit(size="1")
        pull = self.open_pull(size="2")
        run = self.gate(pull, interrupt_when=self.workspace.work / "started")
        self.assertEqual((run.exit_code, run.outputs["error-code"]), (130, "cancelled"), str(run))
        self.assertEqual(self.workspace.leftovers(), [])
        self.assertEqual(self.host.bodies(7), [])

    def test_time_of_the_run_is_bounded(self):
        self.configure_gate({"bundle": {**SIZE, "command": "sleep 60"}}, mode="hard")
        self.commit(size="1")
        run = self.gate(self.open_pull(size="2"), {"timeout": "2"})
        self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (1, "fail"), str(run))
        self.assertLess(run.seconds, 20)
        self.assertIn("cut off, because `timeout` of 2 s", self.rows(run)[0]["message"])


class Unreadable(GateCase):
    """The baseline cannot be read; what needs none is judged all the same."""

    LIMITS = [NO_GROWTH, {"metric": "bundle", "mode": "max", "target": 300000}]

    def pull(self, size="215040", mode="soft"):
        self.configure_gate(thresholds=self.LIMITS, mode=mode)
        self.commit(size="204800")
        return self.open_pull(size=size)

    def gone(self):
        return {"s3-endpoint": "http://127.0.0.1:9", "retry-attempts": "0"}

    def assert_told(self, run, code, status, kind):
        self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (code, status), str(run))
        self.assertEqual(run.outputs["error-code"], kind, str(run))
        self.assertIn("The history could not be read: ", self.host.bodies(7)[0])
        first, second = self.rows(run)
        self.assertEqual(first["status"], "unknown")
        self.assertTrue(first["message"].startswith("no baseline: "), first)
        self.assertNotEqual(second["status"], "unknown")

    def test_soft(self):
        self.assert_told(self.gate(self.pull(), self.gone()), 0, "pass", "unavailable")

    def test_hard_asks_to_run_again(self):
        self.assert_told(self.gate(self.pull(mode="hard"), self.gone()), 3, "pass", "unavailable")

    def test_hard_and_an_absolute_limit_fails(self):
        run = self.gate(self.pull("400000", "hard"), self.gone())
        self.assert_told(run, 1, "fail", "gate_failed")

    def test_wrong_key(self):
        run = self.gate(self.pull(mode="hard"), {"s3-secret-access-key": "not-the-right-secret"})
        self.assert_told(run, 3, "pass", "denied")

    def test_damaged_history_is_left_as_it_is(self):
        self.client.put(self.key, b"SQLite format 3\0" + b"\xff" * 5000)
        before = self.objects()
        self.assert_told(self.gate(self.pull(), {}), 0, "pass", "corrupt")
        self.assertEqual(self.objects(), before)


class Fork(GateCase):
    LIMITS = [NO_GROWTH, {"metric": "bundle", "mode": "max", "target": 300000}]
    NO_SECRETS = {"s3-access-key-id": "", "s3-secret-access-key": "", "s3-bucket": ""}

    def test_F101_judges_what_it_can_and_says_why_not_the_rest(self):
        self.configure_gate(thresholds=self.LIMITS, mode="hard")
        self.record(self.commit(size="204800"))
        self.host.may_write = False
        for size, code, status in (("215040", 0, "pass"), ("400000", 1, "fail")):
            run = self.gate(self.open_pull(size=size), self.NO_SECRETS, head_repository="stranger/example")
            self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (code, status), str(run))
            self.assertIn("a pull request from a fork is given no secrets", run.summary)
            self.assertEqual(run.log.messages("warning"), [], str(run))
            self.assertEqual(self.host.bodies(7), [])
            self.workspace.git("checkout", "-q", "main")

    def test_F101_the_same_settings_without_a_fork_are_an_error(self):
        self.configure_gate(thresholds=self.LIMITS)
        self.commit(size="204800")
        run = self.gate(self.open_pull(size="1"), self.NO_SECRETS)
        self.assertEqual((run.exit_code, run.outputs["error-code"]), (2, "usage"), str(run))
        for missing in ("s3-access-key-id", "s3-secret-access-key", "s3-bucket"):
            self.assertIn(missing, run.outputs["error-message"])

    def test_commands_of_a_stranger_are_refused_unless_allowed(self):
        self.configure_gate(thresholds=self.LIMITS)
        self.record(self.commit(size="204800"))
        pull = self.open_pull(size="204800")
        job = {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": pull.base}
        run = self.gate(pull, job=job, head_repository="stranger/example")
        self.assertEqual(run.outputs["metrics-collected"], "0", str(run))
        self.assertEqual(run.outputs["quality-gate-status"], "fail")
        self.assertIn("may have checked out a stranger's code", self.host.bodies(7)[0])
        run = self.gate(pull, {"allow-untrusted-commands": "true"}, job=job, head_repository="stranger/example")
        self.assertEqual(run.outputs["metrics-collected"], "1", str(run))
        self.assertEqual(run.outputs["quality-gate-status"], "pass")
        self.assertEqual(self.results(run)["qualityGate"]["baselineInfo"]["commit"], pull.base)


class Comments(GateCase):
    def pull(self):
        self.configure_gate()
        self.record(self.commit(size="204800"))
        return self.open_pull(size="215040")

    def test_F103_denied_comment_is_a_warning_and_the_summary_has_it_all(self):
        self.host.may_write = False
        run = self.gate(self.pull())
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs["quality-gate-comment-url"], "")
        self.assertIsNone(self.results(run)["prCommentUrl"])
        [warning] = [m for m in run.log.messages("warning") if "commenting" in m]
        self.assertIn("Resource not accessible by integration", warning)
        self.assertIn("pull-requests: write", warning)
        self.assertIn("## ❌ Quality gate failed", run.summary)

    def test_host_that_is_gone_is_a_warning(self):
        run = self.gate(self.pull(), {"retry-attempts": "0"}, job={"GITHUB_API_URL": "http://127.0.0.1:9"})
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertIn("## ❌ Quality gate failed", run.summary)
        self.assertTrue([m for m in run.log.messages("warning") if "comments" in m], str(run))

    def test_F105_one_on_a_late_page_is_found(self):
        self.host.page_size = 10
        for number in range(35):
            self.host.add_comment(7, f"talk {number}", "somebody")
        ours = self.host.add_comment(7, MARKER + "\nold", BOT)
        self.gate(self.pull())
        self.assertEqual(len(self.host.comments[7]), 36)
        self.assertIn("Quality gate failed", ours["body"])

    def test_F106_what_others_wrote_is_left_alone(self):
        forged = self.host.add_comment(7, MARKER + "\nall is well", "stranger")
        quoted = self.host.add_comment(7, "> " + MARKER + "\nwhat is this?", BOT)
        self.gate(self.pull())
        self.assertEqual(forged["body"], MARKER + "\nall is well")
        self.assertTrue(quoted["body"].startswith("> "))
        self.assertEqual(len(self.host.comments[7]), 3)

    def test_comments_can_be_turned_off_by_input_and_configuration(self):
        pull = self.pull()
        self.gate(pull, {"enable-pr-comment": "FALSE"})
        self.assertEqual(self.host.requests, [])
        self.workspace.configure(
            {"bundle": SIZE}, qualityGate={"enablePullRequestComment": False, "thresholds": [NO_GROWTH]}
        )
        self.gate(pull)
        self.assertEqual(self.host.requests, [])
        self.gate(pull, {"enable-pr-comment": "true"})
        self.assertEqual(len(self.host.bodies(7)), 1)

    def test_rate_limit_is_waited_for(self):
        answers = [refused(403, "You have exceeded a secondary rate limit", retry_after="1")]
        self.host.fault = lambda request: answers.pop() if answers and request.method == "POST" else None
        run = self.gate(self.pull())
        self.assertEqual(len(self.host.bodies(7)), 1, str(run))
        self.assertEqual(run.log.messages("error"), [])

    def test_F107_fifty_metrics_with_hostile_names_fit(self):
        names = ["|" * 200, "@everyone " * 20, "</details>" * 20, "[x](javascript:alert(1))" * 8, "W" * 256]
        metrics = {
            f"metric-{n}": {"type": "numeric", "name": names[n % 5][:256], "command": "cat size.txt"} for n in range(50)
        }
        limits = [{"metric": key, "mode": "max", "target": 1} for key in metrics]
        self.configure_gate(metrics, limits, maxCommentMetrics=100)
        self.record(self.commit(size="204800"))
        run = self.gate(self.open_pull(size="215040"))
        [comment] = self.host.bodies(7)
        self.assertLessEqual(len(comment.encode("utf-16-le")) // 2, 65536)
        for text in ("@", "javascript:", "</details></details>"):
            self.assertNotIn(text, comment)
        for key in metrics:
            self.assertIn(f"`{key}`", comment)
        # The host shows ten annotations of a kind.
        self.assertEqual(len(run.log.messages("warning")), 10, str(run))
        self.assertIn("and 41 more", run.log.messages("warning")[-1])


class Ancestry(GateCase):
    """F110: one build, the nearest ancestor, named; on shallow clones as on whole ones."""

    def history_of_three(self):
        """Two recorded commits, then one that is not; then a newer build of another line."""
        self.configure_gate(mode="hard")
        first = self.commit(size="100000")
        self.record(first)
        second = self.commit(size="200000")
        self.record(second)
        third = self.commit(size="200100")
        stray = f"{0xabc:040x}"
        self.record(stray)  # the newest build of the branch, and no ancestor
        return first, second, third, stray

    def baseline(self, run):
        about = self.results(run)["qualityGate"]["baselineInfo"]
        return about["commit"], about.get("distance"), about.get("note", "")

    def test_F110_nearest_ancestor_beats_the_newest_build(self):
        _, second, _, _ = self.history_of_three()
        run = self.gate(self.open_pull(size="200200"))
        self.assertEqual(self.baseline(run), (second, 1, ""))
        self.assertEqual(run.outputs["baseline-builds-considered"], "3")
        self.assertEqual(self.rows(run)[0]["baselineCommit"], second)

    def shallow(self, pull):
        """The checkout as a workflow gets it: the merge commit and nothing else."""
        copy = self.workspace.root / "shallow"
        self.workspace.git("clone", "-q", "--no-checkout", "--depth", "1", f"file://{self.workspace.work}", str(copy))
        shutil.rmtree(self.workspace.work / ".git")
        shutil.move(str(copy / ".git"), str(self.workspace.work / ".git"))
        self.assertEqual(self.workspace.git("rev-list", "--all"), pull.merge)

    def branch_merge(self):
        self.workspace.git("branch", "-q", "--force", "pull")
        self.workspace.git("symbolic-ref", "HEAD", "refs/heads/pull")

    def test_F110_shallow_clone_with_a_build_of_the_base(self):
        self.configure_gate()
        base = self.commit(size="200000")
        self.record(base)
        self.record(f"{0xabc:040x}")
        pull = self.open_pull(size="200100")
        self.branch_merge()
        self.shallow(pull)
        self.assertEqual(self.baseline(self.gate(pull)), (base, 0, ""))
        self.assertEqual(self.host.seen("GET", "compare"), [])

    def test_F110_shallow_clone_asks_the_host(self):
        first, second, third, stray = self.history_of_three()
        self.host.parents = {first: [], second: [first], third: [second], stray: [first]}
        pull = self.open_pull(size="200200")
        self.branch_merge()
        self.shallow(pull)
        self.assertEqual(self.baseline(self.gate(pull)), (second, 1, ""))
        self.assertEqual(len(self.host.seen("GET", "compare")), 2)

    def test_F110_nobody_knows_the_ancestry(self):
        *_, stray = self.history_of_three()
        pull = self.open_pull(size="200200")
        self.branch_merge()
        self.shallow(pull)
        self.host.fault = lambda request: refused(500, "oh no") if "compare" in request.path else None
        run = self.gate(pull, {"retry-attempts": "0"})
        commit, distance, note = self.baseline(run)
        self.assertEqual((commit, distance), (stray, None))
        self.assertIn("the ancestry could not be checked in this shallow clone", note)
        self.assertIn("The ancestry could not be checked in this shallow clone", self.host.bodies(7)[0])

    def test_token_is_sent_nowhere_else(self):
        self.history_of_three()
        run = self.gate(self.open_pull(size="200200"))
        self.assertNotIn(self.host.token, run.output.replace("::add-mask::" + self.host.token, ""))
        self.assertNotIn(self.host.token, run.summary + json.dumps(run.outputs))


class WithArtifacts(GateCase):
    def setUp(self):
        super().setUp()
        self.configure_gate()
        base = self.commit(size="204800")
        self.assert_done(self.track({"storage-type": "sqlite-artifact"}, job={"GITHUB_SHA": base}))
        self.file = self.workspace.work / "unentropy-metrics.db"
        self.archive = zipped(self.file.read_bytes())
        self.file.unlink()
        self.pull = self.open_pull(size="215040")

    def judged(self):
        return self.gate(self.pull, {"storage-type": "sqlite-artifact", "github-token": self.host.token})

    def test_baseline_is_in_the_artifact_of_the_reference_branch(self):
        self.host.add_artifact(self.archive, run=1)
        run = self.judged()
        self.assertEqual(run.outputs["quality-gate-status"], "fail", str(run))
        self.assertEqual(run.outputs["baseline-builds-considered"], "1")
        self.assertFalse(self.file.exists())

    def test_none_is_no_failure(self):
        self.host.add_artifact(self.archive, run=1, fork=True)
        run = self.judged()
        self.assertEqual((run.exit_code, run.outputs["quality-gate-status"]), (0, "unknown"), str(run))
        self.assertEqual(run.outputs["error-code"], "")

    def test_one_that_cannot_be_read_is_told(self):
        self.host.fault = lambda request: refused(403, "No") if "/actions/" in request.path else None
        run = self.judged()
        self.assertEqual(run.outputs["quality-gate-status"], "unknown", str(run))
        self.assertEqual(run.outputs["error-code"], "denied")
        self.assertIn("listing the artifacts `unentropy-metrics`", run.outputs["error-message"])
