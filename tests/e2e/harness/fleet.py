"""Many `unentropy track` processes on one history: started together, killed at any moment, and counted afterwards.

What a run has acknowledged is the line that it prints as soon as its record is stored:

    recorded <commit> run <run id> record <record name>

The question is always the same: is every acknowledged build in the history?
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple, Optional, Set

from harness import settings
from harness.s3 import S3Client

RUN_LIMIT_SECONDS = 300
_RECORDED = re.compile(r"^\s*recorded (?P<commit>[0-9a-f]+) run (?P<run>\S+) record (?P<record>\S+)\s*$", re.MULTILINE)


class Finished(NamedTuple):
    number: int
    exit_code: int  # negative: the signal that ended it
    output: str
    seconds: float

    @property
    def run_id(self) -> str:
        return run_id_of(self.number)

    @property
    def acknowledged(self) -> bool:
        return any(match["run"] == self.run_id for match in _RECORDED.finditer(self.output))

    @property
    def promised(self) -> bool:
        """Whether the user may rely on this build."""
        return self.acknowledged or self.exit_code == 0


def run_id_of(number: int) -> str:
    return str(9_000_000 + number)


class Contents(NamedTuple):
    """A snapshot as a reader finds it."""

    run_ids: Set[str]
    values: int
    problem: str  # why it is no sound database; empty if it is


def contents_of(snapshot: bytes) -> Contents:
    with tempfile.NamedTemporaryFile(prefix="unentropy-snapshot-") as file:
        file.write(snapshot)
        file.flush()
        try:
            with closing(sqlite3.connect(file.name)) as database:
                checked = database.execute("PRAGMA integrity_check").fetchall()
                dangling = database.execute("PRAGMA foreign_key_check").fetchall()
                builds = {row[0] for row in database.execute("SELECT run_id FROM build_contexts")}
                values = database.execute("SELECT COUNT(*) FROM metric_values").fetchone()[0]
        except sqlite3.DatabaseError as error:
            return Contents(set(), 0, str(error))
    problem = "" if checked == [("ok",)] and not dangling else f"{checked[:3]} {dangling[:3]}"
    return Contents(builds, values, problem)


class Launched:
    def __init__(self, number: int, process: subprocess.Popen, log: Path, folder: Path):
        self.number = number
        self.process = process
        self._log = log
        self._folder = folder
        self._started = time.monotonic()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)

    def wait(self) -> Finished:
        try:
            self.process.wait(RUN_LIMIT_SECONDS)
        finally:
            if self.process.poll() is None:
                self.kill()
                self.process.wait()
        seconds = time.monotonic() - self._started
        output = self._log.read_text(errors="surrogateescape")
        shutil.rmtree(self._folder, ignore_errors=True)
        return Finished(self.number, self.process.returncode, output, seconds)


class Fleet:
    """Runs on the history `key` of `server`. `endpoint` is where they send their requests, when not to the server."""

    METRICS = {
        "number": {"type": "numeric", "command": "echo $UNENTROPY_RUN_NUMBER"},
        "name": {"type": "label", "command": "echo build-$UNENTROPY_RUN_NUMBER"},
    }

    def __init__(self, server: settings.Server, key: str, endpoint: str = "", **inputs: str):
        self._server = server
        self.key = key
        self.client = S3Client(server.endpoint, server.bucket, server.credentials, server.region)
        self._inputs = {
            "STORAGE_TYPE": "sqlite-s3",
            "S3_ENDPOINT": endpoint or server.endpoint,
            "S3_BUCKET": server.bucket,
            "S3_REGION": server.region,
            "S3_ACCESS_KEY_ID": server.credentials.access_key,
            "S3_SECRET_ACCESS_KEY": server.credentials.secret_key,
            "DATABASE_KEY": key,
            **{name.upper(): value for name, value in inputs.items()},
        }
        self._root = Path(tempfile.mkdtemp(prefix="unentropy-fleet-"))
        self._numbers = 0

    def remove(self) -> None:
        """Files and objects."""
        shutil.rmtree(self._root, ignore_errors=True)
        for key in self.client.list(self.key):
            self.client.delete(key)

    def launch(self, number: Optional[int] = None, **job: str) -> Launched:
        """Starts a run with a workspace of its own, as the next build unless a number is given."""
        if number is None:
            self._numbers += 1
            number = self._numbers
        folder = Path(tempfile.mkdtemp(prefix=f"run-{number}-", dir=self._root))
        work, temp = folder / "work", folder / "temp"
        work.mkdir()
        temp.mkdir()
        (work / "unentropy.json").write_text(json.dumps({"metrics": self.METRICS}))
        environment = {
            "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
            "HOME": str(folder),
            "TMPDIR": str(temp),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_SHA": f"{number:040x}",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": run_id_of(number),
            "GITHUB_RUN_NUMBER": str(number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_REPOSITORY": "octo/example",
            "GITHUB_WORKSPACE": str(work),
            "RUNNER_TEMP": str(temp),
            **{"INPUT_" + name: value for name, value in self._inputs.items()},
            **job,
        }
        log = folder / "log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [str(settings.binary()), "track"],
                cwd=work,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return Launched(number, process, log, folder)

    def run(self, number: Optional[int] = None, **job: str) -> Finished:
        return self.launch(number, **job).wait()

    def together(self, count: int) -> List[Finished]:
        launched = [self.launch() for _ in range(count)]
        return [one.wait() for one in launched]

    def contents(self) -> Contents:
        """What the stored snapshot holds. No snapshot: nothing, and that is no problem by itself."""
        found = self.client.find(self.key)
        return contents_of(found.body) if found else Contents(set(), 0, "")

    def missing(self, finished: Iterable[Finished]) -> List[str]:
        """Run ids that were promised and are not in the snapshot."""
        present = self.contents().run_ids
        return sorted(one.run_id for one in finished if one.promised and one.run_id not in present)

    def missing_after_one_more(self, finished: List[Finished]) -> List[str]:
        """The same after one further run, which is made only if something is missing; it must succeed."""
        if not self.missing(finished):
            return []
        last = self.run()
        if last.exit_code != 0:
            raise AssertionError(f"the further run ended with {last.exit_code}:\n{last.output}")
        return self.missing([*finished, last])


def kill_after(launched: Launched, seconds: float) -> Finished:
    """Lets it run for so long, then SIGKILL; it may have ended before."""
    try:
        launched.process.wait(max(0.0, seconds))
    except subprocess.TimeoutExpired:
        launched.kill()
    return launched.wait()


def moments(count: int, seconds: float, chance: random.Random) -> List[float]:
    """Random moments, one in each of `count` equal parts of `seconds`, so that they are spread over all of it."""
    return [(part + chance.random()) / count * seconds for part in range(count)]


def failures(finished: Iterable[Finished]) -> Dict[int, str]:
    """The runs that did not end with 0, and the end of what they said."""
    return {one.number: f"exit code {one.exit_code}\n{one.output[-1200:]}" for one in finished if one.exit_code != 0}
