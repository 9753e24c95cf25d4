"""Links in the rich texts of a page that its readers can't follow, for those who edit it.

Readers see the words of a link to what is gone without a link (see ``articles.body.richtext``): nobody
notices that by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import swapper
from django.db.models import TextChoices
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model
from wagtail.fields import RichTextField, StreamField

from standfirst.visibility import Viewer


class DeadEnd(TextChoices):
    """Why readers can't follow a link."""

    PAGE_GONE = "page_gone", _("the page was deleted")
    NOT_LIVE = "not_live", _("the page isn't published")
    NOT_PUBLIC = "not_public", _("not everybody may see the page")
    DOCUMENT_GONE = "document_gone", _("the document was deleted")


@dataclass(frozen=True, kw_only=True)
class DeadLink:
    """A link that readers, or some of them, can't follow."""

    words: str
    reason: DeadEnd


def find_dead_links(page: Any) -> list[DeadLink]:
    """Return the links to pages and documents in a page's rich texts that readers can't follow, each once.

    Takes the page as it is, a draft included. Answers in the order of the texts, at a number of queries that
    doesn't grow with the links.
    """
    links = list(dict.fromkeys(_find_links(page)))
    page_ids = {link.target for link in links if link.kind == "page"}
    document_ids = {link.target for link in links if link.kind == "document"}
    live: dict[int, bool] = {}
    public: set[int] = set()
    if page_ids:
        targets = swapper.load_model("wagtailcore", "Page")._default_manager.filter(pk__in=page_ids)
        live = dict(targets.values_list("pk", "live"))
        public = set(Viewer(site=None).see_as_readers_of(page, targets).values_list("pk", flat=True))
    documents: set[int] = set()
    if document_ids:
        found = get_document_model()._default_manager.filter(pk__in=document_ids)
        documents = set(found.values_list("pk", flat=True))

    def judge(link: _Link) -> DeadEnd | None:
        if link.kind == "document":
            return None if link.target in documents else DeadEnd.DOCUMENT_GONE
        if link.target not in live:
            return DeadEnd.PAGE_GONE
        if not live[link.target]:
            return DeadEnd.NOT_LIVE
        return None if link.target in public else DeadEnd.NOT_PUBLIC

    return [
        DeadLink(words=link.words, reason=reason)
        for link, reason in ((link, judge(link)) for link in links)
        if reason
    ]


@dataclass(frozen=True)
class _Link:
    kind: str
    target: int
    words: str


@dataclass
class _OpenLink:
    kind: str
    target: int
    words: list[str] = field(default_factory=list)


class _LinkParser(HTMLParser):
    """Collects links to pages and documents with their words."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[_Link] = []
        self._open: _OpenLink | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "a":
            return
        self.handle_endtag("a")
        values = dict(attrs)
        kind, target = values.get("linktype"), values.get("id") or ""
        if kind in {"page", "document"} and target.isdecimal() and len(target) < 19:
            self._open = _OpenLink(str(kind), int(target))

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            words = Truncator(" ".join("".join(self._open.words).split())).chars(60)
            self.links.append(_Link(self._open.kind, self._open.target, words))
            self._open = None


def _find_links(page: Any) -> Iterator[_Link]:
    for model_field in page._meta.get_fields():
        if isinstance(model_field, RichTextField | StreamField):
            for text in _find_texts(model_field.get_prep_value(model_field.value_from_object(page))):
                parser = _LinkParser()
                parser.feed(text)
                parser.close()
                parser.handle_endtag("a")
                yield from parser.links


def _find_texts(value: Any) -> Iterator[str]:
    """Yield the texts with links of ours in what a field stores."""
    if isinstance(value, str):
        if "linktype" in value:
            yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _find_texts(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _find_texts(child)
