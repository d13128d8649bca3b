"""An S3 client independent of the program under test: AWS Signature Version 4 on http.client, path style only."""

import hashlib
import hmac
import http.client
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone
from typing import Mapping, NamedTuple, Optional, Sequence, Tuple
from xml.sax.saxutils import escape

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


class Refusal(NamedTuple):
    """The server's side of a signature that is not accepted. `extra` is XML beside code and message."""

    status: int
    code: str
    message: str
    extra: str = ""


class Signed(NamedTuple):
    """What a signed request says of itself, believed only once it has been checked."""

    access_key: str
    scope: str  # date/region/service/aws4_request
    headers: Sequence[str]

    @property
    def region(self) -> str:
        return (self.scope.split("/") + [""])[1]


def signed_by(headers: Mapping[str, str]) -> Optional[Tuple[Signed, str]]:
    """Who signed a request, and the signature; nothing if it is unsigned."""
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^,]+)/(\d{8}/[^/,]*/s3/aws4_request), ?"
        r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if not match:
        return None
    access_key, scope, names, given = match.groups()
    return Signed(access_key, scope, names.split(";")), given


def check_signature(
    method: str, path: str, query: Query, headers: Mapping[str, str], users: Mapping[str, Credentials]
) -> Optional[Refusal]:
    """What a server answers to a request that is not signed by one of `users` (by access key); nothing if it is."""
    found = signed_by(headers)
    if not found:
        return Refusal(403, "AccessDenied", "unsigned request")
    signed, given = found
    token = headers.get("x-amz-security-token", "")
    user = users.get(signed.access_key)
    named = f"<AWSAccessKeyId>{escape(signed.access_key)}</AWSAccessKeyId>"
    if not user:
        return Refusal(403, "InvalidAccessKeyId", "as the test asked", named)
    if token != user.session_token:
        return Refusal(400, "InvalidToken", "as the test asked", f"<Token-0>{escape(token)}</Token-0>")
    must_sign = {"host", "x-amz-content-sha256", "x-amz-date"} | ({"x-amz-security-token"} if token else set())
    if not must_sign <= set(signed.headers) or not set(signed.headers) <= set(headers):
        return Refusal(403, "AccessDenied", f"the signed headers are {';'.join(signed.headers)}")
    wanted = signature(user.secret_key, method, path, query, headers, signed.headers, signed.scope)
    if hmac.compare_digest(wanted, given):
        return None
    # As talkative as the original, which repeats the key id and what was signed.
    told = f"<StringToSign>AWS4-HMAC-SHA256 {escape(token)}</StringToSign>"
    told += f"<SignatureProvided>{given}</SignatureProvided>"
    return Refusal(403, "SignatureDoesNotMatch", "as the test asked", named + told)


def sign_request(
    credentials: Credentials, region: str, method: str, path: str, query: Query, headers: Mapping[str, str]
) -> Mapping[str, str]:
    """What to add so that all of `headers` (lower-case names, x-amz-content-sha256 among them) is signed, as of now."""
    now = datetime.now(timezone.utc)
    added = {"x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")}
    if credentials.session_token:
        added["x-amz-security-token"] = credentials.session_token
    signed = {**headers, **added}
    names = sorted(signed)
    scope = f"{now:%Y%m%d}/{region}/s3/aws4_request"
    sign = signature(credentials.secret_key, method, path, query, signed, names, scope)
    return {
        **added,
        "authorization": f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={sign}",
    }


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
        all_headers = {name.lower(): value for name, value in headers.items()}
        all_headers["host"] = f"{self._host}:{self._port}"
        all_headers["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
        all_headers.update(sign_request(self._credentials, self._region, method, path, query, all_headers))
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
