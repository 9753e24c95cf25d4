"""Rows of several tables by one statement are the rows that Django reads."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Site

from articles.models import ArticleAuthor, Claim, ClaimCitation, Person, Source
from articles.services import make_renditions
from standfirst.aliases import page_model
from standfirst.together import Counts, Exists, Rows, read_together
from tests.articles.builders import (
    claim_block,
    make_article,
    make_image,
    make_index,
    make_person,
    make_source,
)

pytestmark = pytest.mark.django_db


def values(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.local_concrete_fields}


@pytest.fixture
def page() -> Any:
    source = make_source(csl={"title": "Ünïcode ☂", "note": ["a", 1, None, True, {"b": 1.5}]})
    page = make_article(
        make_index(),
        body=[claim_block(sources=[source, make_source()]), claim_block(certainty="high")],
        authors=[make_person(bio='Lines\nand "quotes"')],
        hero_image=make_image(title="☂"),
    )
    make_renditions(page=page)
    return page


def test_every_field_is_as_django_reads_it(page: Any) -> None:
    image_model: Any = get_image_model()
    models: list[Any] = [
        Site, Locale, Page, Source, Person, Claim, ClaimCitation, ArticleAuthor,
        image_model, image_model.get_rendition_model(),
    ]  # fmt: skip
    parts = [Rows(model=model) for model in models]
    with CaptureQueriesContext(connection) as queries:
        found = read_together(parts)
    assert len(queries) == 1
    for part in parts:
        rows = found.rows(part)
        assert rows
        expected = part.model._base_manager.order_by("pk")
        assert [values(row) for row in rows] == [values(row) for row in expected]
        assert not any(row.get_deferred_fields() for row in rows)


def test_a_foreign_key_brings_its_row(page: Any) -> None:
    bylines = Rows(model=ArticleAuthor, field="page", values=[page.pk], related="person")
    aliases = Rows(model=page_model(), field="pk", values=[page.pk], related="alias_of")
    found = read_together([bylines, aliases])
    person = page.article_authors[0]
    with CaptureQueriesContext(connection) as queries:
        assert values(found.rows(bylines)[0].person) == values(person)
        assert found.rows(aliases)[0].alias_of is None
    assert not queries.captured_queries


def test_rows_are_those_asked_for_and_counted(page: Any) -> None:
    sources = Rows(model=Source, field="pk", values=[Source.objects.latest("pk").pk])
    none = Rows(model=Person, field="pk", values=[])
    counts = Counts(model=Claim, field="page", values=[page.pk], by=("page", "certainty"))
    aliases = Exists(model=page_model(), field="alias_of")
    found = read_together([sources, none, counts, aliases])
    assert found.rows(sources) == [Source.objects.latest("pk")]
    assert found.rows(none) == []
    assert sorted(found.counts(counts)) == [[page.pk, "high", 1], [page.pk, "low", 1]]
    assert not found.exists(aliases)
    page.create_alias(parent=page.get_parent(), update_slug="alias")
    assert read_together([aliases]).exists(aliases)


def test_nothing_asked_costs_nothing(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        read_together([Rows(model=Source, field="pk", values=[])])
    assert not queries.captured_queries
