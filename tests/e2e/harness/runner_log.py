"""What a runner makes of a step's output: workflow commands acted upon, the rest shown with secrets masked.

Follows the runner's own parsing (actions/runner, ActionCommand.cs): lines end at LF, CR LF and a single CR;
`::command::` counts after leading white space; the older `##[command]` counts anywhere in a line; the case of names
does not matter; between `::stop-commands::token` and `::token::` nothing counts.
"""

import re
from typing import Dict, List, NamedTuple, Optional, Set

_ANNOTATIONS = ("error", "warning", "notice")
_KNOWN = {
    *_ANNOTATIONS,
    "add-mask",
    "group",
    "endgroup",
    "stop-commands",
    "debug",
    "echo",
    "set-output",
    "save-state",
    "set-env",
    "add-path",
    "add-matcher",
    "remove-matcher",
}


class Annotation(NamedTuple):
    level: str
    message: str
    properties: Dict[str, str]


class Command(NamedTuple):
    name: str
    properties: Dict[str, str]
    value: str


def _unescape(text: str, property_value: bool) -> str:
    if property_value:
        text = text.replace("%3A", ":").replace("%2C", ",")
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _properties(text: str, separator: str) -> Dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(separator) if part.strip())
    return {name: _unescape(value, True) for name, _, value in pairs}


def _parse(line: str, stop_token: Optional[str]) -> Optional[Command]:
    known = {stop_token.lower()} if stop_token else _KNOWN
    match = re.match(r"::([^\s:]+)(?: (.*?))?::(.*)$", line.lstrip())
    if match and match.group(1).lower() in known:
        return Command(match.group(1).lower(), _properties(match.group(2) or "", ","), _unescape(match.group(3), False))
    match = re.search(r"##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$", line)
    if match and match.group(1).lower() in known:
        return Command(match.group(1).lower(), _properties(match.group(2) or "", ";"), match.group(3))
    return None


class RunnerLog:
    def __init__(self, output: str):
        self.annotations: List[Annotation] = []
        self.masks: Set[str] = set()
        self.groups: List[str] = []
        self.unclosed_groups = 0
        self.other_commands: List[Command] = []  # set-output and the like, which nothing should issue
        self.first_shown: Optional[int] = None  # index of the first line that is no mask command
        self.last_mask: Optional[int] = None
        self.shown: List[str] = []
        stop_token: Optional[str] = None
        for index, line in enumerate(re.split(r"\r\n|\r|\n", output)):
            command = _parse(line, stop_token)
            if command is None:
                if line:
                    self._show(index, line)
            elif stop_token:
                stop_token = None
            elif command.name == "stop-commands":
                stop_token = command.value
                if not stop_token or stop_token in _KNOWN:
                    raise AssertionError(f"a useless stop token: {stop_token!r}")
            elif command.name == "add-mask":
                self.masks.add(command.value)
                self.last_mask = index
            else:
                self._obey(index, command)
        if stop_token:
            raise AssertionError("the log ends while commands are stopped")
        self.text = "\n".join(self.shown)

    def _show(self, index: int, line: str) -> None:
        if self.first_shown is None:
            self.first_shown = index
        for mask in self.masks:
            line = line.replace(mask, "***")
        self.shown.append(line)

    def _obey(self, index: int, command: Command) -> None:
        if command.name == "group":
            self.groups.append(command.value)
            self.unclosed_groups += 1
            self._show(index, command.value)
        elif command.name == "endgroup":
            self.unclosed_groups -= 1
            if self.unclosed_groups < 0:
                raise AssertionError("::endgroup:: without a group")
        elif command.name in _ANNOTATIONS:
            self.annotations.append(Annotation(command.name, command.value, command.properties))
            self._show(index, f"{command.name.capitalize()}: {command.value}")
        else:
            self.other_commands.append(command)

    def messages(self, level: str) -> List[str]:
        return [annotation.message for annotation in self.annotations if annotation.level == level]
