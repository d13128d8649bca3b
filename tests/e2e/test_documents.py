"""What README and guides tell people to type must exist."""

import re
import tempfile
import unittest
from pathlib import Path

from harness import documents
from harness.action import load_action
from harness.actionlint import complaints
from harness.settings import ROOT
from harness.yaml_subset import parse_yaml

PAGES = documents.PAGES


class Documents(unittest.TestCase):
    def test_workflows_are_valid_and_use_inputs_that_exist(self):
        found = 0
        for page in PAGES:
            for block in (block.text for block in documents.workflows(page)):
                with self.subTest(f"{page.name}: {block.splitlines()[0]}"):
                    tree = parse_yaml(block)
                    if isinstance(tree, list):  # steps alone
                        jobs = {"excerpt": {"steps": tree}}
                    else:
                        jobs = tree["jobs"]
                        self.assertIn("name", tree)
                        self.assertIn("on", tree)
                        self.assertIn("permissions", tree)
                    for step in (step for job in jobs.values() for step in job["steps"]):
                        if "uses" not in step:
                            continue
                        if "unentropy" in step["uses"]:
                            found += 1
                            folder = "quality-gate" if "/quality-gate@" in step["uses"] else "."
                            action = load_action(ROOT / folder / "action.yml")
                            self.assertEqual(set(step.get("with") or {}) - set(action["inputs"]), set())
                        else:
                            self.assertRegex(step["uses"], r"^actions/[a-z-]+@(v\d+|[0-9a-f]{40})$")
        self.assertGreaterEqual(found, 2, "no workflow for the action in the documents")

    def test_workflows_pass_actionlint(self):
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for page in PAGES:
                for number, block in enumerate(documents.workflows(page)):
                    if re.search(r"(?m)^jobs:", block.text):
                        names.append(f"{page.stem}-{number}.yml")
                        (Path(folder) / names[-1]).write_text(block.text)
            self.assertGreaterEqual(len(names), 3)
            self.assertEqual(complaints(folder, *names), "")
        workflows = sorted(path.name for path in (ROOT / ".github" / "workflows").iterdir())
        self.assertEqual(workflows, ["ci.yml", "release.yml"])
        self.assertEqual(complaints(ROOT / ".github" / "workflows", *workflows), "")

    def test_links_inside_the_repository_lead_somewhere(self):
        for page in [*PAGES, *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
                if not re.match(r"[a-z]+:", target):
                    with self.subTest(f"{page.relative_to(ROOT)}: {target}"):
                        self.assertTrue((page.parent / target).exists())

    def test_actions_outputs_in_the_documents_exist(self):
        outputs = set(load_action(ROOT / "action.yml")["outputs"])
        for page in PAGES:
            for name in re.findall(r"steps\.unentropy\.outputs\.([a-z-]+)", page.read_text()):
                with self.subTest(f"{page.name}: {name}"):
                    self.assertIn(name, outputs)
