"""E-mail, as a kind of message."""

import smtplib
from contextlib import suppress
from email.utils import parseaddr
from typing import TYPE_CHECKING, Annotated, Any

from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from standfirst.outbox.errors import PermanentFailure, TemporaryFailure, UncertainFailure
from standfirst.outbox.kinds import Delivery, Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

# RFC 5322, section 2.1.1: with its name, the subject stays within one line of 998 characters.
SUBJECT_MAX_LENGTH = 900


def _one_line(text: str) -> str:
    """Return a header's text. Raises ``ValueError`` if it could begin another header."""
    if any(not character.isprintable() for character in text):
        raise ValueError("must be one line without control characters")
    return text


def _address(text: str) -> str:
    """Return an address such as ``ada@example.org``. Raises ``ValueError`` for anything else."""
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError("must be an e-mail address") from None
    return text


def _named_address(text: str) -> str:
    """Return an address that may have a name, as ``Ada <ada@example.org>``. Raises ``ValueError``."""
    _address(parseaddr(_one_line(text))[1])
    return text


class MailPayload(BaseModel):
    """An e-mail to one person: several get a message each, so that one that is refused stops no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Annotated[str, AfterValidator(_address)]
    subject: Annotated[str, Field(min_length=1, max_length=SUBJECT_MAX_LENGTH), AfterValidator(_one_line)]
    text: str
    # DEFAULT_FROM_EMAIL if empty.
    from_email: Annotated[str, AfterValidator(lambda text: text and _named_address(text))] = ""
    reply_to: Annotated[str, AfterValidator(lambda text: text and _named_address(text))] = ""


class MailKind(Kind[MailPayload]):
    """Sends through Django's mail backend, whatever that is."""

    name = "mail"
    label = _("E-mail")
    payload_model = MailPayload

    def deliver(self, payload: MailPayload, *, delivery: Delivery) -> None:
        connection = get_mailer()
        message = compose(payload, delivery=delivery)
        try:
            # Built here as the backend will build it: what can't be built now can't be later.
            message.message()
        except ValueError as error:  # Django's BadHeaderError and UnicodeError are some.
            raise PermanentFailure(f"{type(error).__name__}: {error}") from error
        # Until the connection stands, nothing can have been sent: what fails here is tried again.
        connection.open()
        try:
            count = _send(connection, message)
        finally:
            # The server has answered for the message: that it can't say goodbye doesn't matter.
            with suppress(Exception):
                connection.close()
        if count == 0:
            raise TemporaryFailure("The mail backend sent nothing.")

    def summarise(self, payload: MailPayload) -> str:
        return f"{payload.to}: {payload.subject}"

    def describe(self, payload: MailPayload) -> "list[tuple[_StrOrPromise, str]]":
        shown = [(_("To"), payload.to), (_("Subject"), payload.subject), (_("Text"), payload.text)]
        return [*shown, *([(_("Reply to"), payload.reply_to)] if payload.reply_to else [])]


def compose(payload: MailPayload, *, delivery: Delivery) -> EmailMessage:
    """Return the e-mail. Its Message-ID is the same at each attempt: mailboxes can drop the second."""
    sender = payload.from_email or settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        subject=payload.subject,
        body=payload.text,
        from_email=sender,
        to=[payload.to],
        reply_to=[payload.reply_to] if payload.reply_to else None,
        headers={
            "Message-ID": f"<{delivery.uid}@{domain}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no absence note answers it.
        },
    )


def get_mailer() -> Any:
    """Return the site's mail backend, which isn't connected yet."""
    # Django 6.1 has the mailers, and deprecates the other.
    mailers = getattr(mail, "mailers", None)
    return mailers.default if mailers is not None else mail.get_connection()


def _send(connection: Any, message: EmailMessage) -> int | None:
    """Send through an open connection; return what the backend counts.

    SMTP's answers tell refusals for good from others by their first digit (RFC 5321, section 4.2.1). Of a
    sender who is refused and of a wrong password it is not believed: these are settings, which somebody will
    mend.
    """
    try:
        count: int | None = connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        answers = error.recipients.values()
        text = "; ".join(_answer(code, words) for code, words in answers)
        if answers and min(code for code, _words in answers) >= 500:
            raise PermanentFailure(text) from error
        raise TemporaryFailure(text) from error
    except smtplib.SMTPResponseException as error:
        text = _answer(error.smtp_code, error.smtp_error)
        if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500:
            raise PermanentFailure(text) from error
        raise TemporaryFailure(text) from error
    except OSError as error:
        # smtplib's own errors are OSErrors, too; all but this one say that nothing was sent.
        if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
            raise
        raise UncertainFailure(f"{type(error).__name__}: {error}") from error
    return count


def _answer(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
