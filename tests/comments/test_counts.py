"""How many comments other apps are told there are."""

from collections.abc import Callable
from typing import Any

import pytest
from wagtail.models import Page, Site

from comments.models import Comment
from standfirst.parts import count_comments, count_comments_by_anchor
from standfirst.visibility import Viewer
from tests.comments.conftest import MakeComment, MakePage

Make = Callable[..., Comment]


Make = Callable[..., Comment]


class TestCounts:
    """What other apps are told."""

    def test_by_page_and_by_part(
        self, plain_page: Page, make_page: MakePage, approved: Make, make_comment: MakeComment
    ) -> None:
        quiet, hidden = make_page("Quiet"), make_page("Hidden")
        approved("One")
        reply_to = approved("Two")
        approved("Three", parent=reply_to)
        make_comment("Waiting")
        Comment.objects.filter(body__in=["Two", "Three", "Waiting"]).update(anchor="part")
        viewer = Viewer(site=Site.objects.get())
        shown = [plain_page, quiet, *plain_page.aliases.all()]
        assert count_comments(shown, viewer=viewer) == {plain_page.pk: 3, quiet.pk: 0}
        assert count_comments_by_anchor(shown, viewer=viewer) == {plain_page.pk: {"part": 2}, quiet.pk: {}}
        assert hidden.pk not in (count_comments(shown, viewer=viewer) or {})

    def test_an_alias_has_those_of_its_original(self, plain_page: Page, approved: Make) -> None:
        approved("One")
        alias = plain_page.create_alias(update_slug="an-alias")
        assert count_comments([alias], viewer=Viewer(site=Site.objects.get())) == {alias.pk: 1}

    def test_pages_that_take_none_are_left_out(self, plain_page: Page, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = []
        viewer = Viewer(site=Site.objects.get())
        assert count_comments([plain_page], viewer=viewer) == {}
        assert count_comments_by_anchor([plain_page], viewer=viewer) == {}

    @pytest.mark.parametrize("number", [1, 10, 100])
    def test_at_a_constant_number_of_queries(
        self, make_page: MakePage, django_assert_num_queries: Any, number: int
    ) -> None:
        pages = [make_page(f"Page {place}") for place in range(number)]
        viewer = Viewer(site=Site.objects.get())
        viewer.may_discuss(pages[0])
        with django_assert_num_queries(1):
            count_comments(pages, viewer=viewer)
        with django_assert_num_queries(1):
            count_comments_by_anchor(pages, viewer=viewer)
