"""What the proxy can do to an exchange, and the rules that say to which one.

A fault happens in one phase of an exchange; the rules are looked at once the head of a request has been read, and the
first rule that applies decides. Rules count by themselves: `first=2, times=1` hits the second match and no other.
"""

import random
import threading
from dataclasses import dataclass, field
from typing import Any, List, Mapping, Optional, Sequence

# kind → what happens. `at` is a share of the body, from 0 to 1.
KINDS = {
    # Connections that end. What comes before is as it should be.
    "reset-before-request": "reset after the head of the request, before its body is read",
    "reset-mid-request": "reset after `at` of the request's body; the server sees an upload that breaks off",
    "reset-before-answer": "the server has done what was asked; reset instead of its answer",
    "reset-mid-answer": "reset after `at` of the answer's body, or in the middle of its head if there is no body",
    "truncate": "the connection is closed in good order after `at` of the answer's body",
    # Answers of the proxy's own; the server is not asked.
    "status": "`status` with the error document of S3: `code`, `message`, `extra` (XML), further `headers`",
    # Answers that are changed on the way.
    "flip": "the byte at `at` of the answer's body has all its bits flipped",
    "flip-request": "the same on the way there; the server notices by the digest",
    "length": "Content-Length differs by `delta` from what is sent",
    "trickle": "the answer's body at `rate` bytes per second",
    "stall": "nothing is sent after `at` of the answer's body (0: not even the head) for `seconds`, then a reset",
    # Writes.
    "late": "the connection is reset, and the request is carried out `seconds` later",
    "ignore-conditions": "conditions are taken away, so that the server answers 200: the lying store",
    "refuse-conditions": "501 if there is a condition on a write",
}


@dataclass(frozen=True)
class Fault:
    kind: str
    at: float = 0.5
    status: int = 503
    code: str = "ServiceUnavailable"
    message: str = "as the test asked"
    extra: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delta: int = 0
    rate: int = 0
    seconds: float = 60

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; there are {', '.join(KINDS)}")


# How a request is called, by what it does to a history. `snapshot` and `backup` are the objects K and K.backup.
OPERATIONS = {
    "list": "a page of the names of the run records",
    "look": "HEAD of any object",
    "download": "GET of the snapshot",
    "read-backup": "GET of the backup",
    "read-record": "GET of a run record",
    "record": "PUT of a run record",
    "upload": "PUT of the snapshot",
    "copy": "a copy on the server, for the backup",
    "keep": "PUT of a damaged snapshot that is kept",
    "delete": "DELETE of any object",
    "probe": "whatever is done to a key that only asks the store what it can do",
    "bucket": "PUT or HEAD of the bucket",
    "other": "anything else",
}


def operation_of(method: str, key: Optional[str], headers: Mapping[str, str]) -> str:
    if key is None:
        return "list" if method == "GET" else "bucket"
    if ".probe" in key or ".doctor/" in key:
        return "probe"
    is_record = ".runs/" in key
    if method == "GET":
        return "read-record" if is_record else "read-backup" if key.endswith(".backup") else "download"
    if method == "PUT":
        if "x-amz-copy-source" in headers:
            return "copy"
        return "record" if is_record else "keep" if ".corrupt-" in key else "upload"
    return {"HEAD": "look", "DELETE": "delete"}.get(method, "other")


@dataclass(frozen=True)
class Rule:
    """`operation` is one of OPERATIONS, empty for any; `key` is how the key ends. Matches are counted from 1."""

    fault: Fault
    operation: str = ""
    key: str = ""
    first: int = 1
    times: Optional[int] = None  # absent: every match from `first` on
    probability: float = 1.0

    def __post_init__(self) -> None:
        if self.operation and self.operation not in OPERATIONS:
            raise ValueError(f"no operation {self.operation!r}; there are {', '.join(OPERATIONS)}")

    def matches(self, operation: str, key: Optional[str]) -> bool:
        return self.operation in ("", operation) and (key or "").endswith(self.key)


def rule_of(described: Mapping[str, Any]) -> Rule:
    """A rule from a flat mapping, as it stands in a JSON file: `{"kind": "status", "status": 503, "times": 2}`."""
    about_rule = {name: value for name, value in described.items() if name in Rule.__dataclass_fields__}
    about_fault = {name: value for name, value in described.items() if name not in about_rule}
    return Rule(fault=Fault(**about_fault), **about_rule)


class Rules:
    """Rules with their counters. Random ones repeat with the same seed and the same order of requests."""

    def __init__(self, rules: Sequence[Rule] = (), seed: int = 0):
        self._rules: List[Rule] = list(rules)
        self._matched = [0] * len(self._rules)
        self._hit = [0] * len(self._rules)
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def pick(self, operation: str, key: Optional[str]) -> Optional[Fault]:
        with self._lock:
            for index, rule in enumerate(self._rules):
                if not rule.matches(operation, key):
                    continue
                self._matched[index] += 1
                used_up = rule.times is not None and self._hit[index] >= rule.times
                if self._matched[index] < rule.first or used_up or self._random.random() >= rule.probability:
                    continue
                self._hit[index] += 1
                return rule.fault
        return None

    def hits(self) -> int:
        with self._lock:
            return sum(self._hit)
