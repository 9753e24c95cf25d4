"""Small builders of what the tests of the app are about."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.images import ImageFile
from django.test import override_settings
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images import get_image_model
from wagtail.models import Page, Site
from wagtail.signal_handlers import disable_reference_index_auto_update

from articles.models import ArticleAuthor, ArticleIndexPage, ArticlePage, Person, Source

_numbers = count(1)


def make_source(**fields: Any) -> Source:
    """Return a saved source with a title and a DOI of its own."""
    number = next(_numbers)
    fields.setdefault("title", f"Study {number}")
    fields.setdefault("authors", "Lima, Emerson\nMiot, Hélio")
    fields.setdefault("year", 2017)
    fields.setdefault("container_title", "BMC Dermatology")
    fields.setdefault("doi", f"10.1186/study-{number}")
    return Source.objects.create(**fields)


def make_person(**fields: Any) -> Person:
    """Return a saved person."""
    fields.setdefault("name", f"Person {next(_numbers)}")
    return Person.objects.create(**fields)


def make_image(**fields: Any) -> Any:
    """Return a saved image of 640 by 480 pixels."""
    file = BytesIO()
    Picture.new("RGB", (640, 480), (11, 74, 82)).save(file, "JPEG")
    file.seek(0)
    fields.setdefault("title", "A picture")
    return get_image_model().objects.create(file=ImageFile(file, name=f"{uuid4()}.jpg"), **fields)


def claim_block(statement: str = "Needling helps.", *, id: str | None = None, **value: Any) -> dict[str, Any]:  # noqa: A002
    """Return a claim as a body stores it; ``sources`` are cited as evidence."""
    sources = value.pop("sources", [])
    citations = [
        {
            "type": "item",
            "id": str(uuid4()),
            "value": {"source": source.pk, "relation": value.get("relation", "citesAsEvidence")},
        }
        for source in sources
    ]
    value.pop("relation", None)
    return {
        "type": "claim",
        "id": id or str(uuid4()),
        "value": {
            "statement": statement,
            "certainty": "low",
            "direction": "supports",
            "citations": citations,
            "caveat": "",
            **value,
        },
    }


def block(block_type: str, value: Any, *, id: str | None = None) -> dict[str, Any]:  # noqa: A002
    """Return any block as a body stores it."""
    return {"type": block_type, "id": id or str(uuid4()), "value": value}


def site_root() -> Page:
    """Return the page at the root of the default site."""
    return Site.objects.get(is_default_site=True).root_page.specific


def make_index(parent: Page | None = None, **fields: Any) -> ArticleIndexPage:
    """Return a live index of articles below the site's root."""
    fields.setdefault("title", f"Index {next(_numbers)}")
    index = ArticleIndexPage(**fields)
    (parent or site_root()).add_child(instance=index)
    return index


def make_draft(
    parent: Page | None = None, *, body: Any = (), authors: Any = (), tags: Any = (), **fields: Any
) -> Any:
    """Return an article that was never published, with its content in a revision as an editor leaves it."""
    fields.setdefault("title", f"Article {next(_numbers)}")
    page = ArticlePage(live=False, body=list(body), **fields)
    page.bylines = [ArticleAuthor(person=person) for person in authors]
    if tags:
        page.tags.add(*tags)
    (parent or site_root()).add_child(instance=page)
    page.save_revision()
    return page


def make_article(parent: Page | None = None, **fields: Any) -> Any:
    """Return a published article, published as editors publish."""
    page = make_draft(parent, **fields)
    page.latest_revision.publish()
    return ArticlePage.objects.get(pk=page.pk)


def make_many(number: int, parent: Page | None = None, **fields: Any) -> None:
    """Make live articles as a script saves them: each in one step, where editors take three.

    A field that is a function is called with the article's place in the series.
    """
    with without_indexes():
        for place in range(number):
            own = {name: value(place) if callable(value) else value for name, value in fields.items()}
            authors, tags = own.pop("authors", ()), own.pop("tags", ())
            now = timezone.now()
            page = ArticlePage(
                title=f"Article {next(_numbers)}",
                live=True,
                first_published_at=now,
                last_published_at=now,
                **{**own, "body": list(own.get("body", ()))},
            )
            page.bylines = [ArticleAuthor(person=person) for person in authors]
            page.tags.add(*tags)
            (parent or site_root()).add_child(instance=page)


@contextmanager
def without_indexes() -> Iterator[None]:
    """Keep Wagtail's search and reference indexes as they are: half the time that saving a page takes."""
    backends = {"default": {**settings.WAGTAILSEARCH_BACKENDS["default"], "AUTO_UPDATE": False}}
    with override_settings(WAGTAILSEARCH_BACKENDS=backends), disable_reference_index_auto_update():
        yield
