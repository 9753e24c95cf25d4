"""Fields, authors and tags of a site's own, in the API's types and filters."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate
from pydantic import BaseModel

from articles import page_types
from articles.page_types import ClaimFields, PageType, register_claim_fields, register_page_type
from tests.articles.builders import claim_block, make_article, make_person, site_root, without_indexes
from tests.hosts.models import ListingPage, ReportPage, Writer
from tests.hosts.site.test_claims_anywhere import make_report

pytestmark = pytest.mark.django_db


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_a_page_type_has_a_type_and_fields_of_its_own(client: Client) -> None:
    make_article(title="Article")
    page = make_report(place="Oslo")
    detail = get(client, f"/articles/{page.pk}/")
    assert (detail["type"], detail["place"]) == ("report", "Oslo")
    listed = get(client, "/articles/")["items"]
    assert [(item["type"], item.get("place")) for item in listed] == [
        ("report_summary", "Oslo"), ("article_summary", None),
    ]  # fmt: skip
    assert "place" not in listed[1]


def test_the_apis_document_tells_the_types_apart(client: Client) -> None:
    document = get(client, "/openapi.json")
    validate(document)
    schemas = document["components"]["schemas"]
    answer = document["paths"]["/api/v1/articles/{page_id}/"]["get"]["responses"]["200"]["content"]
    mapping = answer["application/json"]["schema"]["discriminator"]["mapping"]
    assert mapping == {
        "article": "#/components/schemas/ArticleDetail", "report": "#/components/schemas/ReportDetail"
    }  # fmt: skip
    assert set(schemas["ReportDetail"]["properties"]) - set(schemas["ArticleDetail"]["properties"]) == {
        "place"
    }
    assert schemas["ReportSummary"]["properties"]["type"]["const"] == "report_summary"
    for name in ("ClaimBlockItem", "IndexedClaim"):
        assert "words" in schemas[name]["properties"]


def test_authors_and_tags_are_the_sites_own_and_filters_find_them(client: Client) -> None:
    report = make_report(writer=Writer.objects.create(name="Ada"), topic="Skin")
    article = make_article(authors=[make_person(name="Ada")], tags=["skin"])
    other = make_report()
    summaries = {item["id"]: item for item in get(client, "/articles/")["items"]}
    assert summaries[report.pk]["authors"] == [
        {
            "type": "author", "id": report.writer.pk, "slug": None, "name": "Ada", "credentials": None,
            "role": None, "bio": None, "url": None,
        }
    ]  # fmt: skip
    assert summaries[report.pk]["tags"] == [{"type": "tag", "slug": "skin", "name": "Skin"}]
    assert summaries[other.pk]["authors"] == summaries[other.pk]["tags"] == []
    for query in ("author=ada", "tag=SKIN", "author=Ada&tag=skin"):
        found = {item["id"] for item in get(client, f"/articles/?{query}")["items"]}
        assert found == {report.pk, article.pk}
    assert get(client, "/articles/?author=nobody")["items"] == []
    assert get(client, "/articles/?tag=nothing")["items"] == []


def test_claims_have_the_sites_fields_everywhere(client: Client) -> None:
    page = make_article(body=[claim_block("One two."), claim_block("Unknown.")])
    assert [item["words"] for item in get(client, f"/articles/{page.pk}/")["body"]] == [2, None]
    listed = get(client, "/claims/")["items"]
    assert [item["words"] for item in listed] == [2, None]
    assert get(client, f"/claims/{listed[0]['uid']}/")["words"] == 2


def test_it_costs_the_same_however_many_there_are(client: Client) -> None:
    costs: dict[str, set[int]] = {}
    for number in (1, 9, 90):
        with without_indexes():
            for place in range(number):
                report = ReportPage(
                    title=f"Report {number} {place}",
                    writer=Writer.objects.create(name=f"W{place}"),
                    topic="Skin",
                    content=[claim_block("A.") | {"type": "finding"}],
                )
                site_root().add_child(instance=report)
            page = make_article(body=[claim_block("B.") for _ in range(number)])
        for path in ("/articles/?limit=100", "/claims/?limit=100", f"/articles/{page.pk}/"):
            get(client, path)
            with CaptureQueriesContext(connection) as queries:
                get(client, path)
            costs.setdefault(path.rstrip("/0123456789") if "?" not in path else path, set()).add(len(queries))
    assert all(len(counts) == 1 for counts in costs.values()), costs


class Late(PageType):
    model = ListingPage
    name = "listing"
    fields = BaseModel


def test_what_comes_too_late_or_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="too late"):
        register_page_type(Late())
    monkeypatch.setattr(page_types, "_used", [])
    same_model, same_name = Late(), Late()
    same_model.model = ReportPage  # type: ignore[misc]
    same_name.name = "report"  # type: ignore[misc]
    for page_type in (same_model, same_name):
        with pytest.raises(ImproperlyConfigured, match="already"):
            register_page_type(page_type)


class Required(ClaimFields):
    class fields(BaseModel):  # noqa: N801 - an attribute
        grade: int


def test_a_field_of_claims_needs_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_types, "_used", [])
    with pytest.raises(ImproperlyConfigured, match="“grade” a default"):
        register_claim_fields(Required())
