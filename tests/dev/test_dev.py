"""What `./dev` does about packages, with stand-ins for the package manager; nothing is installed."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ["bash", "cat", "dirname", "env", "grep", "head", "mkdir", "readlink", "sed", "tail"]
PACKAGES = """\
# a comment with the word build
build  cmake
build  npm  node:18 npm
build  chromium  chromium | chrome
test   radosgw
lint   shellcheck
"""


class Packages(unittest.TestCase):
    """Runs `./dev build` in a folder of its own, where the PATH has a few tools and the stand-ins."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.commands = self.folder / "bin"
        self.commands.mkdir()
        for tool in TOOLS:
            (self.commands / tool).symlink_to(shutil.which(tool, path="/usr/bin:/bin"))
        shutil.copy(ROOT / "dev", self.folder / "dev")
        (self.folder / "packages.txt").write_text(PACKAGES)
        self.log = self.folder / "log"
        self.log.touch()
        self.stand_in("cmake", "exit 0")
        self.stand_in("nproc", "echo 2")
        self.stand_in("chrome", "exit 0")
        self.user(0)

    def stand_in(self, name, script):
        path = self.commands / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def user(self, number):
        self.stand_in("id", f"echo {number}")

    def installed(self, *names):
        self.stand_in("dpkg-query", "printf '%s' '" + "".join(f"|installed:{name}|" for name in names) + "'; exit 1")

    def apt_get(self, script="exit 0"):
        self.stand_in("apt-get", f'echo "$*" >>{self.log}\n{script}')

    def dev(self, *arguments, **variables):
        return subprocess.run(
            [self.folder / "dev", *arguments],
            env={"PATH": str(self.commands), "LC_ALL": "C.UTF-8", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def calls(self):
        return self.log.read_text().splitlines()

    def test_nothing_is_installed_when_nothing_is_missing(self):
        self.installed("cmake", "npm")
        self.apt_get()
        self.assertEqual(self.dev("build").returncode, 0)
        self.assertEqual(self.calls(), [])

    def test_root_installs_what_is_missing_and_nothing_else(self):
        self.installed("cmake")
        self.apt_get()
        result = self.dev("build")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("== installing packages: npm\n", result.stdout)
        self.assertEqual(self.calls(), ["-y --no-install-recommends install npm"])

    def test_a_command_from_elsewhere_makes_its_package_unnecessary(self):
        self.installed("cmake")
        self.apt_get()
        self.stand_in("npm", "exit 0")
        self.stand_in("node", "echo v18.2.0")
        self.dev("build")
        self.assertEqual(self.calls(), [])
        self.stand_in("node", "echo v16.9.1")
        self.dev("build")
        self.assertEqual(self.calls(), ["-y --no-install-recommends install npm"])

    def test_one_of_several_commands_is_enough(self):
        self.installed("cmake", "npm")
        self.apt_get()
        (self.commands / "chrome").unlink()
        self.dev("build")
        self.assertEqual(self.calls(), ["-y --no-install-recommends install chromium"])

    def test_package_lists_are_updated_once_if_the_first_try_fails(self):
        self.installed("cmake")
        self.apt_get(f'[ "$(cat {self.log} | sed -n 2p)" ]')
        self.assertEqual(self.dev("build").returncode, 0)
        install = "-y --no-install-recommends install npm"
        self.assertEqual(self.calls(), [install, "-y --no-install-recommends update", install])

    def test_a_failed_installation_shows_why_and_stops(self):
        self.installed("cmake")
        self.apt_get("echo E: Unable to locate package npm; exit 100")
        result = self.dev("build")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(
            result.stderr,
            "E: Unable to locate package npm\n"
            "./dev: the packages could not be installed; the whole output is in build/packages.log\n",
        )

    def test_others_go_through_sudo(self):
        self.installed("cmake")
        self.apt_get()
        self.user(1000)
        self.stand_in("sudo", f'echo "sudo $*" >>{self.log}')
        self.assertEqual(self.dev("build").returncode, 0)
        self.assertEqual(
            self.calls(),
            ["sudo -n true",
             "sudo env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends install npm"],
        )

    def test_without_root_and_sudo_it_says_what_to_do(self):
        self.installed("cmake")
        self.apt_get()
        self.user(1000)
        expected = (
            "./dev: packages are missing, and this user can neither install them nor use sudo without a password.\n"
            "./dev: Ask somebody who can to run: apt-get install --no-install-recommends npm\n"
        )
        result = self.dev("build")
        self.assertEqual((result.returncode, result.stderr), (1, expected))
        self.stand_in("sudo", "exit 1")
        result = self.dev("build")
        self.assertEqual((result.returncode, result.stderr), (1, expected))
        self.assertEqual(self.calls(), [])

    def test_without_apt_it_names_the_packages_and_goes_on(self):
        result = self.dev("build")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(
            result.stderr,
            "./dev: this system has no apt-get, so nothing is installed. Make sure that these are there, under\n"
            "./dev: whatever names your system gives them (the list has Debian's): cmake npm\n",
        )

    def test_installing_can_be_switched_off(self):
        self.installed()
        self.apt_get()
        self.assertEqual(self.dev("build", UNENTROPY_INSTALL="no").returncode, 0)
        self.assertEqual(self.calls(), [])

    def test_help_and_unknown_commands(self):
        self.assertEqual(self.dev().stdout, self.dev("help").stdout)
        self.assertLessEqual(len(self.dev().stdout.splitlines()), 24)
        result = self.dev("bulid")
        self.assertEqual(result.returncode, 1)
        self.assertTrue(result.stderr.endswith("\n./dev: there is no command `bulid`\n"), result.stderr)


if __name__ == "__main__":
    unittest.main()
