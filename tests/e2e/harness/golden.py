"""Texts for a person to review: kept in tests/golden, compared by tests, written anew with UNENTROPY_UPDATE_GOLDEN=1.

A file has sections, each under a line `== TITLE`; a test owns one of them.
"""

import os
import re
from typing import Dict, List

from harness import settings

FOLDER = settings.ROOT / "tests" / "golden"


def _sections(text: str) -> Dict[str, str]:
    """Title → what stands below it; the text before the first title is that of the empty title."""
    parts = re.split(r"(?m)^== (.*)\n", text)
    return {"": parts[0], **{title: body.strip("\n") for title, body in zip(parts[1::2], parts[2::2])}}


def check(case, file_name: str, title: str, lines: List[str]) -> None:
    """Compares `lines` with the section of that title, or writes them there."""
    path = FOLDER / file_name
    sections = _sections(path.read_text()) if path.exists() else {"": ""}
    found = "\n".join(lines)
    if os.environ.get("UNENTROPY_UPDATE_GOLDEN") == "1":
        sections[title] = found
        texts = [f"== {name}\n\n{body}\n" for name, body in sections.items() if name]
        path.write_text(sections[""] + "\n".join(texts))
        return
    hint = f"{path.relative_to(settings.ROOT)}; if it is meant so, run once with UNENTROPY_UPDATE_GOLDEN=1"
    case.assertEqual(sections.get(title, "").split("\n"), found.split("\n"), hint)
