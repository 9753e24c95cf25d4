"""Reading a how-to page the way a reader follows it."""

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", flags=re.MULTILINE | re.DOTALL)
# The first line of a block that names its file: `# path` in Python, `{# path #}` in a template.
_FILE_NAME = re.compile(r"(?:#|\{#) (?P<path>[\w./-]+\.\w+)(?: #\})?\n")


@dataclass(frozen=True)
class FileStep:
    """Text that goes to the end of a file of the project."""

    path: str
    text: str


@dataclass(frozen=True)
class CommandStep:
    """A command line that is run in the project's folder."""

    line: str


def read_steps(page: Path) -> list[FileStep | CommandStep]:
    """Return what a page has its reader do, in order.

    Raises ``ValueError`` for a block that is neither commands nor names a file: nobody could follow that.
    """
    steps: list[FileStep | CommandStep] = []
    for block in _FENCE.finditer(page.read_text(encoding="utf-8")):
        text = block["text"]
        name = _FILE_NAME.match(text)
        if block["language"] == "console":
            steps += [CommandStep(line[2:]) for line in text.splitlines() if line.startswith("$ ")]
        elif name:
            steps.append(FileStep(name["path"], text))
        else:
            raise ValueError(f"A block of {page.name} doesn't say where it goes: {text[:60]!r}")
    return steps
