"""What the benchmarks share: running a program under the clock, tables, and figures as JSON.

A benchmark is an executable file `bench/NAME`; `./dev bench` runs it with these variables set:

    UNENTROPY_BUILD        the release build, with `unentropy` and the tools of the benchmarks
    UNENTROPY_BENCH_OUT    where NAME.json goes
    UNENTROPY_TEST_S3_…    an S3 server on loopback, see tests/servers/rgw

It prints a table and fails only if something does not work: no figure is ever asserted.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

BUILD = Path(os.environ["UNENTROPY_BUILD"])
BINARY = BUILD / "unentropy"


class Run(NamedTuple):
    seconds: float
    peak_bytes: int  # of the process or the largest of its children; never below this interpreter's own, some 12 MB
    output: str


def run(argv, environment=None, folder=None):
    """Runs to the end; whatever fails ends the benchmark with its output."""
    started = time.perf_counter()
    with subprocess.Popen(
        [str(word) for word in argv],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        output = process.stdout.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{argv[0]} ended with {process.returncode}:\n{output}")
    return Run(seconds, usage.ru_maxrss * 1024, output)


def push(folder, number):
    """The variables of a workflow's step for push `number`, each of a new commit."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GITHUB_SHA": f"{number:040x}",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_RUN_ID": str(9_000_000_000 + number),
        "GITHUB_RUN_NUMBER": str(900_000 + number),
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REPOSITORY": "example/bench",
    }


def median(values):
    return statistics.median(values)


def duration(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def megabytes(count):
    return f"{count / 1e6:.1f} MB"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return {"processor": models[0] if models else "", "processors": os.cpu_count(), "system": system}


def publish(name, title, rows, figures):
    """Prints `rows` (first one: the heads) as a Markdown table and writes `figures` (plain numbers, SI units)."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    print(f"\n{title}\n")
    for index, row in enumerate(rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        if index == 0:
            print("| " + " | ".join("-" * (width - 1) + (":" if i else "-") for i, width in enumerate(widths)) + " |")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    content = {"name": name, "commit": commit, "machine": machine(), "figures": figures}
    Path(os.environ["UNENTROPY_BENCH_OUT"], name + ".json").write_text(json.dumps(content, indent=2) + "\n")
