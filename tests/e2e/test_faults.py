"""What can go wrong with a store × what a run asks of it → exit code, messages, and what is stored afterwards.

Every row starts from the same history, has its fault committed by the proxy, and ends with the same question: is every
acknowledged build in the history after at most one further run? (F-001, F-007, F-008)
"""

import re
from datetime import timedelta

from harness import fleet, golden
from harness.case import ONE_METRIC
from harness.fleet import contents_of
from harness.proxied import Fault, ProxyCase, Rule
from harness.workspace import Workspace

MESSAGES = "storage-failures.txt"
CUT_SHORT = "exchanging with `http://store`: cut short"
NUMBER = 7  # of the run that meets the fault
READING = ("list", "download", "read-record", "look")
WRITING = ("record", "upload")
UPKEEP = ("copy", "delete")
ALL = (*READING, *WRITING, *UPKEEP)


def status(number, code="", extra="", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("status", status=number, code=code, extra=extra, headers=named)


class FaultCase(ProxyCase):
    """The history of each row: two builds in snapshot and backup, a third one in a record that nobody has folded yet.

    The row's run is made thirty hours later, by the store's clock, so that everything a run can ask of a store is
    asked: it finds the backup old and the first two records ready to be collected.
    """

    def setUp(self):
        super().setUp()
        self.workspace.configure(ONE_METRIC)
        self.template = self.prefix + "template/metrics.db"
        for number in (1, 2):
            self.assert_done(self.track_s3(number, database_key=self.template))
        self.proxy.arrange(Rule(status(503, "SlowDown"), "upload"))
        pending = self.track_s3(3, database_key=self.template, retry_attempts="0")
        self.proxy.arrange()
        self.assertIn("recorded ", pending.output)
        self.objects = [key[len(self.template) :] for key in self.client.list(self.template)]
        self.assertEqual(len([name for name in self.objects if name.startswith(".runs/")]), 3, self.objects)
        self.assertIn(".backup", self.objects)
        self.rows_run = 0
        self.lines = []

    def row(self, name, operation, *rules, **inputs):
        """One run that meets the fault. Returns it together with the objects before and after."""
        self.rows_run += 1
        self.key = f"{self.prefix}{self.rows_run}/metrics.db"
        for object_name in self.objects:
            copy = {"x-amz-copy-source": f"/{self.client.bucket}/{self.template}{object_name}"}
            self.assertEqual(self.client.request("PUT", self.key + object_name, headers=copy).status, 200)
        before = self.everything()
        self.workspace.remove()
        self.workspace = Workspace()
        self.addCleanup(self.workspace.remove)
        self.workspace.configure(ONE_METRIC)
        self.proxy.date_offset = timedelta(hours=30)
        self.proxy.arrange(*rules)
        run = self.track_s3(NUMBER, **inputs)
        self.requests = len(self.proxy.seen)
        self.hits = self.proxy.rules.hits()
        self.proxy.settle()
        self.proxy.arrange()
        self.assertGreater(self.hits, 0, f"{name} × {operation} never happened\n{run}")
        self.assert_complete(run)
        self.note(name, operation, run)
        self.said = self.messages(run)
        return run, before, self.everything()

    def everything(self):
        return {key[len(self.key) :]: self.client.get(key).body for key in self.client.list(self.key)}

    def assert_nothing_lost(self, run, after):
        """All that was acknowledged is there, at the latest after one further run."""
        wanted = {fleet.run_id_of(number) for number in (1, 2, 3)}
        if self.acknowledged(run) or run.exit_code == 0:
            wanted.add(fleet.run_id_of(NUMBER))
        present = contents_of(after[""])
        self.assertEqual(present.problem, "")
        if not wanted <= present.run_ids:
            self.assert_done(self.track_s3(NUMBER + 1))
            present = contents_of(self.stored())
        self.assertGreaterEqual(present.run_ids, wanted, str(run))

    def acknowledged(self, run):
        return f"recorded {NUMBER:040x} run {fleet.run_id_of(NUMBER)} record " in run.output

    def assert_unchanged(self, before, after, allowed=()):
        """Byte for byte, apart from the backup if that is allowed, and new objects with one of these beginnings."""
        changed = [name for name, body in before.items() if after.get(name) != body]
        new = [name for name in after if name not in before]
        self.assertEqual([name for name in changed if name != ".backup" or name not in allowed], [])
        self.assertEqual([name for name in new if not name.startswith(tuple(allowed))], [])

    def new_records(self, before, after):
        return [name for name in after if name.startswith(".runs/") and name not in before]

    # -- messages --------------------------------------------------------------------------------------------------

    def messages(self, run):
        """What a run said about the fault, each message once."""
        tries = [line for line in run.log.shown if re.search(r"; try \d+ of \d+ in ", line)]
        said = [f"{annotation.level}: {annotation.message}" for annotation in run.log.annotations]
        return list(dict.fromkeys(self.normal(line) for line in tries + said))

    def note(self, name, operation, run):
        """Adds the messages of a run to what is compared with the golden file."""
        self.lines.append(f"{name} × {operation} → {run.exit_code} {run.outputs['error-code'] or 'done'}")
        for message in self.messages(run):
            self.lines += ["    " + part for part in message.split("\n")]

    def normal(self, text):
        for pattern, replacement in (
            (re.escape(self.proxy.endpoint), "http://store"),
            (r"127\.0\.0\.1:\d+", "store"),
            (re.escape(self.key), "K"),
            (re.escape(self.client.bucket), "bucket"),
            (re.escape(str(self.workspace.temp)), "TEMP"),
            (r"K\.runs/[^`\s/]+", "K.runs/RECORD"),
            (r"K\.corrupt-[^`\s]+", "K.corrupt-TIME"),
            (r"unentropy-history-[0-9a-f]+", "unentropy-history-X"),
            (r"\b\d+(\.\d+)? (ms|s|min|h)\b", "T"),
            (r"\b\d+ of \d+ bytes", "N of N bytes"),
            (r"\b\d+ bytes of \d+", "N bytes of N"),
            (r"; try \d+ of \d+ in", "; try N of N in"),
            # A connection that is cut looks like any of these, whatever arrives first; each has a unit test.
            (
                r"talking to `http://store`: it does not answer in HTTP"
                r"|(sending to|receiving from) `http://store`: (the connection was cut|the answer ended after N bytes of N)",
                CUT_SHORT,
            ),
        ):
            text = re.sub(pattern, replacement, text)
        return text

    def compare_messages(self, title):
        golden.check(self, MESSAGES, title, self.lines)


class Transient(FaultCase):
    """Fewer failures than `retry-attempts`: the run succeeds and is complete."""

    # name, fault, on what, how often
    ROWS = [
        ("reset before the request", Fault("reset-before-request"), ALL, 2),
        ("reset in the request's body", Fault("reset-mid-request"), WRITING, 2),
        ("reset before the answer", Fault("reset-before-answer"), ALL, 2),
        ("reset in the answer", Fault("reset-mid-answer"), ALL, 2),
        ("answer cut short", Fault("truncate"), (*READING, "copy"), 2),  # the other answers are empty
        ("longer length announced", Fault("length", delta=100), ("list", "download", "read-record"), 2),
        ("shorter length announced", Fault("length", delta=-100), ("list", "download"), 1),
        ("damaged on the way back", Fault("flip", at=0.001), ("download",), 1),
        ("damaged on the way there", Fault("flip-request"), WRITING, 2),
        ("slow", Fault("trickle", rate=200_000), ("download",), 1),
        ("no answer for a while", Fault("stall", at=0, seconds=0.3), ALL, 1),
        ("lost, and carried out later", Fault("late", seconds=0.3), WRITING, 1),
        ("408 RequestTimeout", status(408, "RequestTimeout"), ALL, 2),
        ("429 with Retry-After", status(429, "TooManyRequests", Retry_After="1"), ("list", "record", "upload"), 1),
        ("500 InternalError", status(500, "InternalError"), ALL, 2),
        ("502 of a proxy", status(502), ALL, 2),
        ("503 SlowDown", status(503, "SlowDown"), ALL, 2),
        ("504 of a proxy", status(504), ALL, 2),
        ("409 ConditionalRequestConflict", status(409, "ConditionalRequestConflict"), ("upload",), 1),
        ("412 although nothing changed", status(412, "PreconditionFailed"), ("upload",), 1),
        ("500 UnknownError of a lost race", status(500, "UnknownError"), ("upload",), 1),
    ]

    # Read once more, or a race as any other: nothing for a person to know.
    SILENT = ("damaged on the way back", "slow", "409 ConditionalRequestConflict", "412 although nothing changed")

    # Waited out by some requests; a history that is too short is read again because of its digest, if nothing was heard.
    MAYBE_SILENT = ("no answer for a while", "shorter length announced")

    def briefly(self, name, operations, messages):
        """One entry for all operations: what is said differs only in what was being done."""
        doing = re.compile(r"^(\w+: )?[a-z ]+ `K[^`]*`( to `K[^`]*`)? in bucket `bucket`: ")
        asked = "anything" if operations == ALL else ", ".join(operations)
        # Whether the end of a connection is seen, and by whom first, is chance.
        lines = sorted({doing.sub("…: ", message) for message in messages if CUT_SHORT not in message})
        return [f"{name} × {asked} → 0 done", *("    " + part for line in lines for part in line.split("\n"))]

    def test_F007_run_succeeds(self):
        self.brief = []
        for name, fault, operations, times in self.ROWS:
            said = []
            for operation in operations:
                with self.subTest(f"{name} × {operation}"):
                    run, _, after = self.row(name, operation, Rule(fault, operation, times=times))
                    said += self.said
                    if name not in self.MAYBE_SILENT:
                        self.assertEqual(bool(self.said), name not in self.SILENT, str(run))
                    self.assert_done(run)
                    self.assertTrue(self.acknowledged(run), str(run))
                    self.assertEqual(run.outputs["pending-records"], "0", str(run))
                    self.assertEqual(
                        contents_of(after[""]).run_ids, {fleet.run_id_of(n) for n in (1, 2, 3, NUMBER)}, str(run)
                    )
                    self.assert_nothing_lost(run, after)
            self.brief += self.briefly(name, operations, said)
        self.lines = self.brief
        self.compare_messages("Transient, fewer failures than retry-attempts: the run succeeds")


class Permanent(FaultCase):
    """The store as a whole refuses: the run stops at once, writes nothing, and says what to do."""

    # name, fault, exit code, error code, what the message or its hint names
    ROWS = [
        ("403 AccessDenied", status(403, "AccessDenied"), 3, "denied", "s3:GetObject|s3:ListBucket"),
        ("403 SignatureDoesNotMatch", status(403, "SignatureDoesNotMatch"), 3, "denied", "s3-secret-access-key"),
        ("403 InvalidAccessKeyId", status(403, "InvalidAccessKeyId"), 3, "denied", "s3-access-key-id"),
        ("400 InvalidToken", status(400, "InvalidToken"), 3, "denied", "s3-session-token"),
        ("400 ExpiredToken", status(400, "ExpiredToken"), 3, "denied", "expired"),
        ("403 RequestTimeTooSkewed", status(403, "RequestTimeTooSkewed"), 3, "denied", "clock"),
        ("403 UserSuspended", status(403, "UserSuspended"), 3, "denied", "suspended"),
        ("401 without a word", status(401), 3, "denied", "s3-access-key-id"),
        (
            "400 AuthorizationHeaderMalformed",
            status(400, "AuthorizationHeaderMalformed", "<Region>eu-west-9</Region>"),
            3,
            "denied",
            "eu-west-9",
        ),
        ("404 NoSuchBucket", status(404, "NoSuchBucket"), 3, "not_found", "s3-bucket"),
        ("404 of something else", status(404), 3, "not_found", "s3-endpoint"),
        (
            "301 PermanentRedirect",
            status(301, "PermanentRedirect", x_amz_bucket_region="eu-west-9", Location="http://127.0.0.1:9/"),
            2,
            "usage",
            "eu-west-9",
        ),
        (
            "307 TemporaryRedirect",
            status(307, "TemporaryRedirect", "<Region>eu-west-9</Region>", Location="http://127.0.0.1:9/"),
            2,
            "usage",
            "eu-west-9",
        ),
        ("400 InvalidRequest", status(400, "InvalidRequest"), 2, "usage", "s3-endpoint"),
        ("501 for everything", status(501, "NotImplemented"), 2, "usage", "not support"),
    ]

    def test_F001_F008_run_stops_at_once_and_writes_nothing(self):
        for name, fault, exit_code, error_code, named in self.ROWS:
            with self.subTest(name):
                run, before, after = self.row(name, "everything", Rule(fault))
                self.assert_failed(run, exit_code, error_code)
                self.assert_unchanged(before, after)
                self.assertFalse(self.acknowledged(run), str(run))
                self.assertNotRegex(run.output, r"; try \d+ of", "a permanent failure was tried again")
                self.assertRegex(run.result["error"]["message"] + " " + run.result["error"]["hint"], named)
        self.compare_messages("Permanent, whatever is asked: the run stops at once and writes nothing")


class OneOperation(FaultCase):
    """One kind of request fails for good, the others work: the table "What a run says" of the protocol."""

    UNAVAILABLE = ("503 for good", status(503, "SlowDown"))
    DENIED = ("403 AccessDenied", status(403, "AccessDenied"))
    EXPIRED = ("400 ExpiredToken", status(400, "ExpiredToken"))
    # fault, on what, exit code, error code, whether the run's record is stored, whether it is in the snapshot
    ROWS = [
        (UNAVAILABLE, "list", 3, "unavailable", True, False),
        (UNAVAILABLE, "download", 3, "unavailable", True, False),
        (("reset in every answer", Fault("reset-mid-answer")), "download", 3, "unavailable", True, False),
        (("every answer cut short", Fault("truncate")), "download", 3, "unavailable", True, False),
        (UNAVAILABLE, "look", 3, "unavailable", True, False),
        (UNAVAILABLE, "read-record", 3, "unavailable", True, False),
        (UNAVAILABLE, "record", 0, "", False, True),
        (UNAVAILABLE, "upload", 0, "", True, False),
        (UNAVAILABLE, "copy", 0, "", True, True),
        (UNAVAILABLE, "delete", 0, "", True, True),
        (DENIED, "list", 0, "", True, True),
        (DENIED, "download", 3, "denied", False, False),
        (DENIED, "read-record", 0, "", True, True),
        (DENIED, "record", 0, "", False, True),
        (DENIED, "upload", 3, "denied", True, False),
        (DENIED, "copy", 0, "", True, True),
        (DENIED, "delete", 0, "", True, True),
        (EXPIRED, "record", 0, "", False, True),
        (EXPIRED, "upload", 3, "denied", True, False),
    ]

    def test_F026_what_a_run_says(self):
        for (name, fault), operation, exit_code, error_code, recorded, published in self.ROWS:
            with self.subTest(f"{name} × {operation}"):
                run, before, after = self.row(name, operation, Rule(fault, operation), retry_attempts="1")
                if exit_code:
                    self.assert_failed(run, exit_code, error_code)
                else:
                    self.assertEqual((run.exit_code, run.outputs["error-code"]), (0, ""), str(run))
                    self.assertTrue(run.log.messages("warning") + run.log.messages("notice"), str(run))
                self.assertEqual(self.acknowledged(run), recorded, str(run))
                self.assertEqual(bool(self.new_records(before, after)), recorded, str(run))
                self.assertEqual(fleet.run_id_of(NUMBER) in contents_of(after[""]).run_ids, published, str(run))
                if not published:
                    self.assert_unchanged(before, after, allowed=(".runs/", ".backup"))
                if recorded and not published:
                    self.assertNotEqual(run.outputs["pending-records"], "0", str(run))
                self.assert_nothing_lost(run, after)
        self.compare_messages("One kind of request fails for good, the others work")

    def test_nothing_can_be_stored(self):
        """Neither record nor snapshot: nothing is recorded, and the exit code says so."""
        for name, fault in (self.UNAVAILABLE, self.DENIED, self.EXPIRED):
            with self.subTest(name):
                run, before, after = self.row(
                    name, "record and upload", Rule(fault, "record"), Rule(fault, "upload"), retry_attempts="1"
                )
                self.assertEqual(run.exit_code, 3, str(run))
                self.assertFalse(self.acknowledged(run), str(run))
                self.assert_unchanged(before, after, allowed=(".backup",))
                self.assert_nothing_lost(run, after)
        self.compare_messages("Neither record nor snapshot can be stored")


class Stalled(FaultCase):
    def test_F023_server_that_hangs_is_given_up_and_asked_again(self):
        """Thirty seconds without a byte; the second try goes through."""
        run, _, after = self.row("stalled", "download", Rule(Fault("stall", seconds=120), "download", times=1))
        self.assert_done(run)
        self.assert_nothing_lost(run, after)
        self.compare_messages("A server that stops in the middle of an answer")
