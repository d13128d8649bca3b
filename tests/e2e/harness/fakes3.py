"""An S3 server inside the test process: for faults that a real one does not commit on demand.

It verifies signatures, honours conditional writes and forgets everything at the end. What the program says to a
healthy server is tested against a real one; here every answer can be replaced by another.
"""

import hashlib
import ssl
import urllib.parse
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional
from xml.sax.saxutils import escape

from harness import s3
from harness.loopback import LoopbackServer


class Stored(NamedTuple):
    body: bytes
    content_type: str
    metadata: Mapping[str, str]

    @property
    def etag(self) -> str:
        return '"' + hashlib.md5(self.body).hexdigest() + '"'


class Request(NamedTuple):
    method: str
    key: Optional[str]  # absent for requests on the bucket
    query: Mapping[str, str]
    headers: Mapping[str, str]  # lower-case names
    body: bytes


class Reply(NamedTuple):
    """An answer. `cut` sends that many bytes of the body less than announced and then drops the connection."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    cut: int = 0


def error(status: int, code: str, message: str = "as the test asked", extra: str = "", **headers: str) -> Reply:
    """The XML error body of the protocol. `extra` is further XML; `retry_after="1"` becomes a Retry-After header."""
    told = f"<Code>{code}</Code><Message>{escape(message)}</Message>{extra}"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{told}</Error>'
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, body.encode(), {"content-type": "application/xml", **named})


# Looks at a request before the server does: a reply to give instead, or nothing.
Fault = Callable[[Request], Optional[Reply]]


def always(reply: Reply, method: str, key_suffix: str = "") -> Fault:
    def fault(request: Request) -> Optional[Reply]:
        hit = request.method == method and request.key is not None and request.key.endswith(key_suffix)
        return reply if hit else None

    return fault


class FakeS3(LoopbackServer):
    """`with FakeS3("bucket", credentials) as server:` — listens on loopback until the block ends."""

    def __init__(self, bucket: str, credentials: s3.Credentials, tls: Optional[ssl.SSLContext] = None):
        super().__init__(tls)
        self.bucket = bucket
        self.credentials = credentials
        self.objects: Dict[str, Stored] = {}
        self.requests: List[Request] = []
        self.fault: Optional[Fault] = None
        self.endpoint = self.origin

    def seen(self, method: str, key: Optional[str] = None) -> List[Request]:
        with self._lock:
            return [r for r in self.requests if r.method == method and (key is None or r.key == key)]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("content-length") or 0)
        body = handler.rfile.read(length)
        path, _, query_text = handler.path.partition("?")
        query = urllib.parse.parse_qsl(query_text, keep_blank_values=True)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        _, bucket, *rest = path.split("/", 2)
        key = urllib.parse.unquote(rest[0]) if rest and rest[0] else None
        request = Request(handler.command, key, dict(query), headers, body)
        with self._lock:
            self.requests.append(request)
            reply = self._verify(path, query, request) or (self.fault and self.fault(request))
            if reply is None and urllib.parse.unquote(bucket) != self.bucket:
                reply = error(404, "NoSuchBucket", extra=f"<BucketName>{escape(bucket)}</BucketName>")
            if reply is None:
                reply = self._answer(request)
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if "content-length" not in reply.headers:
            handler.send_header("content-length", str(len(reply.body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(reply.body[: len(reply.body) - reply.cut])
        if reply.cut:
            handler.close_connection = True

    def _verify(self, path: str, query: s3.Query, request: Request) -> Optional[Reply]:
        users = {self.credentials.access_key: self.credentials}
        refusal = s3.check_signature(request.method, path, query, request.headers, users)
        if refusal:
            return error(refusal.status, refusal.code, refusal.message, refusal.extra)
        if request.headers["x-amz-content-sha256"] != hashlib.sha256(request.body).hexdigest():
            return error(400, "XAmzContentSHA256Mismatch")
        return None

    def _answer(self, request: Request) -> Reply:
        if request.key is None:
            return self._list(request) if request.method == "GET" else error(405, "MethodNotAllowed")
        stored = self.objects.get(request.key)
        if request.method in ("GET", "HEAD"):
            if stored is None:
                return error(404, "NoSuchKey")
            meta = {f"x-amz-meta-{name}": value for name, value in stored.metadata.items()}
            about = {"etag": stored.etag, "content-type": stored.content_type, "last-modified": formatdate(usegmt=True)}
            return Reply(200, stored.body, {**about, **meta, "content-length": str(len(stored.body))})
        if request.method == "DELETE":
            self.objects.pop(request.key, None)
            return Reply(204)
        if request.method == "PUT":
            return self._put(request, stored)
        return error(405, "MethodNotAllowed")

    def _put(self, request: Request, stored: Optional[Stored]) -> Reply:
        if "if-none-match" in request.headers and stored is not None:
            return error(412, "PreconditionFailed")
        if "if-match" in request.headers:
            if stored is None:
                return error(404, "NoSuchKey")
            if request.headers["if-match"] != stored.etag:
                return error(412, "PreconditionFailed")
        if "x-amz-copy-source" in request.headers:
            source = urllib.parse.unquote(request.headers["x-amz-copy-source"]).lstrip("/").partition("/")[2]
            if source not in self.objects:
                return error(404, "NoSuchKey")
            copied = self.objects[source]
            if request.headers.get("x-amz-copy-source-if-match", copied.etag) != copied.etag:
                return error(412, "PreconditionFailed")
            self.objects[request.key] = copied
            body = f"<CopyObjectResult><ETag>{escape(copied.etag)}</ETag></CopyObjectResult>"
            return Reply(200, body.encode(), {"content-type": "application/xml"})
        prefix = "x-amz-meta-"
        metadata = {name[len(prefix) :]: value for name, value in request.headers.items() if name.startswith(prefix)}
        stored = Stored(request.body, request.headers.get("content-type", "binary/octet-stream"), metadata)
        self.objects[request.key] = stored
        return Reply(200, headers={"etag": stored.etag})

    def _list(self, request: Request) -> Reply:
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(stored.body)}</Size><ETag>{escape(stored.etag)}</ETag>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key, stored in sorted(self.objects.items())
            if key.startswith(request.query.get("prefix", ""))
        )
        body = (
            f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
        )
        return Reply(200, body.encode(), {"content-type": "application/xml"})
