"""Creates a bucket on a test server that may still be starting, and proves that it can be used.

    bucket.py PIDS ENDPOINT ACCESS_KEY BUCKET     the secret key is read from standard input

Tries again until the server answers properly; gives up after a minute, or when a process whose id is in a file of the
directory PIDS has ended. `request` is also a plain signed request for
whoever needs one: AWS signature version 4 with a signed payload, in the form that every S3 server accepts.
"""

import datetime
import hashlib
import hmac
import http.client
import sys
import time
import urllib.parse
from pathlib import Path


def request(method, url, access_key, secret_key, body=b"", headers=None, region="us-east-1", timeout=30):
    """One signed request; returns (status, headers, body). The path of `url` is given percent-encoded."""
    parts = urllib.parse.urlsplit(url)
    now = datetime.datetime.now(datetime.timezone.utc)
    digest = hashlib.sha256(body).hexdigest()
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    sent |= {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")}
    query = sorted(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    encoded_query = "&".join(f"{urllib.parse.quote(k, safe='')}={urllib.parse.quote(v, safe='')}" for k, v in query)
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name].strip()}\n" for name in sorted(sent))
    canonical = "\n".join([method, parts.path or "/", encoded_query, lines, names, digest])
    scope = f"{now:%Y%m%d}/{region}/s3/aws4_request"
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", sent["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = ("AWS4" + secret_key).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    sent["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    if body or method in ("PUT", "POST"):
        sent["content-length"] = str(len(body))
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request(method, (parts.path or "/") + ("?" + encoded_query if encoded_query else ""), body, sent)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def ended(folder):
    """Names of the servers in `folder` that do not run any more."""
    return [file.stem for file in sorted(folder.glob("*.pid")) if not Path("/proc", file.read_text().strip(), "exe").exists()]


def create(endpoint, access_key, secret_key, bucket):
    """One round: nothing once an object can be written, read and deleted, else what went wrong."""
    steps = [
        ("PUT", "", b"", (200, 409)),  # 409: Swift's answer for one's own bucket
        ("PUT", "/.probe", b"probe", (200,)),
        ("GET", "/.probe", b"", (200,)),
        ("DELETE", "/.probe", b"", (200, 204)),
    ]
    for method, path, body, expected in steps:
        try:
            status, _, answer = request(method, f"{endpoint}/{bucket}{path}", access_key, secret_key, body, timeout=10)
        except (OSError, http.client.HTTPException) as error:
            return f"{method} /{bucket}{path}: {error}"
        if status not in expected:
            return f"{method} /{bucket}{path}: {status} {answer[:300]!r}"
    return None


def main(pids, endpoint, access_key, bucket):
    secret_key = sys.stdin.readline().strip()
    deadline = time.monotonic() + 60
    while problem := create(endpoint, access_key, secret_key, bucket):
        if gone := ended(Path(pids)):
            sys.exit(f"bucket.py: ended by itself: {', '.join(gone)}; last answer: {problem}")
        if time.monotonic() > deadline:
            sys.exit(f"bucket.py: not ready in time: {problem}")
        time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
