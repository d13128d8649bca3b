"""What is drawn from the program's tables: the committed pages are current, man pages and completions work."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import settings
from harness.action import load_action

PAGES = ["docs/reference/commands.md", "docs/reference/actions.md", "docs/reference/errors.md"]
ACTIONS = ["action.yml", "quality-gate/action.yml"]


def run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)


class Generated(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="unentropy-e2e-reference-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def generate(self, what):
        generator = settings.binary().parent / "unentropy_reference"
        finished = run(generator, what, self.directory)
        self.assertEqual((finished.returncode, finished.stdout, finished.stderr), (0, "", ""))


class Pages(Generated):
    def setUp(self):
        super().setUp()
        for name in ACTIONS:
            (self.directory / name).parent.mkdir(exist_ok=True)
            shutil.copy(settings.ROOT / name, self.directory / name)
        self.generate("pages")

    def test_committed_pages_are_what_the_tables_say(self):
        for name in PAGES:
            with self.subTest(name):
                self.assertEqual((settings.ROOT / name).read_text(), (self.directory / name).read_text())

    def test_every_input_and_output_of_the_actions_is_listed(self):
        page = (self.directory / "docs/reference/actions.md").read_text()
        sections = page.split("\n## ")[1:]
        self.assertEqual(len(sections), len(ACTIONS))
        for name, section in zip(ACTIONS, sections):
            action = load_action(settings.ROOT / name)
            for entry, about in [*action["inputs"].items(), *action["outputs"].items()]:
                with self.subTest(f"{name}: {entry}"):
                    shown = about["description"].replace("|", "\\|").replace("<", "&lt;")
                    self.assertIn(f"| `{entry}` | {shown} |", section)


class ManPages(Generated):
    def test_pages_are_well_formed_and_show_what_help_shows(self):
        self.generate("man")
        commands = [line.split()[0] for line in help_lines("Commands:")]
        pages = sorted(path.name for path in self.directory.iterdir())
        self.assertEqual(pages, sorted(["unentropy.1", *(f"unentropy-{name}.1" for name in commands)]))
        for page in pages:
            with self.subTest(page):
                linted = run("mandoc", "-T", "lint", "-W", "warning", self.directory / page)
                complaints = [line for line in linted.stdout.splitlines() if "missing date" not in line]
                self.assertEqual(complaints, [])
        shown = run("mandoc", "-T", "ascii", "-O", "width=400", self.directory / "unentropy-track.1")
        plain = subprocess.run(["col", "-bx"], input=shown.stdout, capture_output=True, text=True).stdout
        for text in ("--storage-type TYPE, --storage TYPE", "Default: unentropy.json.", "UNENTROPY_S3_BUCKET"):
            self.assertIn(text, plain)


class Completions(Generated):
    def setUp(self):
        super().setUp()
        self.generate("completions")

    def bash(self, *words):
        """What is offered for the last of `words`."""
        script = (
            'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _unentropy; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        finished = run("bash", "--norc", "-c", script, "bash", self.directory / "unentropy.bash", *words)
        self.assertEqual((finished.returncode, finished.stderr), (0, ""))
        return finished.stdout.split()

    def test_bash_offers_commands_options_values_and_collectors(self):
        for words, offered in (
            (["tr"], ["track"]),
            (["help", "doc"], ["doctor"]),
            (["track", "--report"], ["--report-dir"]),
            (["track", "--on-corrupt", "re"], ["restore", "recreate"]),
            (["track", "--on-corrupt", "=", "f"], ["fail"]),
            (["track", "--storage", "sqlite-s"], ["sqlite-s3"]),
            (["track", "--storage-type", "="], ["sqlite-artifact", "sqlite-s3", "sqlite-local"]),
            (["export", "--format", ""], ["jsonl", "csv"]),
            (["report", "--format", "h"], ["html"]),
            (["collect", "jun"], ["junit"]),
            (["track", "--s3-secret"], []),
            (["no-such-command", ""], []),
        ):
            with self.subTest(words):
                self.assertEqual(self.bash("unentropy", *words), offered)

    def test_bash_offers_files(self):
        history = self.directory / "a history.db"
        history.touch()
        self.assertEqual(" ".join(self.bash("unentropy", "merge", str(self.directory / "a h"))), str(history))
        self.assertEqual(" ".join(self.bash("unentropy", "track", "--config-file", f"{history}")), str(history))

    def test_bash_offers_every_option_of_help(self):
        for line in help_lines("Commands:"):
            command = line.split()[0]
            listed = run(settings.binary(), command, "--help").stdout
            for option in self.bash("unentropy", command, "--"):
                with self.subTest(f"{command} {option}"):
                    self.assertTrue(option == "--help" or option in listed, listed)

    def test_zsh_and_fish_accept_theirs(self):
        for shell, file in (("zsh", "_unentropy"), ("fish", "unentropy.fish")):
            with self.subTest(shell):
                checked = run(shell, "-n", self.directory / file)
                self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_fish_offers_values(self):
        def offered(line):
            script = f"source '{self.directory / 'unentropy.fish'}'; complete -C '{line}'"
            finished = run("fish", "--no-config", "-c", script)
            self.assertEqual((finished.returncode, finished.stderr), (0, ""))
            return [shown.split("\t")[0] for shown in finished.stdout.splitlines()]

        self.assertEqual(offered("unentropy tra"), ["track"])
        self.assertEqual(offered("unentropy track --on-corrupt re"), ["recreate", "restore"])
        self.assertEqual(offered("unentropy track --report"), ["--report-dir"])


def help_lines(heading):
    text = run(settings.binary(), "--help").stdout
    return text.partition(heading + "\n")[2].partition("\n\n")[0].splitlines()
