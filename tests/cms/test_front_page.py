"""The front page: what it shows of the articles and of their evidence."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from cms.models import HomePage
from tests.articles.builders import claim_block, make_article, make_index, make_person, make_source

pytestmark = pytest.mark.django_db


def read(client: Client) -> BeautifulSoup:
    response = client.get("/")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def text_of(soup: BeautifulSoup, selector: str) -> str:
    element = soup.select_one(selector)
    assert element is not None, selector
    return " ".join(element.get_text().split())


def test_says_so_when_nothing_is_published(client: Client, home: HomePage) -> None:
    soup = read(client)
    assert text_of(soup, "h1") == "Claims that stand up"
    assert text_of(soup, ".home-empty") == "No article has been published yet."


def test_a_story_without_author_begins_with_its_date(client: Client, home: HomePage) -> None:
    index = make_index(home)
    make_article(index, title="Bare")
    make_article(index, title="Signed", authors=[make_person(name="Ada")])
    metas = [" ".join(meta.get_text().split()) for meta in read(client).select(".home-story__meta")]
    assert [meta.startswith("By Ada · ") for meta in metas] == [True, False]
    assert metas[1][0].isdigit()


def test_leads_with_the_newest_article_and_its_evidence(client: Client, home: HomePage) -> None:
    index = make_index(home)
    source = make_source()
    make_article(index, title="Older", standfirst="What came first.")
    make_article(
        index,
        title="Newer",
        standfirst="What came last.",
        authors=[make_person(name="Ada Example")],
        body=[
            claim_block("A", certainty="low", sources=[source]),
            claim_block("B", certainty="low", sources=[source]),
            claim_block("C", certainty="not_assessed", direction=""),
        ],
    )
    soup = read(client)
    assert text_of(soup, ".home-story--lead h2") == "Newer"
    assert "By Ada Example" in text_of(soup, ".home-story--lead .home-story__meta")
    evidence = text_of(soup, ".home-story--lead .home-story__evidence")
    assert evidence == "3 claims: 2 low certainty 1 certainty not assessed"
    assert [heading.get_text() for heading in soup.select(".home-stories h3")] == ["Older"]


def test_sums_up_what_the_publication_rests_on(client: Client, home: HomePage) -> None:
    index = make_index(home)
    source, other = make_source(), make_source()
    make_article(index, body=[claim_block("A", certainty="moderate", sources=[source, other])])
    make_article(index, body=[claim_block("B", sources=[source]), claim_block("C", direction="")])
    make_article(index, title="Without a claim")
    assert text_of(read(client), ".home-ledger__sentence") == (
        "3 claims in 2 articles, resting on 2 sources. 1 has no source, and says so."
    )


def test_shows_nothing_that_is_not_public(client: Client, home: HomePage) -> None:
    index = make_index(home)
    article = make_article(index, title="Members only", body=[claim_block("Secret statement")])
    PageViewRestriction.objects.create(page=article, restriction_type="login")
    hidden = make_article(index, title="Withdrawn", body=[claim_block("Withdrawn statement")])
    hidden.unpublish()
    make_article(index, title="Open")
    soup = read(client)
    assert text_of(soup, ".home-story--lead h2") == "Open"
    assert soup.select(".home-stories") == []
    assert soup.select(".home-ledger") == []


@pytest.mark.parametrize("number", [1, 10, 100])
def test_costs_a_constant_number_of_queries(
    client: Client, home: HomePage, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    index = make_index(home)
    person, source = make_person(), make_source()
    for _ in range(min(number, 10)):
        make_article(
            index, authors=[person], body=[claim_block(sources=[source]) for _ in range(number // 10 or 1)]
        )
    client.get("/")
    with django_assert_num_queries(9):
        client.get("/")
