"""Tells moderators of a comment that waits for them."""

import logging
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_admin_base_url

from standfirst import outbox
from standfirst.shortening import shorten

from .. import conf
from ..models import Comment

logger = logging.getLogger(__name__)

TITLE_MAX_LENGTH = 120


def notify_moderators(*, comment: Comment, page: Any) -> None:
    """Write an e-mail for everybody in ``STANDFIRST_COMMENTS_NOTIFY``, within the comment's transaction.

    It is in the site's language, not in the reader's. It has the beginning of the text, and neither the
    author's e-mail address nor their IP address: a mailbox keeps it for longer than the site does. A comment
    is never refused because nobody can be told of it: an address that is none is logged.
    """
    addresses = conf.notified_addresses()
    if not addresses:
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = as_line(page.get_admin_display_title())
        subject = _("Comment awaiting moderation: %(title)s") % {"title": title}
        parts = [
            _("%(author)s commented on “%(title)s”:")
            % {"author": as_line(comment.author_name), "title": title},
            comment.excerpt,
            _("Approve it, mark it as spam or move it to the trash:"),
            comment_address(comment),
        ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    for address in addresses:
        try:
            outbox.enqueue(
                kind="mail",
                payload={"to": address, "subject": subject, "text": text},
                key=f"standfirst_comments/{comment.uid}/{address}",
            )
        except outbox.InvalidPayload as error:
            logger.error("Nobody is told of a comment at %r: %s", address, error)


def as_line(text: str) -> str:
    """Return a name or a title as a line that a header can hold: without line breaks and the like."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return shorten(" ".join(printable.split()), TITLE_MAX_LENGTH)


def comment_address(comment: Comment) -> str:
    """Return where the admin shows the comment, complete if ``WAGTAILADMIN_BASE_URL`` is set."""
    try:
        path = reverse("standfirst_comments_moderation:inspect", args=[comment.pk])
    except NoReverseMatch:  # A site whose admin is elsewhere.
        return ""
    return urljoin(get_admin_base_url() or "", path)
