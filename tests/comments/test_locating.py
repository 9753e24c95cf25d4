"""On which page of a discussion a comment is: one statement, so that no decision comes in between."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.models import Page, Site

from comments.enums import Status
from comments.models import Comment, Discussion
from comments.paths import decode_cursor
from comments.services import list_comments, locate_comment, recount_discussions, set_comment_status
from tests.comments.conftest import insert_comments
from tests.examples import RUN_TWICE, examples

Make = Callable[..., Comment]


def page_of(comment: Comment, *, page_size: int) -> list[Any]:
    """Return the uids on the page of the list that a comment is located on."""
    cursor = locate_comment(comment=comment, page_size=page_size)
    after = decode_cursor(cursor) if cursor else ""
    shown = list_comments(discussion=comment.discussion, limit=page_size, after=after).comments
    return [listed.uid for listed in shown]


class Located(TestCase):
    @given(
        number=st.integers(min_value=1, max_value=24),
        removed=st.sets(st.integers(min_value=0, max_value=23)),
        page_size=st.integers(min_value=1, max_value=9),
    )
    @settings(max_examples=examples(60), deadline=None, suppress_health_check=RUN_TWICE)
    def test_each_shown_comment_is_on_its_page(self, number: int, removed: set[int], page_size: int) -> None:
        insert_comments(Site.objects.get(is_default_site=True).root_page, number)
        recount_discussions(check_only=False)
        comments = list(Comment.objects.select_related("discussion").order_by("path"))
        gone = [comment.uid for place, comment in enumerate(comments) if place in removed]
        set_comment_status(uids=gone, status=Status.TRASH, actor=None)
        shown = list(Comment.objects.shown().select_related("discussion").order_by("path"))
        for place, comment in enumerate(shown):
            first = place - place % page_size
            expected = [other.uid for other in shown[first : first + page_size]]
            assert page_of(comment, page_size=page_size) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["trashed", "approved"])
def test_a_decision_after_any_of_its_statements_does_no_harm(
    client: Client, plain_page: Page, settings: Any, act: str
) -> None:
    """A moderator decides about comments before it while a reader follows a link to a comment."""
    settings.STANDFIRST_COMMENTS_PAGE_SIZE = 4
    insert_comments(plain_page, 9)
    comment = Comment.objects.order_by("path").last()
    assert comment is not None
    others = list(Comment.objects.order_by("path").values_list("pk", flat=True)[:2])
    if act == "approved":
        Comment.objects.filter(pk__in=others).update(status=Status.PENDING, approved_reply_count=0)
    located: list[str] = []

    def decide(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "standfirst_comments_comment" in sql and "path" in sql and not located:
            located.append(sql)
            status = Status.TRASH if act == "trashed" else Status.APPROVED
            Comment.objects.filter(pk__in=others).update(status=status, approved_reply_count=0)
        return result

    found = Comment.objects.select_related("discussion").get(pk=comment.pk)
    with connection.execute_wrapper(decide):
        cursor = locate_comment(comment=found, page_size=4)
    assert located
    after = decode_cursor(cursor) if cursor else ""
    shown = list_comments(discussion=Discussion.objects.get(), limit=4, after=after).comments
    assert comment.uid in [listed.uid for listed in shown]
