"""The proxy's HTTP/1.1: requests read and answers written piece by piece, so that no body is ever held in memory."""

import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import BinaryIO, Dict, Iterable, Iterator, List, Optional, Tuple
from xml.sax.saxutils import escape

PIECE = 64 << 10
MAX_HEAD_LINES = 200


class HangUp(Exception):
    """Ends the connection to the client: with a reset, or in good order."""

    def __init__(self, reset: bool):
        super().__init__("reset" if reset else "closed")
        self.reset = reset


class Link:
    """A line of so many bits per second, shared by all connections, each direction for itself. 0: as fast as can be."""

    def __init__(self, bits_per_second: int = 0):
        self.bits_per_second = bits_per_second
        self._free_at = {"up": 0.0, "down": 0.0}
        self._lock = threading.Lock()

    @property
    def piece(self) -> int:
        return 8 << 10 if self.bits_per_second else PIECE

    def carry(self, direction: str, count: int) -> None:
        if not self.bits_per_second:
            return
        with self._lock:
            now = time.monotonic()
            self._free_at[direction] = max(now, self._free_at[direction]) + count * 8 / self.bits_per_second
            wait = self._free_at[direction] - now
        time.sleep(wait)


@dataclass
class Request:
    method: str
    target: str  # as it travelled
    headers: Dict[str, str]  # lower-case names
    bucket: str = ""
    key: Optional[str] = None  # absent for requests on the bucket
    query: List[Tuple[str, str]] = field(default_factory=list)
    virtual_host: bool = False

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def length(self) -> int:
        return int(self.headers.get("content-length") or 0)

    @property
    def is_conditional_write(self) -> bool:
        return self.method == "PUT" and bool({"if-match", "if-none-match"} & set(self.headers))


def _locate(request: Request) -> None:
    """Finds bucket and key: in the path, or the bucket in front of `.localhost`."""
    path, _, query = request.target.partition("?")
    request.query = urllib.parse.parse_qsl(query, keep_blank_values=True)
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    rest = path.lstrip("/")
    if host.endswith(".localhost"):
        request.virtual_host = True
        request.bucket = host[: -len(".localhost")]
    else:
        first, _, rest = rest.partition("/")
        request.bucket = urllib.parse.unquote(first)
    request.key = urllib.parse.unquote(rest) if rest else None


def read_request(stream: BinaryIO) -> Optional[Request]:
    """The head of the next request; nothing if the client has hung up or sends what is no request."""
    line = stream.readline(PIECE).decode("latin-1").rstrip("\r\n")
    words = line.split(" ")
    if len(words) != 3:
        return None
    headers: Dict[str, str] = {}
    for _ in range(MAX_HEAD_LINES):
        line = stream.readline(PIECE).decode("latin-1").rstrip("\r\n")
        if not line:
            break
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    request = Request(words[0], words[1], headers)
    _locate(request)
    return request


@dataclass
class Answer:
    status: int
    headers: List[Tuple[str, str]]  # without Content-Length
    length: int  # of the body; of a HEAD, what it announces
    pieces: Iterable[bytes] = ()

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def without(self, *names: str) -> List[Tuple[str, str]]:
        return [(name, value) for name, value in self.headers if name.lower() not in names]

    def head(self, length: int) -> bytes:
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        lines = [f"HTTP/1.1 {self.status} {reason}"] + [f"{name}: {value}" for name, value in self.headers]
        if self.status not in (204, 304):
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def error_answer(status: int, code: str, message: str = "", extra: str = "", **headers: str) -> Answer:
    """The error document of S3. `extra` is further XML; `retry_after="1"` becomes a Retry-After header."""
    told = f"<Code>{code}</Code><Message>{escape(message)}</Message>{extra}"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{told}</Error>'.encode()
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    told_always = [("Date", formatdate(usegmt=True)), ("Content-Type", "application/xml")]
    return Answer(status, told_always + named, len(body), [body])


class Peer:
    """The connection to a client."""

    def __init__(self, connection: socket.socket, link: Link):
        self._socket = connection
        self._link = link
        self.stream = connection.makefile("rb", PIECE)
        self._unread = 0  # bytes of the body of the request at hand that have not been read
        self._waits_for_continue = False

    def next_request(self) -> Optional[Request]:
        request = read_request(self.stream)
        if request:
            self._unread = request.length
            self._waits_for_continue = request.headers.get("expect", "").lower() == "100-continue"
        return request

    def body(self) -> Iterator[bytes]:
        """What is left of the request's body. A client that hangs up ends the exchange."""
        if self._waits_for_continue and self._unread:
            self._waits_for_continue = False
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        while self._unread:
            piece = self.stream.read1(min(self._unread, self._link.piece))
            if not piece:
                raise HangUp(reset=True)
            self._unread -= len(piece)
            self._link.carry("up", len(piece))
            yield piece

    def drain(self) -> None:
        for _ in self.body():
            pass

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), self._link.piece):
            piece = data[start : start + self._link.piece]
            self._link.carry("down", len(piece))
            self._socket.sendall(piece)

    def close(self, reset: bool) -> None:
        if reset:  # no lingering: the kernel answers with RST and forgets what was not sent
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()
        self._socket.close()

    def interrupt(self) -> None:
        """From another thread: ends whatever this connection waits for."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended by itself
