"""The part of YAML that action files and workflows use: block mappings and lists, flow lists of plain scalars,
quoted and plain scalars, literal (`|`) and folded (`>`) blocks, comments.

Every scalar stays text. What is outside the subset is an error, never a guess.
"""

import re
from typing import Any, List, NamedTuple


class YamlError(ValueError):
    pass


class _Line(NamedTuple):
    number: int
    indent: int
    text: str  # without indent and comment


_KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s#&*!|>'"%@`\[\]{},:-][^#:]*?|-?[A-Za-z_][\w-]*)\s*:(?:\s+(.*))?$""")
_BLOCK = re.compile(r"([|>])([+-]?)$")


def _without_comment(text: str) -> str:
    quote = ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"" and (index == 0 or text[index - 1] in " [,"):
            quote = char
        elif char == "#" and (index == 0 or text[index - 1] == " "):
            return text[:index].rstrip()
    return text.rstrip()


def _scalar(text: str, number: int) -> Any:
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1].strip()
        return [_scalar(part.strip(), number) for part in inner.split(",")] if inner else []
    if text == "{}":
        return {}
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        if "\\" in text:
            raise YamlError(f"line {number}: escapes in double quotes are outside the subset")
        return text[1:-1]
    if text[:1] in tuple("&*!|>%@`\"'[]{},"):
        raise YamlError(f"line {number}: cannot read {text!r}")
    if ": " in text or text.endswith(":"):
        raise YamlError(f"line {number}: a plain scalar with a colon: {text!r}")
    return text


class _Reader:
    def __init__(self, text: str):
        self._raw = text.split("\n")
        self._position = 0

    def _peek(self) -> _Line:
        """The next line with content; indent -1 at the end."""
        while self._position < len(self._raw):
            raw = self._raw[self._position]
            if "\t" in raw[: len(raw) - len(raw.lstrip())]:
                raise YamlError(f"line {self._position + 1}: a tab in the indent")
            text = _without_comment(raw.strip())
            if text and not (text == "---" and self._position == 0):
                return _Line(self._position + 1, len(raw) - len(raw.lstrip(" ")), text)
            self._position += 1
        return _Line(len(self._raw), -1, "")

    def document(self) -> Any:
        first = self._peek()
        if first.indent < 0:
            return None
        value = self._node(first.indent)
        rest = self._peek()
        if rest.indent >= 0:
            raise YamlError(f"line {rest.number}: does not belong to anything: {rest.text!r}")
        return value

    def _node(self, indent: int) -> Any:
        line = self._peek()
        if line.text == "-" or line.text.startswith("- "):
            return self._list(indent)
        if _KEY.match(line.text):
            return self._mapping(indent)
        self._position += 1
        return _scalar(line.text, line.number)

    def _list(self, indent: int) -> List[Any]:
        items = []
        while True:
            line = self._peek()
            if line.indent != indent or not (line.text == "-" or line.text.startswith("- ")):
                break
            content = line.text[1:].lstrip()
            if not content:
                self._position += 1
                items.append(self._nested(indent))
                continue
            # The dash is blanked, so that what follows it reads as a node with a deeper indent.
            raw = self._raw[self._position]
            self._raw[self._position] = raw[:indent] + " " + raw[indent + 1 :]
            items.append(self._node(self._peek().indent))
        if line.indent > indent:
            raise YamlError(f"line {line.number}: wrong indent")
        return items

    def _mapping(self, indent: int) -> dict:
        result: dict = {}
        while True:
            line = self._peek()
            if line.indent != indent:
                break
            match = _KEY.match(line.text)
            if not match:
                raise YamlError(f"line {line.number}: expected a key: {line.text!r}")
            key = match.group(1).strip("'\"")
            if key in result:
                raise YamlError(f"line {line.number}: {key} for the second time")
            self._position += 1
            rest = (match.group(2) or "").strip()
            block = _BLOCK.match(rest)
            if block:
                result[key] = self._block(indent, *block.groups())
            elif rest:
                result[key] = _scalar(rest, line.number)
            else:
                result[key] = self._nested(indent)
        if line.indent > indent:
            raise YamlError(f"line {line.number}: wrong indent")
        return result

    def _nested(self, indent: int) -> Any:
        line = self._peek()
        deeper = line.indent > indent
        list_beside_key = line.indent == indent and (line.text == "-" or line.text.startswith("- "))
        return self._node(line.indent) if deeper or list_beside_key else None

    def _block(self, indent: int, style: str, chomp: str) -> str:
        lines: List[str] = []
        inner = -1
        while self._position < len(self._raw):
            raw = self._raw[self._position]
            depth = len(raw) - len(raw.lstrip(" "))
            if raw.strip():
                if depth <= indent:
                    break
                inner = depth if inner < 0 else inner
                if depth < inner:
                    raise YamlError(f"line {self._position + 1}: wrong indent in a block")
            lines.append(raw[inner:] if inner >= 0 else "")
            self._position += 1
        while lines and not lines[-1].strip():
            lines.pop()
        if style == "|":
            text = "\n".join(lines)
        else:
            text = re.sub(r"(?<!\n)\n(?!\n)", " ", "\n".join(lines)).replace("\n\n", "\n")
        return text if chomp == "-" or not lines else text + "\n"


def parse_yaml(text: str) -> Any:
    return _Reader(text).document()
