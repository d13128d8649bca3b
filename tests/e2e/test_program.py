"""How the actions come by the program: from a path, from a mirror on loopback, from the runner's tool cache."""

import hashlib
import io
import os
import shutil
import tarfile

from harness import settings
from harness.action import run_action
from harness.case import ONE_METRIC, ProgramCase
from harness.loopback import LoopbackServer

VERSION = "1.2.3"
NAME = f"unentropy-{VERSION}-x86_64-linux"
PATH = f"/files/v{VERSION}/{NAME}.tar.gz"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def tarball(content, name="bin/unentropy"):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo(f"{NAME}/{name}")
        member.size, member.mode = len(content), 0o755
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class Mirror(LoopbackServer):
    def __init__(self):
        super().__init__()
        self.files = {}
        self.failures = 0  # this many requests are answered with 503 first
        self.requests = []

    def _serve(self, handler):
        with self._lock:
            self.requests.append((handler.path, dict(handler.headers)))
            failing, self.failures = self.failures > 0, max(0, self.failures - 1)
        content = self.files.get(handler.path)
        handler.send_response(503 if failing else 404 if content is None else 200)
        body = b"" if failing or content is None else content
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class Case(ProgramCase):
    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        self.action = self.workspace.root / "action"
        self.action.mkdir()
        for entry in ("action.yml", "quality-gate", "action"):
            source = settings.ROOT / entry
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.action / entry)
        self.program = settings.binary().read_bytes()
        self.archive = tarball(self.program)
        self.know(sha256(self.archive), sha256(self.program))
        self.cache = self.workspace.root / "tools"
        self.mirror = Mirror()
        self.mirror.__enter__()
        self.addCleanup(self.mirror.__exit__)
        self.mirror.files[PATH] = self.archive
        self.runs = 0

    def know(self, *sums, version=VERSION, platform="x86_64-linux"):
        table = self.action / "action" / "binaries.txt"
        with table.open("a") as lines:
            lines.write(f"{version}  {platform}  {'  '.join(sums)}\n")

    def act(self, folder=".", repository="octo/unentropy", environment=None, **inputs):
        self.runs += 1
        given = {"storage-type": "sqlite-local", "mirror": f"{self.mirror.origin}/files", **inputs}
        job = self.workspace.job(self.runs, RUNNER_TOOL_CACHE=str(self.cache), **(environment or {}))
        return run_action(
            self.action / folder,
            self.workspace.work,
            {name.replace("_", "-"): value for name, value in given.items()},
            job,
            self.workspace.files / f"act-{self.runs}",
            repository=repository,
        )

    def cached(self):
        return self.cache / "unentropy" / VERSION / "x86_64-linux" / "unentropy"

    def assert_refused(self, run, code, exit_code, message):
        self.assertEqual(run.exit_codes, {"program": exit_code}, run.raw_log)
        self.assertFalse(run.succeeded)
        self.assertEqual(run.outputs["success"], "false")
        self.assertEqual(run.outputs["error-code"], code)
        self.assertEqual(run.outputs["error-message"], "finding the program: " + message)
        self.assertEqual(run.log.messages("error"), [run.outputs["error-message"]], run.raw_log)


class Released(Case):
    def test_downloaded_once_and_kept(self):
        for _ in range(2):
            run = self.act()
            self.assertTrue(run.succeeded, run.raw_log)
            self.assertEqual(run.outputs["success"], "true")
            self.assertEqual(run.outputs["error-code"], "")
        self.assertEqual([path for path, _ in self.mirror.requests], [PATH])
        self.assertEqual(run.outputs["total-builds"], "2")
        # Nothing of the download is left beside the program.
        self.assertEqual(os.listdir(self.cached().parent.parent), ["x86_64-linux"])
        self.assertEqual(os.listdir(self.cached().parent), ["unentropy"])

    def test_gate_takes_the_same_program(self):
        run = self.act("quality-gate", quality_gate_mode="soft")
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual(run.outputs["quality-gate-status"], "unknown")
        self.assertTrue(self.cached().is_file())

    def test_no_credential_is_sent(self):
        self.act(s3_access_key_id="an-access-key", s3_secret_access_key="a-secret-key", github_token="a-token")
        sent = str(self.mirror.requests[0][1])
        for secret in ("an-access-key", "a-secret-key", "a-token"):
            self.assertNotIn(secret, sent)
        self.assertNotIn("Authorization", sent)

    def test_version_that_is_asked_for(self):
        self.know("0" * 64, "0" * 64, version="1.2.4")
        run = self.act(version=f"v{VERSION}")
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual([path for path, _ in self.mirror.requests], [PATH])

    def test_newest_known_version_is_the_default(self):
        self.know("0" * 64, "0" * 64, version="1.10.0")
        self.act()
        self.assertEqual(self.mirror.requests[0][0], "/files/v1.10.0/unentropy-1.10.0-x86_64-linux.tar.gz")

    def test_passing_trouble_is_tried_again(self):
        self.mirror.failures = 1
        run = self.act()
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual(len(self.mirror.requests), 2)

    def test_changed_program_in_the_cache_is_fetched_again(self):
        self.assertTrue(self.act().succeeded)
        self.cached().write_text("#!/bin/sh\necho stolen >&2\n")
        run = self.act()
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertNotIn("stolen", run.raw_log)
        self.assertEqual(len(self.mirror.requests), 2)
        self.assertEqual(
            run.log.messages("warning"),
            [f"{self.cached()} is not the released program any more; it is fetched again"],
        )
        self.assertEqual(self.cached().read_bytes(), self.program)

    def test_cache_that_cannot_be_written(self):
        self.cache.write_text("a file, where a folder is expected")
        run = self.act(environment={"RUNNER_TEMP": str(self.workspace.root / "temporary")})
        self.assertTrue(run.succeeded, run.raw_log)
        self.assertTrue((self.workspace.root / "temporary" / "unentropy" / VERSION).is_dir())

    def test_releases_of_the_actions_own_repository_are_the_default(self):
        self.mirror.files = {f"/octo/unentropy/releases/download/v{VERSION}/{NAME}.tar.gz": self.archive}
        run = self.act(mirror="", environment={"GITHUB_SERVER_URL": self.mirror.origin})
        self.assertTrue(run.succeeded, run.raw_log)


class Refused(Case):
    def assert_nothing_kept(self):
        self.assertFalse(self.cached().exists())
        self.assertEqual(list(self.cache.rglob("*unentropy-*")), [])

    def test_tampered_archive(self):
        marker = self.workspace.root / "executed"
        forged = tarball(f"#!/bin/sh\ntouch {marker}\n".encode())
        self.mirror.files[PATH] = forged
        self.assert_refused(
            self.act(),
            "corrupt",
            3,
            f"what {self.mirror.origin}{PATH} gave is not the released file: SHA-256 {sha256(forged)}, expected "
            f"{sha256(self.archive)}; nothing of it was run; if a mirror is in use, copy the file anew, else report this "
            "to the project",
        )
        self.assertFalse(marker.exists())
        self.assert_nothing_kept()

    def test_cut_archive(self):
        self.mirror.files[PATH] = self.archive[:5000]
        self.assertEqual(self.act().outputs["error-code"], "corrupt")
        self.assert_nothing_kept()

    def test_archive_without_the_program(self):
        self.archive = tarball(self.program, "bin/another")
        self.mirror.files[PATH] = self.archive
        self.know(sha256(self.archive), sha256(self.program))
        self.assert_refused(
            self.act(),
            "io",
            3,
            f"unpacking {NAME}.tar.gz: tar: {NAME}/bin/unentropy: Not found in archive; is there room below {self.cache}?",
        )
        self.assert_nothing_kept()

    def test_program_other_than_the_table_says(self):
        self.archive = tarball(b"another")
        self.mirror.files[PATH] = self.archive
        self.know(sha256(self.archive), sha256(self.program))
        self.assert_refused(
            self.act(),
            "corrupt",
            3,
            f"the program in {NAME}.tar.gz is not the released one: SHA-256 {sha256(b'another')}, expected "
            f"{sha256(self.program)}; nothing of it was run; report this to the project",
        )
        self.assert_nothing_kept()

    def test_unknown_version_fails_closed(self):
        for asked in ("1.2", "latest", "9.9.9", "1.2.3/../../x", "$(touch x)"):
            self.assert_refused(
                self.act(version=asked),
                "usage",
                2,
                f"`version` is `{asked}`, which this version of the action does not know; it knows {VERSION}; a newer "
                "version of the action may know more",
            )
        self.assertEqual(self.mirror.requests, [])

    def test_nothing_released(self):
        (self.action / "action" / "binaries.txt").write_text("# a comment\n9.9.9  riscv64-linux  a  b\n")
        self.assert_refused(
            self.act(),
            "usage",
            2,
            "no binary for x86_64-linux was released with this version of the action; build the program on the runner "
            "(`./dev build`) and give its path as `binary`",
        )

    def test_missing_file(self):
        self.mirror.files = {}
        run = self.act()
        self.assertEqual(run.exit_codes, {"program": 3}, run.raw_log)
        self.assertEqual(run.outputs["error-code"], "unavailable")
        self.assertRegex(
            run.outputs["error-message"],
            rf"^finding the program: downloading {self.mirror.origin}{PATH}: .*404.*; run the job again, or give `mirror` "
            "or `binary` if this runner cannot reach that address$",
        )

    def test_address_that_is_none(self):
        hint = (
            f"give `mirror`, the URL below which v{VERSION}/{NAME}.tar.gz is, or `binary`, the path of a program"
        )
        self.assert_refused(
            self.act(mirror="file:///etc"),
            "usage",
            2,
            f"there is no address to download {NAME} from: what is given is no http or https URL; {hint}",
        )
        # An action of the checkout itself (`uses: ./…`) has no repository.
        self.assert_refused(
            self.act(mirror="", repository=""),
            "usage",
            2,
            f"there is no address to download {NAME} from; {hint}",
        )

    def test_password_of_a_mirror_is_not_shown(self):
        self.mirror.files = {}
        run = self.act(mirror=self.mirror.origin.replace("//", "//user:a-password@") + "/files")
        self.assertFalse(run.succeeded)
        self.assertNotIn("a-password", run.raw_log + run.outputs["error-message"])

    def test_gate_says_that_it_knows_nothing(self):
        self.mirror.files = {}
        run = self.act("quality-gate")
        self.assertEqual(run.outputs["quality-gate-status"], "unknown")
        self.assertEqual(run.outputs["error-code"], "unavailable")


class OnTheRunner(Case):
    def test_path_is_taken_as_it_is(self):
        for path in (str(settings.binary()), os.path.relpath(settings.binary(), self.workspace.work)):
            run = self.act(binary=path)
            self.assertTrue(run.succeeded, run.raw_log)
        self.assertEqual(self.mirror.requests, [])

    def test_path_of_no_program(self):
        self.workspace.write("plain.txt", "no program")
        for path in ("plain.txt", "absent", "."):
            self.assert_refused(
                self.act(binary=path),
                "usage",
                2,
                f"`binary` is `{path}`, which is no program; give the path of an executable file",
            )
