"""The index of articles: listing, pages, tags."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from tests.articles.builders import (
    claim_block,
    make_article,
    make_draft,
    make_image,
    make_index,
    make_many,
    make_person,
)

pytestmark = pytest.mark.django_db


def titles(client: Client, address: str) -> list[str]:
    """Return the titles that a listing shows, in order."""
    response = client.get(address)
    assert response.status_code == 200
    document = BeautifulSoup(response.content, "html.parser")
    return [heading.get_text() for heading in document.select(".sf-article-teaser__title")]


def test_it_lists_the_live_articles_below_it_newest_first(client: Client) -> None:
    index = make_index()
    section = make_index(index)
    old = make_article(index, title="Old", first_published_at=timezone.now() - timezone.timedelta(days=9))
    make_article(section, title="New")
    make_draft(index, title="Draft")
    make_article(title="Elsewhere")
    assert titles(client, index.url) == ["New", "Old"]
    old.unpublish()
    assert titles(client, index.url) == ["New"]


@override_settings(STANDFIRST_ARTICLES_PAGE_SIZE=2)
def test_it_has_pages_and_each_has_one_address(client: Client) -> None:
    index = make_index()
    for number in range(5):
        make_article(index, title=f"A{number}")
    assert titles(client, index.url) == ["A4", "A3"]
    assert titles(client, f"{index.url}?page=3") == ["A0"]
    document = BeautifulSoup(client.get(f"{index.url}?page=2").content, "html.parser")
    links = {link["rel"][0]: link["href"] for link in document.select(".sf-article-pages a")}
    assert links == {"prev": index.url, "next": f"{index.url}?page=3"}
    assert titles(client, f"{index.url}?page=1") == ["A4", "A3"]
    for odd in ("0", "-1", "4", "99", "x", "1e9", "%00", "9" * 40, "٣", "03", "%2B3", "3.0", "1_0", "3%0A"):
        assert client.get(f"{index.url}?page={odd}").status_code == 404, odd


def test_an_empty_index_has_one_page(client: Client) -> None:
    index = make_index()
    assert client.get(f"{index.url}?page=1").status_code == 200
    assert client.get(f"{index.url}?page=2").status_code == 404


@override_settings(STANDFIRST_ARTICLES_PAGE_SIZE=1)
def test_a_tag_narrows_the_list_and_stays_while_turning_pages(client: Client) -> None:
    index = make_index()
    make_article(index, title="A", tags=["Skin & hair"])
    make_article(index, title="B", tags=["Skin & hair", "Safety"])
    make_article(index, title="C")
    document = BeautifulSoup(client.get(index.url).content, "html.parser")
    choices = document.select(".sf-article-index__tags a")
    assert [choice.get_text() for choice in choices] == ["All", "Safety", "Skin & hair"]
    assert choices[0]["aria-current"] == "page"
    assert titles(client, choices[2]["href"]) == ["B"]
    narrowed = BeautifulSoup(client.get(choices[2]["href"]).content, "html.parser")
    assert narrowed.select_one("[rel=next]")["href"] == f"{index.url}?tag=skin-hair&page=2"
    assert narrowed.select_one(".sf-article-tag[aria-current]").get_text() == "Skin & hair"
    shouted = BeautifulSoup(client.get(f"{index.url}?tag=SKIN-Hair").content, "html.parser")
    assert shouted.select_one("[rel=next]")["href"] == f"{index.url}?tag=skin-hair&page=2"
    assert "?tag=skin-hair" in shouted.select_one("[rel=canonical]")["href"]


def test_of_tags_that_differ_in_case_the_exact_one_is_listed(client: Client) -> None:
    index = make_index()
    for slug in ("skin", "Skin"):
        tag = Tag.objects.create(name=f"About {slug}", slug=slug)
        make_article(index, title=slug, tags=[tag])
    assert titles(client, f"{index.url}?tag=skin") == ["skin"]
    assert titles(client, f"{index.url}?tag=Skin") == ["Skin"]


@pytest.mark.parametrize("number", [60, 61])
def test_of_many_tags_those_that_most_articles_have_are_offered(client: Client, number: int) -> None:
    index = make_index()
    often = [f"often {place:02}" for place in range(59)]
    rare = ["rare 1", "rare 2"][: number - 59]
    make_many(2, index, tags=often)
    make_many(1, index, tags=rare)
    document = BeautifulSoup(client.get(index.url).content, "html.parser")
    offered = [choice.get_text() for choice in document.select(".sf-article-index__tags a")]
    assert offered == ["All", *often, "rare 1"]
    narrowed = BeautifulSoup(client.get(f"{index.url}?tag=rare-{len(rare)}").content, "html.parser")
    assert narrowed.select_one(".sf-article-tag[aria-current]").get_text() == rare[-1]
    assert len(narrowed.select(".sf-article-teaser")) == 1


def test_a_slug_is_found_in_any_case_beyond_ascii(client: Client) -> None:
    index = make_index()
    make_article(index, title="A", tags=[Tag.objects.create(name="Ärzte", slug="ärzte")])
    assert titles(client, f"{index.url}?tag=ÄRZTE") == ["A"]


@pytest.mark.parametrize("tag", ["nothing", "%00", "'", "%FF", "x" * 3000, "<script>alert(1)</script>"])
def test_an_unknown_tag_is_not_found_and_the_page_says_so(client: Client, tag: str) -> None:
    index = make_index()
    make_article(index, tags=["Skin"])
    response = client.get(f"{index.url}?tag={tag}")
    assert response.status_code == 404
    assert "No article has this tag." in response.content.decode()
    assert "<script>alert" not in response.content.decode()


def test_a_teaser_says_how_many_claims_there_are_and_how_certain(client: Client) -> None:
    index = make_index()
    page = make_article(
        index,
        title="Graded",
        body=[claim_block("A"), claim_block("B"), claim_block("C", certainty="high")],
    )
    page.create_alias(parent=make_index(index), update_slug="alias")
    make_article(index, title="Without")
    document = BeautifulSoup(client.get(index.url).content, "html.parser")
    words = [" ".join(line.get_text().split()) for line in document.select(".sf-article-teaser__claims")]
    assert words == ["3 claims: 1 high certainty 2 low certainty"] * 2


def test_an_empty_index_says_so(client: Client) -> None:
    assert "There are no articles here yet." in client.get(make_index().url).content.decode()


def test_private_articles_and_their_aliases_are_not_listed(client: Client) -> None:
    index = make_index()
    section = make_index(index)
    page = make_article(section, title="Private", tags=["Secret"])
    page.create_alias(parent=index, update_slug="alias")
    assert titles(client, index.url) == ["Private", "Private"]
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert titles(client, index.url) == []
    assert "Secret" not in client.get(index.url).content.decode()


@override_settings(STANDFIRST_ARTICLES_PAGE_SIZE=100)
def test_it_costs_the_same_however_many_articles_it_lists(client: Client) -> None:
    index, person, image = make_index(), make_person(), make_image()
    costs, made = [], 0
    for number in (1, 10, 100):
        make_many(
            number - made,
            index,
            authors=[person],
            tags=lambda place, made=made: [f"t{(made + place) % 3}"],
            hero_image=image,
            body=lambda _: [claim_block()],
        )
        made = number
        client.get(index.url)
        with CaptureQueriesContext(connection) as queries:
            assert len(titles(client, index.url)) == number
        costs.append(len(queries))
    assert len(set(costs)) == 1, costs
    assert costs[0] <= 20  # The project's own templates have their part in it.
