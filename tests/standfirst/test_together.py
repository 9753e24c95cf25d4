"""Rows of several tables by one statement are the rows that Django reads."""

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Site

from articles.models import ArticleAuthor, Claim, ClaimCitation, Person, Source
from articles.services import make_renditions
from standfirst import together
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
def article() -> Any:
    source = make_source(csl={"title": "Ünïcode ☂", "note": ["a", 1, None, True, {"b": 1.5}]})
    page = make_article(
        make_index(),
        body=[claim_block(sources=[source, make_source()]), claim_block(certainty="high")],
        authors=[make_person(bio='Lines\nand "quotes"')],
        hero_image=make_image(title="☂"),
    )
    make_renditions(page=page)
    return page


def test_every_field_is_as_django_reads_it(article: Any) -> None:
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


@pytest.mark.parametrize("kind", ["BinaryField", "DecimalField", "FloatField"])
def test_which_values_json_would_change(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    field = Person._meta.get_field("name")
    assert together._is_plain(field, "sqlite")
    monkeypatch.setattr(field, "get_internal_type", lambda: kind)
    assert not together._is_plain(field, "sqlite")


@pytest.mark.parametrize("kind", ["BinaryField", "FloatField"])
def test_values_that_json_would_change_are_read_by_themselves(
    article: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A site's own image or person may have such fields; here an ordinary one says that it is such."""
    field = Person._meta.get_field("name")
    monkeypatch.setattr(field, "get_internal_type", lambda: kind)
    together._survives_json.cache_clear()
    people, sources = Rows(model=Person), Rows(model=Source, field="pk", values=[Source.objects.first().pk])
    try:
        with CaptureQueriesContext(connection) as queries:
            found = read_together([people, sources])
    finally:
        together._survives_json.cache_clear()
    assert len(queries) == 2
    assert [values(row) for row in found.rows(people)] == [
        values(row) for row in Person.objects.order_by("pk")
    ]
    assert found.rows(sources) == [Source.objects.first()]
    (text,) = found.texts_by(people, "pk")[Person.objects.get().pk]
    assert json.loads(text)[0] == Person.objects.get().pk


def test_more_columns_than_a_function_takes_are_read_by_themselves(
    article: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Rows(model=Page, field="pk", values=[article.pk], related="alias_of")
    columns = 2 * len(Page._meta.local_concrete_fields)
    for most, statements in ((columns, 1), (columns - 1, 1)):
        together._survives_json.cache_clear()
        monkeypatch.setattr(together, "_MAX_COLUMNS", most)
        assert together._survives_json(Page, "alias_of", "default") is (most == columns)
        with CaptureQueriesContext(connection) as queries:
            rows = read_together([part]).rows(part)
            assert [(row.pk, row.alias_of) for row in rows] == [(article.pk, None)]
        assert len(queries) == statements
    together._survives_json.cache_clear()


def test_a_foreign_key_brings_its_row(article: Any) -> None:
    bylines = Rows(model=ArticleAuthor, field="page", values=[article.pk], related="person")
    aliases = Rows(model=page_model(), field="pk", values=[article.pk], related="alias_of")
    found = read_together([bylines, aliases])
    person = article.article_authors[0]
    with CaptureQueriesContext(connection) as queries:
        assert values(found.rows(bylines)[0].person) == values(person)
        assert found.rows(aliases)[0].alias_of is None
    assert not queries.captured_queries


def test_rows_are_those_asked_for_and_counted(article: Any) -> None:
    sources = Rows(model=Source, field="pk", values=[Source.objects.latest("pk").pk])
    none = Rows(model=Person, field="pk", values=[])
    counts = Counts(model=Claim, field="page", values=[article.pk], by=("page", "certainty"))
    aliases = Exists(model=page_model(), field="alias_of")
    found = read_together([sources, none, counts, aliases])
    assert found.rows(sources) == [Source.objects.latest("pk")]
    assert found.rows(none) == []
    assert sorted(found.counts(counts)) == [[article.pk, "high", 1], [article.pk, "low", 1]]
    assert not found.exists(aliases)
    article.create_alias(parent=article.get_parent(), update_slug="alias")
    assert read_together([aliases]).exists(aliases)


def test_nothing_asked_costs_nothing(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        read_together([Rows(model=Source, field="pk", values=[])])
    assert not queries.captured_queries
