"""The pages that tell people what to type, and the fenced blocks in them."""

import re
import textwrap
from pathlib import Path
from typing import List, NamedTuple

from harness.settings import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs" / "guide").glob("*.md")])
GITLAB = "# .gitlab-ci.yml"  # first line of a YAML block that is none of GitHub's


class Block(NamedTuple):
    page: str  # name of the file
    language: str
    text: str  # without the indent of a list

    @property
    def first(self) -> str:
        """The first command without its comment, by which the tests know a block of commands."""
        return re.sub(r"\s+#\s.*", "", self.text.splitlines()[0]).strip()


def blocks(page: Path, language: str) -> List[Block]:
    found = re.findall(rf"(?ms)^( *)```{language}\n(.*?)^ *```$", page.read_text())
    return [Block(page.name, language, textwrap.dedent(text)) for _, text in found]


def page(name: str) -> Path:
    [found] = [path for path in PAGES if path.name == name]
    return found


def workflows(page: Path) -> List[Block]:
    """YAML blocks for GitHub: whole workflows, and steps alone."""
    return [block for block in blocks(page, "yaml") if not block.text.startswith(GITLAB)]
