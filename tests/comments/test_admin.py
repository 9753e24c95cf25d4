"""What moderators do in Wagtail's admin, and what nobody else can."""

import html
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page

from comments.enums import Status
from comments.models import Comment, Discussion, ModerationEntry
from comments.services import find_discussion, set_comment_status
from tests.comments.conftest import insert_comments

Make = Callable[..., Comment]
INDEX = "/admin/standfirst/comments/"
BUTTONS = {
    Status.APPROVED: "Approve 3 comments",
    Status.PENDING: "Hold 3 comments",
    Status.SPAM: "Mark 3 comments as spam",
    Status.TRASH: "Move 3 comments to the trash",
}


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def statuses(*comments: Comment) -> list[str]:
    """Return the statuses that the comments have in the database."""
    found = Comment.objects.in_bulk([comment.pk for comment in comments])
    return [found[comment.pk].status for comment in comments]


def shown_in(question: Any) -> str:
    """Return what the form of a confirmation page posts."""
    field = BeautifulSoup(question.content, "html.parser").select_one("input[name=shown]")
    assert field is not None
    return str(field["value"])


def confirm(client: Client, address: str) -> Any:
    """Open the confirmation page of a bulk action, and post its form."""
    return client.post(address, {"shown": shown_in(client.get(address))})


def bulk(status: Status) -> str:
    return f"/admin/bulk/standfirst_comments/comment/{status.value}/"


class TestPermission:
    def test_moderators_have_it_and_editors_do_not(self, db: None) -> None:
        permission = Permission.objects.get(codename="moderate_comment")
        assert permission.content_type.app_label == "standfirst_comments"
        assert [group.name for group in permission.group_set.all()] == ["Moderators"]
        assert Permission.objects.filter(content_type__app_label="standfirst_comments").count() == 1

    def test_nothing_else_is_open(
        self, editor_client: Client, client: Client, make_comment: Make, plain_page: Page
    ) -> None:
        comment = make_comment()
        attempts = [
            ("get", INDEX, {}),
            ("get", f"{INDEX}results/", {}),
            ("get", f"{INDEX}inspect/{comment.pk}/", {}),
            ("post", f"{INDEX}decide/{comment.pk}/", {"status": "approved", "seen": "pending"}),
            ("get", f"{INDEX}page/{plain_page.pk}/", {}),
            ("post", f"{INDEX}page/{plain_page.pk}/", {"open": "0"}),
            *(("get", f"{bulk(status)}?id={comment.pk}", {}) for status in Status),
            *(
                ("post", f"{bulk(status)}?id={comment.pk}", {"shown": f"{comment.pk}:pending"})
                for status in Status
            ),
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
        assert f'action="/admin/standfirst/comments/decide/{waiting.pk}/"' in shown

    def test_filters_and_search(
        self, moderator_client: Client, make_comment: Make, make_page: Callable[..., Page]
    ) -> None:
        elsewhere = make_page("Elsewhere")
        one = make_comment("Alpha.", status=Status.SPAM, ip_address="203.0.113.7")
        two = make_comment("Beta.", on=elsewhere, author_name="Zelda")
        queries = [
            ("status=spam", [one]),
            ("status=pending", [two]),
            (f"page={elsewhere.pk}", [two]),
            ("q=alpha", [one]),
            ("q=zelda", [two]),
            ("q=elsewhere+beta+ZELDA", [two]),
            ("q=beta+alpha", []),
            ("q=203.0.113.7", [one]),
            ("q=203.0.113", []),
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
        data = {"status": "approved", "seen": "pending", "next": f"{INDEX}{query}#comment-row-{second.pk}"}
        response = moderator_client.post(f"{INDEX}decide/{first.pk}/", data)
        assert response["Location"] == data["next"]

    def test_a_row_says_what_the_comment_answers_and_is_about(
        self, moderator_client: Client, make_comment: Make, approved: Make, plain_page: Page
    ) -> None:
        parent = approved("How much of it?", author_name="Grace")
        comment = make_comment("Two.", parent=parent, author_url="https://ada.example.org/")
        Comment.objects.filter(pk=comment.pk).update(anchor="4a8b", anchor_label="Claim 2: Water helps.")
        soup = BeautifulSoup(moderator_client.get(f"{INDEX}?status=pending").content, "html.parser")
        context = soup.select_one(".sf-comment-context")
        assert context is not None
        assert [" ".join(item.text.split()) for item in context.select("li")] == [
            "In reply to Grace: How much of it?",
            "About Claim 2: Water helps.",
            "Website https://ada.example.org/",
        ]
        parent_row = moderator_client.get(f"{INDEX}?status=approved")
        assert b"sf-comment-context" not in parent_row.content

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
            {
                "status": status.value,
                "seen": "pending",
                "next": f"{INDEX}?status=pending",
                "note": " Seen.\0 ",
            },
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
            moderator_client.post(f"{INDEX}decide/{comment.pk}/", {"status": "approved", "seen": "pending"})
        assert comment.moderation_entries.count() == 2
        assert Discussion.objects.get().approved_count == 1

    def test_hostile(self, moderator_client: Client, make_comment: Make) -> None:
        comment = make_comment()
        address = f"{INDEX}decide/{comment.pk}/"
        assert moderator_client.get(address).status_code == 405
        assert moderator_client.post(address).status_code == 400
        assert moderator_client.post(address, {"status": "\0", "seen": "pending"}).status_code == 400
        for seen in ({}, {"seen": ""}, {"seen": "\0"}):
            assert moderator_client.post(address, {"status": "spam", **seen}).status_code == 400
        nowhere = f"{INDEX}decide/{'9' * 30}/"
        assert moderator_client.post(nowhere, {"status": "spam", "seen": "pending"}).status_code == 404
        comment.refresh_from_db()
        assert comment.status == Status.PENDING
        away = {"status": "spam", "seen": "pending", "next": "https://evil.example/"}
        assert moderator_client.post(address, away)["Location"] == INDEX
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = moderator_client.cookies
        assert strict.post(address, {"status": "approved"}).status_code == 403

    def test_a_decision_that_somebody_else_took_meanwhile(
        self, moderator_client: Client, make_comment: Make
    ) -> None:
        comment = make_comment("Is it?")
        other = get_user_model().objects.create_user("mod2")
        set_comment_status(uids=[comment.uid], status=Status.SPAM, actor=other)
        address = f"{INDEX}decide/{comment.pk}/"
        decision = {"status": "approved", "seen": "pending", "note": "Fine.", "next": f"{INDEX}?q=is"}
        response = moderator_client.post(address, decision)
        assert response.status_code == 409
        shown = text_of(response)
        assert "Somebody else decided about this comment since you opened it." in shown
        assert "mod2 gave it the status “Spam” (" in shown
        assert "Is it?" in shown
        assert f'href="{INDEX}?q=is"' in shown
        assert statuses(comment) == ["spam"]
        form = BeautifulSoup(response.content, "html.parser").select_one("form.sf-comment-decisions")
        assert form is not None
        fields = {str(field["name"]): str(field["value"]) for field in form.select("[name][value]")}
        assert fields["seen"] == "spam"
        assert moderator_client.post(address, fields)["Location"] == f"{INDEX}?q=is"
        entry = comment.moderation_entries.last()
        assert entry is not None
        assert (entry.from_status, entry.to_status, entry.note) == ("spam", "approved", "Fine.")

    def test_the_same_decision_by_somebody_else(self, moderator_client: Client, approved: Make) -> None:
        comment = approved()
        decision = {"status": "approved", "seen": "pending"}
        response = moderator_client.post(f"{INDEX}decide/{comment.pk}/", decision, follow=True)
        assert "The comment had this status already." in text_of(response)

    def test_a_moderator_whose_account_is_gone(self, moderator_client: Client, make_comment: Make) -> None:
        comment = make_comment()
        other = get_user_model().objects.create_user("mod2")
        set_comment_status(uids=[comment.uid], status=Status.SPAM, actor=other)
        other.delete()
        response = moderator_client.get(f"{INDEX}inspect/{comment.pk}/")
        soup = BeautifulSoup(response.content, "html.parser")
        rows = soup.select("table[aria-labelledby=comment-history] tbody tr")
        assert [row.select("td")[1].text for row in rows] == ["The site", "An account that is gone"]

    def test_inspect(self, moderator_client: Client, make_comment: Make, approved: Make) -> None:
        parent = approved(author_name="Grace")
        comment = make_comment(
            "<script>alert(1)</script>", parent=parent, ip_address="192.0.2.7", user_agent="Lynx"
        )
        decision = {"status": "spam", "seen": "pending", "note": "<b>Note</b>"}
        moderator_client.post(f"{INDEX}decide/{comment.pk}/", decision)
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
        response = confirm(moderator_client, address)
        assert response["Location"] == INDEX
        assert set(Comment.objects.filter(status=status)) == set(chosen)
        other.refresh_from_db()
        assert other.status == start
        assert ModerationEntry.objects.filter(to_status=status, actor__username="moderator").count() == 3

    def test_all_means_what_the_list_showed(self, moderator_client: Client, make_comment: Make) -> None:
        waiting = [make_comment() for _ in range(3)]
        spam = make_comment(status=Status.SPAM)
        found = make_comment("Needle.")
        confirm(moderator_client, f"{bulk(Status.TRASH)}?id=all&status=pending&q=needle&next={INDEX}")
        assert list(Comment.objects.filter(status=Status.TRASH)) == [found]
        confirm(moderator_client, f"{bulk(Status.APPROVED)}?id=all&status=pending&next={INDEX}")
        assert set(Comment.objects.filter(status=Status.APPROVED)) == set(waiting)
        spam.refresh_from_db()
        assert spam.status == Status.SPAM

    @pytest.mark.parametrize("query", ["", "id=x", "id=%00", "id=99999999999999999999999", "id=0"])
    def test_nothing_selected(self, moderator_client: Client, make_comment: Make, query: str) -> None:
        make_comment()
        assert moderator_client.get(f"{bulk(Status.SPAM)}?{query}").status_code == 404
        for shown in ({}, {"shown": "0:pending"}):
            assert moderator_client.post(f"{bulk(Status.SPAM)}?{query}", shown).status_code == 404

    def test_a_comment_that_comes_later_is_not_decided_about(
        self, moderator_client: Client, make_comment: Make
    ) -> None:
        listed = [make_comment() for _ in range(2)]
        address = f"{bulk(Status.APPROVED)}?id=all&status=pending&next={INDEX}"
        question = moderator_client.get(address)
        late = make_comment("Nobody has read this.")
        response = moderator_client.post(address, {"shown": shown_in(question)}, follow=True)
        assert "2 comments approved." in text_of(response)
        assert set(Comment.objects.filter(status=Status.APPROVED)) == set(listed)
        late.refresh_from_db()
        assert late.status == Status.PENDING

    def test_what_another_moderator_decided_meanwhile_is_asked_about_again(
        self, moderator_client: Client, make_comment: Make
    ) -> None:
        first, second, third, agreed = [make_comment() for _ in range(4)]
        address = f"{bulk(Status.APPROVED)}?id=all&next={INDEX}"
        question = moderator_client.get(address)
        other = get_user_model().objects.create_user("mod2")
        set_comment_status(uids=[second.uid], status=Status.SPAM, actor=other)
        set_comment_status(uids=[agreed.uid], status=Status.APPROVED, actor=other)
        again = moderator_client.post(address, {"shown": shown_in(question)})
        assert again.status_code == 409
        assert [entry["item"] for entry in again.context["items"]] == [second]
        assert "2 comments approved." in text_of(again)
        assert "mod2 gave it the status “Spam” (" in text_of(again)
        assert statuses(first, second, third, agreed) == ["approved", "spam", "approved", "approved"]
        # Asked again, the moderator may overrule, knowing whom.
        assert moderator_client.post(address, {"shown": shown_in(again)}).status_code == 302
        assert statuses(second) == ["approved"]

    def test_the_whole_text_is_shown(self, moderator_client: Client, make_comment: Make) -> None:
        comment = make_comment("Kind words. " * 400 + "You are all idiots.")
        for address in (INDEX, f"{bulk(Status.APPROVED)}?id={comment.pk}"):
            soup = BeautifulSoup(moderator_client.get(address).content, "html.parser")
            fold = soup.select_one("details.sf-comment-fold")
            assert fold is not None
            assert "You are all idiots." in fold.text
            assert f"Show all {len(comment.body)} characters" in fold.text

    def test_more_than_a_page_can_hold(self, moderator_client: Client, make_comment: Make) -> None:
        comments = [make_comment() for _ in range(3)]
        address = f"{bulk(Status.SPAM)}?id=all&next={INDEX}"
        with mock.patch("comments.bulk_actions.MAX_AT_ONCE", 2):
            question = moderator_client.get(address)
            assert "These are the first 2 of the 3 selected comments." in text_of(question)
            moderator_client.post(address, {"shown": shown_in(question)})
        assert statuses(*comments) == ["pending", "spam", "spam"]

    @pytest.mark.parametrize("shown", ["", "x", "{pk}", "{pk}:nonsense", "{pk}:pending;", "{pk}:pending x:y"])
    def test_what_the_form_did_not_write_decides_nothing(
        self, moderator_client: Client, make_comment: Make, shown: str
    ) -> None:
        comment = make_comment()
        address = f"{bulk(Status.SPAM)}?id={comment.pk}"
        response = moderator_client.post(address, {"shown": shown.format(pk=comment.pk)})
        assert response.status_code == 200
        assert shown_in(response) == f"{comment.pk}:pending"
        assert "Please choose the comments again." in text_of(response)
        assert "Please choose" not in text_of(moderator_client.get(address))
        assert statuses(comment) == ["pending"]

    def test_queries_do_not_grow(self, moderator_client: Client, plain_page: Page) -> None:
        counts = []
        for more in (1, 9, 90):
            insert_comments(plain_page, more)
            moderator_client.get(f"{bulk(Status.SPAM)}?id=all")
            with CaptureQueriesContext(connection) as queries:
                moderator_client.get(f"{bulk(Status.SPAM)}?id=all")
            counts.append(len(queries))
        assert counts == [counts[0]] * 3


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
