"""An article page with its discussion: what the two apps make together."""

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Claim
from cms.models import HomePage
from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import claim_block, make_article, make_index, make_person, make_source

pytestmark = pytest.mark.django_db

# Whatever the number of claims and comments.
QUERIES = 18


@pytest.fixture(autouse=True)
def no_flood_control(settings: pytest.FixtureRequest) -> None:
    settings.COMMENTS_FLOOD_SECONDS = 0  # type: ignore[attr-defined]


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
