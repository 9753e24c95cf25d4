"""Reads the demonstration's content from its files.

An article is one TOML file in ``content/articles``; its readers' comments are in the file of the same name in
``content/comments``. An unexpected key raises ``TypeError``, so that a mistake is noticed.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

CONTENT: Final = Path(__file__).parent / "content"


@dataclass(frozen=True, kw_only=True)
class PersonData:
    """A fictional author."""

    key: str
    name: str
    credentials: str
    role: str
    bio: str


@dataclass(frozen=True, kw_only=True)
class HeroData:
    """The picture over an article."""

    artwork: str
    alt: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class CommentData:
    """A comment by a fictional reader, ``hours`` after the article was published.

    ``parent`` is the key of the comment replied to, ``claim`` that of the claim it is about, ``user`` the
    name of the account it was written from; each is empty if there is none. ``note`` is the moderator's.
    """

    key: str
    name: str
    email: str
    hours: float
    status: str
    body: str
    parent: str = ""
    claim: str = ""
    website: str = ""
    user: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DiscussionData:
    """What was written under an article."""

    comments: tuple[CommentData, ...] = ()
    is_open: bool = True


@dataclass(frozen=True, kw_only=True)
class ArticleData:
    """An article. Its ages are in days, so that the demonstration is never out of date."""

    title: str
    slug: str
    parent: str
    published_days_ago: int
    standfirst: str
    search_description: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    hero: HeroData
    body: tuple[dict[str, Any], ...]
    discussion: DiscussionData
    updated_days_ago: int | None = None
    show_in_menus: bool = False

    def published_at(self, now: datetime) -> datetime:
        """Return when the article appeared, seen from ``now``."""
        return now - timedelta(days=self.published_days_ago)

    def updated_at(self, now: datetime) -> datetime | None:
        """Return when its substance last changed, None if it hasn't."""
        return None if self.updated_days_ago is None else now - timedelta(days=self.updated_days_ago)


@dataclass(frozen=True, kw_only=True)
class PageData:
    """The texts of a page that is no article."""

    title: str
    slug: str
    introduction: str
    search_description: str
    headline: str = ""


@dataclass(frozen=True)
class DemoData:
    """Everything that the demonstration is made of."""

    folder: Path = field(default=CONTENT)

    @cached_property
    def home(self) -> PageData:
        return PageData(**self._read("site.toml")["home"])

    @cached_property
    def index(self) -> PageData:
        return PageData(**self._read("site.toml")["articles"])

    @cached_property
    def people(self) -> dict[str, PersonData]:
        """Return the authors by their keys."""
        return {row["key"]: PersonData(**row) for row in self._read("people.toml")["person"]}

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """Return the sources, as CSL-JSON items, by their keys."""
        return {row["key"]: row["csl"] for row in self._read("sources.toml")["source"]}

    @cached_property
    def articles(self) -> list[ArticleData]:
        """Return the articles, oldest first: an article links to older ones only."""
        names = sorted(path.name for path in (self.folder / "articles").glob("*.toml"))
        return sorted(map(self._read_article, names), key=lambda article: -article.published_days_ago)

    def _read_article(self, name: str) -> ArticleData:
        row = self._read(f"articles/{name}")
        row["hero"] = HeroData(**row["hero"])
        for key in ("authors", "tags", "body"):
            row[key] = tuple(row[key])
        return ArticleData(**row, discussion=self._read_discussion(f"comments/{name}"))

    def _read_discussion(self, name: str) -> DiscussionData:
        row = self._read(name)
        # TOML's multi-line strings end with the line break before the closing quotes, if there is one.
        comments = [
            CommentData(**{**comment, "body": comment["body"].strip()}) for comment in row.pop("comment")
        ]
        return DiscussionData(comments=tuple(comments), **row)

    def _read(self, name: str) -> dict[str, Any]:
        with (self.folder / name).open("rb") as file:
            return tomllib.load(file)
