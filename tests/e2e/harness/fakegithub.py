"""The part of GitHub's REST API that the program uses, inside the test process, after its documentation (2022-11-28).

Comments of pull requests with pages and permissions, the account of a token, comparing commits, artifacts and their
runs. Every answer can be replaced by another.
"""

import hashlib
import io
import json
import re
import urllib.parse
import zipfile
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from harness.loopback import LoopbackServer

BOT = "github-actions[bot]"


class ApiRequest(NamedTuple):
    method: str
    path: str  # below the base URL
    query: Mapping[str, str]
    headers: Mapping[str, str]  # lower-case names
    body: Any  # parsed; None without one


class ApiReply(NamedTuple):
    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


def refused(status: int, message: str, **headers: str) -> ApiReply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ApiReply(status, {"message": message, "documentation_url": "https://docs.github.com/rest"}, named)


class Blobs(LoopbackServer):
    """The other host, to which downloads are redirected. A token has no business there."""

    def __init__(self):
        super().__init__()
        self.files: Dict[str, bytes] = {}
        self.failures = 0  # this many requests are answered with 503 first
        self.cut = False  # half of the body, then the connection ends
        self.requests: List[Mapping[str, str]] = []

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.requests.append({name.lower(): value for name, value in handler.headers.items()})
            failing, self.failures = self.failures > 0, max(0, self.failures - 1)
        body = self.files.get(handler.path)
        status = 403 if "authorization" in self.requests[-1] else 503 if failing else 200
        if body is None or status != 200:
            handler.send_response(404 if status == 200 else status)
            handler.send_header("content-length", "0")
            handler.end_headers()
            return
        handler.send_response(200)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2] if self.cut else body)
        handler.close_connection = self.cut


def zipped(content: bytes, name: str = "unentropy-metrics.db") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


class FakeGithub(LoopbackServer):
    """`with FakeGithub("octo/example") as host:` — `host.url` is what GITHUB_API_URL has to be, as on an own server."""

    def __init__(self, repository: str, token: str = "ghs_token-of-the-job"):
        super().__init__()
        self.url = f"{self.origin}/api/v3"
        self.repository = repository
        self.token = token
        self.may_write = True  # `pull-requests: write`
        self.login: Optional[str] = None  # of the token's account; None: a job's own token, which may not ask
        self.page_size = 100
        self.comments: Dict[int, List[Dict[str, Any]]] = {}  # by number of the pull request
        self.parents: Dict[str, List[str]] = {}  # commit → its parents
        self.artifacts: List[Dict[str, Any]] = []
        self.runs: Dict[int, Dict[str, Any]] = {}
        self.blobs = Blobs()  # where archives are
        self.gone: List[int] = []  # artifacts that have expired although the list does not say so
        self.requests: List[ApiRequest] = []
        self.fault: Optional[Callable[[ApiRequest], Optional[ApiReply]]] = None
        self._next_id = 1000

    def add_comment(self, pull_request: int, body: str, author: str = BOT) -> Dict[str, Any]:
        self._next_id += 1
        comment = {
            "id": self._next_id,
            "body": body,
            "user": {"login": author},
            "html_url": f"https://github.com/{self.repository}/pull/{pull_request}#issuecomment-{self._next_id}",
        }
        self.comments.setdefault(pull_request, []).append(comment)
        return comment

    def __enter__(self):
        self.blobs.__enter__()
        return super().__enter__()

    def __exit__(self, *arguments) -> None:
        super().__exit__(*arguments)
        self.blobs.__exit__(*arguments)

    def add_artifact(self, archive: bytes, run: int, name: str = "unentropy-metrics", branch: str = "main", **about: Any):
        """`about`: what differs from an artifact of a successful push: conclusion, event, fork, expired, digest, size."""
        self._next_id += 1
        fork = about.get("fork", False)
        owner = "stranger/example" if fork else self.repository
        artifact = {
            "id": self._next_id,
            "name": name,
            "size_in_bytes": about.get("size", len(archive)),
            "expired": about.get("expired", False),
            "created_at": about.get("created_at", f"2026-01-01T{len(self.artifacts) // 60:02}:{len(self.artifacts) % 60:02}:00Z"),
            "digest": about.get("digest", "sha256:" + hashlib.sha256(archive).hexdigest()),
            "workflow_run": {
                "id": run,
                "repository_id": 1,
                "head_repository_id": 2 if fork else 1,
                "head_branch": branch,
                "head_sha": f"{run:040x}",
            },
        }
        self.artifacts.append(artifact)
        self.runs[run] = {
            "id": run,
            "status": "completed",
            "conclusion": about.get("conclusion", "success"),
            "event": about.get("event", "push"),
            "head_branch": branch,
            "head_repository": {"full_name": owner},
            "repository": {"full_name": self.repository},
        }
        self.blobs.files[f"/{self._next_id}.zip"] = archive
        return artifact

    def bodies(self, pull_request: int) -> List[str]:
        return [comment["body"] for comment in self.comments.get(pull_request, [])]

    def seen(self, method: str, pattern: str = "") -> List[ApiRequest]:
        return [request for request in self.requests if request.method == method and re.search(pattern, request.path)]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        url = urllib.parse.urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        path = url.path[len("/api/v3") :] if url.path.startswith("/api/v3/") else url.path
        request = ApiRequest(
            handler.command, path, dict(urllib.parse.parse_qsl(url.query)), headers, json.loads(raw) if raw else None
        )
        with self._lock:
            self.requests.append(request)
            reply = (self.fault and self.fault(request)) or self._answer(request)
        body = b"" if reply.body is None else json.dumps(reply.body).encode()
        handler.send_response(reply.status)
        for name, value in {"content-type": "application/json; charset=utf-8", **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _answer(self, request: ApiRequest) -> ApiReply:
        if "user-agent" not in request.headers:
            return refused(403, "Request forbidden by administrative rules.")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return refused(401, "Bad credentials")
        if request.path == "/user":
            if self.login is None:
                return refused(403, "Resource not accessible by integration")
            return ApiReply(200, {"login": self.login})
        base = f"/repos/{self.repository}"
        if not request.path.startswith(base + "/"):
            return refused(404, "Not Found")
        rest = request.path[len(base) :]
        found = re.fullmatch(r"/issues/(\d+)/comments", rest)
        if found and request.method == "GET":
            return self._page(int(found.group(1)), request)
        if found and request.method == "POST":
            problem = self._writing(request)
            return problem or ApiReply(201, self.add_comment(int(found.group(1)), request.body["body"]))
        found = re.fullmatch(r"/issues/comments/(\d+)", rest)
        if found and request.method == "PATCH":
            return self._writing(request) or self._update(int(found.group(1)), request.body["body"])
        found = re.fullmatch(r"/compare/([0-9a-f]{40})\.\.\.([0-9a-f]{40})", rest)
        if found and request.method == "GET":
            return self._compare(*found.groups())
        if rest == "/actions/artifacts":
            found = [artifact for artifact in self.artifacts if artifact["name"] == request.query["name"]]
            listed, headers = self._page_of(found, request)
            return ApiReply(200, {"total_count": len(found), "artifacts": listed}, headers)
        found = re.fullmatch(r"/actions/runs/(\d+)", rest)
        if found and int(found.group(1)) in self.runs:
            return ApiReply(200, self.runs[int(found.group(1))])
        found = re.fullmatch(r"/actions/artifacts/(\d+)/zip", rest)
        if found and int(found.group(1)) in self.gone:
            return refused(410, "Artifact has expired")
        if found:
            return ApiReply(302, None, {"Location": f"{self.blobs.origin}/{found.group(1)}.zip"})
        return refused(404, "Not Found")

    def _writing(self, request: ApiRequest) -> Optional[ApiReply]:
        if not self.may_write:
            return refused(403, "Resource not accessible by integration")
        if len(request.body["body"].encode("utf-16-le")) // 2 > 65536:
            return refused(422, "Validation Failed: body is too long (maximum is 65536 characters)")
        return None

    def _update(self, comment_id: int, body: str) -> ApiReply:
        for comment in (comment for comments in self.comments.values() for comment in comments):
            if comment["id"] == comment_id:
                comment["body"] = body
                return ApiReply(200, comment)
        return refused(404, "Not Found")

    def _page(self, number: int, request: ApiRequest) -> ApiReply:
        return ApiReply(200, *self._page_of(self.comments.get(number, []), request))

    def _page_of(self, everything: List[Any], request: ApiRequest):
        size = min(self.page_size, int(request.query.get("per_page", "30")))
        page = int(request.query.get("page", "1"))
        headers = {}
        if page * size < len(everything):
            name = f"name={urllib.parse.quote(request.query['name'])}&" if "name" in request.query else ""
            url = f"{self.url}{request.path}?{name}per_page={size}&page="
            last = (len(everything) + size - 1) // size
            headers["Link"] = f'<{url}{page + 1}>; rel="next", <{url}{last}>; rel="last"'
        return everything[(page - 1) * size : page * size], headers

    def _ancestors(self, commit: str) -> List[str]:
        found, waiting = [], [commit]
        while waiting:
            commit = waiting.pop(0)
            if commit not in found:
                found.append(commit)
                waiting += self.parents.get(commit, [])
        return found

    def _compare(self, base: str, head: str) -> ApiReply:
        if base not in self.parents or head not in self.parents:
            return refused(404, "Not Found")
        ours, theirs = self._ancestors(base), self._ancestors(head)
        common = next(commit for commit in theirs if commit in ours)
        ahead = len([commit for commit in theirs if commit not in ours])
        behind = len([commit for commit in ours if commit not in theirs])
        told = {"merge_base_commit": {"sha": common}, "ahead_by": ahead, "behind_by": behind}
        return ApiReply(200, told)
