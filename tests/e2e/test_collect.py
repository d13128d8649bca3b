"""Measuring at a terminal: `collect`, `sources`, and what is seen while metrics run."""

import fcntl
import json
import os
import re
import struct
import subprocess
import termios

from harness import settings
from harness.case import ProgramCase
from harness.terminal import open_terminal, shown_until_the_end

METRICS = {"lines": {"$ref": "loc", "command": "@collect loc"}}


class MeasuringCase(ProgramCase):
    def run_apart(self, *arguments, **environment):
        """Exit code, standard output and standard error."""
        finished = subprocess.run(
            [settings.binary(), *arguments],
            cwd=self.workspace.work,
            env={**self.workspace.clean_environment(), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return finished.returncode, finished.stdout, finished.stderr


class Sources(MeasuringCase):
    def setUp(self):
        super().setUp()
        self.workspace.configure(METRICS, sources=["src/**", "!src/gen/**"])
        self.workspace.write("src/b.c", "int x;\n// no\n")
        self.workspace.write("src/a/long.py", "a = 1\nb = 2\n\nc = 3\n")
        self.workspace.write("src/gen/c.c", "int y;\n")
        self.workspace.write("other.c", "int z;\n")

    def test_lists_what_the_patterns_match(self):
        self.assertEqual(self.run_apart("sources"), (0, "src/a/long.py\nsrc/b.c\n", ""))
        code, output, _ = self.run_apart("sources", "--absolute")
        base = self.workspace.work
        self.assertEqual((code, output), (0, f"{base}/src/a/long.py\n{base}/src/b.c\n"))

    def test_counts_lines_as_loc_does(self):
        expected = "3  src/a/long.py\n1  src/b.c\n4  total of 2 files\n"
        for flag in ("-l", "--loc"):
            self.assertEqual(self.run_apart("sources", flag), (0, expected, ""))
        self.assertEqual(self.run_apart("collect", "loc")[1], "4\n")

    def test_sorts_by_name_or_by_lines(self):
        self.workspace.write("src/z.c", "int a;\nint b;\n")
        names = [line.split()[1] for line in self.run_apart("sources", "-l", "--sort", "loc")[1].splitlines()[:-1]]
        self.assertEqual(names, ["src/a/long.py", "src/z.c", "src/b.c"])
        self.assertEqual(self.run_apart("sources", "--sort", "name")[1], "src/a/long.py\nsrc/b.c\nsrc/z.c\n")
        code, output, errors = self.run_apart("sources", "--sort", "lco")
        self.assertEqual((code, output), (2, ""))
        self.assertIn("did you mean `loc`?", errors)

    def test_as_json(self):
        files = json.loads(self.run_apart("sources", "--json", "-")[1])
        self.assertEqual(files["total"], {"files": 2, "code": 4, "comment": 1, "blank": 1})
        self.assertEqual(
            files["files"][1], {"path": "src/b.c", "language": "C", "code": 1, "comment": 1, "blank": 0}
        )

    def test_a_pattern_without_a_match_is_said(self):
        self.workspace.configure(METRICS, sources=["src/**", "lib/**"])
        code, _, errors = self.run_apart("sources")
        self.assertEqual(code, 0)
        self.assertIn("`lib/**`", errors)

    def test_a_name_cannot_move_the_cursor(self):
        self.workspace.write("src/\x1b[2Jx\ny.c", "int x;\n")
        output = self.run_apart("sources")[1]
        self.assertIn("src/\\x1b[2Jx\\x0ay.c\n", output)

    def test_without_sources_there_is_nothing_to_list(self):
        self.workspace.configure(METRICS)
        code, output, errors = self.run_apart("sources")
        self.assertEqual((code, output), (2, ""))
        self.assertIn("the configuration has no `sources`", errors)

    def test_F145_a_broken_configuration_is_reported_as_what_it_is(self):
        self.workspace.write("unentropy.json", '{"metrics": {"a": {"type": "numeric", "comand": "echo 1"}}}')
        code, output, errors = self.run_apart("sources")
        self.assertEqual((code, output), (2, ""))
        self.assertIn("comand", errors)
        self.assertNotIn("not found", errors)
        self.workspace.work.joinpath("unentropy.json").unlink()
        code, output, errors = self.run_apart("sources")
        self.assertEqual((code, output), (2, ""))
        self.assertIn("unentropy.json", errors)


class CollectAtATerminal(MeasuringCase):
    def test_F083_collect_is_what_a_metric_runs(self):
        self.workspace.configure(METRICS, sources=["src/**"])
        self.workspace.write("src/a.c", "int x;\n// no\n")
        self.workspace.write("b.c", "int y;\n")
        self.assertEqual(self.run_apart("collect", "loc"), (0, "1\n", ""))
        self.assertRegex(self.run_apart("test")[1], r" 1 ")
        for arguments in (["loc", "nothing"], ["loc", "--langage", "c"], ["coverage-lcov", "b.c"], ["size", "x*"]):
            with self.subTest(arguments):
                code, output, errors = self.run_apart("collect", *arguments)
                self.assertNotEqual(code, 0)
                self.assertEqual(output, "")
                self.assertLessEqual(len(errors.splitlines()), 2)
                self.assertTrue(errors.startswith("error: "), errors)

    def test_help_is_of_the_collector(self):
        code, output, errors = self.run_apart("collect", "loc", "--help")
        self.assertEqual((code, errors), (0, ""))
        for text in ("Usage: unentropy collect loc", "-l, --language NAME", "--details", "--json[=FILE]"):
            self.assertIn(text, output)
        output = self.run_apart("collect", "--help")[1]
        for name in ("loc", "size", "coverage-jacoco", "junit", "count"):
            self.assertRegex(output, rf"(?m)^  {name} ")

    def test_the_reference_page_has_the_help_of_every_collector(self):
        page = (settings.ROOT / "docs/reference/collectors.md").read_text()
        names = re.findall(r"(?m)^  ([a-z-]+)  ", self.run_apart("collect", "--help")[1].partition("Collectors (")[2])
        self.assertGreaterEqual(len(names), 12)
        for name in names:
            with self.subTest(name):
                self.assertIn(f"```\n{self.run_apart('collect', name, '--help')[1]}```\n", page)

    def test_json_is_the_whole_result(self):
        self.workspace.write("a.c", "int x;\n// no\n")
        expected = {
            "collector": "loc",
            "value": 1,
            "notices": [],
            "details": {
                "languages": [{"language": "C", "files": 1, "code": 1, "comment": 1, "blank": 0}],
                "directories": [{"directory": ".", "files": 1, "code": 1, "comment": 1, "blank": 0}],
            },
        }
        for arguments in (["collect", "loc", "a.c", "--json"], ["collect", "--json", "-", "loc", "a.c"]):
            self.assertEqual(json.loads(self.run_apart(*arguments)[1]), expected)
        self.assertEqual(self.run_apart("collect", "loc", "a.c", "--json=out.json")[1], "1\n")
        self.assertEqual(json.loads((self.workspace.work / "out.json").read_text()), expected)

    def test_details_stand_beside_the_number(self):
        self.workspace.write("a.c", "int x;\n// no\n")
        code, output, errors = self.run_apart("collect", "loc", "a.c", "--details")
        self.assertEqual((code, output), (0, "1\n"))
        self.assertIn("language  files  code  comment  blank\nC             1     1        1      0\n", errors)


class WhileItRuns(MeasuringCase):
    SLOW = {"slow": {"type": "numeric", "unit": "integer", "command": "sleep 0.6; echo 1234"}}

    def test_a_log_gets_a_line_for_each_metric(self):
        self.workspace.configure({**self.SLOW, "bad": {"type": "numeric", "command": "exit 3"}})
        code, _, errors = self.run_apart("test")
        self.assertEqual(code, 4)
        self.assertRegex(errors, r"(?m)^slow: 1,234, \d")
        self.assertIn("metric `bad` failed: exit code 3", errors)
        self.assertNotIn("\x1b", errors)
        self.assertEqual(self.run_apart("test", "--quiet")[2].count("slow"), 0)

    def at_a_terminal(self, **variables):
        """What `test` writes to its standard error, a terminal of 12 lines and 40 columns, and to its output."""
        master, slave = open_terminal(self)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 40, 0, 0))
        environment = {**self.workspace.clean_environment(), "TERM": "xterm", **variables}
        command = [settings.binary(), "test"]
        with subprocess.Popen(
            command, cwd=self.workspace.work, env=environment, stdin=slave, stdout=subprocess.PIPE, stderr=slave
        ) as process:
            os.close(slave)
            seen = shown_until_the_end(master)
            output = process.stdout.read().decode()
        return seen.decode(), output

    def test_a_terminal_shows_what_is_running_and_is_left_clean(self):
        self.workspace.configure({**self.SLOW, "bad": {"type": "numeric", "command": "exit 3"}})
        seen, output = self.at_a_terminal()
        self.assertIn("  slow  0 s\r\n  0 of 2 done\r\n", seen)
        self.assertIn("\x1b[2F\x1b[J", seen)
        self.assertIn("metric `bad` failed", seen)
        last = seen.rindex("\x1b[J")
        self.assertNotIn(" done", seen[last:], "the list is taken away in the end")
        self.assertRegex(output, r"slow +1,234")

    def test_a_terminal_that_knows_no_sequences_gets_lines(self):
        self.workspace.configure(self.SLOW)
        seen, _ = self.at_a_terminal(TERM="dumb")
        self.assertNotIn("\x1b", seen)
        self.assertRegex(seen, r"slow: 1,234, ")
