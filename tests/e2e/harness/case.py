"""The base of the tests: a workspace each, the S3 server with a key prefix each, and what all of them assert."""

import sqlite3
import tempfile
import unittest
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

from harness import settings
from harness.fakes3 import FakeS3
from harness.s3 import Credentials, S3Client
from harness.workspace import Run, Workspace

ONE_METRIC = {"answer": {"type": "numeric", "command": "echo 42"}}

# Every output of the action.
OUTPUTS = {
    "database-path",
    "success",
    "storage-type",
    "database-location",
    "database-size",
    "metrics-collected",
    "total-builds",
    "duration",
    "source-run-id",
    "artifact-upload-required",
    "artifact-name",
    "artifact-path",
    "error-code",
    "error-message",
    "pending-records",
    "report-path",
}


def sqlite_file(content: bytes) -> Any:
    """A connection to a database given as bytes, in a file of its own, to be closed by the caller."""
    directory = tempfile.TemporaryDirectory(prefix="unentropy-e2e-db-")
    path = Path(directory.name) / "history.db"
    path.write_bytes(content)

    class Connection(sqlite3.Connection):
        def close(self) -> None:
            super().close()
            directory.cleanup()

        def content(self) -> bytes:
            return path.read_bytes()

    return closing(sqlite3.connect(path, factory=Connection))


class ProgramCase(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        settings.binary()
        self.workspace = Workspace()
        self.addCleanup(self.workspace.remove)

    # -- running ---------------------------------------------------------------------------------------------------

    def track(
        self,
        inputs: Mapping[str, str] = {},
        run_number: int = 1,
        job: Mapping[str, Optional[str]] = {},
        **options: Any,
    ) -> Run:
        """`unentropy track` as a workflow step, with the inputs in the spelling of action.yml."""
        environment = self.workspace.job(run_number, **job)
        environment.update(input_variables(inputs))
        return self.workspace.run("track", environment=environment, json_result=True, **options)

    # -- asserting -------------------------------------------------------------------------------------------------

    def assert_done(self, run: Run) -> None:
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(run.outputs.get("success"), "true", str(run))
        self.assertEqual(run.outputs.get("error-code"), "", str(run))
        self.assertEqual(run.outputs.get("error-message"), "", str(run))
        self.assert_complete(run)

    def assert_failed(self, run: Run, exit_code: int, error_code: str) -> None:
        self.assertEqual(run.exit_code, exit_code, str(run))
        self.assertEqual(run.outputs.get("success"), "false", str(run))
        self.assertEqual(run.outputs.get("error-code"), error_code, str(run))
        self.assertNotIn("\n", run.outputs["error-message"])
        self.assertTrue(run.outputs["error-message"].strip(), str(run))
        self.assertTrue(run.log.messages("error"), f"no error annotation\n{run}")
        self.assert_complete(run)
        self.assertIsNotNone(run.result, str(run))
        self.assertFalse(run.result["success"])
        self.assertEqual(run.result["exit_code"], exit_code)
        self.assertEqual(run.result["error"]["code"], error_code)
        self.assertTrue(run.result["error"]["message"])
        self.assertTrue(run.result["error"]["hint"], f"no hint\n{run}")

    def assert_complete(self, run: Run) -> None:
        """What holds for every run in a workflow, whatever its outcome."""
        self.assertEqual(set(run.outputs), OUTPUTS, str(run))
        self.assertRegex(run.outputs["duration"], r"^\d+$")
        self.assertRegex(run.outputs["pending-records"], r"^\d+$")
        self.assertRegex(run.outputs["metrics-collected"], r"^\d+$")
        self.assertIn(run.outputs["artifact-upload-required"], ("true", "false"))
        self.assertEqual(run.exported, "", "nothing may be exported to later steps")
        self.assertEqual(run.log.other_commands, [], str(run))
        self.assertEqual(run.log.unclosed_groups, 0, str(run))

    def phase(self, run: Run, name: str) -> Dict[str, Any]:
        self.assertIsNotNone(run.result, str(run))
        found = [phase for phase in run.result["phases"] if phase["name"] == name]
        self.assertEqual(len(found), 1, f"phase {name}: {run.result['phases']}")
        return found[0]


def input_variables(inputs: Mapping[str, str]) -> Dict[str, str]:
    return {"INPUT_" + name.upper().replace("-", "_"): value for name, value in inputs.items()}


class S3Case(ProgramCase):
    """Tests against the S3 server that the environment names."""

    def setUp(self) -> None:
        super().setUp()
        server = settings.server()
        self.client = S3Client(server.endpoint, server.bucket, server.credentials, server.region)
        self.client.create_bucket()
        self.prefix = f"e2e/{self.id().rsplit('.', 1)[-1]}-{uuid.uuid4().hex[:8]}/"
        self.key = self.prefix + "unentropy-metrics.db"
        self.addCleanup(self._remove_objects)

    def _remove_objects(self) -> None:
        for key in self.client.list(self.prefix):
            self.client.delete(key)

    def s3_inputs(self, **changes: str) -> Dict[str, str]:
        server = settings.server()
        inputs = {
            "storage_type": "sqlite-s3",
            "s3_endpoint": server.endpoint,
            "s3_bucket": server.bucket,
            "s3_region": server.region,
            "s3_access_key_id": server.credentials.access_key,
            "s3_secret_access_key": server.credentials.secret_key,
            "database_key": self.key,
            **changes,
        }
        return {name.replace("_", "-"): value for name, value in inputs.items()}

    def track_s3(self, run_number: int = 1, job: Mapping[str, Optional[str]] = {}, **changes: str) -> Run:
        return self.track(self.s3_inputs(**changes), run_number=run_number, job=job)

    def stored(self) -> bytes:
        return self.client.get(self.key).body

    def rows(self, sql: str, *arguments: Any) -> List[tuple]:
        """The answer of the stored history to a query."""
        with sqlite_file(self.stored()) as database:
            return database.execute(sql, arguments).fetchall()


class FakeS3Case(ProgramCase):
    """Tests against a server in this process, whose every answer can be replaced."""

    credentials = Credentials("AKIAE2EEXAMPLE", "fake-secret-of-the-tests")
    key = "history/unentropy-metrics.db"

    def setUp(self) -> None:
        super().setUp()
        self.server = self.enter(FakeS3("metrics", self.credentials))

    def enter(self, context: Any) -> Any:
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def s3_inputs(self, **changes: str) -> Dict[str, str]:
        inputs = {
            "storage_type": "sqlite-s3",
            "s3_endpoint": self.server.endpoint,
            "s3_bucket": "metrics",
            "s3_region": "us-east-1",
            "s3_access_key_id": self.credentials.access_key,
            "s3_secret_access_key": self.credentials.secret_key,
            "s3_session_token": self.credentials.session_token,
            "database_key": self.key,
            "retry_attempts": "1",
            **changes,
        }
        return {name.replace("_", "-"): value for name, value in inputs.items()}

    def track_s3(self, run_number: int = 1, job: Mapping[str, Optional[str]] = {}, **changes: str) -> Run:
        return self.track(self.s3_inputs(**changes), run_number=run_number, job=job)

    def start_history(self) -> bytes:
        """One healthy run; returns the object it stored."""
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3())
        return self.server.objects[self.key].body

