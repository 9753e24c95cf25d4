"""What an answer costs in queries: the same at 1, 10 and 100 comments, and at every depth of a thread.

The first query of each is the core's: the sites, with their locales, restrictions and frontends.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from comments.models import Comment
from comments.services import find_discussion, locate_comment
from tests.comments.conftest import insert_comments
from tests.comments.test_discussion import PageWithParts

Make = Callable[..., Comment]
NUMBERS = [1, 10, 100]
# Statements that only delimit transactions.
FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")

pytestmark = pytest.mark.django_db


def statements_of(act: Callable[[], Any]) -> list[str]:
    """Return the statements of an act, done once before so that Wagtail's and Django's caches are warm."""
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    return [query["sql"] for query in queries if not query["sql"].startswith(FRAMES)]


@pytest.fixture(params=NUMBERS)
def number(request: pytest.FixtureRequest, plain_page: Page) -> int:
    """Have comments under the page: some by an editor, in threads, about a part of the page."""
    wanted: int = request.param
    insert_comments(plain_page, wanted)
    editor = get_user_model().objects.create_superuser("editor")
    Comment.objects.filter(pk__in=Comment.objects.values("pk")[: wanted // 2 + 1]).update(user=editor)
    return wanted


class TestReading:
    def test_a_list_as_json(self, client: Client, plain_page: Page, number: int) -> None:
        def read() -> None:
            answer = client.get("/api/comments/", {"page": plain_page.pk, "limit": 100}).json()
            assert len(answer["items"]) == number
            assert answer["items"][0]["author"]["is_editor"]

        found = statements_of(read)
        assert len(found) == 3, "\n".join(found)

    @pytest.mark.parametrize(("query", "more"), [({"anchor": "part-1"}, 1), ({"limit": 1}, 0)])
    def test_a_selection_as_json(
        self, client: Client, plain_page: Page, number: int, query: dict[str, Any], more: int
    ) -> None:
        found = statements_of(lambda: client.get("/api/comments/", {"page": plain_page.pk, **query}))
        assert len(found) == 3 + more, "\n".join(found)

    def test_a_page_without_comments_as_json(self, client: Client, plain_page: Page) -> None:
        found = statements_of(lambda: client.get("/api/comments/", {"page": plain_page.pk}))
        assert len(found) == 2, "\n".join(found)

    def test_one_as_json(self, client: Client, number: int) -> None:
        uid = Comment.objects.latest("pk").uid
        found = statements_of(lambda: client.get(f"/api/comments/{uid}/"))
        assert len(found) == 3, "\n".join(found)

    def test_the_section_of_a_page(self, plain_page: Page, number: int, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_SIZE = 200
        page = PageWithParts.objects.get(pk=plain_page.pk)
        template = engines["django"].from_string("{% load standfirst_comments_tags %}{% discussion page %}")
        request = RequestFactory().get("/")
        page.get_full_url(request)  # Which Wagtail remembers with the request.

        def read() -> None:
            request.__dict__.pop("_comments_states", None)
            shown = template.render({"page": page}, request)
            assert shown.count("sf-comment-card") == number
            assert "sf-comment-badge" in shown

        found = statements_of(read)
        assert len(found) == 2, "\n".join(found)

    def test_a_further_page(self, client: Client, plain_page: Page, number: int, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_SIZE = 200
        found = statements_of(lambda: client.get(f"/comments/page/{plain_page.pk}/"))
        assert len(found) == 3, "\n".join(found)

    @pytest.mark.parametrize("page_size", [1, 7, 50])
    def test_finding_one(self, plain_page: Page, number: int, page_size: int) -> None:
        comment = Comment.objects.select_related("discussion").latest("pk")
        found = statements_of(lambda: locate_comment(comment=comment, page_size=page_size))
        assert len(found) == 1, "\n".join(found)


class TestPosting:
    """With the flood control, which asks once."""

    @pytest.fixture(params=[0, 1, 5])
    def parent(self, request: pytest.FixtureRequest, approved: Make, settings: Any) -> Comment | None:
        """Return the last comment of a thread with so many levels, None to begin one."""
        parent: Comment | None = None
        for _ in range(request.param):
            parent = approved(parent=parent)
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        return parent

    def test_as_json(
        self, post_json: Any, json_data: dict[str, Any], parent: Comment | None, number: int
    ) -> None:
        found = statements_of(lambda: send(post_json, json_data, parent, status=201))
        assert len(found) == 9 + (parent is not None), "\n".join(found)

    def test_as_a_form(
        self, post: Any, form_data: dict[str, Any], parent: Comment | None, number: int
    ) -> None:
        found = statements_of(lambda: send(post, form_data, parent, status=303))
        assert len(found) == 9 + (parent is not None), "\n".join(found)

    def test_a_discussion_has_its_row_already(self, plain_page: Page, number: int) -> None:
        """Else the figures above would be of pages on which nobody has commented."""
        assert find_discussion(plain_page) is not None


_numbers = count()


def send(post: Any, data: dict[str, Any], parent: Comment | None, *, status: int) -> None:
    """Post a comment as somebody who has posted none yet."""
    number = next(_numbers)
    who = {"email": f"poster{number}@example.org", "parent": str(parent.uid) if parent else ""}
    response = post({**data, **who}, REMOTE_ADDR=f"203.0.113.{number % 250 + 1}")
    assert response.status_code == status, response.content
