"""What is stored of a comment, and when one is refused: both sides of each bound."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from comments.enums import Status
from comments.errors import DiscussionClosed, DuplicateComment, TooManyComments
from comments.forms import CommentForm
from comments.models import Comment, Discussion, ModerationEntry
from comments.services import (
    InvalidComment,
    Visitor,
    receive_comment,
    set_comment_status,
    set_discussion_open,
    submit_comment,
)

Make = Callable[..., Comment]
NOW = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)
WINDOW = 15


def submit(page: Page, **fields: Any) -> Comment:
    values: dict[str, Any] = {"body": "Words.", "author_name": "Ada", "author_email": "ada@example.org"}
    return submit_comment(page=page, **{**values, **fields})


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Stop the clock for the services, and ask for a pause; what is written meanwhile has the real date."""
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = WINDOW
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def date(comment: Comment, seconds_ago: float) -> None:
    Comment.objects.filter(pk=comment.pk).update(created_at=NOW - timedelta(seconds=seconds_ago))


class TestStored:
    def test_everything(self, plain_page: Page) -> None:
        user = get_user_model().objects.create_user("ada")
        values = {
            "body": "One.\n\nTwo.",
            "author_name": "Ada Byron",
            "author_email": "Ada@example.org",
            "author_url": "https://ada.example.org/",
            "anchor": "claim-1",
            "user": user,
            "ip_address": "192.0.2.1",
            "user_agent": "Browser/1.0",
        }
        comment = submit(plain_page, **values)
        stored = Comment.objects.get()
        assert {name: getattr(stored, name) for name in values} == values
        entry = ModerationEntry.objects.get()
        assert entry.created_at == stored.created_at == comment.created_at

    def test_its_date_is_now_unless_another_is_told(
        self, plain_page: Page, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dates(comment: Comment) -> set[datetime]:
            stored = Comment.objects.get(pk=comment.pk)
            (entry,) = stored.moderation_entries.all()
            return {stored.created_at, stored.status_changed_at, entry.created_at, comment.created_at}

        earlier = NOW - timedelta(days=400)
        assert dates(submit(plain_page, at=earlier)) == {earlier}
        monkeypatch.setattr(timezone, "now", lambda: NOW)
        assert dates(submit(plain_page, body="Now.")) == {NOW}

    def test_what_is_not_told_is_empty(self, plain_page: Page) -> None:
        submit(plain_page)
        stored = Comment.objects.get()
        assert (stored.author_url, stored.anchor, stored.user_agent) == ("", "", "")
        assert (stored.user, stored.ip_address, stored.parent) == (None, None, None)

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("Browser/1.0", "Browser/1.0"),
            ("", ""),
            ("x" * 254 + "yz", "x" * 254 + "y"),
            ("x" * 255, "x" * 255),
            ("x" * 5_000, "x" * 255),
            ("a\0b", "ab"),
            ("caf\xe9", "café"),
            ("a\udcffb", "a?b"),
        ],
        ids=["short", "none", "256", "255", "5000", "nul", "latin-1", "surrogate"],
    )
    def test_the_browsers_name_is_cut_to_the_column(
        self, client: Client, form_data: dict[str, str], sent: str, kept: str
    ) -> None:
        assert client.post("/comments/post/", form_data, HTTP_USER_AGENT=sent).status_code == 303
        assert Comment.objects.get().user_agent == kept

    def test_the_api_stores_it_too(self, post_json: Any, json_data: dict[str, Any]) -> None:
        assert post_json(json_data, HTTP_USER_AGENT="Program/2").status_code == 201
        assert (Comment.objects.get().user_agent, Comment.objects.get().ip_address) == (
            "Program/2",
            "127.0.0.1",
        )

    @pytest.mark.parametrize(("own", "anchor"), [("claim-2", "claim-2"), ("", "claim-1")])
    def test_a_replys_own_anchor_goes_before_its_parents(
        self, plain_page: Page, approved: Make, own: str, anchor: str
    ) -> None:
        parent = approved(anchor="claim-1")
        assert submit(plain_page, parent_uid=parent.uid, anchor=own).anchor == anchor


class TestDuplicates:
    @pytest.mark.parametrize(
        ("status", "is_refused"),
        [(Status.PENDING, True), (Status.APPROVED, True), (Status.SPAM, True), (Status.TRASH, False)],
    )
    def test_whatever_was_decided_about_the_first_but_trash(
        self, plain_page: Page, status: Status, is_refused: bool
    ) -> None:
        first = submit(plain_page)
        set_comment_status(uids=[first.uid], status=status, actor=None)
        if is_refused:
            with pytest.raises(DuplicateComment):
                submit(plain_page)
        else:
            submit(plain_page)
        assert Comment.objects.count() == 2 - is_refused

    @pytest.mark.parametrize("ending", ["?", " more.", ".."])
    def test_other_words_are_another_comment(self, plain_page: Page, ending: str) -> None:
        submit(plain_page, body="Words")
        submit(plain_page, body=f"Words{ending}")

    def test_in_reply_to_another_they_are_another_comment(self, plain_page: Page, approved: Make) -> None:
        first, second = approved(), approved()
        submit(plain_page, parent_uid=first.uid)
        submit(plain_page, parent_uid=second.uid)
        with pytest.raises(DuplicateComment):
            submit(plain_page, parent_uid=second.uid)


@pytest.mark.usefixtures("at_noon")
class TestPause:
    @pytest.mark.parametrize(
        ("seconds_ago", "wait"),
        [
            (0, 15),
            (0.001, 15),
            (1, 14),
            (1.001, 14),
            (4.2, 11),
            (13.5, 2),
            (14, 1),
            (14.999, 1),
            # The clock of another machine.
            (-1, 16),
        ],
    )
    def test_the_time_to_wait_is_what_is_left_of_it(
        self, plain_page: Page, seconds_ago: float, wait: int
    ) -> None:
        date(submit(plain_page), seconds_ago)
        with pytest.raises(TooManyComments) as caught:
            submit(plain_page, body="More.")
        assert caught.value.retry_after == wait

    @pytest.mark.parametrize("seconds_ago", [15, 15.001, 3600, -15, -3600])
    def test_it_ends(self, plain_page: Page, seconds_ago: float) -> None:
        date(submit(plain_page), seconds_ago)
        submit(plain_page, body="More.")

    def test_the_last_comment_counts_wherever_it_was_written(
        self, plain_page: Page, make_page: Callable[..., Page], settings: Any
    ) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
        comments = [submit(make_page(name)) for name in ("One", "Two", "Three")]
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = WINDOW
        for comment, seconds_ago in zip(comments, (12, 3, 9), strict=True):
            date(comment, seconds_ago)
        with pytest.raises(TooManyComments) as caught:
            submit(plain_page, body="More.")
        assert caught.value.retry_after == WINDOW - 3

    def test_people_of_whom_nothing_is_known_are_not_one(self, plain_page: Page) -> None:
        date(submit(plain_page, user=None, ip_address=None), 1)
        submit(plain_page, user=None, ip_address=None, author_email="b@example.org")

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"author_email": "ada@example.org"}, {"author_email": "ADA@EXAMPLE.ORG"}),
            ({"ip_address": "192.0.2.1"}, {"ip_address": "192.0.2.1"}),
        ],
    )
    def test_one_person(self, plain_page: Page, first: dict[str, str], second: dict[str, str]) -> None:
        date(submit(plain_page, **{"author_email": "a@example.org", **first}), 1)
        with pytest.raises(TooManyComments):
            submit(plain_page, **{"author_email": "b@example.org", "body": "More.", **second})

    @pytest.mark.parametrize("name", ["author_email", "ip_address", "user"])
    def test_of_somebody_of_whom_all_is_known_one_thing_is_enough(self, plain_page: Page, name: str) -> None:
        ada, bob = map(get_user_model().objects.create_user, ("ada", "bob"))
        first = {"author_email": "a@example.org", "ip_address": "192.0.2.1", "user": ada}
        other = {"author_email": "b@example.org", "ip_address": "192.0.2.2", "user": bob}
        date(submit(plain_page, **first), 1)
        with pytest.raises(TooManyComments):
            submit(plain_page, body="More.", **{**other, name: first[name]})
        submit(plain_page, body="More.", **other)

    @pytest.mark.parametrize(("seconds", "is_refused"), [(-1, False), (0, False), (1, True)])
    def test_it_can_be_switched_off(
        self, plain_page: Page, settings: Any, seconds: int, is_refused: bool
    ) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = seconds
        date(submit(plain_page), 0)
        if is_refused:
            with pytest.raises(TooManyComments):
                submit(plain_page, body="More.")
        else:
            submit(plain_page, body="More.")

    def test_the_answer_says_how_long(self, post: Any, form_data: dict[str, str]) -> None:
        post(form_data)
        date(Comment.objects.get(), 4.2)
        answer = post({**form_data, "comment": "More."})
        assert (answer.status_code, answer["Retry-After"]) == (429, "11")


class TestPlace:
    def test_after_its_siblings_even_if_the_clock_was_set_back(
        self, plain_page: Page, approved: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = approved()
        earlier = root.uid.int - (5 << 100)
        uids = iter([UUID(int=earlier - number) for number in range(4)])
        monkeypatch.setattr("comments.services.submission.uuid7", lambda: next(uids))
        second = submit(plain_page)
        replies = [submit(plain_page, body=body, parent_uid=root.uid) for body in ("One.", "Two.", "Three.")]
        stored = list(Comment.objects.order_by("path"))
        assert stored == [root, *replies, second]
        # The first of its level has nothing to follow.
        assert replies[0].uid == UUID(int=earlier - 1)

    def test_a_fault_of_ours_is_not_taken_for_a_page_that_is_gone(
        self, plain_page: Page, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**values: Any) -> None:
            raise IntegrityError("A constraint that has nothing to do with the page.")

        monkeypatch.setattr(ModerationEntry.objects, "create", fail)
        with pytest.raises(IntegrityError, match="nothing to do with the page"):
            submit(plain_page)
        assert not Comment.objects.exists()
        assert not Discussion.objects.exists()


class TestReceive:
    visitor = Visitor()

    def form(self, data: dict[str, str], **change: str) -> CommentForm:
        return CommentForm({**data, **change}, pages=Page.objects.live())

    def test_that_a_discussion_is_closed_is_said_before_anything_else(
        self, plain_page: Page, form_data: dict[str, str]
    ) -> None:
        set_discussion_open(page=plain_page, is_open=False)
        with pytest.raises(DiscussionClosed):
            receive_comment(form=self.form(form_data, name=""), visitor=self.visitor)

    @pytest.mark.parametrize("name", ["", "Ada"])
    def test_a_page_that_takes_none_is_an_error_of_its_field(
        self, form_data: dict[str, str], settings: Any, name: str
    ) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = []
        form = self.form(form_data, name=name)
        with pytest.raises(InvalidComment) as caught:
            receive_comment(form=form, visitor=self.visitor)
        assert caught.value.form is form
        (error,) = form.errors.as_data()["page"]
        assert (error.code, str(error.message)) == ("no_discussion", "This page takes no comments.")
        assert not Comment.objects.exists()

    def test_a_page_that_is_not_there_is_one_too(self, form_data: dict[str, str]) -> None:
        form = self.form(form_data, page="0")
        with pytest.raises(InvalidComment):
            receive_comment(form=form, visitor=self.visitor)
        assert set(form.errors) == {"page"}

    def test_errors_are_in_the_form(self, form_data: dict[str, str]) -> None:
        form = self.form(form_data, name="")
        with pytest.raises(InvalidComment) as caught:
            receive_comment(form=form, visitor=self.visitor)
        assert caught.value.form is form
        assert set(form.errors) == {"name"}

    def test_a_parent_that_went_meanwhile_is_an_error_of_its_field(self, form_data: dict[str, str]) -> None:
        form = self.form(form_data, parent=str(uuid4()))
        with pytest.raises(InvalidComment) as caught:
            receive_comment(form=form, visitor=self.visitor)
        assert caught.value.form is form
        ((name, (error,)),) = form.errors.as_data().items()
        assert (name, error.code) == ("parent", "invalid_parent")
        assert "no longer available" in str(error.message)

    @pytest.mark.django_db(transaction=True)
    def test_a_page_that_went_meanwhile_is_an_error_of_its_field(
        self, plain_page: Page, form_data: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = self.form(form_data)
        assert form.is_valid()
        plain_page.delete()
        with pytest.raises(InvalidComment):
            receive_comment(form=form, visitor=self.visitor)
        ((name, (error,)),) = form.errors.as_data().items()
        assert (name, error.code) == ("page", "page_gone")

    def test_everything_arrives(
        self, form_data: dict[str, str], approved: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("comments.forms", "comments.services.submission"):
            monkeypatch.setattr(f"{module}.anchor_labels", lambda page: {"part-2": "A part"})
        parent = approved(anchor="part-1")
        user = get_user_model().objects.create_user("ada")
        comment = receive_comment(
            form=self.form(form_data, parent=str(parent.uid), anchor="part-2"),
            visitor=Visitor(user=user, ip_address="192.0.2.1", user_agent="Browser/1.0"),
        )
        comment.refresh_from_db()
        assert (comment.body, comment.author_name, comment.author_email, comment.author_url) == (
            form_data["comment"],
            form_data["name"],
            form_data["email"],
            form_data["website"],
        )
        assert (comment.parent, comment.user) == (parent, user)
        assert (comment.anchor, comment.anchor_label) == ("part-2", "A part")
        assert (comment.ip_address, comment.user_agent) == ("192.0.2.1", "Browser/1.0")
