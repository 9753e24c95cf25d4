"""Moderators are told by e-mail of a comment that waits for them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Page

from comments import checks
from comments.enums import Status
from comments.errors import DuplicateComment
from comments.models import Comment
from comments.services import notification, submit_comment
from standfirst.models import OutboxMessage
from standfirst.outbox.delivering import deliver_due
from standfirst.outbox.kinds import find_kind

Make = Callable[..., Comment]


@pytest.fixture(autouse=True)
def desk(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_NOTIFY = ["desk@example.org"]
    settings.WAGTAILADMIN_BASE_URL = "https://www.example.org"


def messages() -> list[dict[str, Any]]:
    return [message.payload for message in OutboxMessage.objects.order_by("pk")]


def test_an_email_with_a_link_into_the_admin(make_comment: Make) -> None:
    comment = make_comment("The dose is missing.", author_name="Ada", author_email="ada@example.org")
    deliver_due()
    (sent,) = mail.outbox
    assert sent.to == ["desk@example.org"]
    assert sent.subject == "Comment awaiting moderation: The page"
    assert "Ada commented on “The page”:" in sent.body
    assert "The dose is missing." in sent.body
    assert f"https://www.example.org/admin/standfirst/comments/inspect/{comment.pk}/" in sent.body


def test_it_tells_no_addresses_and_not_everything(make_comment: Make) -> None:
    make_comment("word " * 500, author_email="ada@example.org", ip_address="203.0.113.7")
    (payload,) = messages()
    assert "ada@example.org" not in str(payload)
    assert "203.0.113.7" not in str(payload)
    assert len(payload["text"]) < 600


def test_everybody_on_the_list_gets_one_of_their_own(make_comment: Make, settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_NOTIFY = ["a@example.org", "b@example.org", "a@example.org"]
    make_comment()
    assert [payload["to"] for payload in messages()] == ["a@example.org", "b@example.org"]


def test_nobody_by_default(make_comment: Make, settings: Any) -> None:
    del settings.STANDFIRST_COMMENTS_NOTIFY
    make_comment()
    assert messages() == []


def test_none_of_what_is_brought_in_from_elsewhere(make_comment: Make) -> None:
    make_comment(at=timezone.now() - timedelta(days=400))
    assert messages() == []


def test_none_of_what_is_refused(make_comment: Make, plain_page: Page) -> None:
    comment = make_comment("Twice.", author_email="ada@example.org")
    with pytest.raises(DuplicateComment):
        submit_comment(page=plain_page, body="Twice.", author_name="Ada", author_email=comment.author_email)
    assert len(messages()) == 1


def test_it_stands_and_falls_with_the_comment(plain_page: Page) -> None:
    with transaction.atomic():
        submit_comment(page=plain_page, body="x", author_name="Ada", author_email="a@example.org")
        transaction.set_rollback(True)
    assert not Comment.objects.exists()
    assert messages() == []


def test_a_comment_is_never_lost_over_an_address(
    make_comment: Make, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.STANDFIRST_COMMENTS_NOTIFY = ["nonsense", "desk@example.org"]
    assert make_comment().status == Status.PENDING
    assert [payload["to"] for payload in messages()] == ["desk@example.org"]
    assert "nonsense" in caplog.text


def test_a_site_whose_admin_is_elsewhere(
    make_comment: Make, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAILADMIN_BASE_URL = None
    comment = make_comment()
    assert f"\n/admin/standfirst/comments/inspect/{comment.pk}/\n" in messages()[0]["text"]

    def fail(*args: Any, **kwargs: Any) -> str:
        raise notification.NoReverseMatch

    monkeypatch.setattr(notification, "reverse", fail)
    assert notification.comment_address(comment) == ""
    make_comment()
    assert len(messages()) == 2


def test_it_is_in_the_language_of_the_site(make_comment: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken: list[str] = []

    def note(text: str) -> str:
        spoken.append(translation.get_language())
        return text

    monkeypatch.setattr(notification, "_", note)
    with translation.override("de"):
        make_comment()
        assert translation.get_language() == "de"
    assert set(spoken) == {"en-gb"}


def test_one_query_for_each_address(plain_page: Page, settings: Any) -> None:
    counts = []
    for number in (0, 1, 3):
        settings.STANDFIRST_COMMENTS_NOTIFY = [f"{place}@example.org" for place in range(number)]
        with CaptureQueriesContext(connection) as queries:
            submit_comment(
                page=plain_page, body=f"{number}", author_name="Ada", author_email=f"{number}@example.org"
            )
        counts.append(len([query for query in queries if "outboxmessage" in query["sql"]]))
    assert counts == [0, 1, 3]


@given(st.text(), st.text())
def test_no_name_or_title_becomes_a_header(author: str, title: str) -> None:
    """Both come from people, and stand in an e-mail; the title in its subject."""
    for text in (author, title, f"{title}\r\nBcc: {author}"):
        line = notification.as_line(text)
        assert line.isprintable()
        assert len(line) <= notification.TITLE_MAX_LENGTH
        find_kind("mail").clean({"to": "a@example.org", "subject": f"A comment: {line}", "text": line})


@pytest.mark.parametrize(
    ("value", "is_fine"),
    [
        ([], True),
        (("a@example.org",), True),
        (["a@example.org", "b@example.org"], True),
        ("a@example.org", False),
        (["nonsense"], False),
        ([None], False),
        (["a@example.org\n"], False),
        (None, False),
    ],
)
def test_check(settings: Any, value: Any, is_fine: bool) -> None:
    settings.STANDFIRST_COMMENTS_NOTIFY = value
    found = checks.check_notified_addresses(None)
    assert [message.id for message in found] == ([] if is_fine else ["standfirst_comments.E020"])
