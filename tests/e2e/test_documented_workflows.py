"""The configurations, policies and pipelines of README and guides do what their pages say."""

import json
import re
import shutil
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

from harness import documents, reader, settings
from harness.action import run_action
from harness.case import FakeS3Case, ProgramCase, input_variables
from harness.expressions import expand
from harness.fakegithub import FakeGithub, zipped
from harness.fakes3 import error
from harness.yaml_subset import parse_yaml

# Keys of GitLab's language that the guides use: of a pipeline's job, and of what is in it.
GITLAB_JOB = {"artifacts", "before_script", "extends", "image", "rules", "script", "variables"}
GITLAB_ARTIFACTS = {"expose_as", "paths", "when"}


def json_blocks():
    for page in documents.PAGES:
        for number, block in enumerate(documents.blocks(page, "json")):
            yield f"{page.name}-{number}", json.loads(block.text)


class Configurations(ProgramCase):
    def test_configurations_are_accepted(self):
        found = 0
        for name, tree in json_blocks():
            if "metrics" not in tree:
                self.assertTrue({"Statement", "Rules"} & set(tree), f"{name}: neither configuration, policy nor rules")
                continue
            found += 1
            with self.subTest(name):
                (self.workspace.work / "apps").mkdir(exist_ok=True)
                self.workspace.write("unentropy.json", json.dumps(tree))
                run = self.workspace.run("verify")
                self.assertEqual((run.exit_code, "warning" in run.output), (0, False), str(run))
        self.assertGreaterEqual(found, 4)


class Policy(FakeS3Case):
    """The policy of docs/guide/s3-storage.md, kept by the server: enough for everything, and no more than is used."""

    key = reader.KEY
    bucket = "my-metrics"

    def setUp(self):
        super().setUp()
        self.server.bucket = self.bucket
        [policy] = [tree for name, tree in json_blocks() if "Statement" in tree]
        self.rights = [
            (action, statement["Resource"], statement.get("Condition", {}).get("StringLike", {}))
            for statement in policy["Statement"]
            for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        ]
        self.used = set()
        self.refused = []
        self.server.fault = self.judge
        self.workspace.configure({"answer": {"type": "numeric", "command": "echo 42"}})

    def judge(self, request):
        if request.key is None:
            action, resource = "s3:ListBucket", f"arn:aws:s3:::{self.bucket}"
            if "versioning" in request.query:
                action = "s3:GetBucketVersioning"
        else:
            action = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "DELETE": "Delete"}[request.method]
            action, resource = f"s3:{action}Object", f"arn:aws:s3:::{self.bucket}/{request.key}"
        for allowed, where, conditions in self.rights:
            prefix = request.query.get("prefix", "")
            if allowed == action and fnmatchcase(resource, where):
                if all(name == "s3:prefix" and fnmatchcase(prefix, pattern) for name, pattern in conditions.items()):
                    self.used.add(action)
                    return None
        self.refused.append(action)
        return error(403, "AccessDenied")

    def doctor(self):
        inputs = {name: text for name, text in self.s3_inputs(s3_bucket=self.bucket).items() if text}
        environment = {**self.workspace.clean_environment(), **input_variables(inputs)}
        return self.workspace.run("doctor", environment=environment)

    def test_it_is_enough(self):
        for number in (1, 2, 3):
            self.assert_done(self.track_s3(number, s3_bucket=self.bucket))
        self.assertEqual(self.refused, [])
        run = self.doctor()
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(set(self.refused), {"s3:GetBucketVersioning"})

    def test_everything_in_it_is_needed(self):
        self.assert_done(self.track_s3(1, s3_bucket=self.bucket))
        self.doctor()
        self.assertEqual(self.used, {action for action, _, _ in self.rights})


class Workflows(reader.ReaderCase):
    """Each workflow, and each step of one, is run; what it checks out and builds is there already."""

    def setUp(self):
        super().setUp()
        self.host = FakeGithub("octo/example")
        self.serve(self.host)
        program = self.workspace.temp / "unentropy" / "build" / "release" / "unentropy"
        program.parent.mkdir(parents=True)
        program.symlink_to(settings.binary())
        for name in ("unentropy.json", "apps/api/unentropy.json", "apps/web/unentropy.json"):
            self.workspace.write(name, json.dumps({**reader.EXAMPLE, "qualityGate": {"mode": "hard"}}))
        self.project()
        self.runs = 0
        self.ran = set()

    def secrets(self, text):
        """Ids and secrets, by the ends of their names."""
        access_key, secret_key, _ = settings.server().credentials
        names = re.findall(r"secrets\.(\w+)", text)
        return {name: access_key if name.endswith("_ID") else secret_key for name in names}

    def job(self, gate, head):
        self.runs += 1
        changes = {"GITHUB_SHA": self.workspace.git("rev-parse", "HEAD"), "GITHUB_API_URL": self.host.url}
        if gate:
            event = self.workspace.files / "event.json"
            pull = {"number": 7, "base": {"sha": "0" * 40, "repo": {"full_name": self.host.repository}}}
            pull["head"] = {"sha": changes["GITHUB_SHA"], "repo": {"full_name": head}}
            event.write_text(json.dumps({"pull_request": pull}))
            changes.update(GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event), GITHUB_BASE_REF="main")
        return self.workspace.job(self.runs, **changes, PATH=self.environment["PATH"])

    def run_step(self, step, context, head="octo/example"):
        """Gives the outputs of one of our actions; other actions are passed over."""
        if "uses" in step and "unentropy" not in step["uses"]:
            return None
        if "uses" in step:
            gate = "/quality-gate@" in step["uses"]
            inputs = {name: self.in_this_place(expand(text, context)) for name, text in step["with"].items()}
            run = run_action(
                settings.ROOT / ("quality-gate" if gate else ""),
                self.workspace.work,
                {"binary": str(settings.binary()), "github-token": self.host.token, "retry-attempts": "0", **inputs},
                self.job(gate, head),
                self.workspace.files / f"act-{self.runs}",
            )
            self.assertTrue(run.succeeded, run.raw_log)
            self.assertEqual(run.outputs["error-code"], "", run.raw_log)
            self.assertEqual(run.outputs["metrics-collected"], "2", run.raw_log)
            context["steps"] = {step.get("id", ""): {"outputs": run.outputs}}
            self.ran.add("gate" if gate else f"track {run.outputs['storage-type']}")
            return run.outputs
        if not step["run"].startswith("git clone"):
            environment = {name: expand(text, context) for name, text in (step.get("env") or {}).items()}
            self.ran.add(self.in_this_place(step["run"]).split()[1])
            self.shell(self.in_this_place(step["run"]), environment=environment)
        return None

    def test_every_workflow_and_step_runs(self):
        for page in documents.PAGES:
            for block in documents.workflows(page):
                with self.subTest(f"{page.name}: {block.text.splitlines()[0]}"):
                    tree = parse_yaml(block.text)
                    jobs = {"steps": {"steps": tree}} if isinstance(tree, list) else tree["jobs"]
                    for job in jobs.values():
                        matrix = (job.get("strategy") or {}).get("matrix") or {"": [""]}
                        [(name, values)] = matrix.items()
                        for value in values:
                            context = {"secrets": self.secrets(block.text), "matrix": {name: value}, "steps": {}}
                            context["runner"] = {"temp": str(self.workspace.temp)}
                            for step in job["steps"]:
                                self.run_step(step, context)
        self.assertEqual(self.ran, {"gate", "doctor", "track sqlite-s3", "track sqlite-artifact"})
        histories = [key for key in self.store(self.bucket).list("") if key.endswith(".db")]
        self.assertEqual(
            histories, ["api/unentropy-metrics.db", reader.KEY, "web/unentropy-metrics.db"], "one per project"
        )


    def test_a_fork_reads_the_history_without_secrets(self):
        """docs/guide/forks.md, with the event, the token and the artifact that such a run has."""
        base = self.workspace.git("rev-parse", "HEAD")
        self.assert_done(self.track({"storage-type": "sqlite-local"}, job={"GITHUB_SHA": base}))
        history = self.workspace.work / "unentropy-metrics.db"
        self.host.add_artifact(zipped(history.read_bytes()), run=1)
        history.unlink()
        self.workspace.commit()
        self.host.may_write = False
        [block] = documents.workflows(documents.page("forks.md"))
        self.assertNotIn("secrets.", block.text)
        steps = parse_yaml(block.text)["jobs"]["gate"]["steps"]
        [step] = [step for step in steps if "/quality-gate@" in step.get("uses", "")]
        outputs = self.run_step(step, {"runner": {"temp": str(self.workspace.temp)}}, head="stranger/example")
        self.assertEqual(outputs["baseline-builds-considered"], "1")
        self.assertEqual(outputs["quality-gate-comment-url"], "")


class Gitlab(reader.ReaderCase):
    """The pipeline of docs/guide/other-ci.md, with the variables of GitLab's runner and the checkout that it makes."""

    def setUp(self):
        super().setUp()
        [block] = [
            block
            for block in documents.blocks(documents.page("other-ci.md"), "yaml")
            if block.text.startswith(documents.GITLAB)
        ]
        self.pipeline = parse_yaml(block.text)
        limit = {"metric": "answer", "mode": "no-regression", "tolerance": 1}
        answer = {"type": "numeric", "command": "cat answer.txt", "direction": "lower-is-better"}
        self.config = {"metrics": {"answer": answer}, "qualityGate": {"thresholds": [limit]}}
        self.workspace.write("answer.txt", "42")
        self.main = self.project(self.config)

    def run_job(self, name, exit_code=0, **variables):
        """In a clone of its own, of the whole history, without any branch."""
        job = {**self.pipeline[self.pipeline[name]["extends"]], **self.pipeline[name]}
        clone = Path(self.workspace.root / f"clone-{variables['CI_COMMIT_SHA']}-{name}")
        shutil.rmtree(clone, ignore_errors=True)
        subprocess.run(["git", "clone", "-q", "--no-checkout", self.workspace.work, clone], check=True)
        subprocess.run(["git", "checkout", "-q", "--detach", variables["CI_COMMIT_SHA"]], cwd=clone, check=True)
        given = {key: self.in_this_place(text) for key, text in job["variables"].items()}
        prepare = [line for line in job["before_script"] if not re.search(r"apt-get|git clone|/dev build", line)]
        self.directory = clone
        said = self.shell("\n".join([*prepare, *job["script"]]), exit_code, environment={**given, **variables})
        return said, [(clone / path) for path in job["artifacts"]["paths"]]

    def of_main(self, commit, pipeline):
        key_id, secret, _ = settings.server().credentials
        return {
            "CI_COMMIT_SHA": commit,
            "CI_COMMIT_BRANCH": "main",
            "CI_PIPELINE_ID": pipeline,
            "CI_PIPELINE_IID": "12",
            "UNENTROPY_S3_ACCESS_KEY_ID": key_id,
            "UNENTROPY_S3_SECRET_ACCESS_KEY": secret,
        }

    def test_the_pipeline_is_of_gitlabs_language(self):
        self.assertEqual(list(self.pipeline), [".unentropy", "metrics", "gate"])
        for job in self.pipeline.values():
            self.assertLessEqual(set(job), GITLAB_JOB)
            self.assertLessEqual(set(job.get("artifacts", {})), GITLAB_ARTIFACTS)
            self.assertIn(job.get("extends", ".unentropy"), self.pipeline)
            for rule in job.get("rules", []):
                self.assertRegex(rule["if"], r"^\$CI_\w+ == (\$CI_\w+|\"\w+\")( && \$CI_\w+ == \$CI_\w+)?$")

    def test_metrics_are_tracked_and_merge_requests_are_judged(self):
        for _ in range(2):  # a job that is run again
            said, [report] = self.run_job("metrics", **self.of_main(self.main, "4711"))
            self.assertTrue((report / "index.html").is_file())
        stored = self.workspace.work / "stored.db"
        stored.write_bytes(self.store(self.bucket).get(reader.KEY).body)
        columns = "commit_sha, branch, run_id, run_number, event_name"
        self.directory = self.workspace.work
        said = self.rows_of("stored.db", f"SELECT {columns} FROM build_contexts")
        self.assertEqual(said, f"{self.main}|main|4711|12|push")

        self.workspace.git("checkout", "-q", "-b", "change")
        for value, exit_code, status in (("43", 0, "pass"), ("50", 1, "fail")):
            self.workspace.write("answer.txt", value)
            head = self.workspace.commit()
            key_id, secret, _ = settings.server().credentials
            variables = {
                "CI_COMMIT_SHA": head,
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                "METRICS_READ_KEY_ID": key_id,
                "METRICS_READ_SECRET": secret,
            }
            said, [file, markdown] = self.run_job("gate", exit_code, **variables)
            self.assertIn("## ❌ Quality gate failed" if exit_code else "## ✅ Quality gate passed", markdown.read_text())
            gate = json.loads(file.read_text())["qualityGate"]
            self.assertEqual((gate["status"], gate["baselineInfo"]["commit"]), (status, self.main), said)
            self.assertNotIn(secret, said)
            self.assertNotIn("::", said)
