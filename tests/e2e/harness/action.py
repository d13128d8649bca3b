"""Runs a composite action as the runner does: inputs with defaults, `env:`, `if:`, step outputs, command files.

`run:` steps run with the real program. `uses:` steps are recorded with what they would have been given.
"""

import subprocess
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple

from harness import expressions
from harness.outputs import parse_outputs
from harness.runner_log import RunnerLog
from harness.yaml_subset import parse_yaml


# Inputs of the actions' first step, which finds the program; the program has none of them.
PROGRAM_INPUTS = {"binary", "version", "mirror"}
UPLOAD_INPUTS = {"report-name"}  # read by the step that uploads


class UsedAction(NamedTuple):
    name: str
    uses: str
    inputs: Dict[str, str]


class ActionRun(NamedTuple):
    succeeded: bool
    exit_codes: Dict[str, int]  # by step id, for steps that ran
    outputs: Dict[str, str]  # of the action
    step_outputs: Dict[str, Dict[str, str]]
    used: List[UsedAction]
    log: RunnerLog
    raw_log: str
    summary: str
    exported: str  # what the steps wrote to GITHUB_ENV and GITHUB_PATH


def load_action(path: Path) -> Dict[str, Any]:
    action = parse_yaml(path.read_text())
    assert action["runs"]["using"] == "composite", "the harness runs composite actions only"
    return action


def _resolve_inputs(action: Mapping[str, Any], given: Mapping[str, str], github: Mapping[str, str]) -> Dict[str, str]:
    declared = action.get("inputs") or {}
    unknown = set(given) - set(declared)
    assert not unknown, f"the action has no input {sorted(unknown)}"
    defaults = {
        name: expressions.expand((about or {}).get("default", ""), {"github": github})
        for name, about in declared.items()
    }
    return {**defaults, **given}


def run_action(
    directory: Path,
    workspace: Path,
    inputs: Mapping[str, str],
    environment: Mapping[str, str],
    files: Path,
    token: str = "the-token-of-the-run",
    repository: str = "octo/unentropy",
    timeout: float = 120,
) -> ActionRun:
    """`environment` is that of the job; the command files are made below `files`; `repository` holds the action."""
    action = load_action(directory / "action.yml")
    github = {"token": token, "action_path": str(directory), "action_repository": repository}
    context: Dict[str, Any] = {
        "inputs": _resolve_inputs(action, inputs, github),
        "github": github,
        "steps": {},
    }
    status = "success"
    exit_codes: Dict[str, int] = {}
    used: List[UsedAction] = []
    raw_log = summary = exported = ""
    for number, step in enumerate(action["runs"]["steps"]):
        step_id = step.get("id", f"step-{number}")
        if not expressions.condition(step.get("if", "success()"), context, status):
            continue
        if "uses" in step:
            given = {name: expressions.expand(value, context) for name, value in (step.get("with") or {}).items()}
            used.append(UsedAction(step.get("name", ""), step["uses"], given))
            continue
        assert step["shell"] == "bash", "the harness runs bash only"
        command_files = files / f"{number}"
        command_files.mkdir(parents=True)
        step_environment = dict(environment)
        for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
            (command_files / variable).touch()
            step_environment[variable] = str(command_files / variable)
        step_environment["GITHUB_ACTION_PATH"] = str(directory)
        for name, value in (step.get("env") or {}).items():
            step_environment[name] = expressions.expand(value, context)
        script = command_files / "script.sh"
        script.write_text(expressions.expand(step["run"], context))
        finished = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=workspace,
            env=step_environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
        )
        exit_codes[step_id] = finished.returncode
        raw_log += finished.stdout.decode("utf-8", "surrogateescape")
        outputs = parse_outputs((command_files / "GITHUB_OUTPUT").read_text())
        context["steps"][step_id] = {"outputs": outputs}
        summary += (command_files / "GITHUB_STEP_SUMMARY").read_text()
        exported += (command_files / "GITHUB_ENV").read_text() + (command_files / "GITHUB_PATH").read_text()
        if finished.returncode != 0 and step.get("continue-on-error") != "true":
            status = "failure"
    action_outputs = {
        name: expressions.expand(about["value"], context) for name, about in (action.get("outputs") or {}).items()
    }
    return ActionRun(
        succeeded=status == "success",
        exit_codes=exit_codes,
        outputs=action_outputs,
        step_outputs={step: about["outputs"] for step, about in context["steps"].items()},
        used=used,
        log=RunnerLog(raw_log),
        raw_log=raw_log,
        summary=summary,
        exported=exported,
    )


