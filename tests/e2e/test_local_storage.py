"""The limited workflow on a local file, and the fall-back to it (FR-004, FR-031, FR-032, FR-033)."""

from harness.case import ONE_METRIC, FakeS3Case, ProgramCase, sqlite_file


class Limited(ProgramCase):
    def builds(self, name="unentropy-metrics.db"):
        with sqlite_file((self.workspace.work / name).read_bytes()) as database:
            return [row[0] for row in database.execute("SELECT run_id FROM build_contexts ORDER BY id")]

    def test_artifact_storage_is_the_default_and_collects_and_reports(self):
        self.workspace.configure(ONE_METRIC)
        for number in (1, 2):
            run = self.track(run_number=number)
            self.assert_done(run)
            database = self.workspace.work / "unentropy-metrics.db"
            self.assertEqual(run.outputs["storage-type"], "sqlite-artifact")
            self.assertEqual(run.outputs["database-location"], "storage://sqlite-artifact/unentropy-metrics.db")
            self.assertEqual(run.outputs["database-size"], str(database.stat().st_size))
            self.assertEqual(run.outputs["total-builds"], str(number))
            self.assertEqual(run.outputs["artifact-upload-required"], "false")
            self.assertEqual(run.outputs["artifact-name"], "unentropy-metrics")
            self.assertEqual(
                (self.workspace.work / run.outputs["artifact-path"]).resolve(), database.resolve()
            )
            self.assertTrue((self.workspace.work / "unentropy-report" / "index.html").is_file())
            self.assertIn("limited", run.log.text)
            self.assertIn("migrate-from-artifacts", run.log.text)
        self.assertEqual(self.builds(), ["9000001", "9000002"])
        names = sorted(path.name for path in self.workspace.work.iterdir())
        self.assertEqual(names, ["unentropy-metrics.db", "unentropy-report", "unentropy.json"])
        self.assertEqual(self.workspace.leftovers(), [])

    def test_local_storage(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-local"})
        run = self.track({"database-key": "data/history.db"})
        self.assert_done(run)
        self.assertEqual(run.outputs["storage-type"], "sqlite-local")
        self.assertEqual(run.outputs["database-location"], "storage://sqlite-local/data/history.db")
        self.assertEqual(run.outputs["artifact-name"], "")
        self.assertEqual(run.outputs["artifact-path"], "")
        self.assertEqual(self.builds("data/history.db"), ["9000001"])

    def test_damaged_local_file_is_refused_untouched(self):
        self.workspace.configure(ONE_METRIC)
        damaged = b"SQLite format 3\0" + b"\xff" * 5000
        (self.workspace.work / "unentropy-metrics.db").write_bytes(damaged)
        self.assert_failed(self.track(), 3, "corrupt")
        self.assertEqual((self.workspace.work / "unentropy-metrics.db").read_bytes(), damaged)

    def test_nothing_collected_creates_no_build(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_done(self.track())
        self.workspace.configure({"bad": {"type": "numeric", "command": "exit 1"}})
        self.assert_failed(self.track(run_number=2), 4, "nothing_collected")
        self.assertEqual(self.builds(), ["9000001"])


class FallBack(FakeS3Case):
    def assert_fell_back(self, run):
        self.assert_done(run)
        self.assertEqual(run.outputs["storage-type"], "sqlite-artifact")
        errors = [message for message in run.log.messages("error") if "sqlite-s4" in message]
        self.assertEqual(len(errors), 1, str(run))
        for allowed in ("sqlite-artifact", "sqlite-s3"):
            self.assertIn(allowed, errors[0])
        self.assertTrue(any("sqlite-artifact" in message for message in run.log.messages("warning")), str(run))
        self.assertTrue((self.workspace.work / "unentropy-metrics.db").is_file())

    def test_F030_unrecognised_type_in_the_configuration(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-s4"})
        run = self.track()
        self.assert_fell_back(run)
        annotation = next(a for a in run.log.annotations if a.level == "error")
        self.assertEqual(annotation.properties.get("file"), "unentropy.json")

    def test_F030_unrecognised_type_as_input(self):
        self.workspace.configure(ONE_METRIC)
        self.assert_fell_back(self.track({"storage-type": "sqlite-s4"}))

    def test_it_is_loud_when_s3_inputs_are_given(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-s4"})
        run = self.track_s3(storage_type="", database_key="")
        self.assert_fell_back(run)
        warnings = "\n".join(run.log.messages("warning")).lower()
        self.assertIn("nothing will be stored in s3", warnings)
        self.assertEqual(self.server.requests, [])

    def test_type_that_is_no_text_stops_the_run(self):
        self.workspace.configure(ONE_METRIC, storage={"type": 3})
        self.assert_failed(self.track(), 2, "usage")

    def test_verify_calls_the_file_invalid(self):
        self.workspace.configure(ONE_METRIC, storage={"type": "sqlite-s4"})
        self.assertEqual(self.workspace.run("verify").exit_code, 2)
        self.workspace.configure(ONE_METRIC)
        self.assertEqual(self.workspace.run("verify").exit_code, 0)
