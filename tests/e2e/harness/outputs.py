"""The file behind GITHUB_OUTPUT, read as strictly as its writers ought to write it."""

from typing import Dict


class MalformedOutput(AssertionError):
    pass


def parse_outputs(text: str) -> Dict[str, str]:
    """Accepts the delimiter form alone: `name=value` breaks with the first value that has a line end."""
    if text and not text.endswith("\n"):
        raise MalformedOutput("the last line has no line end")
    if "\r" in text:
        raise MalformedOutput("a carriage return")
    outputs: Dict[str, str] = {}
    delimiters = set()
    lines = iter(text.split("\n")[:-1])
    for line in lines:
        name, found, delimiter = line.partition("<<")
        if not found or not name or not delimiter:
            raise MalformedOutput(f"not of the form name<<delimiter: {line!r}")
        if name in outputs:
            raise MalformedOutput(f"{name} is set twice")
        if delimiter in delimiters:
            raise MalformedOutput(f"{name} uses a delimiter for the second time, so it is not random")
        delimiters.add(delimiter)
        value = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        else:
            raise MalformedOutput(f"the value of {name} never ends")
        if delimiter in name or any(delimiter in part for part in value):
            raise MalformedOutput(f"the delimiter of {name} occurs in name or value")
        outputs[name] = "\n".join(value)
    return outputs
