"""Rich text as lines of marked words, so that two texts that read and look the same compare equal."""

import re
from html.parser import HTMLParser

_MARKS = {"b": "b", "strong": "b", "i": "i", "em": "i", "sup": "sup", "sub": "sub"}
_SPACE_RUN = re.compile(r"\s+")

# A line's kind (p, ul, ol) and depth, then its texts, each after its marks.
Line = list[str | int | list[str]]


def read_lines(html: str) -> list[Line]:
    """Return the paragraphs and list items of `html`, without what the order of its tags adds.

    `<b><i>x</i></b>` equals `<i><b>x</b></i>`, and a list equals the same list in two pieces.
    """
    reader = _LineReader()
    reader.feed(html)
    reader.close()
    return reader.finish()


class _LineReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[str, int, list[tuple[tuple[str, ...], str]]]] = [("p", 0, [])]
        self._lists: list[str] = []
        self._marks: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"ul", "ol"}:
            self._lists.append(tag)
        elif tag == "li":
            self._lines.append((self._lists[-1] if self._lists else "ul", len(self._lists), []))
        elif tag == "p":
            self._lines.append(("p", 0, []))
        elif tag == "br":
            self.handle_data("\n")
        elif tag == "a":
            target = " ".join(f"{name}={value}" for name, value in sorted(attrs, key=lambda pair: pair[0]))
            self._marks.append(("a", f"a {target}"))
        elif tag in _MARKS:
            self._marks.append((tag, _MARKS[tag]))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        for index in reversed(range(len(self._marks))):
            if self._marks[index][0] == tag:
                del self._marks[index]
                break

    def handle_data(self, data: str) -> None:
        marks = tuple(sorted({mark for _, mark in self._marks}))
        texts = self._lines[-1][2]
        if texts and texts[-1][0] == marks:
            texts[-1] = (marks, texts[-1][1] + data)
        else:
            texts.append((marks, data))

    def finish(self) -> list[Line]:
        """Return the lines that have any text."""
        return [
            [kind, depth, *([*marks, _SPACE_RUN.sub(" ", text)] for marks, text in texts)]
            for kind, depth, texts in self._lines
            if "".join(text for _, text in texts).strip()
        ]
