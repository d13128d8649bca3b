"""An S3 client independent of the program under test: AWS Signature Version 4 on http.client, path style only."""

import hashlib
import hmac
import http.client
import urllib.parse
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone
from typing import Mapping, NamedTuple, Optional, Sequence, Tuple

Query = Sequence[Tuple[str, str]]


class Credentials(NamedTuple):
    access_key: str
    secret_key: str
    session_token: str = ""


class Response(NamedTuple):
    status: int
    headers: Mapping[str, str]  # lower-case names
    body: bytes


class S3Error(Exception):
    def __init__(self, method: str, path: str, response: Response):
        super().__init__(f"{method} {path}: {response.status} {response.body[:500]!r}")
        self.status = response.status


def encode(text: str, keep: str = "") -> str:
    return urllib.parse.quote(text, safe="-_.~" + keep)


def canonical_query(query: Query) -> str:
    return "&".join(sorted(f"{encode(name)}={encode(value)}" for name, value in query))


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(
    secret_key: str,
    method: str,
    path: str,
    query: Query,
    headers: Mapping[str, str],
    signed_headers: Sequence[str],
    scope: str,
) -> str:
    """The signature over `headers`, whose names are lower case and hold all of `signed_headers`.

    `path` is as it travels, percent-encoded. `scope` is `date/region/service/aws4_request`.
    """
    canonical = "\n".join(
        [
            method,
            path,
            canonical_query(query),
            "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed_headers),
            ";".join(signed_headers),
            headers["x-amz-content-sha256"],
        ]
    )
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = ("AWS4" + secret_key).encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, to_sign).hex()


class S3Client:
    def __init__(self, endpoint: str, bucket: str, credentials: Credentials, region: str = "us-east-1"):
        parts = urllib.parse.urlsplit(endpoint)
        assert parts.scheme == "http" and parts.hostname, f"the tests talk to a plain http server, not to {endpoint}"
        self._host = parts.hostname
        self._port = parts.port or 80
        self.bucket = bucket
        self._credentials = credentials
        self._region = region

    def request(
        self,
        method: str,
        key: Optional[str] = None,
        query: Query = (),
        headers: Mapping[str, str] = {},
        body: bytes = b"",
    ) -> Response:
        path = "/" + encode(self.bucket) + ("" if key is None else "/" + encode(key, keep="/"))
        now = datetime.now(timezone.utc)
        all_headers = {name.lower(): value for name, value in headers.items()}
        all_headers["host"] = f"{self._host}:{self._port}"
        all_headers["x-amz-date"] = now.strftime("%Y%m%dT%H%M%SZ")
        all_headers["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
        if self._credentials.session_token:
            all_headers["x-amz-security-token"] = self._credentials.session_token
        names = sorted(all_headers)
        scope = f"{now:%Y%m%d}/{self._region}/s3/aws4_request"
        sign = signature(self._credentials.secret_key, method, path, query, all_headers, names, scope)
        all_headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._credentials.access_key}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={sign}"
        )
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        try:
            target = path + ("?" + canonical_query(query) if query else "")
            connection.request(method, target, body=body, headers=all_headers)
            answer = connection.getresponse()
            return Response(
                answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
            )
        finally:
            connection.close()

    def _expect(self, statuses: Sequence[int], method: str, key: Optional[str] = None, **arguments) -> Response:
        response = self.request(method, key, **arguments)
        if response.status not in statuses:
            raise S3Error(method, f"{self.bucket}/{key or ''}", response)
        return response

    def create_bucket(self) -> None:
        response = self.request("PUT")
        if response.status == 409 and b"BucketAlreadyOwnedByYou" in response.body:
            return
        if response.status != 200:
            raise S3Error("PUT", self.bucket, response)

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        self._expect([200], "PUT", key, headers={"content-type": content_type}, body=body)

    def get(self, key: str) -> Response:
        return self._expect([200], "GET", key)

    def find(self, key: str) -> Optional[Response]:
        response = self._expect([200, 404], "GET", key)
        return response if response.status == 200 else None

    def delete(self, key: str) -> None:
        self._expect([200, 204], "DELETE", key)

    def list(self, prefix: str) -> list:
        """Every key with `prefix`, over all pages."""
        keys = []
        token = ""
        while True:
            query = [("list-type", "2"), ("prefix", prefix)]
            if token:
                query.append(("continuation-token", token))
            tree = ElementTree.fromstring(self._expect([200], "GET", query=query).body)
            space = tree.tag[: tree.tag.index("}") + 1] if tree.tag.startswith("{") else ""
            keys += [entry.findtext(f"{space}Key") for entry in tree.iter(f"{space}Contents")]
            token = tree.findtext(f"{space}NextContinuationToken") or ""
            if not token:
                return keys
