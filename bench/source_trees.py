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


def _try(*words, configuration, folder=None):
    environment = {**os.environ, "APT_CONFIG": str(configuration)}
    return subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True)


def _run(*words, configuration, folder=None):
    finished = _try(*words, configuration=configuration, folder=folder)
    if finished.returncode != 0:
        sys.exit(f"`{' '.join(words)}` failed:\n{finished.stderr}")
    return finished.stdout


def fetch(*names):
    """The tree of the first of these source packages that the system has, without Debian's own changes."""
    configuration = _configuration()
    for name in names:
        known = _try("apt-cache", "showsrc", "--only-source", name, configuration=configuration).stdout
        # Newest first. The lists of a mirror may name a version whose files it has dropped already.
        for version in re.findall(r"(?m)^Version: (.*)$", known):
            if tree := _tree(name, version, configuration):
                return tree
    sys.exit(f"none of these source packages can be had here: {', '.join(names)}")


def _tree(name, version, configuration):
    tree = FOLDER / f"{name}_{version.split(':')[-1]}"
    if tree.exists():
        return tree
    download = FOLDER / "download" / tree.name
    download.mkdir(parents=True, exist_ok=True)
    print(f"fetching the sources of {name} {version}", file=sys.stderr)
    words = ("apt-get", "-qq", "source", "--download-only", f"{name}={version}")
    fetched = _try(*words, configuration=configuration, folder=download)
    if fetched.returncode != 0:
        print(fetched.stderr.strip(), file=sys.stderr)
        return None
    waiting = FOLDER / (tree.name + ".new")
    subprocess.run(["rm", "-rf", waiting], check=True)
    command = ["dpkg-source", "--no-check", "--skip-patches", "--skip-debianization", "-x", next(download.glob("*.dsc"))]
    subprocess.run([*command, waiting], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _commit(waiting)
    waiting.rename(tree)
    return tree


def _commit(tree):
    """Makes it a repository, as CI has it, with all its files in the index."""
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", "-c", "core.autocrlf=false", *arguments], cwd=tree, check=True, capture_output=True)


def files(tree):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=tree, check=True, capture_output=True).stdout
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]
