"""The expressions of workflows that action.yml uses: properties, literals, `== != && || !`, status functions."""

import re
from typing import Any, List, Mapping

_TOKEN = re.compile(r"\s*(?:(==|!=|&&|\|\||[!()])|'((?:[^']|'')*)'|([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*))")
_STATUS = {"always", "success", "failure", "cancelled"}


class ExpressionError(ValueError):
    pass


def _tokens(text: str) -> List[tuple]:
    tokens = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if not match:
            raise ExpressionError(f"cannot read {text[position:]!r} in {text!r}")
        operator, literal, name = match.groups()
        if operator:
            tokens.append(("operator", operator))
        elif name:
            tokens.append(("name", name))
        else:
            tokens.append(("literal", literal.replace("''", "'")))
        position = match.end()
    return tokens


class _Evaluator:
    def __init__(self, text: str, context: Mapping[str, Any], status: str):
        self._text = text
        self._tokens = _tokens(text)
        self._context = context
        self._status = status

    def value(self) -> Any:
        result = self._or()
        if self._tokens:
            raise ExpressionError(f"superfluous {self._tokens[0][1]!r} in {self._text!r}")
        return result

    def _take(self, *operators: str) -> str:
        if self._tokens and self._tokens[0][0] == "operator" and self._tokens[0][1] in operators:
            return self._tokens.pop(0)[1]
        return ""

    def _or(self) -> Any:
        left = self._and()
        while self._take("||"):
            right = self._and()
            left = left or right
        return left

    def _and(self) -> Any:
        left = self._comparison()
        while self._take("&&"):
            right = self._comparison()
            left = left and right
        return left

    def _comparison(self) -> Any:
        left = self._unary()
        operator = self._take("==", "!=")
        if not operator:
            return left
        equal = str(left).lower() == str(self._unary()).lower()  # the host ignores case in comparisons of text
        return equal if operator == "==" else not equal

    def _unary(self) -> Any:
        if self._take("!"):
            return not self._unary()
        if self._take("("):
            inner = self._or()
            if not self._take(")"):
                raise ExpressionError(f"a missing ) in {self._text!r}")
            return inner
        if not self._tokens or self._tokens[0][0] == "operator":
            raise ExpressionError(f"an operand is missing in {self._text!r}")
        kind, text = self._tokens.pop(0)
        if kind == "literal":
            return text
        if self._take("("):
            if not self._take(")") or text not in _STATUS:
                raise ExpressionError(f"no such function: {text}")
            return text == "always" or text == self._status
        if text in ("true", "false"):
            return text == "true"
        return self._property(text)

    def _property(self, path: str) -> Any:
        value: Any = self._context
        for index, part in enumerate(path.split(".")):
            if index == 0 and part not in value:
                raise ExpressionError(f"no context {part!r} in {self._text!r}")
            value = value.get(part) if isinstance(value, Mapping) else None
        return "" if value is None else value


def evaluate(text: str, context: Mapping[str, Any], status: str = "success") -> Any:
    return _Evaluator(text, context, status).value()


def expand(text: str, context: Mapping[str, Any]) -> str:
    """Replaces each `${{ … }}` in `text`."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(evaluate(match.group(1), context)), text)


def condition(text: str, context: Mapping[str, Any], status: str) -> bool:
    """An `if:`; without a status function it means `success() && (…)`."""
    match = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text)
    inner = match.group(1) if match else text
    if not re.search(rf"\b(?:{'|'.join(_STATUS)})\(", inner):
        return status == "success" and bool(evaluate(inner, context, status))
    return bool(evaluate(inner, context, status))
