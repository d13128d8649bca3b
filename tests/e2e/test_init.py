"""`unentropy init`: a configuration that fits the project it is written for, and workflows that are valid."""

import json
import os
import re
import shutil
import subprocess

from harness import settings
from harness.action import load_action
from harness.actionlint import complaints
from harness.case import ProgramCase
from harness.terminal import open_terminal, shown_until_the_end
from harness.yaml_subset import parse_yaml

PROJECTS = settings.ROOT / "tests" / "fixtures" / "init"
# Every project, and what is found to measure in it now.
METRICS = {
    "cpp": "loc test-files dependencies todos",
    "dotnet": "loc test-files dependencies todos",
    "go": "loc coverage test-files dependencies todos",
    "java": "loc coverage tests test-files dependencies todos",
    "javascript": "loc coverage test-files dependencies todos",
    "kotlin": "loc test-files dependencies todos",
    "mixed": "loc loc-javascript test-files-javascript todos-javascript loc-go test-files-go todos-go",
    "php": "loc coverage test-files dependencies todos",
    "python": "loc test-files dependencies todos",
    "ruby": "loc test-files dependencies todos",
    "rust": "loc tests dependencies todos",
    "typescript": "loc bundle-size dependencies todos",
}
WORKFLOWS = (".github/workflows/metrics.yml", ".github/workflows/metrics-pull-request.yml")


class InitCase(ProgramCase):
    def copy(self, project):
        shutil.rmtree(self.workspace.work)
        shutil.copytree(PROJECTS / project, self.workspace.work)

    def init(self, *arguments, **environment):
        run = self.workspace.run("init", *arguments, environment={**self.workspace.clean_environment(), **environment})
        self.assertEqual(run.exit_code, 0, str(run))
        return run

    def config(self):
        return json.loads((self.workspace.work / "unentropy.json").read_text())

    def files(self):
        return {path: path.read_bytes() for path in self.workspace.work.rglob("*") if path.is_file()}


class Projects(InitCase):
    def test_every_project_of_the_fixtures_is_expected(self):
        self.assertEqual(sorted(path.name for path in PROJECTS.iterdir()), sorted(METRICS))

    def test_what_is_proposed_is_collected(self):
        for project, metrics in METRICS.items():
            with self.subTest(project):
                self.copy(project)
                run = self.init()
                self.assertEqual(list(self.config()["metrics"]), metrics.split(), str(run))
                verified = self.workspace.run("verify")
                self.assertEqual((verified.exit_code, "warning" in verified.output), (0, False), str(verified))
                tested = self.workspace.run("test", json_result=True)
                self.assertEqual(tested.exit_code, 0, str(tested))
                self.assertEqual([metric["key"] for metric in tested.result["metrics"]], metrics.split())
                for metric in tested.result["metrics"]:
                    self.assertIsInstance(metric["value"], (int, float), metric)

    def test_the_values_are_those_of_the_project(self):
        self.copy("java")
        self.init()
        tested = self.workspace.run("test", json_result=True)
        values = {metric["key"]: metric["value"] for metric in tested.result["metrics"]}
        self.assertEqual(
            values, {"loc": 9, "coverage": 50, "tests": 2, "test-files": 1, "dependencies": 1, "todos": 0}
        )

    def test_an_unknown_project_has_lines_of_code(self):
        self.workspace.write("program.zig", "const x = 1;\n")
        run = self.init()
        self.assertIn("this is no kind of project that is known", run.output)
        self.assertEqual(list(self.config()["metrics"]), ["loc"])
        self.assertEqual(self.workspace.run("test").exit_code, 0)

    def test_what_others_wrote_does_not_decide(self):
        self.copy("go")
        self.workspace.write("node_modules/left-pad/package.json", "{}")
        self.workspace.write("vendor/thing/composer.json", "{}")
        self.workspace.write(".tools/Cargo.toml", "")
        self.assertIn("found a project in Go\n", self.init().output)

    def test_the_kind_may_be_given(self):
        self.copy("mixed")
        self.init("--type", "go")
        self.assertEqual(self.config()["metrics"]["loc"]["command"], "@collect loc . -l 'Go'")
        run = self.workspace.run("init", "--force", "--type", "pyton")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("`--type` is no kind of project: `pyton`", run.output)
        self.assertIn("did you mean `python`?", run.output)


class Files(InitCase):
    def setUp(self):
        super().setUp()
        self.copy("go")

    def test_nothing_is_replaced_without_force(self):
        for existing in ("unentropy.json", WORKFLOWS[1]):
            with self.subTest(existing):
                self.copy("go")
                self.workspace.write(existing, "mine\n")
                before = self.files()
                run = self.workspace.run("init", "--workflows")
                self.assertEqual(run.exit_code, 2, str(run))
                self.assertIn(f"`{existing}` is there already; nothing was written", run.output)
                self.assertEqual(self.files(), before)
                self.init("--workflows", "--force")
                self.assertNotEqual((self.workspace.work / existing).read_text(), "mine\n")

    def test_a_link_is_not_followed(self):
        outside = self.workspace.root / "outside"
        outside.write_text("safe")
        (self.workspace.work / "unentropy.json").symlink_to(outside)
        for arguments in ((), ("--force",)):
            self.assertEqual(self.workspace.run("init", *arguments).exit_code, 2)
        self.assertEqual(outside.read_text(), "safe")

    def test_dry_run_prints_and_writes_nothing(self):
        before = self.files()
        run = self.init("--workflows", "--dry-run")
        for name in ("unentropy.json", *WORKFLOWS):
            self.assertIn(f"# {name}\n", run.output)
        self.assertEqual(self.files(), before)

    def test_storage(self):
        for given, stored in (
            ("s3", "sqlite-s3"),
            ("artifact", "sqlite-artifact"),
            ("local", "sqlite-local"),
            ("sqlite-s3", "sqlite-s3"),
        ):
            self.init("--force", "--storage", given)
            self.assertEqual(self.config()["storage"], {"type": stored})
        run = self.workspace.run("init", "--force", "--storage", "s4")
        self.assertEqual(run.exit_code, 2, str(run))
        self.assertIn("allowed are s3, artifact, local", run.output)

    def test_workflows_are_valid_and_pinned(self):
        for storage in ("s3", "artifact", "local"):
            found = []
            self.init("--force", "--workflows", "--storage", storage)
            self.assertEqual(complaints(self.workspace.work, *WORKFLOWS), "")
            for name in WORKFLOWS:
                text = (self.workspace.work / name).read_text()
                self.assertNotIn("@NAME@", text)
                for action in re.findall(r"uses: (\S+)", text):
                    if action.startswith("OWNER/"):
                        folder = action.removeprefix("OWNER/unentropy").removesuffix("@main").strip("/")
                        steps = parse_yaml(text)["jobs"]["metrics"]["steps"]
                        (given,) = [step["with"] for step in steps if step.get("uses") == action]
                        known = load_action(settings.ROOT / folder / "action.yml")["inputs"]
                        self.assertEqual(set(given) - set(known), set())
                        self.assertEqual(given["storage-type"], "sqlite-s3" if storage == "s3" else "sqlite-artifact")
                        found.append((name, folder))
                    else:
                        self.assertRegex(action, r"@[0-9a-f]{40}$")
                self.assertNotRegex(text, r"run:.*\$\{\{")
            self.assertEqual(found, [(WORKFLOWS[0], ""), (WORKFLOWS[1], "quality-gate")])

    def test_the_lint_finds_mistakes(self):
        self.workspace.write("bad.yml", "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    stepz: []\n")
        self.assertIn("stepz", complaints(self.workspace.work, "bad.yml"))

    def test_workflows_follow_the_default_branch(self):
        self.workspace.commit()
        self.workspace.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
        self.workspace.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
        self.init("--workflows")
        self.assertIn('branches: ["trunk"]', (self.workspace.work / WORKFLOWS[0]).read_text())


class AtATerminal(InitCase):
    def answer(self, text, *arguments, **environment):
        self.copy("mixed")
        ours, theirs = open_terminal(self)
        os.write(ours, text.encode())
        finished = subprocess.run(
            [settings.binary(), "init", *arguments],
            cwd=self.workspace.work,
            env={**self.workspace.clean_environment(), **environment},
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=60,
        )
        os.close(theirs)
        return finished.returncode, shown_until_the_end(ours).decode()

    def test_a_few_questions(self):
        code, said = self.answer("go\nnowhere\ns3\ny\n")
        self.assertEqual(code, 0, said)
        self.assertIn("[javascript,go,ruby]", said)
        self.assertIn("`nowhere` is none of the answers", said)
        self.assertEqual(self.config()["storage"], {"type": "sqlite-s3"})
        self.assertEqual(self.config()["metrics"]["loc"]["command"], "@collect loc . -l 'Go'")
        self.assertTrue((self.workspace.work / WORKFLOWS[0]).exists())

    def test_empty_answers_take_what_was_found(self):
        code, said = self.answer("\n\n\n")
        self.assertEqual(code, 0, said)
        self.assertEqual(list(self.config()["metrics"]), METRICS["mixed"].split())
        self.assertFalse((self.workspace.work / ".github").exists())

    def test_no_questions_in_ci_or_where_everything_is_said(self):
        for arguments, environment in (
            ((), {"CI": "true"}),
            (("--type", "go", "--storage", "local", "--workflows"), {}),
        ):
            code, said = self.answer("", *arguments, **environment)
            self.assertEqual(code, 0, said)
            self.assertNotIn("?", said)
