"""The one result of every importer: an article as a title, a few facts, and a sequence of parts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the text. The title is not one of them."""

    level: Literal[2, 3]
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Inline HTML without the surrounding `<p>`: text, `<b> <i> <a href> <sup> <sub> <br/>`, nothing else."""

    html: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quotation as plain text; an empty line stands between its paragraphs."""

    text: str
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class ListItem:
    """Inline HTML as in `Paragraph`, and the lists nested under it."""

    html: str
    children: tuple["ListPart", ...] = ()


@dataclass(frozen=True, slots=True)
class ListPart:
    ordered: bool
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text, all of the same length."""

    rows: tuple[tuple[str, ...], ...]
    has_header_row: bool = False
    has_header_column: bool = False
    caption: str = ""


Part = Heading | Paragraph | Quote | ListPart | Table


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """An article read from a file.

    `published_at` is aware and in UTC. `slug` is set only if the file names one. `notes` are whole sentences
    about what was left out or guessed.
    """

    title: str
    parts: tuple[Part, ...]
    standfirst: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None
    slug: str = ""
    notes: tuple[str, ...] = ()
