#!/usr/bin/env python3
"""clang-tidy over the .cc files of the program, in parallel, leaving out what has not changed since it was last clean.

    tidy.py COMPILATION_DATABASE_DIRECTORY [JOBS]

A file is clean for good under the hash of everything that decides: its text and that of every header of ours that it
includes, its compile command, .clang-tidy and the version of clang-tidy. Tests are left out: GoogleTest's macros take
most of the time there and set off most of the alarms.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from source_tree import is_test

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


class Headers:
    """The headers of ours that a file includes, directly or not, each read once."""

    def __init__(self):
        self.text, self.direct = {}, {}

    def read(self, path):
        if path not in self.text:
            self.text[path] = path.read_bytes() if path.is_file() else b""
            names = INCLUDE.findall(self.text[path].decode("utf-8", "replace"))
            self.direct[path] = [ROOT / "src" / name for name in names]
        return self.text[path]

    def closure(self, path):
        seen, todo = set(), [path]
        while todo:
            path = todo.pop()
            if path not in seen:
                seen.add(path)
                self.read(path)
                todo += self.direct[path]
        return sorted(seen)


def key(entry, headers, common):
    digest = hashlib.sha256(common)
    digest.update(entry["command"].encode())
    for path in headers.closure(Path(entry["file"])):
        digest.update(str(path).encode() + b"\0" + hashlib.sha256(headers.read(path)).digest())
    return digest.hexdigest()


def tidy(database, file):
    result = subprocess.run(["clang-tidy", "--quiet", "-p", database, file], capture_output=True, text=True)
    noise = re.compile(r"^\d+ warnings? (generated|treated as error)|^Suppressed |^Use -header-filter")
    lines = (result.stdout + result.stderr).splitlines()
    return result.returncode, "\n".join(line for line in lines if not noise.match(line))


def main(database, jobs):
    entries = json.loads(Path(database, "compile_commands.json").read_text())
    entries = [entry for entry in entries if entry["file"].endswith(".cc") and not is_test(Path(entry["file"]))]
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    cache = Path(database, "clean")
    cache.mkdir(exist_ok=True)
    headers = Headers()
    keys = {entry["file"]: key(entry, headers, common) for entry in entries}
    todo = [file for file, name in keys.items() if not (cache / name).exists()]
    print(f"clang-tidy: {len(todo)} of {len(keys)} files have changed", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = {pool.submit(tidy, database, file): file for file in todo}
        for run in concurrent.futures.as_completed(runs):
            status, output = run.result()
            if status == 0:
                (cache / keys[runs[run]]).touch()
            else:
                failed += 1
                print(output, flush=True)
    for old in set(os.listdir(cache)) - set(keys.values()):
        (cache / old).unlink()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count()))
