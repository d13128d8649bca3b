#!/usr/bin/python3
"""An S3 proxy for tests: ends the requests of a client, signs them again and passes them on to a real server.

In between it can behave like other stores (proxy_dialects.py) and commit faults (proxy_faults.py). From a test:

    with Proxy(server, dialect="aws", rules=[Rule(Fault("reset-before-answer"), "upload", times=1)]) as proxy:
        ...  # proxy.endpoint, proxy.seen

By itself it serves until it is ended: `proxy.py --help`. The real server is the one that UNENTROPY_TEST_S3_… names.
"""

import argparse
import contextlib
import http.client
import json
import os
import socket
import sys
import tempfile
import threading
import time
import urllib.parse
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import settings
from harness.s3 import Credentials, canonical_query, encode, sign_request
from proxy_dialects import DIALECTS
from proxy_faults import Fault, Rule, Rules, operation_of, rule_of
from proxy_http import PIECE, Answer, HangUp, Link, Peer, Request, error_answer
from proxy_store import Store

# Of this connection alone, or made anew for the next one.
_NOT_FORWARDED = {
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "transfer-encoding",
    "x-amz-date",
    "x-amz-security-token",
}
_NOT_ANSWERED = {"connection", "content-length", "keep-alive", "transfer-encoding"}


@dataclass
class Seen:
    """A request that came in and what became of it."""

    operation: str
    method: str
    key: Optional[str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    fault: str = ""  # the kind of the fault that hit it
    status: int = 0  # of the answer; 0: there was none


class Proxy:
    """`with Proxy(server) as proxy:` — listens on loopback until the block ends.

    `users` may sign requests (by access key); without them no signature is looked at. `hidden_seconds`, `date_offset`,
    `watch` and (by `arrange`) the rules can be changed at any time.
    """

    def __init__(
        self,
        server: settings.Server,
        dialect: str = "plain",
        users: Optional[Mapping[str, Credentials]] = None,
        rules: Sequence[Rule] = (),
        seed: int = 0,
        bits_per_second: int = 0,
        hidden_seconds: float = 0,
    ):
        self._server = server
        self._upstream = urllib.parse.urlsplit(server.endpoint)
        self.dialect = DIALECTS[dialect]
        self.store = Store(server, self.dialect, users)
        self.rules = Rules(rules, seed)
        self.link = Link(bits_per_second)
        self.hidden_seconds = hidden_seconds  # for so long a new key is in no listing
        self.date_offset = timedelta()  # how far the store's clock, in its answers, is ahead of ours
        # Called with each request, as `asked` before it is dealt with and as `answered` before its answer is sent.
        self.watch: Optional[Callable[[Seen, str], None]] = None
        self.seen: List[Seen] = []
        self._lock = threading.Lock()
        self._peers: Dict[int, Peer] = {}
        self._late: List[threading.Thread] = []
        self._listener = socket.socket()
        if bits_per_second:  # what the kernel keeps for us is not on the line
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PIECE)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(512)
        self.port = self._listener.getsockname()[1]
        self.endpoint = f"http://{'localhost' if self.dialect.virtual_host_only else '127.0.0.1'}:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *arguments) -> None:
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # not every system lets go of a listening socket like this
        self._listener.close()
        with self._lock:
            peers = list(self._peers.values())
        for peer in peers:
            peer.interrupt()
        self.settle()
        self._thread.join(10)

    def arrange(self, *rules: Rule, seed: int = 0) -> None:
        """From now on these rules, counted from the beginning; what was seen is forgotten."""
        with self._lock:
            self.rules = Rules(rules, seed)
            self.seen = []

    def settle(self) -> None:
        """Waits until every write that was to be late has been carried out."""
        for thread in list(self._late):
            thread.join()

    def count(self, *operations: str) -> int:
        """How many requests of these kinds have come in."""
        with self._lock:
            return sum(1 for seen in self.seen if seen.operation in operations)

    # -- connections -----------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(connection, self.link)
            with self._lock:
                self._peers[id(peer)] = peer
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: Peer) -> None:
        reset = False
        try:
            while request := peer.next_request():
                self._exchange(peer, request)
                if request.headers.get("connection", "").lower() == "close":
                    break
        except HangUp as end:
            reset = end.reset
        except (OSError, ValueError, http.client.HTTPException):
            reset = True  # the client has gone, or what it sent cannot be read
        with self._lock:
            del self._peers[id(peer)]
        peer.close(reset)

    def _exchange(self, peer: Peer, request: Request) -> None:
        operation = operation_of(request.method, request.key, request.headers)
        seen = Seen(operation, request.method, request.key, dict(request.query), request.headers)
        with self._lock:
            self.seen.append(seen)
            fault = self.rules.pick(operation, request.key)
        kind = fault.kind if fault else ""
        seen.fault = kind
        self._tell(seen, "asked")
        if kind == "reset-before-request" or kind == "reset-mid-request" and not request.length:
            raise HangUp(reset=True)
        if answer := self.store.refusal(request) or self._answer_of_rule(request, fault):
            peer.drain()
            self._send(peer, request, answer, fault, seen)
        elif kind == "late":
            self._carry_out_later(peer, request, fault)
            raise HangUp(reset=True)
        else:
            with contextlib.ExitStack() as writing:
                if busy := writing.enter_context(self.store.writing(request)):
                    peer.drain()
                    self._send(peer, request, busy, fault, seen)
                    return
                self._pass_on(peer, request, fault, seen, answered=writing.close)

    def _answer_of_rule(self, request: Request, fault: Optional[Fault]) -> Optional[Answer]:
        if fault and fault.kind == "status":
            answer = error_answer(fault.status, fault.code, fault.message, fault.extra)
            answer.headers += list(fault.headers.items())
            if request.method == "HEAD" or fault.status in (204, 304):
                answer.pieces = ()
            return answer
        if fault and fault.kind == "refuse-conditions" and request.is_conditional_write:
            return error_answer(501, "NotImplemented", "A header you provided implies functionality not implemented")
        return None

    # -- upstream --------------------------------------------------------------------------------------------------

    def _ask(self, request: Request, body: Iterable[bytes], conditions: bool = True) -> http.client.HTTPConnection:
        """Sends `request`, signed anew, and its body; the answer can then be had from the connection."""
        path = request.path
        if request.virtual_host:
            path = "/" + encode(request.bucket) + path
        headers = {name: value for name, value in request.headers.items() if name not in _NOT_FORWARDED}
        headers = self.store.forwarded(request, headers, conditions)
        headers.setdefault("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        headers["host"] = f"{self._upstream.hostname}:{self._upstream.port}"
        signed = {name: value for name, value in headers.items() if name == "host" or name.startswith("x-amz-")}
        server = self._server
        headers.update(sign_request(server.credentials, server.region, request.method, path, request.query, signed))
        connection = http.client.HTTPConnection(self._upstream.hostname, self._upstream.port, timeout=120)
        target = path + ("?" + canonical_query(request.query) if request.query else "")
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        if request.method in ("PUT", "POST"):
            headers["content-length"] = str(request.length)
        for name, value in headers.items():
            connection.putheader(name, value.encode("latin-1"))
        try:
            connection.endheaders()
            for piece in body:
                connection.send(piece)
        except (BrokenPipeError, ConnectionResetError):
            for _ in body:
                pass  # the server has answered already; the client may not have noticed
        except BaseException:
            connection.close()
            raise
        return connection

    def _pass_on(
        self, peer: Peer, request: Request, fault: Optional[Fault], seen: Seen, answered: Callable[[], None]
    ) -> None:
        """Calls `answered` before the client can know that it was."""
        kind = fault.kind if fault else ""
        connection = self._ask(request, self._request_body(peer, request, fault), kind != "ignore-conditions")
        try:
            response = connection.getresponse()
            headers = [(name, value) for name, value in response.getheaders() if name.lower() not in _NOT_ANSWERED]
            length = response.getheader("content-length")
            answer = Answer(response.status, headers, int(length or 0), _pieces(response, self.link.piece))
            if length is None or request.key is None and request.method == "GET":
                content = response.read()
                answer.length, answer.pieces = len(content), [content]
            if self.date_offset:
                date = parsedate_to_datetime(answer.header("date")) + self.date_offset
                answer.headers = [*answer.without("date"), ("Date", format_datetime(date, usegmt=True))]
            self.store.note(request, answer)
            answer = self.store.translated(request, answer, self.hidden_seconds)
            answered()
            self._send(peer, request, answer, fault, seen)
        finally:
            connection.close()

    def _request_body(self, peer: Peer, request: Request, fault: Optional[Fault]) -> Iterator[bytes]:
        passed = 0
        at = int(request.length * fault.at) if fault else 0
        for piece in peer.body():
            if fault and fault.kind == "reset-mid-request" and passed + len(piece) > at:
                raise HangUp(reset=True)
            if fault and fault.kind == "flip-request":
                piece = _flipped(piece, at - passed)
            passed += len(piece)
            yield piece

    def _carry_out_later(self, peer: Peer, request: Request, fault: Fault) -> None:
        spool = tempfile.SpooledTemporaryFile(PIECE)  # deleted as soon as it is closed
        for piece in peer.body():
            spool.write(piece)
        spool.seek(0)

        def carry_out() -> None:
            time.sleep(fault.seconds)
            with spool:
                connection = self._ask(request, iter(lambda: spool.read(PIECE), b""))
                connection.getresponse().read()
                connection.close()

        thread = threading.Thread(target=carry_out, daemon=True)
        self._late.append(thread)
        thread.start()

    def _tell(self, seen: Seen, moment: str) -> None:
        watch = self.watch
        if watch:
            watch(seen, moment)

    # -- the answer ------------------------------------------------------------------------------------------------

    def _send(self, peer: Peer, request: Request, answer: Answer, fault: Optional[Fault], seen: Seen) -> None:
        kind = fault.kind if fault else ""
        self._tell(seen, "answered")
        if kind == "reset-before-answer":
            raise HangUp(reset=True)
        if kind == "stall" and not fault.at:
            self._stall(fault)
        length = answer.length + (fault.delta if kind == "length" else 0)
        head = answer.head(length)
        has_body = request.method != "HEAD" and answer.length > 0 and answer.status not in (204, 304)
        if not has_body and kind in ("reset-mid-answer", "truncate", "stall"):
            peer.send(head[: len(head) // 2])
            self._break_off(fault)
        seen.status = answer.status
        peer.send(head)
        if not has_body:
            return
        stop = int(answer.length * fault.at) if fault else 0
        sent = 0
        for piece in answer.pieces:
            if kind in ("reset-mid-answer", "truncate", "stall") and sent + len(piece) > stop:
                peer.send(piece[: stop - sent])
                self._break_off(fault)
            if kind == "flip":
                piece = _flipped(piece, stop - sent)
            if kind == "trickle":
                self._trickle(peer, piece, fault.rate)
            else:
                peer.send(piece)
            sent += len(piece)
        if kind == "length":
            raise HangUp(reset=False)

    def _break_off(self, fault: Fault) -> None:
        if fault.kind == "stall":
            self._stall(fault)
        raise HangUp(reset=fault.kind == "reset-mid-answer")

    def _stall(self, fault: Fault) -> None:
        time.sleep(fault.seconds)
        raise HangUp(reset=True)

    def _trickle(self, peer: Peer, piece: bytes, rate: int) -> None:
        step = max(1, rate // 10)
        for start in range(0, len(piece), step):
            peer.send(piece[start : start + step])
            time.sleep(step / rate)


def _pieces(response: http.client.HTTPResponse, size: int) -> Iterator[bytes]:
    while piece := response.read(size):
        yield piece


def _flipped(piece: bytes, at: int) -> bytes:
    return piece if not 0 <= at < len(piece) else piece[:at] + bytes([piece[at] ^ 0xFF]) + piece[at + 1 :]


def announced(proxy: Proxy, server: settings.Server, name: str) -> List[str]:
    """What tests need to reach a proxy, as lines of NAME=value."""
    values = {
        "ENDPOINT": proxy.endpoint,
        "REGION": proxy.dialect.region or server.region,
        "BUCKET": server.bucket,
        "ACCESS_KEY": server.credentials.access_key,
        "SECRET_KEY": server.credentials.secret_key,
    }
    return [f"UNENTROPY_TEST_{name}_{variable}={value}" for variable, value in values.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dialects", nargs="*", help=f"one proxy each (default: all): {', '.join(DIALECTS)}")
    parser.add_argument("--rules", type=Path, help="a JSON list of rules, see proxy_faults.py")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bits-per-second", type=int, default=0, help="how much goes over the line, each way")
    parser.add_argument("--hidden-seconds", type=float, default=0, help="how long new keys are in no listing")
    parser.add_argument("--announce", type=Path, help="write the variables there instead of to standard output")
    options = parser.parse_args()
    server = settings.server()
    users = {server.credentials.access_key: server.credentials}
    rules = [rule_of(described) for described in json.loads(options.rules.read_text())] if options.rules else []
    lines = []
    for name in options.dialects or DIALECTS:
        proxy = Proxy(server, name, users, rules, options.seed, options.bits_per_second, options.hidden_seconds)
        lines += announced(proxy.__enter__(), server, name.upper().replace("-", "_"))
    if options.announce:
        unfinished = options.announce.with_suffix(".unfinished")
        unfinished.write_text("\n".join(lines) + "\n")
        os.rename(unfinished, options.announce)
    else:
        print("\n".join(lines), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
