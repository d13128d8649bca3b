"""`unentropy preview`: the page before anything was measured, and what it never overwrites."""

import os
import subprocess

from harness import settings
from harness.case import ONE_METRIC, ProgramCase
from harness.terminal import open_terminal, shown_until_the_end
from harness.workspace import wait_for


class Preview(ProgramCase):
    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        self.directory = self.workspace.work / "unentropy-preview"

    def preview(self, *arguments):
        return self.workspace.run("preview", *arguments)

    def drawn(self, *arguments):
        run = self.preview(*arguments)
        self.assertEqual(run.exit_code, 0, str(run))
        return run

    def test_from_the_configuration_alone(self):
        run = self.drawn()
        self.assertIn(f"preview: {self.directory / 'index.html'}\n", run.output)
        self.assertIn("These values are invented", (self.directory / "index.html").read_text())
        self.assertEqual((self.directory / ".gitignore").read_text(), "*\n")

    def test_F128_values_are_the_same_at_every_run(self):
        def data():
            text = (self.directory / "index.html").read_text()
            return text[text.index('id="data-0-0"') :].split("</script>")[0]

        self.drawn()
        first = data()
        self.drawn()
        self.assertEqual(data(), first)

    def test_F142_a_directory_with_other_content_is_kept_without_force(self):
        self.directory.mkdir()
        other = self.directory / "notes.txt"
        other.write_text("mine")
        run = self.preview()
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertEqual(
            run.output,
            "error: `unentropy-preview` holds something else: `notes.txt`\n"
            "  hint: name another directory with `-o`, or give `--force` to write the preview into this one\n",
        )
        self.assertEqual([path.name for path in self.directory.iterdir()], ["notes.txt"])
        self.drawn("--force")
        self.assertEqual(other.read_text(), "mine")
        self.assertTrue((self.directory / "index.html").is_file())

    def test_F142_a_page_of_somebody_else_is_kept_and_one_of_ours_is_replaced(self):
        self.drawn("-o", "mine")
        self.drawn("-o", "mine")
        self.directory.mkdir()
        (self.directory / "index.html").write_text("<title>my site</title>")
        self.assertEqual(self.preview().exit_code, 2)
        self.assertEqual((self.directory / "index.html").read_text(), "<title>my site</title>")

    def test_a_file_in_the_place_of_the_directory(self):
        self.workspace.write("taken", "x")
        run = self.preview("-o", "taken", "--force")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertEqual(run.output, "error: `taken` is no directory\n  hint: name another one with `-o`\n")

    def test_without_a_configuration_there_is_nothing_to_invent_for(self):
        (self.workspace.work / "unentropy.json").unlink()
        run = self.preview()
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("unentropy.json", run.output)
        self.assertFalse(self.directory.exists())


class Browser(ProgramCase):
    """An opener that only notes what it was asked for, and a terminal to be opened from."""

    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        self.opened = self.workspace.files / "opened"
        self.programs = self.workspace.root / "programs"
        self.programs.mkdir()

    def install_opener(self):
        opener = self.programs / "xdg-open"
        opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {self.opened}.new && mv {self.opened}.new {self.opened}\n')
        opener.chmod(0o755)

    def at_a_terminal(self, *arguments, **environment):
        """Exit code and what the terminal shows."""
        ours, theirs = open_terminal(self)
        variables = {**self.workspace.clean_environment(), "PATH": f"{self.programs}:/bin", "DISPLAY": ":0", **environment}
        process = subprocess.Popen(
            [settings.binary(), "preview", *arguments],
            cwd=self.workspace.work,
            env=variables,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        code = process.wait(60)
        os.close(theirs)
        return code, shown_until_the_end(ours).decode()

    def test_F142_a_browser_is_opened_at_a_terminal_only(self):
        self.install_opener()
        code, shown = self.at_a_terminal()
        self.assertEqual(code, 0, shown)
        wait_for(self.opened.exists, "the opener was not started")
        self.assertEqual(self.opened.read_text(), str(self.workspace.work / "unentropy-preview" / "index.html"))

    def test_F142_no_open_opens_none(self):
        self.install_opener()
        code, shown = self.at_a_terminal("--no-open")
        self.assertEqual(code, 0, shown)
        self.assertNotIn("browser", shown)
        self.assertFalse(self.opened.exists())

    def test_F142_a_missing_opener_is_no_error(self):
        code, shown = self.at_a_terminal(PATH=str(self.programs))
        self.assertEqual(code, 0, shown)
        self.assertIn("no browser was found; open the file above in one", shown)
        self.assertTrue((self.workspace.work / "unentropy-preview" / "index.html").is_file())
