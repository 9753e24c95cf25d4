"""The kind of block of the how-to page, registered in a site."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate

from articles.body import ArticleBodyBlock
from articles.models import ArticlePage
from tests.articles.builders import block, make_article, make_draft

pytestmark = pytest.mark.django_db


def step(title: str, text: str = "<p>Text.</p>") -> dict[str, Any]:
    return block("step", {"title": title, "text": text})


def test_the_kind_is_offered_shown_served_and_counted(client: Client) -> None:
    assert "step" in ArticleBodyBlock().child_blocks
    draft = make_draft()
    link = f'<p>Wait <a linktype="page" id="{draft.pk}">here</a><script>x</script>.</p>'
    page = make_article(body=[step("Boil"), block("paragraph", "<p>Then.</p>"), step("Draw", link)])
    html = BeautifulSoup(client.get(page.url).content, "html.parser")
    assert [part.h3.get_text() for part in html.select("section.step")] == ["1. Boil", "2. Draw"]
    assert html.select_one("#step-2 .sf-article-text").decode_contents() == "<p>Wait here.</p>"
    first, _, second = client.get(f"/api/v1/articles/{page.pk}/").json()["body"]
    assert first == {
        "type": "step", "id": first["id"], "number": 1, "title": "Boil", "html": "<p>Text.</p>"
    }  # fmt: skip
    assert (second["number"], second["html"]) == (2, "<p>Wait here.</p>")
    assert page.reading.word_count == 6


def test_the_apis_document_has_the_type(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    validate(document)
    schemas = document["components"]["schemas"]
    mapping = schemas["ArticleDetail"]["properties"]["body"]["items"]["discriminator"]["mapping"]
    assert mapping["step"] == "#/components/schemas/StepBlockItem"
    assert set(schemas["StepBlockItem"]["properties"]) == {"type", "id", "number", "title", "html"}


def test_a_draft_may_lack_everything(client: Client) -> None:
    page = make_article()
    page.body = page._meta.get_field("body").to_python([block("step", {})])
    ArticlePage.objects.filter(pk=page.pk).update(body=page.body)
    assert client.get(page.url).status_code == 200
    (item,) = client.get(f"/api/v1/articles/{page.pk}/").json()["body"]
    assert (item["title"], item["html"]) == ("", "")


def test_it_costs_the_same_however_many_there_are(client: Client) -> None:
    target, costs = make_article(), set()
    link = f'<p><a linktype="page" id="{target.pk}">x</a></p>'
    for number in (1, 10, 100):
        page = make_article(body=[step("Boil", link) for _ in range(number)])
        client.get(page.url)
        client.get(f"/api/v1/articles/{page.pk}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(page.url)
            client.get(f"/api/v1/articles/{page.pk}/")
        costs.add(len(queries))
    assert len(costs) == 1, costs
