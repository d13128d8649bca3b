"""One dialect at work: what a proxy refuses by itself, passes on, and makes of the real server's answers."""

import contextlib
import html
import re
import secrets
import threading
import time
import urllib.parse
from datetime import datetime, timezone
from typing import Dict, Iterator, Mapping, Optional, Set

from harness import settings
from harness.s3 import Credentials, S3Client, check_signature, signed_by
from proxy_dialects import Dialect
from proxy_http import Answer, Request, error_answer

_CONDITIONS = ("if-match", "if-none-match")
_CHECKSUMS = ("x-amz-checksum-", "x-amz-sdk-checksum-")
_MAX_SKEW_SECONDS = 15 * 60


def _is_quoted(etag: str) -> bool:
    return etag.startswith('"') or etag.startswith("W/")


class Store:
    def __init__(self, server: settings.Server, dialect: Dialect, users: Optional[Mapping[str, Credentials]]):
        self._dialect = dialect
        self._users = users
        self._client = S3Client(server.endpoint, server.bucket, server.credentials, server.region)
        self._bucket = server.bucket
        self._written: Dict[str, float] = {}  # key → when it was written for the first time
        self._busy: Set[str] = set()  # keys with a conditional write under way
        self._lock = threading.Lock()

    # -- before the server is asked --------------------------------------------------------------------------------

    def refusal(self, request: Request) -> Optional[Answer]:
        """What the dialect answers without the real server; nothing if that has to be asked."""
        return self._denied(request) or self._elsewhere(request) or self._not_taken(request)

    def _denied(self, request: Request) -> Optional[Answer]:
        if self._users is None:
            return None
        refusal = check_signature(request.method, request.path, request.query, request.headers, self._users)
        found = signed_by(request.headers)
        if found and self._dialect.region is not None:
            region = found[0].region
            if region != self._dialect.region and region not in self._dialect.region_aliases:
                status, code = self._dialect.wrong_region
                told = f"<Region>{self._dialect.region}</Region>" if self._dialect.tells_region else ""
                return error_answer(status, code, f"the region '{region}' is wrong", told)
        if not refusal and abs(_age(request.headers["x-amz-date"])) > _MAX_SKEW_SECONDS:
            return error_answer(403, "RequestTimeTooSkewed", "the request's time differs too much from ours")
        if found and "accept-encoding" in found[0].headers and not self._dialect.signs_accept_encoding:
            return error_answer(403, "SignatureDoesNotMatch", "Accept-Encoding was changed on the way")
        return error_answer(refusal.status, refusal.code, refusal.message, refusal.extra) if refusal else None

    def _elsewhere(self, request: Request) -> Optional[Answer]:
        if self._dialect.virtual_host_only and not request.virtual_host:
            return error_answer(400, "InvalidRequest", "the bucket belongs into the host name")
        if self._dialect.moved_buckets:
            for suffix, status, code in (
                ("-elsewhere", 301, "PermanentRedirect"),
                ("-moving", 307, "TemporaryRedirect"),
            ):
                if request.bucket == self._bucket + suffix:
                    told = "<Endpoint>s3.ap-south-1.example</Endpoint>"
                    return error_answer(status, code, "use another endpoint", told, x_amz_bucket_region="ap-south-1")
        return None

    def _not_taken(self, request: Request) -> Optional[Answer]:
        streaming = request.headers.get("x-amz-content-sha256", "")
        if streaming.startswith("STREAMING-") and not self._dialect.chunked_uploads:
            return error_answer(501, "NotImplemented", f"{streaming} not implemented")
        if request.method == "PUT" and "content-length" not in request.headers:
            return error_answer(411, "MissingContentLength", "a length is needed")
        if self._dialect.conditions == "refused" and request.is_conditional_write:
            return error_answer(501, "NotImplemented", "A header you provided implies functionality not implemented")
        if self._dialect.name != "plain" and self._dialect.conditions == "honoured" and "if-match" in request.headers:
            spelling = "quoted" if _is_quoted(request.headers["if-match"]) else "unquoted"
            if request.method == "PUT" and spelling not in self._dialect.etag_spelling:
                return error_answer(412, "PreconditionFailed", "at least one condition did not hold")
        return self._stale_copy(request) if self._dialect.copy_condition else None

    def _stale_copy(self, request: Request) -> Optional[Answer]:
        wanted = request.headers.get("x-amz-copy-source-if-match")
        if wanted is None:
            return None
        source = urllib.parse.unquote(request.headers.get("x-amz-copy-source", "")).lstrip("/").partition("/")[2]
        found = self._client.request("HEAD", source)
        if found.status == 404:
            return error_answer(404, "NoSuchKey", "there is nothing to copy")
        if found.headers.get("etag", "").strip('"') != wanted.strip('"'):
            return error_answer(412, "PreconditionFailed", "at least one condition did not hold")
        return None

    @contextlib.contextmanager
    def writing(self, request: Request) -> Iterator[Optional[Answer]]:
        """Around the request to the server. Gives an answer if another conditional write must be waited for instead."""
        if not request.is_conditional_write or self._dialect.concurrent_write == 412:
            yield None
            return
        with self._lock:
            met = request.key in self._busy
            self._busy.add(request.key)
        try:
            if met:
                yield error_answer(409, "ConditionalRequestConflict", "another conditional request is under way")
            else:
                yield None
        finally:
            if not met:
                with self._lock:
                    self._busy.discard(request.key)

    def forwarded(self, request: Request, headers: Dict[str, str], conditions: bool) -> Dict[str, str]:
        """The headers that go to the server."""
        if request.method == "PUT":
            if self._dialect.conditions == "ignored" or not conditions:
                headers = {name: value for name, value in headers.items() if name not in _CONDITIONS}
            if self._dialect.name != "plain" and "if-match" in headers:
                headers["if-match"] = headers["if-match"].strip('"')  # what the server behind understands
        if not self._dialect.copy_condition:
            headers.pop("x-amz-copy-source-if-match", None)
        if self._dialect.ignores_checksums:
            headers = {name: value for name, value in headers.items() if not name.startswith(_CHECKSUMS)}
        return headers

    # -- after it has answered -------------------------------------------------------------------------------------

    def note(self, request: Request, answer: Answer) -> None:
        if request.method == "PUT" and request.key and answer.status == 200:
            with self._lock:
                self._written.setdefault(request.key, time.monotonic())

    def translated(self, request: Request, answer: Answer, hidden_seconds: float) -> Answer:
        if self._dialect.name != "plain" and request.is_conditional_write:
            answer = self._outcome(request, answer)
        if not self._dialect.shows_server:
            answer.headers = [pair for pair in answer.without("server") if not pair[0].lower().startswith("x-rgw-")]
            answer.headers = answer.without("x-amz-request-id", "x-amz-id-2")
            answer.headers.append(("x-amz-request-id", secrets.token_hex(8).upper()))
        if self._dialect.region and self._dialect.tells_region and request.key is None:
            answer.headers.append(("x-amz-bucket-region", self._dialect.region))
        if hidden_seconds and request.method == "GET" and request.key is None and answer.status == 200:
            listing = self._without_fresh(b"".join(answer.pieces), dict(request.query), hidden_seconds)
            answer.length, answer.pieces = len(listing), [listing]
        return answer

    def _outcome(self, request: Request, answer: Answer) -> Answer:
        """How this dialect calls a conditional write that did not take place."""
        create = "if-none-match" in request.headers
        if answer.status == 412 and create and self._dialect.failed_create != 412:
            return Answer(self._dialect.failed_create, answer.without("content-type"), 0)
        if answer.status == 412 and not create and self._dialect.missing_replace == 404:
            if self._client.request("HEAD", request.key).status == 404:
                return error_answer(404, "NoSuchKey", "the specified key does not exist")
        if answer.status == 500:
            content = b"".join(answer.pieces)
            answer.pieces = [content]
            if b"UnknownError" in content:  # Ceph's loser of a race
                status = self._dialect.concurrent_write
                code = "ConditionalRequestConflict" if status == 409 else "PreconditionFailed"
                return error_answer(status, code, "at least one condition did not hold")
        return answer

    def _without_fresh(self, listing: bytes, query: Mapping[str, str], hidden_seconds: float) -> bytes:
        now = time.monotonic()
        with self._lock:
            fresh = {key for key, written in self._written.items() if now - written < hidden_seconds}

        def shown(match: "re.Match[str]") -> str:
            key = html.unescape(match.group(1))
            key = urllib.parse.unquote(key) if query.get("encoding-type") == "url" else key
            return "" if key in fresh else match.group()

        entry = re.compile(r"<Contents>(?:(?!</Contents>).)*?<Key>(.*?)</Key>.*?</Contents>", re.DOTALL)
        return entry.sub(shown, listing.decode()).encode()


def _age(amz_date: str) -> float:
    """Seconds since an x-amz-date, negative if it is to come."""
    then = datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    return (datetime.now(timezone.utc) - then).total_seconds()
