"""Somebody who reads a page and types what it says, block after block, in one shell and in a place of their own.

A case is a page: `read` prepares the place and takes every block of commands by its first command, in any order. A
block that is left over fails the case, and so does one that is asked for and not on the page.
"""

import json
import re
import shlex
import subprocess
import uuid
from typing import Any, Dict, List, Mapping, Sequence

from harness import documents, settings
from harness.case import S3Case
from harness.s3 import S3Client

STANDINS = settings.ROOT / "tests" / "e2e" / "harness" / "standins.py"
KEY = "my-project/unentropy-metrics.db"
EXAMPLE = {
    "storage": {"type": "sqlite-s3"},
    "metrics": {"lines": {"$ref": "loc"}, "answer": {"type": "numeric", "command": "echo 42"}},
}


class ReaderCase(S3Case):
    def setUp(self) -> None:
        super().setUp()
        server = settings.server()
        self.bucket, self.old_bucket = (f"{name}-{uuid.uuid4().hex[:8]}" for name in ("my-metrics", "old-bucket"))
        for bucket in (self.bucket, self.old_bucket):
            self.store(bucket).create_bucket()
            self.addCleanup(self.remove_bucket, bucket)
        # What a page gives as an example, and what this reader has in its place.
        self.own: Dict[str, str] = {
            "https://s3.example.com": server.endpoint,
            "https://s3.eu-central-1.amazonaws.com": server.endpoint,
            "https://new.example": server.endpoint,
            "https://old.example": server.endpoint,
            "eu-central-1": server.region,
            "my-metrics": self.bucket,
            "old-bucket": self.old_bucket,
            "UNENTROPY_S3_ACCESS_KEY_ID=…": f"UNENTROPY_S3_ACCESS_KEY_ID={server.credentials.access_key}",
            "UNENTROPY_S3_SECRET_ACCESS_KEY=…": f"UNENTROPY_S3_SECRET_ACCESS_KEY={server.credentials.secret_key}",
        }
        self.bin = self.workspace.root / "bin"
        self.bin.mkdir()
        (self.bin / "unentropy").symlink_to(settings.binary())
        self.environment = self.workspace.clean_environment()
        self.environment["PATH"] = f"{self.bin}:{self.environment['PATH']}"
        self.environment["STANDINS"] = str(self.workspace.root / "standins.json")
        self.directory = self.workspace.work
        self.said = ""  # by the newest block

    def store(self, bucket: str) -> S3Client:
        server = settings.server()
        return S3Client(server.endpoint, bucket, server.credentials, server.region)

    def remove_bucket(self, bucket: str) -> None:
        store = self.store(bucket)
        for key, version in versions(store):
            store.request("DELETE", key, query=[("versionId", version)])
        for key in store.list(""):
            store.delete(key)
        store.request("DELETE")

    def stand_in(self, *names: str, **about: Any) -> None:
        """Puts stand-ins on the PATH; `about` is what they know of the place (see standins.py)."""
        server = settings.server()
        secrets, names_of_workflows = set(), set()
        for page in documents.PAGES:
            for block in documents.workflows(page):
                secrets.update(re.findall(r"secrets\.(\w+)", block.text))
                names_of_workflows.update(re.findall(r"(?m)^name: (.+)$", block.text))
        known = {
            "endpoint": server.endpoint,
            "credentials": list(server.credentials),
            "region": server.region,
            "secrets": sorted(secrets),
            "workflows": sorted(names_of_workflows),
            "root": str(self.workspace.root / "system"),
            **about,
        }
        (self.workspace.root / "standins.json").write_text(json.dumps(known))
        for name in names:
            script = self.bin / name
            script.write_text(f'#!/bin/sh\nexec /usr/bin/python3 {shlex.quote(str(STANDINS))} {name} "$@"\n')
            script.chmod(0o755)

    def project(self, config: Mapping[str, Any] = EXAMPLE) -> str:
        """A small project in git with a configuration; gives its commit."""
        self.workspace.write("src/app.c", "int main(void) { return 0; }\n// TODO nothing\n")
        self.workspace.write(".gitignore", "*.db\n*.json\n!unentropy*.json\n.unentropy\nunentropy-report\n")
        self.workspace.write("unentropy.json", json.dumps(config, indent=2) + "\n")
        return self.workspace.commit()

    def with_credentials(self) -> None:
        credentials = settings.server().credentials
        self.environment["UNENTROPY_S3_ACCESS_KEY_ID"] = credentials.access_key
        self.environment["UNENTROPY_S3_SECRET_ACCESS_KEY"] = credentials.secret_key

    def settings_of_storage(self, bucket: str = "") -> Dict[str, str]:
        server = settings.server()
        return {
            "UNENTROPY_STORAGE_TYPE": "sqlite-s3",
            "UNENTROPY_S3_ENDPOINT": server.endpoint,
            "UNENTROPY_S3_BUCKET": bucket or self.bucket,
            "UNENTROPY_S3_REGION": server.region,
            "UNENTROPY_DATABASE_KEY": KEY,
        }

    def with_storage(self, bucket: str = "") -> None:
        """The settings of the storage and the credentials are in the environment."""
        self.with_credentials()
        self.environment.update(self.settings_of_storage(bucket))

    def without_storage(self) -> None:
        self.environment = {name: text for name, text in self.environment.items() if not name.startswith("UNENTROPY_")}

    def shell(self, script: str, exit_code: int = 0, typed: str = "", environment: Mapping[str, str] = {}) -> str:
        """What a command of the test's own says, in the place where the reader is."""
        finished = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.directory,
            env={**self.environment, **environment},
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=90,
        )
        self.assertEqual(finished.returncode, exit_code, f"{script}\n{finished.stdout}")
        return finished.stdout

    def serve(self, server: Any) -> None:
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)

    def in_this_place(self, text: str, given: Mapping[str, str] = {}) -> str:
        """The text with everything that is an example replaced by what the reader has."""
        for example, value in given.items():
            self.assertIn(example, text)
            text = text.replace(example, value)
        for example in sorted(self.own, key=len, reverse=True):
            text = re.sub(rf"(?<![\w-]){re.escape(example)}(?![\w-])", lambda _: self.own[example], text)
        return text

    def rows_of(self, file: str, sql: str = "SELECT count(*) FROM build_contexts") -> str:
        return self.shell(f"sqlite3 {shlex.quote(file)} {shlex.quote(sql)}").strip()


class PageCase(ReaderCase):
    page = ""

    def setUp(self) -> None:
        super().setUp()
        self.left: List[documents.Block] = []

    def read(self) -> None:
        raise NotImplementedError

    def test_page(self) -> None:
        self.left = documents.blocks(documents.page(self.page), "sh")
        self.read()
        self.assertEqual([block.first for block in self.left], [], f"{self.page} has commands that no test types")

    def type(
        self, first: str, given: Mapping[str, str] = {}, typed: str = "", exit_code: int = 0, complains: bool = False
    ) -> str:
        """Types the block that begins with the command `first`. Exports and the directory last to the next block.

        `complains`: a command before the last may end with an error, which the page wants to be looked at.
        """
        found = [block for block in self.left if block.first == first]
        self.assertTrue(found, f"{self.page} has no block that begins with: {first}")
        self.left.remove(found[0])
        after = self.workspace.root / "after"
        script = ("set +e\n" if complains else "") + self.in_this_place(found[0].text, given)
        script += f"\nstatus=$?; env -0 > {after}; pwd >> {after}; exit $status\n"
        self.said = self.shell(script, exit_code, typed)
        if exit_code == 0:
            *variables, directory = after.read_text().split("\0")
            kept = dict(variable.split("=", 1) for variable in variables)
            shells_own = ("PWD", "OLDPWD", "SHLVL", "_")
            self.environment = {name: text for name, text in kept.items() if name not in shells_own}
            self.directory = self.directory.__class__(directory.strip())
        return self.said


def versions(store: S3Client, prefix: str = "") -> Sequence[tuple]:
    """(key, version) of everything that a bucket with versioning has, newest first."""
    body = store.request("GET", query=[("versions", ""), ("prefix", prefix)]).body.decode()
    return [
        (re.search(r"<Key>(.*?)</Key>", entry).group(1), re.search(r"<VersionId>(.*?)</VersionId>", entry).group(1))
        for entry in re.findall(r"(?s)<(?:Version|DeleteMarker)>(.*?)</(?:Version|DeleteMarker)>", body)
    ]
