"""What moderators do in Wagtail's admin, and what nobody else can."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page

from comments.enums import Status
from comments.models import Comment, Discussion, ModerationEntry
from comments.services import find_discussion
from tests.comments.conftest import insert_comments

Make = Callable[..., Comment]
INDEX = "/admin/comments/"
BUTTONS = {
    Status.APPROVED: "Approve 3 comments",
    Status.PENDING: "Hold 3 comments",
    Status.SPAM: "Mark 3 comments as spam",
    Status.TRASH: "Move 3 comments to the trash",
}


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def bulk(status: Status) -> str:
    return f"/admin/bulk/comments/comment/{status.value}/"


class TestPermission:
    def test_moderators_have_it_and_editors_do_not(self, db: None) -> None:
        permission = Permission.objects.get(codename="moderate_comment")
        assert permission.content_type.app_label == "comments"
        assert [group.name for group in permission.group_set.all()] == ["Moderators"]
        assert Permission.objects.filter(content_type__app_label="comments").count() == 1

    def test_nothing_else_is_open(
        self, editor_client: Client, client: Client, make_comment: Make, plain_page: Page
    ) -> None:
        comment = make_comment()
        attempts = [
            ("get", INDEX, {}),
            ("get", f"{INDEX}results/", {}),
            ("get", f"{INDEX}inspect/{comment.pk}/", {}),
            ("post", f"{INDEX}decide/{comment.pk}/", {"status": "approved"}),
            ("get", f"{INDEX}page/{plain_page.pk}/", {}),
            ("post", f"{INDEX}page/{plain_page.pk}/", {"open": "0"}),
            *(("get", f"{bulk(status)}?id={comment.pk}", {}) for status in Status),
            *(("post", f"{bulk(status)}?id={comment.pk}", {}) for status in Status),
        ]
        for method, url, data in attempts:
            for browser in (editor_client, client):
                response = getattr(browser, method)(url, data)
                assert response.status_code == 302, url
                assert response["Location"].startswith("/admin/")
                assert comment.body not in text_of(response)
        comment.refresh_from_db()
        assert comment.status == Status.PENDING
        assert comment.moderation_entries.count() == 1
        assert find_discussion(plain_page).is_open  # type: ignore[union-attr]

    def test_the_menu(self, moderator_client: Client, editor_client: Client, make_comment: Make) -> None:
        assert '"label": "Comments"' in text_of(moderator_client.get("/admin/"))
        make_comment()
        make_comment()
        assert '"label": "Comments (2)"' in text_of(moderator_client.get("/admin/"))
        assert '"label": "Comments' not in text_of(editor_client.get("/admin/"))

    def test_it_can_be_granted_to_a_group(self, admin_client: Client, db: None) -> None:
        group = Group.objects.get(name="Editors")
        assert "moderate comments" in text_of(admin_client.get(f"/admin/groups/edit/{group.pk}/")).lower()


class TestList:
    def test_what_waits_comes_first(self, moderator_client: Client, make_comment: Make) -> None:
        waiting = make_comment("Waiting.")
        done = make_comment("Done.", status=Status.APPROVED)
        response = moderator_client.get(INDEX)
        assert list(response.context["object_list"]) == [waiting, done]
        shown = text_of(response)
        assert waiting.author_email in shown
        assert "The page" in shown
        assert f'action="/admin/comments/decide/{waiting.pk}/"' in shown

    def test_filters_and_search(
        self, moderator_client: Client, make_comment: Make, make_page: Callable[..., Page]
    ) -> None:
        elsewhere = make_page("Elsewhere")
        one = make_comment("Alpha.", status=Status.SPAM)
        two = make_comment("Beta.", on=elsewhere, author_name="Zelda")
        queries = [
            ("status=spam", [one]),
            ("status=pending", [two]),
            (f"page={elsewhere.pk}", [two]),
            ("q=alpha", [one]),
            ("q=zelda", [two]),
            (f"q={one.author_email}", [one]),
            ("created_at_from=2000-01-01&created_at_to=2000-01-02", []),
            ("created_at_from=2000-01-01", [two, one]),
            ("ordering=created_at", [one, two]),
            ("ordering=nonsense", [two, one]),
            ("status=nonsense", [two, one]),
            ("page=nonsense", [two, one]),
            ("q=%00", [two, one]),
            ("p=99999999999999999999", [two, one]),
        ]
        for query, expected in queries:
            for address in (INDEX, f"{INDEX}results/"):
                response = moderator_client.get(f"{address}?{query}")
                assert response.status_code == 200, query
                assert list(response.context["object_list"]) == expected, query

    def test_a_decision_leads_on_to_the_next_row(self, moderator_client: Client, make_comment: Make) -> None:
        first, second, third = [make_comment() for _ in range(3)][::-1]
        query = "?status=pending&q=comment"
        soup = BeautifulSoup(moderator_client.get(f"{INDEX}{query}").content, "html.parser")
        following = {first: second, second: third, third: second}
        for comment, after in following.items():
            row = soup.select_one(f"tr#comment-row-{comment.pk}[tabindex='-1']")
            assert row is not None
            field = row.select_one("input[name=next]")
            assert field is not None
            assert field["value"] == f"{INDEX}{query}#comment-row-{after.pk}"
        data = {"status": "approved", "next": f"{INDEX}{query}#comment-row-{second.pk}"}
        response = moderator_client.post(f"{INDEX}decide/{first.pk}/", data)
        assert response["Location"] == data["next"]

    def test_the_only_row_leads_to_itself(self, moderator_client: Client, make_comment: Make) -> None:
        comment = make_comment()
        assert f'value="{INDEX}#comment-row-{comment.pk}"' in text_of(moderator_client.get(INDEX))

    def test_queries_do_not_grow(self, moderator_client: Client, plain_page: Page) -> None:
        counts = []
        insert_comments(plain_page, 1)
        moderator_client.get(INDEX)
        for more in (0, 9, 90):
            insert_comments(plain_page, more)
            with CaptureQueriesContext(connection) as queries:
                moderator_client.get(INDEX)
            counts.append(len(queries))
        assert counts == [counts[0]] * 3


class TestDecide:
    @pytest.mark.parametrize("status", [Status.APPROVED, Status.SPAM, Status.TRASH])
    def test_one(self, moderator_client: Client, make_comment: Make, status: Status) -> None:
        comment = make_comment()
        response = moderator_client.post(
            f"{INDEX}decide/{comment.pk}/",
            {"status": status.value, "next": f"{INDEX}?status=pending", "note": " Seen.\0 "},
        )
        assert response["Location"] == f"{INDEX}?status=pending"
        comment.refresh_from_db()
        assert comment.status == status
        entry = ModerationEntry.objects.last()
        assert entry is not None
        assert entry.actor is not None
        assert (entry.actor.get_username(), entry.to_status, entry.note) == ("moderator", status, "Seen.")

    def test_twice(self, moderator_client: Client, make_comment: Make) -> None:
        comment = make_comment()
        for _ in range(2):
            moderator_client.post(f"{INDEX}decide/{comment.pk}/", {"status": "approved"})
        assert comment.moderation_entries.count() == 2
        assert Discussion.objects.get().approved_count == 1

    def test_hostile(self, moderator_client: Client, make_comment: Make) -> None:
        comment = make_comment()
        address = f"{INDEX}decide/{comment.pk}/"
        assert moderator_client.get(address).status_code == 405
        assert moderator_client.post(address).status_code == 400
        assert moderator_client.post(address, {"status": "\0"}).status_code == 400
        assert moderator_client.post(f"{INDEX}decide/{'9' * 30}/", {"status": "spam"}).status_code == 404
        away = {"status": "spam", "next": "https://evil.example/"}
        assert moderator_client.post(address, away)["Location"] == INDEX
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = moderator_client.cookies
        assert strict.post(address, {"status": "approved"}).status_code == 403

    def test_inspect(self, moderator_client: Client, make_comment: Make, approved: Make) -> None:
        parent = approved(author_name="Grace")
        comment = make_comment(
            "<script>alert(1)</script>", parent=parent, ip_address="192.0.2.7", user_agent="Lynx"
        )
        moderator_client.post(f"{INDEX}decide/{comment.pk}/", {"status": "spam", "note": "<b>Note</b>"})
        response = moderator_client.get(f"{INDEX}inspect/{comment.pk}/")
        assert response.status_code == 200
        assert b"<script>alert(1)" not in response.content
        assert b"<b>Note" not in response.content
        shown = text_of(response)
        for expected in (
            "192.0.2.7",
            "Lynx",
            "Grace",
            comment.author_email,
            "moderator",
            "A moderator's decision",
        ):
            assert expected in shown
        assert moderator_client.get(f"{INDEX}inspect/{'9' * 30}/").status_code == 404

    def test_other_parts_of_the_admin_find_a_comment(
        self, moderator_client: Client, editor_client: Client, make_comment: Make
    ) -> None:
        comment = make_comment()
        users = [client.get("/admin/").wsgi_request.user for client in (moderator_client, editor_client)]
        assert [AdminURLFinder(user).get_edit_url(comment) for user in users] == [
            f"{INDEX}inspect/{comment.pk}/",
            None,
        ]


class TestBulk:
    @pytest.mark.parametrize("status", list(Status))
    def test_selected(self, moderator_client: Client, make_comment: Make, status: Status) -> None:
        start = Status.APPROVED if status == Status.PENDING else Status.PENDING
        chosen = [make_comment(status=start) for _ in range(3)]
        other = make_comment(status=start)
        query = "&".join(f"id={comment.pk}" for comment in chosen)
        address = f"{bulk(status)}?{query}&next={INDEX}"
        question = moderator_client.get(address)
        assert question.status_code == 200
        assert chosen[0].body in text_of(question)
        assert BUTTONS[status] in text_of(question)
        response = moderator_client.post(address)
        assert response["Location"] == INDEX
        assert set(Comment.objects.filter(status=status)) == set(chosen)
        other.refresh_from_db()
        assert other.status == start
        assert ModerationEntry.objects.filter(to_status=status, actor__username="moderator").count() == 3

    def test_all_means_what_the_list_showed(self, moderator_client: Client, make_comment: Make) -> None:
        waiting = [make_comment() for _ in range(3)]
        spam = make_comment(status=Status.SPAM)
        found = make_comment("Needle.")
        moderator_client.post(f"{bulk(Status.TRASH)}?id=all&status=pending&q=needle&next={INDEX}")
        assert list(Comment.objects.filter(status=Status.TRASH)) == [found]
        moderator_client.post(f"{bulk(Status.APPROVED)}?id=all&status=pending&next={INDEX}")
        assert set(Comment.objects.filter(status=Status.APPROVED)) == set(waiting)
        spam.refresh_from_db()
        assert spam.status == Status.SPAM

    @pytest.mark.parametrize("query", ["", "id=x", "id=%00", "id=99999999999999999999999", "id=0"])
    def test_nothing_selected(self, moderator_client: Client, make_comment: Make, query: str) -> None:
        make_comment()
        assert moderator_client.get(f"{bulk(Status.SPAM)}?{query}").status_code == 404
        assert moderator_client.post(f"{bulk(Status.SPAM)}?{query}").status_code == 404


class TestDiscussion:
    def test_close_and_open(self, moderator_client: Client, plain_page: Page) -> None:
        address = f"{INDEX}page/{plain_page.pk}/"
        assert "Readers can post comments" in text_of(moderator_client.get(address))
        assert not Discussion.objects.exists()
        moderator_client.post(address, {"open": "0"})
        assert not Discussion.objects.get().is_open
        assert "Open the discussion" in text_of(moderator_client.get(address))
        moderator_client.post(address, {"open": "1"})
        assert Discussion.objects.get().is_open
        assert moderator_client.post(address, {"open": "x"}).status_code == 400
        history = text_of(moderator_client.get(address))
        assert "Close the discussion" in history

    @pytest.mark.parametrize("page_id", ["0", "9" * 30])
    def test_no_such_page(self, moderator_client: Client, page_id: str) -> None:
        assert moderator_client.get(f"{INDEX}page/{page_id}/").status_code == 404

    def test_the_page_editor_leads_there(
        self, moderator_client: Client, editor_client: Client, plain_page: Page
    ) -> None:
        address = f"/admin/pages/{plain_page.get_parent().pk}/"
        link = f"{INDEX}page/{plain_page.pk}/"
        assert link in text_of(moderator_client.get(address))
        assert link not in text_of(editor_client.get(address))
