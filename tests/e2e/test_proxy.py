"""The proxy of the tests: that each fault is what it is called, and each dialect what its table says."""

import hashlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from harness import settings
from harness.proxied import Fault, Proxy, ProxyCase, Rule
from harness.s3 import Credentials, S3Client, sign_request
from harness.workspace import wait_for

BODY = bytes(range(256)) * 1000
LOST = (ConnectionResetError, http.client.RemoteDisconnected)


class ProxyTest(ProxyCase):
    """No program is run here; the base's workspace is simply not used."""

    def setUp(self):
        super().setUp()
        self.through = self.client_of(self.proxy)

    def hit(self, kind, operation="", **options):
        about_rule = {name: options.pop(name) for name in ("key", "first", "times") if name in options}
        self.proxy.arrange(Rule(Fault(kind, **options), operation, **about_rule))


class Faults(ProxyTest):
    def test_nothing_is_changed_without_a_rule(self):
        self.through.put(self.key, BODY, "application/vnd.sqlite3")
        stored = self.through.get(self.key)
        self.assertEqual(stored.body, BODY)
        self.assertEqual(stored.headers["content-type"], "application/vnd.sqlite3")
        self.assertEqual(self.through.list(self.prefix), [self.key])
        looked = self.through.request("HEAD", self.key)
        self.assertEqual((looked.status, looked.headers["content-length"]), (200, str(len(BODY))))
        self.through.delete(self.key)
        self.assertIsNone(self.client.find(self.key))

    def test_reset_before_the_request_is_read(self):
        self.hit("reset-before-request", "upload")
        with self.assertRaises((BrokenPipeError, *LOST)):
            self.through.put(self.key, BODY)
        self.assertIsNone(self.client.find(self.key))

    def test_reset_in_the_middle_of_the_request(self):
        self.hit("reset-mid-request", "upload")
        with self.assertRaises((BrokenPipeError, *LOST)):
            self.through.put(self.key, BODY)
        self.assertIsNone(self.client.find(self.key))

    def test_reset_before_the_answer_comes_after_the_write(self):
        self.hit("reset-before-answer", "upload")
        with self.assertRaises(LOST):
            self.through.put(self.key, BODY)
        self.assertEqual(self.client.get(self.key).body, BODY)

    def test_answers_that_break_off(self):
        self.client.put(self.key, BODY)
        for kind, ends in (("reset-mid-answer", ConnectionResetError), ("truncate", http.client.IncompleteRead)):
            self.hit(kind, "download")
            with self.subTest(kind), self.assertRaises(ends):
                self.through.get(self.key)
        self.hit("reset-mid-answer", "upload")  # an answer without a body
        with self.assertRaises((http.client.HTTPException, ConnectionResetError)):
            self.through.put(self.key, b"other")
        self.assertEqual(self.client.get(self.key).body, b"other")

    def test_status_is_answered_in_place_of_the_server(self):
        self.hit("status", "upload", status=429, code="SlowDown", headers={"Retry-After": "7"})
        answer = self.through.request("PUT", self.key, body=BODY)
        self.assertEqual((answer.status, answer.headers["retry-after"]), (429, "7"))
        self.assertIn(b"<Code>SlowDown</Code>", answer.body)
        self.assertIsNone(self.client.find(self.key))

    def test_bytes_are_flipped_on_the_way_back_and_on_the_way_there(self):
        self.client.put(self.key, BODY)
        self.hit("flip", "download", at=0.25)
        body = self.through.get(self.key).body
        self.assertEqual([place for place, byte in enumerate(BODY) if body[place] != byte], [len(BODY) // 4])
        self.hit("flip-request", "upload")
        self.assertEqual(self.through.request("PUT", self.key, body=BODY + b"!").status, 400)
        self.assertEqual(self.client.get(self.key).body, BODY)

    def test_wrong_lengths(self):
        self.client.put(self.key, BODY)
        self.hit("length", "download", delta=-1000)
        self.assertEqual(self.through.get(self.key).body, BODY[:-1000])
        self.hit("length", "download", delta=1000)
        with self.assertRaises(http.client.IncompleteRead):
            self.through.get(self.key)

    def test_slow_answers(self):
        self.client.put(self.key, BODY)
        self.hit("trickle", "download", rate=len(BODY))
        started = time.monotonic()
        self.assertEqual(self.through.get(self.key).body, BODY)
        self.assertGreater(time.monotonic() - started, 0.9)
        for at in (0, 0.5):
            self.hit("stall", "download", at=at, seconds=0.2)
            with self.subTest(at), self.assertRaises(LOST):
                self.through.get(self.key)

    def test_late_write_is_carried_out_afterwards(self):
        self.hit("late", "upload", seconds=0.3)
        with self.assertRaises(LOST):
            self.through.put(self.key, BODY)
        self.assertIsNone(self.client.find(self.key))
        self.proxy.settle()
        self.assertEqual(self.client.get(self.key).body, BODY)

    def test_conditions_are_ignored_or_refused(self):
        self.client.put(self.key, b"one")
        create = {"if-none-match": "*"}
        self.assertEqual(self.through.request("PUT", self.key, headers=create).status, 412)
        self.hit("refuse-conditions")
        self.assertEqual(self.through.request("PUT", self.key, headers=create, body=b"two").status, 501)
        self.assertEqual(self.client.get(self.key).body, b"one")
        self.hit("ignore-conditions")
        self.assertEqual(self.through.request("PUT", self.key, headers=create, body=b"two").status, 200)
        self.assertEqual(self.client.get(self.key).body, b"two")

    def test_new_keys_are_hidden_for_a_while(self):
        self.client.put(self.prefix + "old & <odd>", b"")
        self.through.put(self.prefix + "new", b"")
        self.assertEqual(len(self.through.list(self.prefix)), 2)
        self.proxy.hidden_seconds = 3600
        self.assertEqual(self.through.list(self.prefix), [self.prefix + "old & <odd>"])
        self.proxy.hidden_seconds = 1e-6
        self.assertEqual(len(self.through.list(self.prefix)), 2)

    def test_rules_count_and_name_what_they_hit(self):
        self.hit("status", "record", first=2, times=1)
        names = [self.key + ".runs/" + name for name in "abc"]
        self.assertEqual([self.through.request("PUT", name).status for name in names], [200, 503, 200])
        self.assertEqual(self.through.request("PUT", self.key).status, 200)
        self.assertEqual([seen.operation for seen in self.proxy.seen], ["record"] * 3 + ["upload"])
        self.assertEqual(self.faults_seen(), ["status"])
        self.assertEqual(self.proxy.rules.hits(), 1)

    def test_random_rules_repeat_with_their_seed(self):
        self.client.put(self.key, b"")

        def outcomes(seed):
            self.proxy.arrange(Rule(Fault("status"), "look", probability=0.5), seed=seed)
            return [self.through.request("HEAD", self.key).status for _ in range(30)]

        first = outcomes(7)
        self.assertEqual(first, outcomes(7))
        self.assertNotEqual(first, outcomes(8))
        self.assertEqual(set(first), {200, 503})

    def test_unknown_faults_and_operations_are_refused(self):
        with self.assertRaises(ValueError):
            Fault("explode")
        with self.assertRaises(ValueError):
            Rule(Fault("status"), "downlaod")

    def test_line_of_so_many_bits_per_second(self):
        slow = self.client_of(self.start_proxy(bits_per_second=8 * len(BODY)))
        for call in (lambda: slow.put(self.key, BODY), lambda: slow.get(self.key)):
            started = time.monotonic()
            call()
            self.assertGreater(time.monotonic() - started, 0.9)

    def test_large_bodies_go_both_ways_side_by_side(self):
        body = os.urandom(1 << 20) * 64
        threads = [threading.Thread(target=self.through.put, args=(self.prefix + str(n), body)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for n in range(2):
            got = self.through.get(self.prefix + str(n)).body
            self.assertEqual(hashlib.sha256(got).digest(), hashlib.sha256(body).digest())


class Signatures(ProxyTest):
    def test_only_known_users_pass(self):
        server = settings.server()
        for credentials, code in (
            (Credentials("nobody", "secret"), b"InvalidAccessKeyId"),
            (Credentials(server.credentials.access_key, "wrong"), b"SignatureDoesNotMatch"),
            (server.credentials._replace(session_token="a token"), b"InvalidToken"),
        ):
            answer = S3Client(self.proxy.endpoint, server.bucket, credentials).request("GET", self.key)
            self.assertIn(code, answer.body)
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port)
        connection.request("GET", f"/{server.bucket}/{self.key}")
        self.assertEqual(connection.getresponse().status, 403)
        connection.close()

    def test_without_users_nothing_is_verified(self):
        proxy = self.start_proxy(users=None)
        client = S3Client(proxy.endpoint, settings.server().bucket, Credentials("nobody", "secret"))
        client.put(self.key, b"x")
        self.assertEqual(self.client.get(self.key).body, b"x")


class Dialects(ProxyTest):
    # create twice, replace with a wrong, the right (quoted, unquoted) ETag, replace what is gone
    OUTCOMES = {
        "plain": [200, 412, 412, 412, 200, 412],
        "aws": [200, 412, 412, 200, 200, 404],
        "r2": [200, 412, 412, 200, 412, 412],
        "b2": [501, 501, 501, 501, 501, 501],
        "gcs": [200, 200, 200, 200, 200, 200],
        "old-minio": [200, 304, 412, 200, 200, 412],
    }

    def test_conditional_writes(self):
        for dialect, expected in self.OUTCOMES.items():
            with self.subTest(dialect):
                client = self.client_of(self.start_proxy(dialect=dialect))
                self.client.delete(self.key)

                def put(**condition):
                    headers = {name.replace("_", "-"): value for name, value in condition.items()}
                    return client.request("PUT", self.key, headers=headers, body=b"x").status

                etag = hashlib.md5(b"x").hexdigest()
                statuses = [put(if_none_match="*"), put(if_none_match="*"), put(if_match='"0"')]
                statuses += [put(if_match=f'"{etag}"'), put(if_match=etag)]
                self.client.delete(self.key)
                self.assertEqual(statuses + [put(if_match=f'"{etag}"')], expected)

    def test_writers_that_meet(self):
        proxy = self.start_proxy(dialect="aws", bits_per_second=4_000_000)
        statuses = []

        def write():
            statuses.append(self.client_of(proxy).request("PUT", self.key, headers={"if-none-match": "*"}, body=BODY))

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer.status for answer in statuses), [200, 409, 409, 409])

    def test_regions(self):
        server = settings.server()
        proxy = self.start_proxy(dialect="aws")
        wrong = S3Client(proxy.endpoint, server.bucket, server.credentials, "us-east-1").request("GET", self.key)
        self.assertEqual(wrong.status, 400)
        self.assertIn(b"<Code>AuthorizationHeaderMalformed</Code>", wrong.body)
        self.assertIn(b"<Region>eu-central-1</Region>", wrong.body)
        for suffix, status in (("-elsewhere", 301), ("-moving", 307)):
            client = S3Client(proxy.endpoint, server.bucket + suffix, server.credentials, "eu-central-1")
            answer = client.request("GET", self.key)
            self.assertEqual((answer.status, answer.headers["x-amz-bucket-region"]), (status, "ap-south-1"))

    def test_spaces_wants_the_bucket_in_the_host_name(self):
        proxy = self.start_proxy(dialect="spaces")
        self.assertEqual(self.client_of(proxy).request("GET", self.key).status, 400)

    def test_chunked_uploads_are_refused_by_r2(self):
        server = settings.server()
        path = f"/{server.bucket}/{self.key}"
        proxy = self.start_proxy(dialect="r2")
        headers = {
            "host": f"127.0.0.1:{proxy.port}",
            "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        }
        headers.update(sign_request(server.credentials, "auto", "PUT", path, [], headers))
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port)
        connection.request("PUT", path, body=b"x", headers=headers)
        answer = connection.getresponse()
        self.assertEqual(answer.status, 501)
        self.assertIn(b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD not implemented", answer.read())
        connection.close()

    def test_copies_of_another_version(self):
        self.client.put(self.key, b"x")
        server = settings.server()
        headers = {
            "x-amz-copy-source": f"/{server.bucket}/{self.key}",
            "x-amz-copy-source-if-match": '"00000000000000000000000000000000"',
        }
        client = self.client_of(self.start_proxy(dialect="aws"))
        self.assertEqual(client.request("PUT", self.key + ".backup", headers=headers).status, 412)
        self.assertIsNone(self.client.find(self.key + ".backup"))


class ByItself(ProxyTest):
    def test_it_announces_itself_and_takes_rules_from_a_file(self):
        folder = Path(tempfile.mkdtemp(dir=self.workspace.root))
        rules = folder / "rules.json"
        rules.write_text(json.dumps([{"kind": "status", "status": 503, "operation": "look", "times": 1}]))
        variables = folder / "variables"
        program = settings.ROOT / "tests" / "servers" / "proxy.py"
        process = subprocess.Popen(
            [sys.executable, program, "r2", "--rules", rules, "--announce", variables], stdin=subprocess.DEVNULL
        )
        try:
            wait_for(variables.exists, "it never announced itself", alive=process)
            announced = dict(line.split("=", 1) for line in variables.read_text().splitlines())
            server = settings.server()
            client = S3Client(announced["UNENTROPY_TEST_R2_ENDPOINT"], server.bucket, server.credentials, "auto")
            self.assertEqual([client.request("HEAD", self.key).status for _ in range(2)], [503, 404])
        finally:
            process.kill()
            process.wait()

    def test_a_proxy_lets_go_of_its_port_and_clients(self):
        with Proxy(settings.server()) as proxy:
            connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
            connection.request("HEAD", f"/{settings.server().bucket}/{self.key}")
            connection.getresponse().read()
        self.assertEqual(connection.sock.recv(1), b"")
        connection.close()
        with self.assertRaises(ConnectionRefusedError):
            http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5).connect()
