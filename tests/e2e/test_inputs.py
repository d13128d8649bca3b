"""How inputs arrive, which one wins, and that all problems are told together before anything happens."""

from harness.case import ONE_METRIC, FakeS3Case, ProgramCase, input_variables


class Spellings(FakeS3Case):
    def run_with(self, variables, *arguments):
        self.workspace.configure(ONE_METRIC)
        environment = {**self.workspace.job(), **variables}
        return self.workspace.run("track", *arguments, environment=environment, json_result=True)

    def test_runners_own_spelling_with_hyphens(self):
        variables = {"INPUT_" + name.upper(): value for name, value in self.s3_inputs().items()}
        self.assertIn("INPUT_S3-ACCESS-KEY-ID", variables)
        self.assert_done(self.run_with(variables))
        self.assertIn(self.key, self.server.objects)

    def test_own_variables(self):
        variables = {"UNENTROPY_" + name.upper().replace("-", "_"): value for name, value in self.s3_inputs().items()}
        self.assert_done(self.run_with(variables))
        self.assertIn(self.key, self.server.objects)

    def test_flags_and_the_usual_variables_for_credentials(self):
        flags = [
            f"--{name}={value}" for name, value in self.s3_inputs().items() if "key-id" not in name
            and "secret" not in name and "token" not in name
        ]
        credentials = {
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
        }
        self.assert_done(self.run_with(credentials, *flags))
        self.assertIn(self.key, self.server.objects)

    def test_storage_is_an_alias(self):
        variables = input_variables({**self.s3_inputs(), "storage-type": ""})
        self.assert_done(self.run_with(variables, "--storage", "sqlite-s3"))
        self.assertIn(self.key, self.server.objects)

    def test_credentials_have_no_flags(self):
        for name in ("s3-access-key-id", "s3-secret-access-key", "s3-session-token", "github-token"):
            run = self.run_with({}, f"--{name}=visible-to-everybody")
            self.assertEqual(run.exit_code, 2, str(run))
            self.assertNotIn("visible-to-everybody", run.output)

    def test_white_space_around_values_is_taken_off(self):
        variables = {name: f"  {value}\n" for name, value in input_variables(self.s3_inputs()).items() if value}
        self.assert_done(self.run_with(variables))

    def test_explicit_input_beats_the_configuration(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-local"})
        self.assert_done(self.track_s3())
        self.assertIn(self.key, self.server.objects)

    def test_configuration_beats_the_default(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-s3"})
        self.assert_done(self.track_s3(storage_type=""))
        self.assertIn(self.key, self.server.objects)

    def test_flag_beats_the_inputs(self):
        self.workspace.configure(ONE_METRIC)
        variables = input_variables({"storage-type": "sqlite-artifact", "database-key": "input.db"})
        run = self.run_with(variables, "--database-key", "flag.db")
        self.assert_done(run)
        self.assertTrue((self.workspace.work / "flag.db").exists())
        self.assertFalse((self.workspace.work / "input.db").exists())

    def test_input_of_the_step_beats_a_variable_of_the_job(self):
        run = self.run_with({**input_variables({"database-key": "input.db"}), "UNENTROPY_DATABASE_KEY": "variable.db"})
        self.assert_done(run)
        self.assertTrue((self.workspace.work / "input.db").exists())
        self.assertFalse((self.workspace.work / "variable.db").exists())


class Problems(FakeS3Case):
    def test_F029_all_missing_parameters_are_named_before_any_request(self):
        self.workspace.configure(ONE_METRIC)
        run = self.track_s3(s3_bucket="", s3_access_key_id=" ", s3_secret_access_key="")
        self.assert_failed(run, 2, "usage")
        for name in ("s3-bucket", "s3-access-key-id", "s3-secret-access-key"):
            self.assertIn(name, run.log.text)
            self.assertIn(name, run.outputs["error-message"])
        self.assertEqual(self.server.requests, [])

    def test_problems_of_inputs_and_of_the_configuration_come_together(self):
        self.workspace.write("unentropy.json", '{"metrics": {"Bad Key": {"type": "numeric", "comand": "echo"}}}')
        run = self.track_s3(s3_bucket="", verbose="perhaps", retry_attempts="-1", timeout="soon", s3_addressing="up")
        self.assert_failed(run, 2, "usage")
        for text in ("s3-bucket", "VERBOSE", "RETRY_ATTEMPTS", "TIMEOUT", "s3-addressing", "Bad Key", "comand"):
            with self.subTest(text):
                self.assertIn(text.lower(), run.log.text.lower())
        self.assertEqual(self.server.requests, [])

    def test_settings_that_cannot_be_right_are_refused_before_any_request(self):
        self.workspace.configure(ONE_METRIC)
        for changes, named in (
            ({"s3_bucket": "Not A Bucket"}, "s3-bucket"),
            ({"s3_endpoint": "ftp://127.0.0.1"}, "s3-endpoint"),
            ({"s3_endpoint": "http://user:password@127.0.0.1"}, "s3-endpoint"),
            ({"s3_endpoint": self.server.endpoint + "?query"}, "s3-endpoint"),
            ({"s3_endpoint": "http://s3.example.invalid"}, "s3-allow-http"),
            ({"on_corrupt": "shrug"}, "on-corrupt"),
            ({"s3_ca_file": "no-such-file.pem"}, "no-such-file.pem"),
        ):
            with self.subTest(changes):
                run = self.track_s3(**changes)
                self.assert_failed(run, 2, "usage")
                self.assertIn(named, run.outputs["error-message"])
                self.assertNotIn("password", run.output)
        self.assertEqual(self.server.requests, [])

    def test_numbers_and_booleans_are_read_strictly_but_kindly(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track_s3(verbose="TRUE", retry_attempts=" 2 "))
        wrong = [("verbose", "yes"), ("retry_attempts", "1e3"), ("retry_attempts", "0x1"), ("timeout", "5m")]
        for name, value in wrong:
            with self.subTest((name, value)):
                self.assert_failed(self.track_s3(2, **{name: value}), 2, "usage")

    def test_all_missing_variables_of_the_job_are_named_at_once(self):
        self.workspace.configure(ONE_METRIC)
        run = self.track_s3(job={"GITHUB_SHA": None, "GITHUB_RUN_ID": "", "GITHUB_RUN_NUMBER": "many"})
        self.assert_failed(run, 2, "usage")
        for name in ("GITHUB_SHA", "GITHUB_RUN_ID", "GITHUB_RUN_NUMBER"):
            self.assertIn(name, run.outputs["error-message"])
        self.assertEqual(self.server.requests, [])


class Configuration(ProgramCase):
    def test_every_problem_is_an_annotation_with_its_position(self):
        text = """{
  "storage": { "type": "sqlite-s4" },
  "metrics": {
    "Coverage": { "$ref": "coverage", "command": "cat cov.txt" },
    "bundle": { "type": "numeric", "comand": "wc -c < app.js", "unit": "byte" }
  },
  "qualityGate": {
    "thresholds": [{ "metric": "bundel", "mode": "max" }]
  }
}
"""
        self.workspace.write("unentropy.json", text)
        run = self.track()
        self.assert_failed(run, 2, "usage")
        found = {
            (int(a.properties["line"]), int(a.properties["col"]), a.properties["file"])
            for a in run.log.annotations
            if a.level == "error" and "line" in a.properties
        }
        positions = [(2, 24), (4, 5), (5, 36), (5, 72), (8, 20), (8, 32)]
        self.assertEqual(found, {(line, column, "unentropy.json") for line, column in positions})
        for hint in ("sqlite-s3", "coverage", "command", "bytes", "bundle"):
            self.assertIn(hint, run.log.text)

    def test_missing_file_says_which_path_was_tried(self):
        run = self.track({"config-file": "config/metrics.json"})
        self.assert_failed(run, 2, "usage")
        self.assertIn("config/metrics.json", run.outputs["error-message"])

    def test_syntax_error_has_a_position(self):
        self.workspace.write("unentropy.json", '{\n  "metrics": {,}\n}\n')
        run = self.track()
        self.assert_failed(run, 2, "usage")
        self.assertIn("2:15", run.log.text)

    def test_credentials_in_the_file_are_a_problem_and_are_not_repeated(self):
        self.workspace.write(
            "unentropy.json",
            '{"storage": {"type": "sqlite-s3", "secretAccessKey": "kept-in-the-open-2938"},\n'
            ' "metrics": {"a": {"type": "numeric", "command": "echo 1"}}}',
        )
        run = self.track()
        self.assert_failed(run, 2, "usage")
        self.assertIn("secretAccessKey", run.log.text)
        self.assertNotIn("kept-in-the-open-2938", run.output + run.summary + str(run.outputs))

    def test_many_problems_stay_within_the_hosts_limit_of_annotations(self):
        metrics = {f"Bad{number}": {"type": "numeric", "command": "echo 1"} for number in range(40)}
        self.workspace.configure(metrics)
        run = self.track()
        self.assert_failed(run, 2, "usage")
        self.assertLessEqual(len(run.log.messages("error")), 10)
        for name in metrics:
            self.assertIn(name, run.log.text)
