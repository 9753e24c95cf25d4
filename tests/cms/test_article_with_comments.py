"""An article page with its discussion: what the two apps make together."""

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import PageViewRestriction

from articles.models import Claim
from cms.models import HomePage
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, set_discussion_open, submit_comment
from tests.articles.builders import block, claim_block, make_article, make_index, make_person, make_source

pytestmark = pytest.mark.django_db

# Whatever the number of claims and comments.
QUERIES = 6


@pytest.fixture(autouse=True)
def no_flood_control(settings: pytest.FixtureRequest) -> None:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [1, 10, 100])
def test_costs_a_constant_number_of_queries(client: Client, home: HomePage, number: int) -> None:
    source = make_source()
    article = make_article(
        make_index(home),
        authors=[make_person() for _ in range(min(number, 5))],
        tags=["skin", "trials", "safety"][: 1 if number == 1 else 3],
        body=[claim_block(f"Claim {position}", sources=[source]) for position in range(number)],
    )
    for position in range(number):
        comment = submit_comment(
            page=article,
            body=f"Comment {position}",
            author_name="Rosa",
            author_email=f"rosa{position}@example.org",
        )
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    client.get(article.get_url())
    with CaptureQueriesContext(connection) as queries:
        response = client.get(article.get_url())
    assert response.status_code == 200
    statements = [query["sql"] for query in queries]
    assert len(statements) == QUERIES, "\n".join(statements)
    assert [sql for sql in statements if not sql.startswith("SELECT")] == []
    assert [sql for sql in statements if "django_session" in sql] == []
    assert not response.cookies


def test_each_claim_leads_to_a_form_about_it(client: Client, home: HomePage) -> None:
    article = make_article(make_index(home), body=[claim_block("Needling helps.")])
    uid = Claim.objects.get(page=article).uid
    soup = BeautifulSoup(client.get(article.get_url()).content, "html.parser")
    card = soup.select_one(f"#claim-{uid}")
    assert card is not None
    link = card.select_one("a[href*='/comments/form/']")
    assert link is not None
    form = BeautifulSoup(client.get(str(link["href"])).content, "html.parser")
    assert "Needling helps." in form.get_text()


@pytest.mark.parametrize("case", ["open", "closed", "silent alias"])
def test_links_to_comments_promise_what_there_is(client: Client, home: HomePage, case: str) -> None:
    index = make_index(home)
    headings = [block("heading", {"level": "h2", "text": f"Heading {number}"}) for number in range(3)]
    article = make_article(index, body=[*headings, claim_block("Needling helps."), claim_block("It hurts.")])
    shown = article
    if case == "closed":
        set_discussion_open(page=article, is_open=False)
    if case == "silent alias":
        shown = CreatePageAliasAction(article, parent=home, update_slug="open-alias", user=None).execute(
            skip_permission_checks=True
        )
        PageViewRestriction.objects.create(page=index, restriction_type="login")
    soup = BeautifulSoup(client.get(shown.get_url()).content, "html.parser")
    has_discussion, takes_comments = case != "silent alias", case == "open"
    assert (soup.select_one("#comments") is not None) == has_discussion
    assert bool(soup.select("a[href='#comments']")) == has_discussion
    links = soup.select("[data-comment-anchor]")
    assert len(links) == (2 if takes_comments else 0)
    assert [client.get(str(link["href"])).status_code for link in links] == [200] * len(links)
    form = client.get(f"/comments/form/?page={shown.pk}")
    assert form.status_code == (200 if has_discussion else 404)
    assert ("<title>Comments are closed" in form.content.decode()) == (case == "closed")


def test_the_api_calls_a_part_what_it_is_called_now(client: Client, home: HomePage) -> None:
    """The kept words are for parts that are gone; queries don't grow with the comments."""
    article = make_article(make_index(home), body=[claim_block("Needling helps.")])
    anchor = str(Claim.objects.get(page=article).uid)
    counts = []
    for number in (1, 10, 100):
        for position in range(number):
            comment = submit_comment(
                page=article,
                body=f"By how much? {number} {position}",
                author_name="Rosa",
                author_email="r@example.org",
                anchor=anchor,
            )
            set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        Comment.objects.update(anchor_label="As it was")
        address = f"/api/v1/comments/?page={article.pk}&limit=100"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            items = client.get(address).json()["items"]
        assert len(items) == min(100, {1: 1, 10: 11, 100: 111}[number])
        assert {item["anchor_label"] for item in items} == {"Claim 1: Needling helps."}
        counts.append(len(queries))
    assert len(set(counts)) == 1
    one = client.get(f"/api/v1/comments/{comment.uid}/").json()
    assert one["anchor_label"] == "Claim 1: Needling helps."
    article.body = []
    article.save_revision().publish()
    assert client.get(address).json()["items"][0]["anchor_label"] == "As it was"
    assert client.get(f"/api/v1/comments/{comment.uid}/").json()["anchor_label"] == "As it was"


def test_a_comment_on_a_claim_leads_back_to_it(client: Client, home: HomePage) -> None:
    article = make_article(make_index(home), body=[claim_block("Needling helps.")])
    uid = Claim.objects.get(page=article).uid
    comment = submit_comment(
        page=article, body="By how much?", author_name="Rosa", author_email="r@example.org", anchor=str(uid)
    )
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    soup = BeautifulSoup(client.get(article.get_url()).content, "html.parser")
    shown = soup.select_one(f"#comment-{comment.uid}")
    assert shown is not None
    assert shown.select_one(f"a[href$='#claim-{uid}']") is not None


def test_a_strange_cookie_makes_nobody_read_the_session(client: Client, home: HomePage) -> None:
    article = make_article(make_index(home))
    client.cookies["theme"] = "dark"
    with CaptureQueriesContext(connection) as queries:
        response = client.get(article.get_url())
    assert [query["sql"] for query in queries if "django_session" in query["sql"]] == []
    assert settings.SESSION_COOKIE_NAME not in response.cookies
