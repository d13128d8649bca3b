"""Looks for secrets everywhere a run leaves something, and in what others see of it while it runs."""

import subprocess
import threading
import urllib.parse
from base64 import b64encode
from pathlib import Path
from typing import Dict, Iterable, List, Set

from harness.s3 import Credentials


def _forms(secret: str) -> Set[bytes]:
    """The secret as it is, percent-encoded, in base64, and with the slashes that JSON may escape."""
    forms = {urllib.parse.quote(secret, safe=keep) for keep in ("", "/")} | {secret, secret.replace("/", "\\/")}
    plain = secret.encode()
    # Inside a longer text the secret may begin at any place of a group of three bytes.
    groups = (plain[start : start + (len(plain) - start) // 3 * 3] for start in range(3))
    return {form.encode() for form in forms} | {b64encode(group) for group in groups}


class LeakScanner:
    def __init__(self, credentials: Credentials, *others: str):
        self._forms: Dict[str, Set[bytes]] = {
            "access key": _forms(credentials.access_key),
            "secret key": _forms(credentials.secret_key),
        }
        if credentials.session_token:
            self._forms["session token"] = _forms(credentials.session_token)
        for number, other in enumerate(others):
            self._forms[f"other secret {number}"] = _forms(other)

    def find(self, name: str, content: bytes) -> List[str]:
        return [f"{what} in {name}" for what, forms in self._forms.items() if any(form in content for form in forms)]

    def find_in_output(self, name: str, output: str) -> List[str]:
        """The commands that mask a secret have to name it; every other line must not."""
        lines = [line for line in output.split("\n") if not line.startswith("::add-mask::")]
        return self.find(name, "\n".join(lines).encode("utf-8", "surrogateescape"))

    def find_in_tree(self, root: Path) -> List[str]:
        found = []
        for path in root.rglob("*"):
            found += self.find(f"the name {path}", str(path).encode())
            if path.is_file() and not path.is_symlink():
                found += self.find(str(path), path.read_bytes())
        return found


class ProcessWatch:
    """Samples what every user of the machine sees of the processes: `ps` with full command lines."""

    def __init__(self) -> None:
        self.samples = 0
        self.seen: Set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._stop.is_set():
            listing = subprocess.run(["ps", "axww", "-o", "args="], stdout=subprocess.PIPE, check=True).stdout
            self.seen.update(listing.splitlines())
            for path in _command_lines():
                self.seen.add(path)
            self.samples += 1

    def __enter__(self) -> "ProcessWatch":
        self._thread.start()
        return self

    def __exit__(self, *arguments) -> None:
        self._stop.set()
        self._thread.join()


def _command_lines() -> Iterable[bytes]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield (process / "cmdline").read_bytes()
        except OSError:
            continue  # it ended meanwhile
