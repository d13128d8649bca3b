"""The ten edge cases of the specification, one test class each. docs/reference/edge-cases.md says what happens."""

import os
import threading
import uuid
import xml.etree.ElementTree as ElementTree
from datetime import timedelta

from harness import fleet, settings
from harness.case import ONE_METRIC, input_variables, sqlite_file
from harness.fleet import Fleet, contents_of
from harness.proxied import Fault, ProxyCase, Rule
from harness.s3 import S3Client


def denied(code="AccessDenied", status=403):
    return Fault("status", status=status, code=code)


class EdgeCase(ProxyCase):
    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)

    def build_history(self, builds):
        for number in range(1, builds + 1):
            self.assert_done(self.track_s3(number))

    def run_ids(self):
        return contents_of(self.stored()).run_ids

    def assert_builds(self, *numbers):
        contents = contents_of(self.stored())
        self.assertEqual(contents.problem, "")
        self.assertEqual(contents.run_ids, {fleet.run_id_of(number) for number in numbers})

    def kept_aside(self):
        return [key for key in self.client.list(self.key) if key.startswith(self.key + ".corrupt-")]


class Corrupted(EdgeCase):
    """What happens when S3 download succeeds but the database file is corrupted?"""

    def damage(self):
        content = self.stored()
        damaged = content[:4096] + os.urandom(8192) + content[12288:]
        self.client.put(self.key, damaged)
        return damaged

    def test_edge_case_1_it_is_kept_and_the_history_restored_from_backup_and_records(self):
        self.build_history(3)
        damaged = self.damage()
        run = self.track_s3(4)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assert_builds(1, 2, 3, 4)
        kept = self.kept_aside()
        self.assertEqual(len(kept), 1)
        self.assertEqual(self.client.get(kept[0]).body, damaged)
        self.assertTrue(any(kept[0] in message for message in run.log.messages("warning")), str(run))

    def test_edge_case_1_on_corrupt_fail_stops_and_replaces_nothing(self):
        self.build_history(2)
        damaged = self.damage()
        run = self.track_s3(3, on_corrupt="fail")
        self.assert_failed(run, 3, "corrupt")
        self.assertEqual(self.stored(), damaged)

    def test_edge_case_1_without_a_backup_it_stops_unless_told_to_recreate(self):
        self.build_history(2)
        damaged = self.damage()
        self.client.delete(self.key + ".backup")
        run = self.track_s3(3)
        self.assert_failed(run, 3, "corrupt")
        self.assertIn("on-corrupt", run.result["error"]["hint"])
        self.assertEqual(self.stored(), damaged)
        run = self.track_s3(4, on_corrupt="recreate")
        self.assertEqual(run.exit_code, 0, str(run))
        # What the runs recorded is still there as records, run 3 included.
        self.assertLessEqual({fleet.run_id_of(number) for number in (1, 2, 4)}, self.run_ids())

    def test_F010_bytes_damaged_on_the_way_are_not_taken_for_damage_of_the_store(self):
        self.build_history(2)
        self.proxy.arrange(Rule(Fault("flip", at=0.0001), "download", times=1))
        self.assert_done(self.track_s3(3))
        self.assertEqual(self.kept_aside(), [])
        self.assert_builds(1, 2, 3)

    def test_F010_byte_that_no_check_of_the_file_finds_is_noticed_by_its_digest(self):
        """Damage in a value leaves a sound database; only the digest beside the object tells."""
        self.workspace.configure({"label": {"type": "label", "command": "echo unmistakable-$UNENTROPY_RUN_NUMBER"}})
        self.build_history(2)
        content = self.stored()
        place = content.index(b"unmistakable-1") + 3
        self.proxy.arrange(Rule(Fault("flip", at=(place + 0.5) / len(content)), "download", times=1))
        run = self.track_s3(3)
        self.assertGreater(self.proxy.rules.hits(), 0)
        self.assertEqual(run.exit_code, 0, str(run))
        values = [row[0] for row in self.rows("SELECT value_label FROM metric_values ORDER BY id")]
        self.assertEqual(values, [f"unmistakable-{number}" for number in (1, 2, 3)])


class ExpiredCredentials(EdgeCase):
    """What happens when metric collection runs for a very long time and S3 credentials expire?"""

    def test_edge_case_2_database_is_kept_and_the_next_run_loses_nothing(self):
        self.build_history(2)
        before = self.stored()
        self.proxy.arrange(*(Rule(denied("ExpiredToken", 400), operation) for operation in ("record", "upload")))
        run = self.track_s3(3)
        self.assert_failed(run, 3, "denied")
        self.assertIn("expired", run.outputs["error-message"])
        self.assertEqual(self.stored(), before)
        with open(run.outputs["database-path"], "rb") as kept:
            self.assertIn(fleet.run_id_of(3), contents_of(kept.read()).run_ids)
        self.assertIn(run.outputs["database-path"], run.log.text)
        self.assertTrue((self.workspace.work / "unentropy-report" / "index.html").is_file())
        self.proxy.arrange()
        self.assert_done(self.track_s3(4))
        self.assert_builds(1, 2, 4)

    def test_edge_case_2_between_record_and_snapshot_the_build_is_safe(self):
        self.build_history(2)
        self.proxy.arrange(Rule(denied("ExpiredToken", 400), "upload"))
        run = self.track_s3(3)
        self.assert_failed(run, 3, "denied")
        self.assertIn(f"recorded {3:040x} run {fleet.run_id_of(3)}", run.output)
        self.proxy.arrange()
        self.assert_done(self.track_s3(4))
        self.assert_builds(1, 2, 3, 4)


class Large(EdgeCase):
    """What happens when the database file grows large (100MB+) and upload takes significant time?"""

    def test_edge_case_3_it_is_streamed_and_progress_is_told(self):
        self.build_history(1)
        with sqlite_file(self.stored()) as database:
            build = database.execute("SELECT id FROM build_contexts").fetchone()[0]
            database.execute(
                "INSERT INTO metric_definitions (id, type) SELECT 'filler-' || value, 'label'"
                " FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 26000)"
                " SELECT value FROM n)"
            )
            database.execute(
                "INSERT INTO metric_values (metric_id, build_id, value_label)"
                f" SELECT id, {build}, hex(randomblob(2000)) FROM metric_definitions WHERE id LIKE 'filler-%'"
            )
            database.commit()
            content = database.content()
        self.assertGreater(len(content), 100_000_000)
        self.client.put(self.key, content, "application/vnd.sqlite3")
        self.proxy.link.bits_per_second = 250_000_000  # more than two seconds each way
        run = self.track_s3(2)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assert_builds(1, 2)
        self.assertRegex(run.log.text, r"\d+(\.\d+)? MB of \d+(\.\d+)? MB")


class Concurrent(EdgeCase):
    """What happens when multiple workflow runs execute concurrently?"""

    def test_edge_case_4_every_build_is_there(self):
        made = Fleet(settings.server(), f"fleet/{uuid.uuid4().hex[:8]}/metrics.db")
        self.addCleanup(made.remove)
        finished = made.together(12)
        self.assertEqual(fleet.failures(finished), {})
        self.assertEqual(made.missing_after_one_more(finished), [])


class OneSidedPermissions(EdgeCase):
    """What happens when S3 bucket permissions allow download but not upload (or vice versa)?"""

    def test_edge_case_5_reading_only(self):
        """With a key of the real server that may only read."""
        self.build_history(2)
        before = self.stored()
        server = settings.server()
        reader = {
            "s3_endpoint": server.endpoint,
            "s3_access_key_id": os.environ["UNENTROPY_TEST_S3_READER_ACCESS_KEY"],
            "s3_secret_access_key": os.environ["UNENTROPY_TEST_S3_READER_SECRET_KEY"],
        }
        run = self.track_s3(3, **reader)
        self.assert_failed(run, 3, "denied")
        self.assertIn("s3:PutObject", run.result["error"]["hint"] + run.result["error"]["message"])
        self.assertEqual(self.stored(), before)
        self.assertTrue((self.workspace.work / "unentropy-report" / "index.html").is_file())

    def test_edge_case_5_writing_only(self):
        """Reading is denied, which no further try changes: never taken for a first run, nothing is written."""
        self.build_history(2)
        before = self.stored()
        self.proxy.arrange(*(Rule(denied(), operation) for operation in ("download", "look")))
        run = self.track_s3(3)
        self.assert_failed(run, 3, "denied")
        self.assertIn("s3:GetObject", run.result["error"]["hint"])
        self.assertEqual(self.stored(), before)
        self.assertNotIn("recorded ", run.output)
        self.proxy.arrange()
        self.assert_done(self.track_s3(4))
        self.assert_builds(1, 2, 4)

    def test_edge_case_5_without_listing(self):
        """Conditions protect the snapshot, so the run goes on and says what it could not see."""
        self.build_history(2)
        self.proxy.arrange(Rule(denied(), "list"))
        run = self.track_s3(3)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertTrue(any("s3:ListBucket" in message for message in run.log.messages("warning")), str(run))
        self.assert_builds(1, 2, 3)

    def test_edge_case_5_without_listing_on_a_store_that_ignores_conditions(self):
        """There nothing would protect the builds of others, so the run does not begin."""
        proxy = self.start_proxy(dialect="gcs")
        self.assert_done(self.track_s3(1, s3_endpoint=proxy.endpoint))
        before = self.stored()
        proxy.arrange(Rule(denied(), "list"))
        run = self.track_s3(2, s3_endpoint=proxy.endpoint)
        self.assert_failed(run, 3, "denied")
        self.assertEqual(self.stored(), before)


class Cancelled(EdgeCase):
    """What happens when the workflow is cancelled mid-execution during database upload?"""

    def test_edge_case_6_the_store_is_sound_and_the_build_was_recorded(self):
        self.build_history(2)
        before = self.stored()
        reached = self.workspace.files / "reached"
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.arrange(Rule(Fault("reset-mid-request"), "upload"))

        def watch(seen, moment):
            if seen.operation == "upload" and moment == "asked":
                reached.touch()
                release.wait(20)

        self.proxy.watch = watch
        environment = {**self.workspace.job(3), **input_variables(self.s3_inputs())}
        run = self.workspace.run("track", environment=environment, json_result=True, interrupt_when=reached)
        self.proxy.watch = None
        release.set()
        self.assertEqual(run.exit_code, 130, str(run))
        self.assertEqual(self.workspace.leftovers(), [])
        self.assertEqual(self.stored(), before)
        self.proxy.arrange()
        self.assert_done(self.track_s3(4))
        self.assert_builds(1, 2, 3, 4)


class AnotherProvider(EdgeCase):
    """What happens when switching between different S3 providers (data migration)?"""

    def other(self):
        server = settings.server("SWIFT")
        client = S3Client(server.endpoint, server.bucket, server.credentials, server.region)
        self.addCleanup(lambda: [client.delete(key) for key in client.list(self.prefix)])
        inputs = {
            "s3_endpoint": server.endpoint,
            "s3_bucket": server.bucket,
            "s3_region": server.region,
            "s3_access_key_id": server.credentials.access_key,
            "s3_secret_access_key": server.credentials.secret_key,
        }
        return client, inputs

    def test_edge_case_7_the_snapshot_is_all_that_has_to_be_copied(self):
        self.build_history(3)
        client, inputs = self.other()
        client.put(self.key, self.stored())
        run = self.track_s3(4, **inputs)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(
            contents_of(client.get(self.key).body).run_ids, {fleet.run_id_of(number) for number in (1, 2, 3, 4)}
        )


class NarrowNetwork(EdgeCase):
    """What happens when network bandwidth is limited and database transfer times out?"""

    def test_edge_case_8_time_that_is_used_up_is_said_and_nothing_is_lost(self):
        self.build_history(2)
        before = self.stored()
        self.proxy.arrange(Rule(Fault("trickle", rate=2_000), "download"))
        run = self.track_s3(3, timeout="5", retry_attempts="0")
        self.assertEqual(run.exit_code, 3, str(run))
        self.assertIn("download", run.outputs["error-message"] + run.log.text)
        self.assertEqual(self.stored(), before)
        self.proxy.arrange()
        self.assert_done(self.track_s3(4))
        self.assertLessEqual({fleet.run_id_of(number) for number in (1, 2, 4)}, self.run_ids())


class OtherAuthentication(EdgeCase):
    """What happens when using S3-compatible storage with non-standard authentication mechanisms?"""

    def test_edge_case_9_what_is_not_signature_version_4_is_named(self):
        self.proxy.arrange(
            Rule(
                Fault(
                    "status",
                    status=400,
                    code="InvalidRequest",
                    message="The authorization mechanism you have provided is not supported. Please use AWS2.",
                )
            )
        )
        run = self.track_s3()
        self.assertEqual(run.outputs["success"], "false")
        self.assertIn("The authorization mechanism you have provided is not supported", run.outputs["error-message"])
        self.assertEqual(self.client.list(self.prefix), [])

    def test_edge_case_9_region_that_was_not_given_is_learnt_from_the_store(self):
        proxy = self.start_proxy(dialect="aws")
        self.assert_done(self.track_s3(1, s3_endpoint=proxy.endpoint, s3_region=""))
        self.assert_builds(1)


class Versioned(EdgeCase):
    """What happens when the S3 bucket has versioning enabled and multiple database versions exist?"""

    def test_edge_case_10_the_newest_version_counts_and_an_older_one_can_be_put_back(self):
        server = settings.server()
        bucket = f"versioned-{uuid.uuid4().hex[:8]}"
        client = S3Client(server.endpoint, bucket, server.credentials, server.region)
        client.create_bucket()
        self.addCleanup(self.remove_bucket, client)
        on = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        self.assertEqual(client.request("PUT", query=[("versioning", "")], body=on).status, 200)
        inputs = {"s3_endpoint": server.endpoint, "s3_bucket": bucket}
        for number in (1, 2):
            self.assert_done(self.track_s3(number, **inputs))
        old = client.get(self.key)
        self.assert_done(self.track_s3(3, **inputs))
        version = old.headers["x-amz-version-id"]
        self.assertNotEqual(version, client.get(self.key).headers["x-amz-version-id"])
        self.assertEqual(client.request("GET", self.key, query=[("versionId", version)]).body, old.body)
        # Putting an older version back is a copy onto the key. The next run adds what that version lacks.
        headers = {"x-amz-copy-source": f"/{bucket}/{self.key}?versionId={version}"}
        self.assertEqual(client.request("PUT", self.key, headers=headers).status, 200)
        self.assertEqual(contents_of(client.get(self.key).body).run_ids, {fleet.run_id_of(n) for n in (1, 2)})
        run = self.track_s3(4, **inputs)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(
            contents_of(client.get(self.key).body).run_ids, {fleet.run_id_of(n) for n in (1, 2, 3, 4)}, str(run)
        )


    def remove_bucket(self, client):
        tree = ElementTree.fromstring(client.request("GET", query=[("versions", "")]).body)
        space = tree.tag[: tree.tag.index("}") + 1]
        for entry in [*tree.iter(space + "Version"), *tree.iter(space + "DeleteMarker")]:
            version = [("versionId", entry.findtext(space + "VersionId"))]
            client.request("DELETE", entry.findtext(space + "Key"), query=version)
        self.assertEqual(client.request("DELETE").status, 204)


class Gone(EdgeCase):
    """Must-shows beside the ten: the snapshot deleted, or replaced by somebody who knows no conditions."""

    def test_F003_snapshot_that_was_deleted_is_rebuilt(self):
        self.build_history(3)
        self.client.delete(self.key)
        run = self.track_s3(4)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assert_builds(1, 2, 3, 4)
        self.assertTrue(run.log.messages("warning"), str(run))

    def test_F003_snapshot_that_a_foreign_writer_replaced_is_completed(self):
        self.build_history(3)
        with sqlite_file(self.stored()) as database:
            database.execute("DELETE FROM metric_values")
            database.execute("DELETE FROM build_contexts")
            database.execute(
                "INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, event_name, timestamp)"
                " VALUES ('f00d', 'main', 'foreign', 1, 'push', '2026-01-02T03:04:05.000Z')"
            )
            ours = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'unentropy\\_%'"
                                    " ESCAPE '\\'").fetchall()
            self.assertNotEqual(ours, [])
            for (table,) in ours:
                database.execute(f"DROP TABLE {table}")
            database.commit()
            content = database.content()
        self.client.put(self.key, content)
        run = self.track_s3(4)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assertEqual(self.run_ids(), {"foreign"} | {fleet.run_id_of(number) for number in (1, 2, 3, 4)})

    def test_F003_both_a_day_later_when_the_records_have_been_collected(self):
        """Then the backup alone holds what the foreign writer has thrown away."""
        self.build_history(3)
        self.proxy.date_offset = timedelta(hours=2)
        self.assert_done(self.track_s3(4))
        self.proxy.date_offset = timedelta(hours=40)
        self.assert_done(self.track_s3(5))
        records = [key for key in self.client.list(self.key) if ".runs/" in key]
        self.assertLess(len(records), 5, "nothing was collected, so the backup is not put to the test")
        self.client.delete(self.key)
        run = self.track_s3(6)
        self.assertEqual(run.exit_code, 0, str(run))
        self.assert_builds(1, 2, 3, 4, 5, 6)
