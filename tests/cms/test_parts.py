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


def test_a_claim_that_is_gone_is_named_as_it_was_everywhere(client: Client, discussed: ArticlePage) -> None:
    def seen() -> list[Any]:
        shown = client.get(discussed.get_url()).content.decode()
        further = client.get(f"/comments/page/{discussed.pk}/").content.decode()
        items = get(client, f"/comments/?page={discussed.pk}")["items"]
        gone = "About a part that is no longer there:"
        return [items[0]["anchor_label"], "It helps." in shown, gone in shown, gone in further]

    assert seen() == ["Claim 1: It helps.", True, False, False]
    for statements, label, is_gone in [
        (["It is safe.", "It may help."], "Claim 1: It helps.", True),
        (["It helps."], "Claim 1: It helps.", True),
    ]:
        changed = ArticlePage.objects.get(pk=discussed.pk)
        changed.body = [claim_block(statement) for statement in statements]
        changed.save_revision().publish()
        assert seen() == [label, True, is_gone, is_gone]


def test_a_claim_that_is_reworded_has_its_new_words_everywhere(
    client: Client, discussed: ArticlePage
) -> None:
    changed = ArticlePage.objects.get(pk=discussed.pk)
    changed.body[0].value["statement"] = "It may help."
    changed.save_revision().publish()
    (item, _other) = get(client, f"/comments/?page={discussed.pk}")["items"]
    assert item["anchor_label"] == "Claim 1: It may help."
    assert get(client, f"/comments/{item['uid']}/")["anchor_label"] == "Claim 1: It may help."
    for address in (discussed.get_url(), f"/comments/page/{discussed.pk}/"):
        shown = client.get(address).content.decode()
        assert "<bdi>Claim 1: It may help.</bdi>" in shown


@pytest.mark.parametrize("number", [1, 10, 100])
def test_comments_on_claims_cost_a_constant_number_of_queries(
    client: Client, discussed: ArticlePage, django_assert_num_queries: Any, number: int
) -> None:
    for place in range(number):
        comment = submit_comment(
            page=discussed,
            body=f"More {place}",
            author_name="Rosa",
            author_email=f"rosa{place}@example.org",
            anchor=next(iter(discussed.get_comment_anchors())),
        )
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    client.get(f"/api/v1/comments/?page={discussed.pk}&limit=100")
    with django_assert_num_queries(4, info="sites, page, comments, claims"):
        items = get(client, f"/comments/?page={discussed.pk}&limit=100")["items"]
    assert len(items) == min(number + 2, 100)
