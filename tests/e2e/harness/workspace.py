"""A repository, a home and a temporary directory of a test's own, and the program run in them."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from harness import settings
from harness.outputs import parse_outputs
from harness.runner_log import RunnerLog

RUN_LIMIT_SECONDS = 90


class Run(NamedTuple):
    exit_code: int
    output: str  # both streams, in the order they were written
    log: RunnerLog
    outputs: Dict[str, str]
    summary: str
    exported: str  # what was written to GITHUB_ENV and GITHUB_PATH
    result: Optional[Dict[str, Any]]  # the file of --json, if it was asked for and written
    seconds: float

    def __str__(self) -> str:
        return f"exit code {self.exit_code}\n{self.output}"


class Workspace:
    """Layout: `work` (the checkout), `home`, `temp` (TMPDIR and RUNNER_TEMP), `files` (command files, JSON)."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="unentropy-e2e-"))
        self.work = self.root / "work"
        self.home = self.root / "home"
        self.temp = self.root / "temp"
        self.files = self.root / "files"
        for directory in (self.work, self.home, self.temp, self.files):
            directory.mkdir()
        self._runs = 0

    def remove(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def clean_environment(self) -> Dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
            "HOME": str(self.home),
            "TMPDIR": str(self.temp),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def write(self, name: str, content: str) -> Path:
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def configure(self, metrics: Mapping[str, Any], name: str = "unentropy.json", **other: Any) -> None:
        self.write(name, json.dumps({**other, "metrics": metrics}, indent=2))

    def git(self, *arguments: str) -> str:
        author = ["-c", "user.name=Tester", "-c", "user.email=tester@example.invalid", "-c", "init.defaultBranch=main"]
        finished = subprocess.run(
            ["git", *author, *arguments],
            cwd=self.work,
            env=self.clean_environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        return finished.stdout.strip()

    def commit(self) -> str:
        """Commits everything there is and gives the commit's id."""
        if not (self.work / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "A change")
        return self.git("rev-parse", "HEAD")

    def job(self, run_number: int = 1, **changes: Optional[str]) -> Dict[str, str]:
        """The environment of a workflow job. A change to None removes the variable."""
        environment: Dict[str, Optional[str]] = {
            **self.clean_environment(),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_SHA": f"{run_number:040x}",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": str(9_000_000 + run_number),
            "GITHUB_RUN_NUMBER": str(run_number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_REPOSITORY": "octo/example",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_API_URL": "http://127.0.0.1:9/api",
            "GITHUB_WORKSPACE": str(self.work),
            "RUNNER_TEMP": str(self.temp),
            **changes,
        }
        return {name: value for name, value in environment.items() if value is not None}

    def with_command_files(self, environment: Mapping[str, str]) -> Dict[str, str]:
        """Adds fresh files for outputs, summary and so on."""
        self._runs += 1
        directory = self.files / f"run-{self._runs}"
        directory.mkdir()
        result = dict(environment)
        for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"):
            (directory / variable).touch()
            result[variable] = str(directory / variable)
        return result

    def run(
        self,
        *arguments: str,
        environment: Optional[Mapping[str, str]] = None,
        json_result: bool = False,
        interrupt_when: Optional[Path] = None,
    ) -> Run:
        """Runs the program to its end. With `interrupt_when`, SIGTERM is sent once that file exists."""
        environment = self.clean_environment() if environment is None else dict(environment)
        if "GITHUB_ACTIONS" in environment:
            environment = self.with_command_files(environment)
        json_file = self.temp / "result.json"  # a configured path may lie there or in the checkout
        json_file.unlink(missing_ok=True)
        command = [str(settings.binary()), *arguments] + (["--json", str(json_file)] if json_result else [])
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            if interrupt_when:
                wait_for(interrupt_when.exists, f"{interrupt_when.name} never appeared", alive=process)
                process.send_signal(signal.SIGTERM)
            output = process.communicate(timeout=RUN_LIMIT_SECONDS)[0].decode("utf-8", "surrogateescape")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        seconds = time.monotonic() - started

        def content(variable: str) -> str:
            return Path(environment[variable]).read_text() if variable in environment else ""

        result = json.loads(json_file.read_text()) if json_file.exists() else None
        json_file.unlink(missing_ok=True)
        return Run(
            exit_code=process.returncode,
            output=output,
            log=RunnerLog(output),
            outputs=parse_outputs(content("GITHUB_OUTPUT")),
            summary=content("GITHUB_STEP_SUMMARY"),
            exported=content("GITHUB_ENV") + content("GITHUB_PATH"),
            result=result,
            seconds=seconds,
        )

    def leftovers(self) -> List[str]:
        """What is left in the temporary directory."""
        return sorted(str(path.relative_to(self.temp)) for path in self.temp.rglob("*"))


def wait_for(condition, complaint: str, alive: Optional[subprocess.Popen] = None, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if alive is not None and alive.poll() is not None:
            output = alive.communicate()[0].decode("utf-8", "replace")
            raise AssertionError(f"{complaint}; the program ended with {alive.returncode}:\n{output}")
        if time.monotonic() > deadline:
            raise AssertionError(complaint)
        time.sleep(0.01)
