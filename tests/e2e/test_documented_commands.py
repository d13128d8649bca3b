"""Every block of commands in README and guides is typed, as somebody who follows the page would, and works.

Nothing marks the blocks: each page has a case here, which takes them by their first command (harness/reader.py).
"""

import json
import os
import re
import shutil
import sqlite3
import tarfile
from contextlib import closing
from unittest import TestCase

from harness import documents, reader, settings
from harness.fakegithub import FakeGithub, zipped
from harness.reader import KEY
from harness.standins import PROGRAMS
from test_roundtrip import make_history

# What a page calls and no test can have: what stands for it (harness/standins.py), and why. Each stand-in refuses what
# the real program would not take.
STAND_INS = {
    "aws": "The command line of AWS: there is no account. The same transfers, with the S3 server of the tests.",
    "b2": "Backblaze's command line: there is no account. Makes the bucket, and checks the rights of the key.",
    "dev": "The build: it takes minutes and has tests of its own. Checks that the real ./dev has the command.",
    "gh": "GitHub's command line: there is no repository. Knows the workflows and secrets of the documents.",
    "mc": "The administration of MinIO: there is none. Makes the bucket, and checks the policy.",
    "rclone": "rclone: its remotes are set up in a dialogue. Lists what the S3 server of the tests has.",
    "sudo": "Being root: the system stays as it is. Copies to a folder that stands for the system.",
}


# What the stand-ins have to refuse: a word, option or value that the real program does not have.
REFUSED = [
    "aws s3 cp history.db s3://my-metrics/history.db --content-tpye text/plain",
    "aws s3 cp history.db s3://my-metrics/",
    "aws s3 cp history.db other.db",
    "aws s3 remove s3://my-metrics/history.db",
    "aws s3api get-bucket-versioning",
    "aws s3api put-bucket-versioning --bucket my-metrics --versioning-configuration Status=On",
    "aws s3 ls s3://my-metrics/ --endpoint-url https://somewhere.example",
    "aws iam put-user-policy --user-name u --policy-name p --policy-document policy.json",
    "b2 key create --bucket my-metrics unentropy readEverything",
    "b2 bucket create my-metrics allPrivate",
    "dev demonstrate",
    "gh workflow stop Metrics",
    "gh workflow disable Unknown",
    "gh secret set SOME_SECRET",
    "gh secret set METRICS_ACCESS_KEY_ID",
    "mc mb my-metrics",
    "mc admin policy attach minio unentropy-metrics",
    "rclone lsl remote:my-metrics/my-project/",
    "sudo rm -r /usr/local",
]


class StandIns(reader.ReaderCase):
    def test_they_refuse_what_the_real_programs_would(self):
        self.stand_in(*STAND_INS, dev=str(settings.ROOT / "dev"))
        for command in REFUSED:
            with self.subTest(command):
                said = self.shell(self.in_this_place(command), exit_code=64)
                self.assertIn(f"stand-in for {command.split()[0]}: ", said)


class Completeness(TestCase):
    def test_every_page_with_commands_has_a_case(self):
        with_commands = {page.name for page in documents.PAGES if documents.blocks(page, "sh")}
        self.assertEqual({case.page for case in reader.PageCase.__subclasses__()}, with_commands)

    def test_commands_are_in_blocks_that_are_found(self):
        for page in documents.PAGES:
            fences = re.findall(r"(?ms)^ *```(.*?)\n.*?^ *```$", page.read_text())
            self.assertLessEqual(set(fences), {"sh", "json", "yaml", "text"}, page.name)

    def test_every_stand_in_is_accounted_for(self):
        self.assertEqual(set(STAND_INS), set(PROGRAMS))


class Readme(reader.PageCase):
    page = "README.md"

    def read(self):
        self.project()
        self.stand_in("dev", dev=str(settings.ROOT / "dev"))
        shutil.move(self.bin / "dev", self.workspace.work / "dev")
        self.type("./dev demo")
        (self.workspace.work / "dev").unlink()

        self.type("unentropy track --storage sqlite-local")
        self.assertEqual(self.rows_of("unentropy-metrics.db"), "1")

        shutil.move(self.workspace.work / "unentropy-metrics.db", self.workspace.work / "old.db")
        self.workspace.commit()
        self.with_storage()
        self.shell("unentropy track")
        said = self.type("unentropy doctor")
        self.assertIn("`old.db`: 1 build and 2 values added", said)
        self.assertEqual((self.workspace.work / "history.jsonl").read_text().count("\n"), 4)


class ArtifactPage:
    def host_with_artifact(self):
        """A host that has the history of one build."""
        self.shell("unentropy track --storage sqlite-local --database-key stored.db")
        host = FakeGithub("my-name/my-project")
        self.serve(host)
        host.add_artifact(zipped((self.workspace.work / "stored.db").read_bytes()), run=1)
        return host


class Artifacts(ArtifactPage, reader.PageCase):
    page = "artifacts.md"

    def read(self):
        self.project()
        host = self.host_with_artifact()
        self.environment.update(
            GITHUB_REPOSITORY=host.repository, GITHUB_TOKEN=host.token, GITHUB_API_URL=host.url
        )
        self.type("unentropy artifact download")
        self.assertEqual(self.rows_of("unentropy-metrics.db"), "1")
        self.environment["UNENTROPY_STORAGE_TYPE"] = "sqlite-artifact"
        self.type("unentropy import seed-workflow --output .github/workflows/seed.yml")
        self.assertTrue((self.workspace.work / ".github" / "workflows" / "seed.yml").exists())


class DamagedHistory(reader.PageCase):
    page = "damaged-history.md"

    def read(self):
        self.project()
        self.with_storage()
        for _ in range(3):
            self.workspace.commit()
            self.shell("unentropy track")
        store = self.store(self.bucket)
        sound = store.get(KEY).body
        for key in store.list(KEY):
            store.delete(key)  # no records and no backup: only what the damaged file still has
        damaged = damage(sound)
        store.put(KEY, damaged)
        self.workspace.commit()
        self.assertIn("corrupt", self.type("unentropy track --on-corrupt recreate"))
        [kept] = [key for key in store.list(KEY + ".corrupt-")]
        self.assertEqual(store.get(kept).body, damaged)

        self.stand_in("aws")
        example = f"{KEY}.corrupt-20250203T040506Z-1a2b3c4d"
        self.type("aws s3 ls s3://my-metrics/my-project/ --recursive", given={example: kept}, complains=True)
        self.assertIn(kept, self.said)
        self.type("sqlite3 damaged.db .dump | sed 's/^ROLLBACK;.*/COMMIT;/' | sqlite3 recovered.db")
        self.assertEqual(self.rows_of("recovered.db"), "3")
        self.type("unentropy merge recovered.db")
        (self.workspace.work / "stored.db").write_bytes(store.get(KEY).body)
        self.assertEqual(self.rows_of("stored.db"), "4")

        self.without_storage()
        shutil.copy(self.workspace.work / "stored.db", self.workspace.work / "unentropy-metrics.db")
        self.type("unentropy merge --into trial.db unentropy-metrics.db recovered.db")
        self.assertEqual(self.said.split()[-1], "4")


def damage(sound):
    """The file with one index torn out: no sound database any more, and every row is still there."""
    size = int.from_bytes(sound[16:18], "big")
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(sound)
        [page] = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'idx_build_commit'").fetchone()
    return sound[: (page - 1) * size] + b"\xff" * size + sound[page * size :]


class Doctor(reader.PageCase):
    page = "doctor.md"

    def read(self):
        self.project()
        said = self.type("export UNENTROPY_S3_ACCESS_KEY_ID=… UNENTROPY_S3_SECRET_ACCESS_KEY=…")
        self.assertIn("clean-up", said)
        self.assertEqual(self.store(self.bucket).list(""), [])


class MigrateFromArtifacts(ArtifactPage, reader.PageCase):
    page = "migrate-from-artifacts.md"

    def read(self):
        self.project()
        host = self.host_with_artifact()
        self.environment["GITHUB_API_URL"] = host.url
        self.stand_in("gh", token=host.token)

        self.type("gh workflow disable Metrics")
        self.type('export GITHUB_REPOSITORY=my-name/my-project GITHUB_TOKEN="$(gh auth token)"')
        self.assertIn("1 build", self.said)
        self.type("export UNENTROPY_S3_ACCESS_KEY_ID=… UNENTROPY_S3_SECRET_ACCESS_KEY=…")
        self.assertIn("1 build and 2 values added", self.said)
        self.type("gh secret set METRICS_ACCESS_KEY_ID", typed="the id\nthe secret\n")
        self.type("gh workflow enable Metrics")

        self.with_storage()
        self.workspace.commit()
        self.shell("unentropy track --json result.json")
        result = json.loads((self.workspace.work / "result.json").read_text())
        self.assertEqual(result["totals"]["total_builds"], 2)


class MoveToAnotherProvider(reader.PageCase):
    page = "move-to-another-provider.md"

    def read(self):
        self.project()
        self.with_storage(self.old_bucket)
        self.shell("unentropy track")
        self.without_storage()
        self.stand_in("aws")
        export = "export UNENTROPY_S3_ACCESS_KEY_ID=… UNENTROPY_S3_SECRET_ACCESS_KEY=…"
        self.assertIn("clean-up", self.type(export))
        self.type(f"aws s3 cp s3://old-bucket/{KEY} old.db --endpoint-url https://old.example")
        self.assertEqual(self.rows_of("old.db"), "1")
        self.type("unentropy merge --storage sqlite-s3 --s3-endpoint https://new.example --s3-bucket my-metrics \\")
        self.assertIn("1 build and 2 values added", self.said)
        self.type("sqlite3 old.db 'SELECT count(*) FROM build_contexts'")
        self.assertTrue(self.said.startswith("1\n"), self.said)


class Program(reader.PageCase):
    page = "program.md"

    def read(self):
        name = "unentropy-0.1.0-x86_64-linux"
        folder = self.workspace.work / name / "bin"
        folder.mkdir(parents=True)
        shutil.copy(settings.binary(), folder / "unentropy")
        with tarfile.open(self.workspace.work / f"{name}.tar.gz", "w:gz", compresslevel=1) as archive:
            archive.add(self.workspace.work / name, name)
        shutil.rmtree(self.workspace.work / name)
        self.shell(f"sha256sum {name}.tar.gz > {name}.tar.gz.sha256")
        self.stand_in("sudo")
        self.type(f"sha256sum --check {name}.tar.gz.sha256")
        installed = self.workspace.root / "system" / "usr" / "local" / "bin" / "unentropy"
        self.assertTrue(os.access(installed, os.X_OK))


class PullRequests(reader.PageCase):
    page = "pull-requests.md"

    def read(self):
        metrics = {"answer": {"type": "numeric", "command": "cat answer.txt", "direction": "lower-is-better"}}
        limit = {"metric": "answer", "mode": "no-regression", "tolerance": 1}
        self.workspace.write("answer.txt", "42")
        self.project({"storage": {"type": "sqlite-local"}, "metrics": metrics, "qualityGate": {"thresholds": [limit]}})
        self.shell("unentropy track")
        self.workspace.write("answer.txt", "50")
        self.type("unentropy gate --storage sqlite-local", exit_code=1)
        self.assertIn('"failingMetrics"', self.said)
        self.assertIn('"status": "fail"', self.said)


class QuickStart(reader.PageCase):
    page = "quick-start.md"

    def read(self):
        project = self.workspace.work / "my-project"
        shutil.copytree(settings.ROOT / "tests" / "fixtures" / "init" / "go", project)
        self.workspace.work = project
        self.workspace.commit()
        self.directory = project.parent
        self.type("cd my-project")
        self.assertTrue((project / "unentropy-report" / "index.html").exists())
        (project / "unentropy.json").unlink()
        self.type("unentropy init --workflows --storage s3")
        self.assertTrue((project / ".github" / "workflows" / "metrics.yml").exists())
        self.stand_in("gh")
        self.type("gh secret set METRICS_ACCESS_KEY_ID", typed="the id\nthe secret\n")


class Report(reader.PageCase):
    page = "report.md"

    def read(self):
        self.project()
        self.type("unentropy preview")
        self.assertTrue((self.workspace.work / "unentropy-preview" / "index.html").exists())
        self.shell("unentropy track --storage sqlite-local --database-key history.db")
        self.with_storage()
        self.shell("unentropy track --allow-dirty")
        self.type("unentropy report")
        self.assertIn("| ", self.said)
        self.assertIn("answer", (self.workspace.work / "all.csv").read_text())


class RestoreOlderVersion(reader.PageCase):
    page = "restore-older-version.md"

    def read(self):
        self.project()
        self.stand_in("aws", "rclone")
        [rules] = documents.blocks(documents.page(self.page), "json")
        (self.workspace.work / "lifecycle.json").write_text(self.in_this_place(rules.text))
        self.type("aws s3api get-bucket-versioning --bucket my-metrics")
        self.assertNotIn("Enabled", self.said)
        self.type("aws s3api put-bucket-versioning --bucket my-metrics --versioning-configuration Status=Enabled")
        self.type(
            "aws s3api put-bucket-lifecycle-configuration --bucket my-metrics"
            " --lifecycle-configuration file://lifecycle.json"
        )
        self.with_storage()
        for _ in range(2):
            self.workspace.commit()
            self.shell("unentropy track")
        first = f"aws s3api list-object-versions --bucket my-metrics --prefix {KEY} \\"
        [*_, version] = [found for key, found in reader.versions(self.store(self.bucket), KEY) if key == KEY]
        self.assertIn(version, self.type(first))
        self.type("rclone lsl --s3-versions remote:my-metrics/my-project/")
        self.type(
            f"aws s3api get-object --bucket my-metrics --key {KEY} --version-id VERSION older.db",
            given={"VERSION": version},
        )
        self.assertEqual(self.rows_of("older.db"), "1")
        self.type("unentropy merge older.db")
        self.assertIn("nothing that is not there already", self.said)
        self.type(f"aws s3 cp older.db s3://my-metrics/{KEY} --content-type application/vnd.sqlite3")
        self.type(f"aws s3 rm s3://my-metrics/{KEY}.backup")
        self.assertEqual(len([line for line in self.said.splitlines() if line.endswith(".json")]), 2)


class Monorepos(reader.PageCase):
    page = "monorepos.md"

    def read(self):
        [whole, project] = documents.blocks(documents.page(self.page), "json")
        self.workspace.write("libs/core/src/core.c", "int y;\n")
        for name, answers in (("api", 1), ("web", 2)):
            self.workspace.write(f"apps/{name}/src/app.c", "int x;\n" * answers)
            self.workspace.write(f"apps/{name}/answers.txt", f"{answers}\n")
            self.workspace.write(f"apps/{name}/unentropy.json", project.text.replace("apps/api", f"apps/{name}"))
        self.project(json.loads(whole.text))
        self.type("unentropy verify --config-file apps/api/unentropy.json")
        for name, answers in (("api", 1), ("web", 2)):
            values = "SELECT metric_id || value_numeric FROM metric_values ORDER BY 1"
            self.assertEqual(self.rows_of(f"{name}.db", values), f"answers{answers}.0\nlines{answers}.0\nshared1.0")
            self.assertTrue((self.workspace.work / f"report-{name}" / "index.html").exists())
        self.shell("unentropy track --storage sqlite-local")
        sources = self.shell("unentropy sources").splitlines()
        self.assertEqual(sources[-3:], ["apps/api/src/app.c", "apps/web/src/app.c", "libs/core/src/core.c"])
        (self.workspace.work / "unentropy.json").unlink()
        self.with_storage()
        self.shell("unentropy merge api.db web.db")
        self.type("unentropy report --report-dir report-of-all")
        self.assertIn("answers", (self.workspace.work / "report-of-all" / "index.html").read_text())


class OtherCi(reader.PageCase):
    page = "other-ci.md"

    def read(self):
        config = {**reader.EXAMPLE, "qualityGate": {"thresholds": [{"metric": "answer", "mode": "max", "target": 99}]}}
        commit = self.project(config)
        self.workspace.git("checkout", "-q", "--detach")
        self.with_credentials()
        first = 'export GITHUB_SHA="$(git rev-parse HEAD)" GITHUB_REF=refs/heads/main'
        self.type(first)
        self.shell("unentropy track", environment={**self.settings_of_storage(), "GITHUB_SHA": commit})
        (self.workspace.work / "stored.db").write_bytes(self.store(self.bucket).get(KEY).body)
        columns = "commit_sha, branch, run_id, run_number, event_name"
        said = self.rows_of("stored.db", f"SELECT {columns} FROM build_contexts")
        self.assertEqual(said, f"{commit}|main|pipeline-4711|12|push", "the same pipeline adds no second build")

        self.environment = {name: text for name, text in self.environment.items() if not name.startswith("GITHUB_")}
        self.shell("unentropy track --storage sqlite-local --database-key detached.db")
        self.assertEqual(self.rows_of("detached.db", "SELECT branch FROM build_contexts"), "HEAD")
        self.with_storage()
        self.type("unentropy gate --storage sqlite-local --output-file gate.json")
        self.assertIn("| ", self.said)
        gate = json.loads((self.workspace.work / "gate.json").read_text())
        self.assertEqual(gate["qualityGate"]["status"], "pass")
        self.assertIn("\n## ✅ Quality gate passed\n", self.said)


class Forks(reader.PageCase):
    page = "forks.md"

    def read(self):
        metric = {"type": "numeric", "command": "echo 100"}
        limit = {"metric": "answer", "mode": "max", "target": 99}
        local = {"type": "sqlite-local"}
        self.project({"storage": local, "metrics": {"answer": metric}, "qualityGate": {"thresholds": [limit]}})
        self.type("unentropy gate --mode hard", exit_code=1)


class Security(reader.PageCase):
    page = "security.md"

    def read(self):
        [config] = documents.blocks(documents.page(self.page), "json")
        self.project(json.loads(config.text))
        self.assertRegex(self.type("unentropy verify"), r"secrets-seen\s+0\b")
        self.assertNotIn("not-to-be-seen", self.said)


class MigrateFromUnentropy(reader.PageCase):
    page = "migrate-from-unentropy.md"

    def read(self):
        self.project()
        make_history(self.workspace.work / "unentropy-metrics.db")
        before = (self.workspace.work / "unentropy-metrics.db").read_bytes()
        self.type("unentropy verify")
        self.type("unentropy report --db unentropy-metrics.db --report-dir report-of-the-old-history")
        self.assertIn("5 builds and 9 values added", self.said)
        self.assertEqual((self.workspace.work / "unentropy-metrics.db").read_bytes(), before)
        self.with_storage()
        self.store(self.bucket).put(KEY, before)
        self.type("unentropy doctor")
        self.assertRegex(self.said, r"builds\s+5\b")


class Providers(reader.PageCase):
    page = "s3-providers.md"

    def read(self):
        self.project()
        [policy] = documents.blocks(documents.page("s3-storage.md"), "json")
        (self.workspace.work / "policy.json").write_text(self.in_this_place(policy.text))
        self.stand_in("aws", "mc", "b2")
        self.type("aws s3api create-bucket --bucket my-metrics --region eu-central-1 \\")
        self.type('export METRICS_SECRET="$(openssl rand -hex 20)"', typed="the password\n")
        self.type("b2 bucket create my-metrics allPrivate --lifecycle-rule \\")
        self.with_storage()
        self.type("unentropy doctor")
        self.assertIn("clean-up", self.said)
