"""Real source trees to measure on: Debian's and Ubuntu's source packages.

They come through an apt configuration of their own, so that the machine's lists and settings stay as they are, and stay
in build/trees, so that they are fetched once.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "build" / "trees"


def _with_sources(text, deb822):
    """A list of package sources, with the sources of its packages."""
    if deb822:
        return re.sub(r"(?m)^Types:.*$", "Types: deb-src", text)
    lines = [line for line in text.splitlines() if line.startswith("deb ")]
    return "".join(f"deb-src {line[4:]}\n" for line in lines)


def _configuration():
    """The apt configuration, with lists fetched; made once."""
    apt = FOLDER / "apt"
    file = apt / "apt.conf"
    if file.exists():
        return file
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    etc = Path("/etc/apt")
    for name in ("sources.list", "sources.list.d/debian.sources", "sources.list.d/ubuntu.sources"):
        if (etc / name).exists():
            text = _with_sources((etc / name).read_text(), name.endswith(".sources"))
            (apt / "parts" / Path(name).name).write_text(text)
    settings = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": apt / "parts",
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "APT::Sandbox::User": "",
    }
    waiting = apt / "apt.conf.new"
    waiting.write_text("".join(f'{name} "{value}";\n' for name, value in settings.items()))
    _run("apt-get", "-qq", "update", configuration=waiting)
    waiting.rename(file)
    return file


def _run(*words, configuration, folder=None):
    environment = {**os.environ, "APT_CONFIG": str(configuration)}
    finished = subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True)
    if finished.returncode != 0:
        sys.exit(f"`{' '.join(words)}` failed:\n{finished.stderr}")
    return finished.stdout


def fetch(*names):
    """The tree of the first of these source packages that the system has, without Debian's own changes."""
    configuration = _configuration()
    for name in names:
        known = subprocess.run(
            ["apt-cache", "showsrc", "--only-source", name],
            env={**os.environ, "APT_CONFIG": str(configuration)},
            capture_output=True,
            text=True,
        ).stdout
        version = re.search(r"(?m)^Version: (.*)$", known)
        if not version:
            continue
        tree = FOLDER / f"{name}_{version[1].split(':')[-1]}"
        if tree.exists():
            return tree
        download = FOLDER / "download" / name
        download.mkdir(parents=True, exist_ok=True)
        print(f"fetching the sources of {name} {version[1]}", file=sys.stderr)
        _run("apt-get", "-qq", "source", "--download-only", name, configuration=configuration, folder=download)
        description = next(download.glob("*.dsc"))
        waiting = FOLDER / (tree.name + ".new")
        subprocess.run(["rm", "-rf", waiting], check=True)
        command = ["dpkg-source", "--no-check", "--skip-patches", "--skip-debianization", "-x", description, waiting]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _commit(waiting)
        waiting.rename(tree)
        return tree
    sys.exit(f"none of these source packages is known here: {', '.join(names)}")


def _commit(tree):
    """Makes it a repository, as CI has it, with all its files in the index."""
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", "-c", "core.autocrlf=false", *arguments], cwd=tree, check=True, capture_output=True)


def files(tree):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=tree, check=True, capture_output=True).stdout
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]
