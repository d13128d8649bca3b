"""The tests' own tools: what they accept and, above all, what they refuse."""

import tempfile
import textwrap
import unittest
import urllib.request
from pathlib import Path

from harness import expressions, fakes3, s3
from harness.action import load_action, run_action
from harness.outputs import MalformedOutput, parse_outputs
from harness.runner_log import RunnerLog
from harness.settings import ROOT
from harness.yaml_subset import YamlError, parse_yaml


class YamlSubset(unittest.TestCase):
    def test_reads_mappings_lists_and_scalars(self):
        text = """\
            # a comment
            name: A name # and another
            on:
              push:
                branches: [main, 'release/**']
              pull_request:
            jobs:
              build:
                runs-on: "ubuntu-latest"
                steps:
                  - uses: actions/checkout@0123 # v4
                    with:
                      fetch-depth: 0
                  - name: Two lines
                    if: ${{ always() && steps.a.outputs.b == 'true' }}
                    run: |
                      echo "# no comment"
                        indented

                      last
                  - run: >-
                      one
                      line
                list:
                - a
                - https://example.invalid/x
            """
        self.assertEqual(
            parse_yaml(textwrap.dedent(text)),
            {
                "name": "A name",
                "on": {"push": {"branches": ["main", "release/**"]}, "pull_request": None},
                "jobs": {
                    "build": {
                        "runs-on": "ubuntu-latest",
                        "steps": [
                            {"uses": "actions/checkout@0123", "with": {"fetch-depth": "0"}},
                            {
                                "name": "Two lines",
                                "if": "${{ always() && steps.a.outputs.b == 'true' }}",
                                "run": 'echo "# no comment"\n  indented\n\nlast\n',
                            },
                            {"run": "one line"},
                        ],
                        "list": ["a", "https://example.invalid/x"],
                    }
                },
            },
        )

    def test_refuses_what_it_does_not_know(self):
        for text in (
            "a: 1\na: 2\n",
            "a: &anchor x\n",
            "a: *alias\n",
            "a:\n\tb: c\n",
            "a: {b: c}\n",
            "a: b: c\n",
            'a: "x\\n"\n',
            "a:\n  b: c\n d: e\n",
            "a: x\n- b\n",
        ):
            with self.subTest(text), self.assertRaises(YamlError):
                parse_yaml(text)


class Expressions(unittest.TestCase):
    context = {
        "inputs": {"s3-bucket": "b", "empty": ""},
        "steps": {"track": {"outputs": {"flag": "true"}}},
        "github": {"token": "t"},
    }

    def test_expands_properties_and_takes_missing_ones_as_empty(self):
        text = "${{ inputs.s3-bucket }}|${{ inputs.empty }}|${{ steps.none.outputs.x }}|${{github.token}}"
        self.assertEqual(expressions.expand(text, self.context), "b|||t")

    def test_conditions_stop_after_a_failure_unless_they_ask(self):
        flag = "steps.track.outputs.flag == 'true'"
        self.assertTrue(expressions.condition(flag, self.context, "success"))
        self.assertFalse(expressions.condition(flag, self.context, "failure"))
        self.assertTrue(expressions.condition("${{ always() && " + flag + " }}", self.context, "failure"))
        self.assertTrue(expressions.condition("failure() || false", self.context, "failure"))
        self.assertTrue(expressions.condition("!(inputs.empty != '')", self.context, "success"))

    def test_refuses_what_it_does_not_know(self):
        for text in ("secrets.x", "hashFiles('x')", "a ? b", "inputs.x ==", "'a' 'b'"):
            with self.subTest(text), self.assertRaises(expressions.ExpressionError):
                expressions.evaluate(text, self.context)


class Outputs(unittest.TestCase):
    def test_reads_values_of_several_lines(self):
        self.assertEqual(parse_outputs("a<<x1\none\ntwo\nx1\nb<<y1\n\ny1\n"), {"a": "one\ntwo", "b": ""})

    def test_refuses_unsafe_writers(self):
        for text in (
            "a=b\n",
            "a<<x\nb\n",
            "a<<x\nb\nx",
            "a<<x\nb\nx\nc<<x\nd\nx\n",
            "a<<x\nb\nx\na<<y\nd\ny\n",
            "a<<x\nmax\nx\n",
            "max<<x\nb\nx\n",
            "a<<x\r\nb\r\nx\r\n",
        ):
            with self.subTest(text), self.assertRaises(MalformedOutput):
                parse_outputs(text)


class Log(unittest.TestCase):
    def test_acts_on_commands_and_masks_the_rest(self):
        log = RunnerLog("::add-mask::hush\n::group::One\nsay hush\n::endgroup::\n::error file=a%2Cb,line=3::x%0Ay\n")
        self.assertEqual(log.masks, {"hush"})
        self.assertEqual(log.groups, ["One"])
        self.assertEqual(log.annotations, [("error", "x\ny", {"file": "a,b", "line": "3"})])
        self.assertIn("say ***", log.text)
        self.assertEqual(log.other_commands, [])
        self.assertEqual((log.last_mask, log.first_shown), (0, 1))

    def test_finds_commands_where_the_runner_does(self):
        for line in (
            "  ::error::x",
            "progress\r::error::x",
            "before ##[error]x",
            "##[error file=a]x",
            "::error ::x",
            "::ERROR::x",
            "##[Error]x",
        ):
            with self.subTest(line):
                self.assertEqual(RunnerLog(line).messages("error"), ["x"])
        self.assertEqual(RunnerLog("before ::error::x\n::no-command::x").annotations, [])

    def test_ignores_everything_while_commands_are_stopped(self):
        log = RunnerLog("::stop-commands::t0k\n::error::x\n##[error]y\n::t0k::\n::error::z\n")
        self.assertEqual(log.messages("error"), ["z"])
        with self.assertRaises(AssertionError):
            RunnerLog("::stop-commands::t0k\n::error::x\n")


class ClientAndServer(unittest.TestCase):
    credentials = s3.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/+=")

    def setUp(self):
        self.server = fakes3.FakeS3("bucket", self.credentials)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.client = s3.S3Client(self.server.endpoint, "bucket", self.credentials)

    def test_signature_is_that_of_the_published_example(self):
        # AWS documentation, "Signature calculations for the Authorization header", example GET object.
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        headers = {
            "host": "examplebucket.s3.amazonaws.com",
            "range": "bytes=0-9",
            "x-amz-content-sha256": empty,
            "x-amz-date": "20130524T000000Z",
        }
        signature = s3.signature(
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "GET",
            "/test.txt",
            [],
            headers,
            sorted(headers),
            "20130524/us-east-1/s3/aws4_request",
        )
        self.assertEqual(signature, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")

    def test_round_trip_with_awkward_keys(self):
        for key in ("a b/ü+%25=&.db", "plain"):
            self.client.put(key, b"content", "text/x-test")
            answer = self.client.get(key)
            self.assertEqual((answer.body, answer.headers["content-type"]), (b"content", "text/x-test"))
        self.assertEqual(self.client.list("a b"), ["a b/ü+%25=&.db"])
        self.client.delete("plain")
        self.assertIsNone(self.client.find("plain"))

    def test_server_refuses_what_a_store_refuses(self):
        cases = {
            "InvalidAccessKeyId": self.credentials._replace(access_key="other"),
            "SignatureDoesNotMatch": self.credentials._replace(secret_key="other"),
            "InvalidToken": self.credentials._replace(session_token=""),
        }
        for code, credentials in cases.items():
            with self.subTest(code):
                answer = s3.S3Client(self.server.endpoint, "bucket", credentials).request("GET", "k")
                self.assertIn(code.encode(), answer.body)
        elsewhere = s3.S3Client(self.server.endpoint, "no", self.credentials).request("GET", "k")
        self.assertIn(b"NoSuchBucket", elsewhere.body)
        with self.assertRaises(urllib.request.HTTPError) as unsigned:
            urllib.request.urlopen(self.server.endpoint + "/bucket/k")
        unsigned.exception.close()
        self.assertEqual(unsigned.exception.code, 403)

    def test_server_honours_conditions(self):
        put = lambda **headers: self.client.request("PUT", "k", headers=headers, body=b"1").status
        self.assertEqual(put(**{"if-match": '"x"'}), 404)
        self.assertEqual(put(**{"if-none-match": "*"}), 200)
        self.assertEqual(put(**{"if-none-match": "*"}), 412)
        self.assertEqual(put(**{"if-match": '"x"'}), 412)
        self.assertEqual(put(**{"if-match": self.client.get("k").headers["etag"]}), 200)

    def test_faults_replace_answers(self):
        self.client.put("k", b"0123456789")
        self.server.fault = fakes3.always(fakes3.error(503, "SlowDown", retry_after="1"), "GET", "k")
        answer = self.client.request("GET", "k")
        self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "1"))
        self.server.fault = fakes3.always(fakes3.Reply(200, b"0123456789", cut=4), "GET", "k")
        with self.assertRaises(Exception) as short:
            self.client.request("GET", "k")
        self.assertEqual(type(short.exception).__name__, "IncompleteRead")
        self.assertEqual(len(self.server.seen("GET", "k")), 2)


class ActionHarness(unittest.TestCase):
    ACTION = """\
        name: An action
        inputs:
          greeting:
            description: x
            default: hello
          empty:
            description: x
        outputs:
          answer:
            value: ${{ steps.one.outputs.answer }}
        runs:
          using: composite
          steps:
            - id: one
              shell: bash
              env:
                INPUT_GREETING: ${{ inputs.greeting }}
                INPUT_EMPTY: ${{ inputs.empty }}
              run: |
                printf 'answer<<d\\n%s\\nd\\n' "$INPUT_GREETING,$INPUT_EMPTY" >> "$GITHUB_OUTPUT"
                echo "# $GITHUB_ACTION_PATH" >> "$GITHUB_STEP_SUMMARY"
                echo "::notice::ran"
                exit 3
            - uses: some/action@0123
              name: After
              if: always()
              with:
                text: is ${{ steps.one.outputs.answer }}
            - id: never
              shell: bash
              run: exit 0
        """

    def test_runs_steps_as_a_runner_does(self):
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            (root / "action.yml").write_text(textwrap.dedent(self.ACTION))
            run = run_action(root, root, {"empty": "x"}, {"PATH": "/usr/bin:/bin"}, root / "files")
        self.assertFalse(run.succeeded)
        self.assertEqual(run.exit_codes, {"one": 3})
        self.assertEqual(run.outputs, {"answer": "hello,x"})
        self.assertEqual(run.used, [("After", "some/action@0123", {"text": "is hello,x"})])
        self.assertEqual(run.log.messages("notice"), ["ran"])
        self.assertEqual(run.summary, f"# {directory}\n")

    def test_unknown_inputs_are_refused(self):
        with self.assertRaises(AssertionError):
            run_action(ROOT, ROOT, {"no-such-input": "x"}, {}, Path("unused"))

    def test_reads_our_action(self):
        self.assertEqual(load_action(ROOT / "action.yml")["name"], "Unentropy track metrics")
