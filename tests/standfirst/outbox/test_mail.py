"""E-mails, sent to a mail server on loopback."""

import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from standfirst.outbox import Delivery, InvalidPayload, enqueue
from standfirst.outbox.delivering import deliver_due
from standfirst.outbox.mail import MailKind, compose
from standfirst.outbox.models import OutboxMessage, State
from tests.standfirst.outbox.conftest import make_due, reload
from tests.standfirst.outbox.mail_server import (
    DATA,
    GOODBYE,
    GREETING,
    RECIPIENT,
    SENDER,
    TEXT,
    MailServer,
    send_to,
)

pytestmark = pytest.mark.django_db
MAIL = {"to": "ada@example.org", "subject": "Grüße", "text": "Wörter.\n.\nThe end.\n"}


@pytest.fixture
def letter() -> OutboxMessage:
    """Return a written e-mail."""
    return OutboxMessage.objects.get(uid=enqueue(kind="mail", payload=MAIL))


def test_it_arrives(server: MailServer, letter: OutboxMessage) -> None:
    assert deliver_due().delivered == 1
    (received,) = server.received
    assert received["To"] == "ada@example.org"
    assert received["Subject"] == "Grüße"
    assert received["From"] == "standfirst@localhost"
    assert received["Message-ID"] == f"<{letter.uid}@localhost>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Date"]
    assert "Wörter." in received.get_content()
    assert reload(letter).state == State.DELIVERED


def test_sender_and_address_for_replies(server: MailServer) -> None:
    more = {"from_email": "The desk <desk@example.com>", "reply_to": "Ada <ada@example.org>"}
    enqueue(kind="mail", payload=MAIL | more)
    deliver_due()
    (received,) = server.received
    assert received["From"] == "The desk <desk@example.com>"
    assert received["Reply-To"] == "Ada <ada@example.org>"
    assert received["Message-ID"].endswith("@example.com>")


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        (GREETING, "421 too busy"),
        (GREETING, "554 not for you"),
        (SENDER, "451 try later"),
        (SENDER, "530 log in first"),  # A setting, which somebody will mend.
        (RECIPIENT, "451 try later"),
        (RECIPIENT, "450 greylisted"),
        (DATA, "451 try later"),
        (TEXT, "452 the disk is full"),
    ],
)
def test_a_temporary_refusal(server: MailServer, letter: OutboxMessage, step: str, reply: str) -> None:
    """It is tried again later, then arrives, and once."""
    server.answers[step] = reply
    deliver_due()
    assert (reload(letter).state, reload(letter).interruptions) == (State.WAITING, 0)
    assert (reply if step != GREETING else reply[:3]) in reload(letter).last_error
    server.answers.clear()
    make_due(letter)
    deliver_due()
    assert reload(letter).state == State.DELIVERED
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("step", "reply"),
    [(RECIPIENT, "550 no such person"), (DATA, "554 no"), (TEXT, "552 too large"), (TEXT, "550 looks bad")],
)
def test_a_refusal_for_good(server: MailServer, letter: OutboxMessage, step: str, reply: str) -> None:
    server.answers[step] = reply
    deliver_due()
    assert (reload(letter).state, reload(letter).attempts) == (State.DEAD, 1)
    assert reload(letter).last_error == reply
    assert server.received == []


def test_a_server_that_hangs_up_instead_of_an_answer(server: MailServer, letter: OutboxMessage) -> None:
    """It may have the message, as here: it is sent twice at most, with the same Message-ID."""
    server.answers[TEXT] = ""
    for _ in range(4):
        make_due(letter)
        deliver_due()
    assert reload(letter).state == State.DEAD
    assert len(server.received) == 2
    assert len({received["Message-ID"] for received in server.received}) == 1


def test_a_server_that_does_not_answer(settings: Any, server: MailServer, letter: OutboxMessage) -> None:
    send_to(settings, server.port, timeout=0.2)
    server.hold_at = TEXT
    deliver_due()
    assert (reload(letter).state, reload(letter).interruptions) == (State.WAITING, 1)


@pytest.mark.parametrize("reply", ["", "500 what?"])
def test_a_server_without_manners(server: MailServer, letter: OutboxMessage, reply: str) -> None:
    """What it has taken counts as delivered, however it says goodbye."""
    server.answers[GOODBYE] = reply
    deliver_due()
    assert reload(letter).state == State.DELIVERED
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("error", "interruptions"), [(ssl.SSLEOFError("cut"), 1), (smtplib.SMTPNotSupportedError("no UTF-8"), 0)]
)
def test_other_errors_while_sending(
    letter: OutboxMessage,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    interruptions: int,
) -> None:
    """One of the connection leaves it open whether the e-mail arrived."""

    def fail(self: object, *args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("smtplib.SMTP.sendmail", fail)
    deliver_due()
    assert (reload(letter).state, reload(letter).interruptions) == (State.WAITING, interruptions)


def test_no_server_at_all(settings: Any, letter: OutboxMessage) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        send_to(settings, probe.getsockname()[1])
    deliver_due()
    assert (reload(letter).state, reload(letter).interruptions) == (State.WAITING, 0)
    assert "ConnectionRefusedError" in reload(letter).last_error


def test_a_backend_that_sends_nothing(letter: OutboxMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages", lambda self, messages: 0
    )
    deliver_due()
    assert "sent nothing" in reload(letter).last_error


def test_any_backend_of_django_will_do(letter: OutboxMessage) -> None:
    deliver_due()
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert reload(letter).state == State.DELIVERED


class TestPayload:
    @pytest.mark.parametrize(
        "fault",
        [
            {"to": "ada"},
            {"to": ""},
            {"to": "ada@example.org, eve@example.org"},
            {"to": "ada@example.org\nBcc: eve@example.org"},
            {"to": "Ada <ada@example.org>"},
            {"subject": ""},
            {"subject": "Hello\nBcc: eve@example.org"},
            {"subject": "Hello\r\n\r\nBody"},
            {"subject": "Hello\u2028Bcc: eve@example.org"},
            {"subject": "x" * 901},
            {"from_email": "nobody"},
            {"from_email": "Eve <eve@example.org>\nBcc: x@example.org"},
            {"reply_to": "x\r\n@example.org"},
            {"bcc": "eve@example.org"},
        ],
    )
    def test_what_is_refused(self, fault: dict[str, str]) -> None:
        with pytest.raises(InvalidPayload, match=next(iter(fault))):
            enqueue(kind="mail", payload=MAIL | fault)

    def test_the_longest_subject(self, server: MailServer) -> None:
        enqueue(kind="mail", payload=MAIL | {"subject": "x" * 900})
        deliver_due()
        assert server.received[0]["Subject"].strip() == "x" * 900

    @given(st.fixed_dictionaries({name: st.text() for name in ("subject", "from_email", "reply_to")}))
    def test_no_text_becomes_a_header(self, texts: dict[str, str]) -> None:
        """What is taken at all makes an e-mail with exactly the headers that it should have."""
        kind = MailKind()
        try:
            payload = kind.clean(MAIL | texts)
        except InvalidPayload:
            return
        delivery = Delivery(uid=UUID(int=0), attempt=1, created_at=datetime.now(UTC))
        try:
            headers = compose(payload, delivery=delivery).message().keys()
        except ValueError:
            return  # Django refuses it: the message is given up.
        expected = ["Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To"]
        expected += ["Date", "Message-ID", "Auto-Submitted", *(["Reply-To"] if texts["reply_to"] else [])]
        assert sorted(headers) == sorted(expected)


def test_what_cannot_be_built_is_given_up(
    letter: OutboxMessage, monkeypatch: pytest.MonkeyPatch, server: MailServer
) -> None:
    def fail(self: object, *args: object, **kwargs: object) -> None:
        raise ValueError("Header values can't contain newlines")

    monkeypatch.setattr("django.core.mail.EmailMessage.message", fail)
    deliver_due()
    assert reload(letter).state == State.DEAD
    assert server.received == []


def test_what_the_admin_shows(write: Callable[..., OutboxMessage]) -> None:
    kind = MailKind()
    payload = kind.clean(MAIL)
    assert [text for _, text in kind.describe(payload)] == [MAIL["to"], MAIL["subject"], MAIL["text"]]
    replies = kind.clean(MAIL | {"reply_to": "eve@example.org"})
    assert kind.describe(replies)[-1][1] == "eve@example.org"


def test_it_can_be_imported_before_the_apps_are_ready() -> None:
    """As a site's apps.py does that registers a kind of its own."""
    program = "import standfirst.outbox; print(standfirst.outbox.Kind.__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Kind", done.stderr
