"""What other apps are told, when, and what happens when they fail."""

import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.dispatch import Signal
from django.test import Client
from wagtail.models import Page

from comments import signals
from comments.enums import Reason, Status
from comments.errors import DuplicateComment, InvalidParent
from comments.models import Comment, Discussion
from comments.services import set_comment_status, set_discussion_open, submit_comment
from tests.comments.test_admin import bulk, confirm
from tests.docs.markdown import ROOT, Document, table_rows

# Only what is really committed counts.
pytestmark = pytest.mark.django_db(transaction=True)

Told = list[tuple[str, dict[str, Any]]]
Make = Callable[..., Comment]
INDEX = "/admin/standfirst/comments/"
SIGNALS = {name: signal for name, signal in vars(signals).items() if isinstance(signal, Signal)}


@pytest.fixture
def told() -> Iterator[Told]:
    """Return what receivers of all signals were told so far, each time outside of a transaction."""
    found: Told = []
    receivers = []
    for name, signal in SIGNALS.items():

        def receive(sender: Any, signal: Any, name: str = name, **arguments: Any) -> None:
            assert not connection.in_atomic_block
            arguments["sender"] = sender
            found.append((name, arguments))

        signal.connect(receive)
        receivers.append((signal, receive))
    yield found
    for signal, receive in receivers:
        signal.disconnect(receive)


def names(told: Told) -> list[str]:
    return [name for name, _ in told]


def submit(page: Page, **fields: Any) -> Comment:
    values: dict[str, Any] = {"body": "Words.", "author_name": "Ada", "author_email": "ada@example.org"}
    return submit_comment(page=page, **{**values, **fields})


def take_back(act: Callable[[], object]) -> None:
    """Do something in a transaction, or in one within another, that is rolled back."""
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


class TestSubmission:
    def test_by_the_form(self, post: Callable[..., Any], form_data: dict[str, str], told: Told) -> None:
        assert post(form_data).status_code == 303
        self.assert_told(told)

    def test_by_the_api(self, post_json: Callable[..., Any], json_data: dict[str, Any], told: Told) -> None:
        assert post_json(json_data).status_code == 201
        self.assert_told(told)

    def assert_told(self, told: Told) -> None:
        (submitted, first), (changed, second) = told
        assert (submitted, changed) == ("comment_submitted", "discussion_changed")
        comment = first["comment"]
        assert (comment, comment.status, first["sender"]) == (Comment.objects.get(), Status.PENDING, Comment)
        assert second["changed"] == {"pending_count"}
        assert second["discussion"] == Discussion.objects.get()
        assert second["discussion"].pending_count == 1

    def test_nobody_is_told_of_what_is_refused(self, plain_page: Page, told: Told) -> None:
        submit(plain_page)
        told.clear()
        with pytest.raises(DuplicateComment):
            submit(plain_page)
        with pytest.raises(InvalidParent):
            submit(plain_page, body="More.", parent_uid=uuid4())
        assert told == []

    def test_nobody_is_told_of_what_is_taken_back(self, plain_page: Page, told: Told) -> None:
        take_back(lambda: submit(plain_page))
        with transaction.atomic():
            take_back(lambda: submit(plain_page))
            kept = submit(plain_page, body="Kept.")
            assert told == []
        assert names(told) == ["comment_submitted", "discussion_changed"]
        assert told[0][1]["comment"] == kept


class TestDecisions:
    @pytest.fixture
    def moderator_client(self, db: None) -> Client:
        """Return an administrator's browser: groups are not there where tests empty the tables."""
        get_user_model().objects.create_superuser("moderator", "moderator@example.org", "secret")
        client = Client()
        client.force_login(get_user_model().objects.get())
        return client

    def test_one(self, moderator_client: Client, make_comment: Make, told: Told) -> None:
        comment = make_comment()
        told.clear()
        moderator_client.post(
            f"{INDEX}decide/{comment.pk}/", {"status": "approved", "seen": "pending", "note": "Well said."}
        )
        (decided, first), (changed, second) = told
        assert (decided, changed) == ("comment_status_changed", "discussion_changed")
        assert (first["comment"], first["comment"].status) == (comment, Status.APPROVED)
        assert (first["from_status"], first["to_status"]) == (Status.PENDING, Status.APPROVED)
        assert (first["actor"], first["reason"]) == (get_user_model().objects.get(), Reason.MODERATOR)
        assert first["note"] == "Well said."
        assert second["changed"] == {"approved_count", "pending_count", "version"}
        discussion = Discussion.objects.get()
        assert vars_of(second["discussion"]) == vars_of(discussion) == (True, 1, 0)

    def test_many(self, moderator_client: Client, make_comment: Make, make_page: Any, told: Told) -> None:
        elsewhere = make_page("Elsewhere")
        comments = [make_comment(), make_comment(on=elsewhere), make_comment()]
        make_comment(status=Status.SPAM)
        told.clear()
        confirm(moderator_client, f"{bulk(Status.SPAM)}?id=all")
        assert sorted(names(told)) == ["comment_status_changed"] * 3 + ["discussion_changed"] * 2
        decided = [arguments["comment"] for name, arguments in told if name == "comment_status_changed"]
        assert {comment.pk for comment in decided} == {comment.pk for comment in comments}

    def test_asking_twice_tells_once(self, make_comment: Make, told: Told) -> None:
        comment = make_comment()
        told.clear()
        for _ in range(2):
            set_comment_status(uids=[comment.uid], status=Status.TRASH, actor=None, reason="links")
        assert names(told) == ["comment_status_changed", "discussion_changed"]
        assert told[0][1]["reason"] == "links"

    def test_open_and_closed(self, moderator_client: Client, plain_page: Page, told: Told) -> None:
        for wanted in ("0", "0", "1"):
            moderator_client.post(f"{INDEX}page/{plain_page.pk}/", {"open": wanted})
        assert names(told) == ["discussion_changed"] * 2
        assert [arguments["discussion"].is_open for _, arguments in told] == [False, True]
        assert [arguments["changed"] for _, arguments in told] == [{"is_open", "version"}] * 2

    def test_a_decision_that_is_taken_back(self, make_comment: Make, told: Told) -> None:
        comment = make_comment()
        told.clear()
        take_back(lambda: set_comment_status(uids=[comment.uid], status=Status.TRASH, actor=None))
        take_back(lambda: set_discussion_open(page=comment.discussion.page, is_open=False))
        assert told == []


class TestNumbers:
    def test_deletion(self, approved: Make, make_comment: Make, told: Told) -> None:
        root = approved()
        approved(parent=root)
        make_comment(status=Status.SPAM)
        told.clear()
        Comment.objects.filter(status=Status.SPAM).delete()
        assert told == []
        root.delete()
        ((name, arguments),) = told
        assert (name, arguments["changed"]) == ("discussion_changed", {"approved_count", "version"})
        assert vars_of(arguments["discussion"]) == vars_of(Discussion.objects.get())

    def test_deletion_of_many(self, approved: Make, told: Told) -> None:
        approved()
        approved()
        told.clear()
        Comment.objects.all().delete()
        assert names(told) == ["discussion_changed"]

    def test_the_command(self, approved: Make, told: Told) -> None:
        approved()
        told.clear()
        call_command("standfirst_recount_discussions", stdout=StringIO())
        Discussion.objects.update(pending_count=5)
        call_command("standfirst_recount_discussions", stdout=StringIO())
        ((_, arguments),) = told
        assert arguments["changed"] == {"pending_count"}
        assert vars_of(arguments["discussion"]) == vars_of(Discussion.objects.get()) == (True, 1, 0)

    def test_an_editor_is_gone(self, approved: Make, told: Told) -> None:
        user = get_user_model().objects.create_user("editor")
        approved(user=user)
        approved()
        version = Discussion.objects.get().version
        told.clear()
        user.delete()
        ((name, arguments),) = told
        assert (name, arguments["changed"]) == ("discussion_changed", {"version"})
        assert arguments["discussion"].version > version


class TestReceivers:
    @pytest.mark.parametrize("name", sorted(SIGNALS))
    def test_one_that_raises_breaks_nothing(
        self,
        post: Callable[..., Any],
        form_data: dict[str, str],
        told: Told,
        caplog: pytest.LogCaptureFixture,
        name: str,
    ) -> None:
        def fail(**kwargs: Any) -> None:
            raise RuntimeError("A receiver of the site has a fault.")

        SIGNALS[name].connect(fail)
        try:
            with caplog.at_level(logging.ERROR):
                assert post(form_data).status_code == 303
                comment = Comment.objects.get()
                set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        finally:
            SIGNALS[name].disconnect(fail)
        assert "A receiver of the site has a fault." in caplog.text
        assert Comment.objects.get().status == Status.APPROVED
        assert names(told) == [
            "comment_submitted",
            "discussion_changed",
            "comment_status_changed",
            "discussion_changed",
        ]

    def test_one_that_acts_on_comments(self, plain_page: Page, told: Told) -> None:
        def approve(comment: Comment, **kwargs: Any) -> None:
            set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None, reason="trusted")

        signals.comment_submitted.connect(approve)
        try:
            submit(plain_page)
        finally:
            signals.comment_submitted.disconnect(approve)
        assert Comment.objects.get().status == Status.APPROVED
        assert sorted(names(told)) == [
            "comment_status_changed",
            "comment_submitted",
            "discussion_changed",
            "discussion_changed",
        ]


def test_the_reference_has_the_arguments(make_comment: Make, told: Told) -> None:
    """Each signal's arguments are those of its table."""
    make_comment(status=Status.APPROVED)
    sections = Document(ROOT / "docs" / "reference" / "signals.md").sections(2)
    for name, arguments in told:
        rows = table_rows(sections[f"`{name}`"])
        assert {row[0].strip("`") for row in rows} == set(arguments) - {"sender"}
    assert set(names(told)) == set(SIGNALS)


def vars_of(discussion: Discussion) -> tuple[bool, int, int]:
    return (discussion.is_open, discussion.approved_count, discussion.pending_count)
