"""The comments under a page, on further pages, and the way to each."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from comments.enums import Status
from comments.models import Comment
from comments.services import (
    find_discussion,
    list_comments,
    set_comment_status,
    set_discussion_open,
    submit_comment,
)
from tests.comments.conftest import insert_comments

Make = Callable[..., Comment]


class PageWithParts(Page):
    """A page with parts that can be commented on: what a site's own page type would be."""

    class Meta:
        proxy = True
        app_label = "wagtailcore"

    def get_comment_anchors(self) -> dict[str, str]:
        return {"part-1": "The <first> part"}

    def get_comment_anchor_url(self, anchor: str) -> str:
        return f"{self.url}#{anchor}"


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def ids_in(response: Any) -> list[str]:
    return re.findall(r'<article[^>]* id="comment-([^"]+)"', response.content.decode())


class TestSection:
    def test_an_untouched_page(self, client: Client, plain_page: Page) -> None:
        shown = text_of(client.get("/the-page/"))
        assert "No comments yet." in shown
        assert "Leave a comment" in shown
        assert "Your email address will not be published." in shown
        assert "Required fields are marked *" in shown

    def test_only_approved_comments_and_never_an_email_or_address(
        self, client: Client, make_comment: Make, approved: Make
    ) -> None:
        visible = approved(author_email="secret@example.org", ip_address="192.0.2.7", user_agent="Lynx")
        hidden = [make_comment(status=status) for status in (Status.PENDING, Status.SPAM, Status.TRASH)]
        response = client.get("/the-page/")
        assert ids_in(response) == [str(visible.uid)]
        shown = text_of(response)
        assert "1 comment\n" in shown
        for secret in ("secret@example.org", "192.0.2.7", "Lynx", *(comment.body for comment in hidden)):
            assert secret not in shown

    def test_replies_follow_their_parents_in_words(self, client: Client, approved: Make) -> None:
        first = approved(author_name="Grace")
        second = approved()
        reply = approved(parent=first)
        response = client.get("/the-page/")
        assert ids_in(response) == [str(first.uid), str(reply.uid), str(second.uid)]
        assert (
            f'<a class="sf-comment-parent" href="#comment-{first.uid}">In reply to <bdi>Grace</bdi></a>'
            in text_of(response)
        )
        assert "comment--depth-1" in text_of(response)

    def test_times_name_their_zone(self, client: Client, approved: Make, settings: Any) -> None:
        approved()
        moment = datetime(2026, 11, 24, 3, 56, tzinfo=UTC)
        Comment.objects.update(created_at=moment)
        shown = text_of(client.get("/the-page/"))
        assert '<time datetime="2026-11-24T03:56:00+00:00">24 Nov 2026, 3:56 a.m. UTC</time>' in shown
        settings.TIME_ZONE = "Asia/Kolkata"
        timezone.get_default_timezone.cache_clear()
        assert "24 Nov 2026, 9:26 a.m. IST</time>" in text_of(client.get("/the-page/"))
        timezone.get_default_timezone.cache_clear()

    def test_a_long_comment_is_folded_after_a_screenful(self, client: Client, approved: Make) -> None:
        approved("Short. " * 100)
        approved("A word or two more. " * 200 + "The end.")
        soup = BeautifulSoup(client.get("/the-page/").content, "html.parser")
        short, long = soup.select(".sf-comment-text")
        assert short.find("details") is None
        rest = long.find("details")
        assert rest is not None
        assert "open" not in rest.attrs
        assert rest.get_text().endswith("The end.")
        opening = rest.find_previous_sibling("p")
        assert opening is not None
        assert opening.get_text().endswith("more.")
        assert long.get_text().count("A word or two more.") == 200

    def test_a_removed_comment_keeps_its_place(self, client: Client, approved: Make) -> None:
        first = approved("Rude words.", author_name="Rude name")
        approved(parent=first)
        set_comment_status(uids=[first.uid], status=Status.TRASH, actor=None)
        shown = text_of(client.get("/the-page/"))
        assert "This comment has been removed." in shown
        assert "In reply to a removed comment" in shown
        assert "Rude" not in shown

    def test_hostile_text_is_shown_as_text(self, client: Client, approved: Make) -> None:
        approved(
            '<script>alert(1)</script>\nhttps://example.org/?a=1&b="onmouseover=alert(1)',
            author_name='"><img src=x>',
        )
        Comment.objects.update(author_url="javascript:alert(1)")
        shown = client.get("/the-page/").content.decode()
        assert "<script>" not in shown
        assert "<img" not in shown
        assert "javascript:" not in shown
        assert 'href="https://example.org/?a=1&amp;b=" rel="nofollow ugc noopener"' in shown

    def test_the_authors_website(self, client: Client, approved: Make) -> None:
        approved(author_name="Ada", author_url="https://ada.example.org/")
        shown = client.get("/the-page/").content.decode()
        assert '<a href="https://ada.example.org/" rel="nofollow ugc noopener">Ada</a>' in shown

    def test_closed(self, client: Client, plain_page: Page, approved: Make) -> None:
        approved()
        set_discussion_open(page=plain_page, is_open=False)
        shown = text_of(client.get("/the-page/"))
        assert "Comments on this page are closed." in shown
        assert "<form" not in shown
        assert "sf-comment-reply" not in shown

    def test_a_page_that_was_never_saved(self, db: None) -> None:
        template = engines["django"].from_string("{% load standfirst_comments_tags %}{% discussion page %}")
        assert template.render({"page": Page(title="Draft")}).strip() == ""
        assert template.render({"page": None}).strip() == ""

    def test_parts_of_the_page_are_named(self, plain_page: Page, approved: Make) -> None:
        root = approved(anchor="part-1")
        approved(parent=root)
        approved(anchor="gone")
        parts = PageWithParts.objects.get(pk=plain_page.pk)
        template = engines["django"].from_string("{% load standfirst_comments_tags %}{% discussion page %}")
        with mock.patch.object(Page, "specific", parts):
            shown = template.render({"page": parts}, RequestFactory().get("/"))
        assert shown.count('<a href="/the-page/#part-1"><bdi>The &lt;first&gt; part</bdi></a>') == 1
        assert "no longer there" not in shown

    def test_a_part_that_is_gone_is_named_as_it_was(
        self, client: Client, plain_page: Page, make_page: Callable[..., Page], moderator_client: Client
    ) -> None:
        parts = PageWithParts.objects.get(pk=plain_page.pk)
        values = {"author_name": "Ada", "author_email": "ada@example.org", "anchor": "part-1"}
        root = submit_comment(page=parts, body="One.", **values)
        set_comment_status(uids=[root.uid], status=Status.APPROVED, actor=None)
        reply = submit_comment(page=parts, body="Two.", parent_uid=root.uid, **{**values, "anchor": ""})
        set_comment_status(uids=[reply.uid], status=Status.APPROVED, actor=None)
        assert (root.anchor_label, reply.anchor_label) == ("The <first> part",) * 2
        # The page's own type has no parts: they are gone.
        shown = text_of(client.get("/the-page/"))
        assert shown.count("About a part that is no longer there: <bdi>The <first> part</bdi>") == 1
        item = client.get(f"/api/comments/{root.uid}/").json()
        assert (item["anchor"], item["anchor_label"]) == ("part-1", "The <first> part")
        admin = text_of(moderator_client.get(f"/admin/standfirst/comments/inspect/{root.pk}/"))
        assert "<bdi>The <first> part</bdi> (a part that is no longer there)" in admin

    def test_a_long_name_of_a_part_is_shortened(self, plain_page: Page) -> None:
        parts = PageWithParts.objects.get(pk=plain_page.pk)
        with mock.patch.object(PageWithParts, "get_comment_anchors", return_value={"long": "word " * 200}):
            comment = submit_comment(
                page=parts, body="One.", author_name="Ada", author_email="ada@example.org", anchor="long"
            )
        assert 490 < len(comment.anchor_label) <= 500
        assert comment.anchor_label.endswith("…")


class TestAnchors:
    def test_a_comment_on_a_part(
        self, post: Any, form_data: dict[str, str], client: Client, plain_page: Page
    ) -> None:
        parts = PageWithParts.objects.get(pk=plain_page.pk)
        with mock.patch.multiple(Page, specific=parts, specific_deferred=parts):
            form = client.get("/comments/form/", {"page": plain_page.pk, "anchor": "part-1"})
            assert "The &lt;first&gt; part" in form.content.decode()
            assert 'name="anchor" value="part-1"' in form.content.decode()
            assert post({**form_data, "anchor": "other"}).status_code == 422
            assert post({**form_data, "anchor": "part-1"}).status_code == 303
        assert Comment.objects.get().anchor == "part-1"


class TestPages:
    def test_all_comments_are_reached(self, client: Client, plain_page: Page, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_SIZE = 4
        insert_comments(plain_page, 11)
        expected = [str(uid) for uid in Comment.objects.order_by("path").values_list("uid", flat=True)]
        response = client.get("/the-page/")
        seen = ids_in(response)
        while match := re.search(r'href="([^"]+)" rel="next"', response.content.decode()):
            response = client.get(html.unescape(match[1]))
            assert response.status_code == 200
            seen += ids_in(response)
        assert seen == expected
        assert len(expected) == 11

    def test_every_comment_has_an_address(self, client: Client, plain_page: Page, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_SIZE = 4
        insert_comments(plain_page, 11)
        for comment in Comment.objects.all():
            response = client.get(f"/comments/comment/{comment.uid}/")
            assert response.status_code == 302
            address, _, fragment = response["Location"].partition("#")
            assert fragment == f"comment-{comment.uid}"
            assert str(comment.uid) in ids_in(client.get(address))

    def test_addresses_of_what_is_not_shown(
        self, client: Client, make_comment: Make, approved: Make, plain_page: Page
    ) -> None:
        pending, public = make_comment(), approved()
        assert client.get(f"/comments/comment/{pending.uid}/").status_code == 404
        assert client.get(f"/comments/comment/{uuid4()}/").status_code == 404
        assert client.get(f"/comments/comment/{public.uid}/").status_code == 302
        plain_page.live = False
        plain_page.save()
        assert client.get(f"/comments/comment/{public.uid}/").status_code == 404
        assert client.get(f"/comments/page/{plain_page.pk}/").status_code == 404

    @pytest.mark.parametrize(
        "cursor", ["x", "AAAA", "%00", "A" * 22 + "=", "B" * 22, "A" * 5000, "🦀", "A" * 22 + "\n"]
    )
    def test_bad_cursors(self, client: Client, plain_page: Page, cursor: str) -> None:
        assert client.get(f"/comments/page/{plain_page.pk}/", {"after": cursor}).status_code == 404

    @pytest.mark.parametrize("page_id", ["0", "9" * 30])
    def test_no_such_page(self, client: Client, db: None, page_id: str) -> None:
        assert client.get(f"/comments/page/{page_id}/").status_code == 404


class TestCost:
    @pytest.mark.parametrize("url", ["/the-page/", "/comments/page/{page}/"])
    def test_queries_do_not_grow(self, client: Client, plain_page: Page, url: str, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_SIZE = 200
        address = url.format(page=plain_page.pk)
        insert_comments(plain_page, 1)
        client.get(address)
        counts = []
        for more in (0, 9, 90):
            insert_comments(plain_page, more)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                response = client.get(address)
            counts.append(len(queries))
            assert not [query for query in queries if not query["sql"].startswith("SELECT")]
        assert len(ids_in(response)) == 100
        assert counts == [counts[0]] * 3
        assert counts[0] <= 7

    def test_the_section_takes_two_queries(self, plain_page: Page, django_assert_num_queries: Any) -> None:
        insert_comments(plain_page, 10)
        Comment.objects.update(anchor="")
        template = engines["django"].from_string("{% load standfirst_comments_tags %}{% discussion page %}")
        request = RequestFactory().get("/")
        # Wagtail remembers with the request where its sites begin, as any page's own address needs it.
        plain_page.get_full_url(request)
        with django_assert_num_queries(2):
            template.render({"page": plain_page}, request)

    def test_a_preview_takes_none(self, plain_page: Page, django_assert_num_queries: Any) -> None:
        insert_comments(plain_page, 1)
        template = engines["django"].from_string("{% load standfirst_comments_tags %}{% discussion page %}")
        request = RequestFactory().get("/")
        request.is_preview = True  # type: ignore[attr-defined]
        with django_assert_num_queries(0):
            assert template.render({"page": plain_page}, request).strip() == ""

    @pytest.mark.parametrize(
        "url",
        ["/the-page/", "/comments/page/{page}/", "/comments/form/?page={page}", "/comments/comment/{uid}/"],
    )
    def test_an_anonymous_view_reads_no_session_sets_no_cookie_and_writes_nothing(
        self, client: Client, plain_page: Page, approved: Make, make_page: Callable[..., Page], url: str
    ) -> None:
        comment = approved()
        secret = make_page("Secret")
        for kind in (PageViewRestriction.PASSWORD, PageViewRestriction.LOGIN):
            PageViewRestriction.objects.create(page=secret, restriction_type=kind, password="x")
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url.format(page=plain_page.pk, uid=comment.uid))
        assert response.status_code in {200, 302}
        assert not response.cookies
        assert not response.wsgi_request.session.accessed
        assert all(query["sql"].startswith("SELECT") for query in queries)
        assert "session" not in " ".join(query["sql"] for query in queries)
        if "/form/" not in url:
            assert "Cookie" not in response.get("Vary", "")


class TestEditors:
    @pytest.fixture
    def comments(self, approved: Make) -> dict[str, Comment]:
        """Return a comment of each kind of account, and one of a stranger with an editor's name."""
        users = get_user_model().objects
        chief = users.create_superuser("chief", "chief@example.org", "x")
        moderator, direct, former, reader = (
            users.create_user(name) for name in ("moderator", "direct", "former", "reader")
        )
        for user in (moderator, former):
            user.groups.add(Group.objects.get(name="Moderators"))
        direct.user_permissions.add(Permission.objects.get(codename="access_admin"))
        former.is_active = False
        former.save()
        accounts = {
            "chief": chief,
            "moderator": moderator,
            "direct": direct,
            "former": former,
            "reader": reader,
            "stranger": None,
        }
        return {name: approved(user=user, author_name="The chief") for name, user in accounts.items()}

    def test_are_marked_in_words(
        self, client: Client, plain_page: Page, comments: dict[str, Comment]
    ) -> None:
        soup = BeautifulSoup(client.get("/the-page/").content, "html.parser")
        items = client.get("/api/comments/", {"page": plain_page.pk}).json()["items"]
        told = {item["uid"]: item["author"]["is_editor"] for item in items}
        for name, comment in comments.items():
            expected = name in {"chief", "moderator", "direct"}
            card = soup.select_one(f"#{comment.element_id} .sf-comment-author")
            assert card is not None
            assert card.get_text(" ", strip=True) == ("The chief Editor" if expected else "The chief"), name
            assert told[str(comment.uid)] == expected, name
            one = client.get(f"/api/comments/{comment.uid}/").json()
            assert one["author"]["is_editor"] == expected, name

    @pytest.mark.usefixtures("comments")
    def test_are_known_within_the_same_query(self, plain_page: Page) -> None:
        with CaptureQueriesContext(connection) as queries:
            list_comments(discussion=find_discussion(plain_page), limit=50)
        assert len(queries) == 2
