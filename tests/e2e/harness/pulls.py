"""Pull requests as the gate meets them: a git repository with history, the event's file, a host and a store."""

import json
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from harness.case import S3Case, input_variables
from harness.fakegithub import FakeGithub
from harness.workspace import Run

GATE_OUTPUTS = {
    "quality-gate-status",
    "quality-gate-mode",
    "quality-gate-failing-metrics",
    "quality-gate-comment-url",
    "metrics-collected",
    "baseline-builds-considered",
    "baseline-reference-branch",
    "quality-gate-results-path",
    "quality-gate-results-json",
    "error-code",
    "error-message",
}

SIZE = {"type": "numeric", "name": "Bundle size", "unit": "bytes", "command": "cat size.txt"}
NO_GROWTH = {"metric": "bundle", "mode": "no-regression", "tolerance": 1024, "direction": "lower-is-better"}


class Pull(NamedTuple):
    base: str  # newest commit of the base branch
    head: str  # newest commit of the pull request
    merge: str  # what the host made of the two, which is checked out
    number: int = 7


class GateCase(S3Case):
    """`self.host` is the fake GitHub, whose repository has what `self.workspace` has."""

    repository = "octo/example"

    def setUp(self) -> None:
        super().setUp()
        self.host = FakeGithub(self.repository)
        self.host.__enter__()
        self.addCleanup(self.host.__exit__, None, None, None)
        self.runs = 0

    def configure_gate(self, metrics: Mapping[str, Any] = {"bundle": SIZE}, thresholds=(NO_GROWTH,), **gate: Any) -> None:
        self.workspace.configure(metrics, qualityGate={"thresholds": list(thresholds), **gate})

    def commit(self, **files: str) -> str:
        """`size="5"` writes 5 to size.txt."""
        for name, content in files.items():
            self.workspace.write(f"{name}.txt", content)
        return self.workspace.commit()

    def record(self, commit: str, **inputs: str) -> Run:
        """A run of track for the commit that is checked out."""
        self.runs += 1
        run = self.track(self.s3_inputs(**inputs), run_number=self.runs, job={"GITHUB_SHA": commit})
        self.assert_done(run)
        return run

    def open_pull(self, number: int = 7, **files: str) -> Pull:
        """Leaves the merge commit checked out, as actions/checkout does."""
        base = self.workspace.git("rev-parse", "HEAD")
        self.workspace.git("checkout", "-q", "-b", f"change-{number}-{self.runs}")
        head = self.commit(**files)
        self.workspace.git("checkout", "-q", "--detach", base)
        self.workspace.git("merge", "-q", "--no-ff", "-m", "Merge", head)
        return Pull(base, head, self.workspace.git("rev-parse", "HEAD"), number)

    def event_of(self, pull: Optional[Pull], head_repository: str = repository) -> Dict[str, Any]:
        event: Dict[str, Any] = {"repository": {"full_name": self.repository, "default_branch": "main"}}
        if pull:
            event["pull_request"] = {
                "number": pull.number,
                "base": {"ref": "main", "sha": pull.base, "repo": {"full_name": self.repository}},
                "head": {"ref": "change", "sha": pull.head, "repo": {"full_name": head_repository}},
            }
        return event

    def job_of(self, pull: Pull, head_repository: str = repository, **job: Optional[str]) -> Dict[str, str]:
        event = self.workspace.files / "event.json"
        event.write_text(json.dumps(self.event_of(pull, head_repository)))
        self.runs += 1
        return self.workspace.job(
            self.runs,
            **{
                "GITHUB_SHA": pull.merge,
                "GITHUB_REF": f"refs/pull/{pull.number}/merge",
                "GITHUB_REF_NAME": f"{pull.number}/merge",
                "GITHUB_BASE_REF": "main",
                "GITHUB_HEAD_REF": "change",
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": str(event),
                "GITHUB_API_URL": self.host.url,
                **job,
            },
        )

    def gate(
        self,
        pull: Pull,
        inputs: Mapping[str, str] = {},
        head_repository: str = repository,
        job: Mapping[str, Optional[str]] = {},
        **options: Any,
    ) -> Run:
        given = {**self.s3_inputs(), "github-token": self.host.token, "retry-attempts": "1", **inputs}
        environment = self.job_of(pull, head_repository, **job)
        environment.update(input_variables(given))
        run = self.workspace.run("gate", environment=environment, **options)
        self.assert_gate_complete(run)
        return run

    def assert_gate_complete(self, run: Run) -> None:
        self.assertEqual(set(run.outputs), GATE_OUTPUTS, str(run))
        self.assertIn(run.outputs["quality-gate-status"], ("pass", "fail", "unknown"), str(run))
        self.assertIn(run.outputs["quality-gate-mode"], ("off", "soft", "hard"), str(run))
        self.assertEqual(run.exported, "")
        self.assertEqual(run.log.other_commands, [], str(run))
        self.assertEqual(run.log.unclosed_groups, 0, str(run))
        json.loads(run.outputs["quality-gate-results-json"])

    def results(self, run: Run) -> Dict[str, Any]:
        """The file of results, which says the same as the output."""
        told = json.loads(run.outputs["quality-gate-results-json"])
        with open(run.outputs["quality-gate-results-path"], encoding="utf-8") as file:
            self.assertEqual(json.load(file), told)
        return told

    def rows(self, run: Run) -> List[Dict[str, Any]]:
        return self.results(run)["qualityGate"]["metrics"]

    def objects(self) -> Dict[str, bytes]:
        """Everything the store holds for this test."""
        return {key: self.client.get(key).body for key in self.client.list(self.prefix)}
