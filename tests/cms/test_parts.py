"""How the two apps meet through the core: each asks, and neither knows the other."""

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from articles.models import ArticlePage
from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from standfirst import parts
from tests.articles.builders import claim_block, make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def discussed() -> ArticlePage:
    """Return an article with two claims; of two comments that are shown, one is about the first claim."""
    page = make_article(body=[claim_block("It helps."), claim_block("It is safe.")])
    first = next(iter(page.get_comment_anchors()))
    for number, anchor in enumerate([first, "", first]):
        comment = submit_comment(
            page=page,
            body=f"Comment {number}",
            author_name="Ada",
            author_email=f"ada{number}@example.org",
            anchor=anchor,
        )
        if number < 2:
            set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    return page


def get(client: Client, path: str) -> Any:
    return client.get(f"/api/v1{path}").json()


def counts(client: Client, page: Page) -> list[Any]:
    """Return the number of comments wherever the API says it: list, article, its blocks, list of claims."""
    detail = get(client, f"/articles/{page.pk}/")
    (summary,) = [item for item in get(client, "/articles/")["items"] if item["id"] == page.pk]
    claims = [claim["comment_count"] for claim in get(client, "/claims/")["items"]]
    blocks = [block["comment_count"] for block in detail["body"]]
    return [summary["comment_count"], detail["comment_count"], blocks, claims]


def test_articles_and_claims_say_how_many_comments_there_are(client: Client, discussed: ArticlePage) -> None:
    assert counts(client, discussed) == [2, 2, [1, 0], [1, 0]]


def test_a_site_whose_articles_take_none_is_told_so(
    client: Client, discussed: ArticlePage, settings: Any
) -> None:
    settings.STANDFIRST_COMMENTS_PAGE_TYPES = []
    assert counts(client, discussed) == [None, None, [None, None], [None, None]]


def test_articles_work_without_comments(
    client: Client, discussed: ArticlePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts._offers, "comment_counter", None)
    assert counts(client, discussed) == [None, None, [None, None], [None, None]]
