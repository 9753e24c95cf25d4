"""Markdown as the tests of the documentation read it: headings, links, tables and fences of a file."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^(?P<indent> *)```.*?^(?P=indent)```$", flags=re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", flags=re.DOTALL)
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]+)\)")
_HEADING = re.compile(r"^(?P<level>#{1,6}) +(?P<text>.+?) *$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """One Markdown file of the repository."""

    path: Path

    @cached_property
    def text(self) -> str:
        """Return the file as it is."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """Return the text without its fences."""
        return _FENCE.sub("", self.text)

    @property
    def name(self) -> str:
        """Return the path from the root of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def links(self) -> list[str]:
        """Return the targets of all links."""
        return [match["target"] for match in _LINK.finditer(_INLINE_CODE.sub("code", self.prose))]

    @cached_property
    def anchors(self) -> set[str]:
        """Return the anchors that its headings make, in the manner of GitHub."""
        seen: Counter[str] = Counter()
        found = set()
        for match in _HEADING.finditer(self.prose):
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match["text"]).replace("`", "").lower()
            slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return found

    def sections(self, level: int) -> dict[str, str]:
        """Return the text under each heading of a level, up to the next one of this level or above."""
        parts = re.split(rf"^#{{1,{level}}} +", self.prose, flags=re.MULTILINE)
        marks = [match["level"] for match in _HEADING.finditer(self.prose) if len(match["level"]) <= level]
        texts = (part.partition("\n") for part in parts[1:])
        return {
            title.strip(): body
            for mark, (title, _, body) in zip(marks, texts, strict=True)
            if len(mark) == level
        }

    def linked_files(self) -> Iterator[tuple[str, Path, str]]:
        """Yield target, file and anchor of each link inside the repository."""
        for target in self.links:
            if re.match(r"[a-z][a-z+.-]*:", target):
                continue
            place, _, anchor = target.partition("#")
            path = (self.path.parent / unquote(place)).resolve() if place else self.path
            yield target, path, unquote(anchor)


def table_keys(text: str) -> list[str]:
    """Return everything in backticks in the first columns of the tables in a text."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return [key for cell in cells for key in re.findall(r"`([^`]+)`", cell)]


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of the tables in a text, headers and rules left out."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if row[0].startswith("`")]


def find_documents() -> list[Document]:
    """Return the Markdown files that the repository's readers meet."""
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/**/README.md")]
    return [Document(path) for path in sorted(files)]
