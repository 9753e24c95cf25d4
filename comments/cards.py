"""Writes a list of comments as HTML, as ``standfirst_comments/comment.html`` would.

Rendering that template for each of 50 comments takes longer than all the rest of an article. What is the same
for all comments of a list, such as words and the beginnings of addresses, is found out once. A test compares
what both make.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import dateformat, formats
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]
from django.utils.translation import gettext as _

from standfirst.templatetags.standfirst_tags import interface_attributes, reader_attributes

from .anchors import anchor_labels
from .comment_addresses import address_maker
from .enums import Status
from .extra_fields import name_values
from .forms import find_public_fields
from .listed import ListedComment
from .rendering import LINK_REL


class CardWriter:
    """Writes the comments of one list, in the language in use.

    ``parts`` are the parts of the page that can be commented on, and ``url_of_part`` gives the address of
    one. Comments that are ``on_this_page`` are linked to within it.
    """

    def __init__(
        self,
        *,
        page: Any,
        parts: Mapping[str, str],
        url_of_part: Callable[[str], str],
        on_this_page: set[UUID],
        is_open: bool,
    ) -> None:
        self._parts = parts
        self._url_of_part = cache(url_of_part)
        self._on_this_page = on_this_page
        self._is_open = is_open
        self._words = str(reader_attributes(page))
        self._interface = str(interface_attributes(Context(), page))
        self._public = find_public_fields()
        self._address_of = address_maker()
        self._form = escape(f"{reverse('standfirst_comments:form')}?{urlencode({'page': page.pk})}&parent=")
        self._reply_words = _("Reply")
        self._reply_to = _("to <bdi>%(name)s</bdi>")
        self._in_reply_to = _("In reply to <bdi>%(name)s</bdi>")
        self._in_reply_to_removed = _("In reply to a removed comment")
        self._editor = f' <span class="sf-comment-badge">{_("Editor")}</span>'
        self._about = _("About:")
        self._about_gone = _("About a part that is no longer there:")
        self._rest = _("Read the rest of this comment")
        self._removed = _("This comment has been removed.")
        self._moment = _moment_writer()

    def write(self, comment: ListedComment) -> str:
        """Return the list item of a comment."""
        element_id = f"comment-{comment.uid}"
        if not comment.is_approved:
            return (
                f'<li class="sf-comment sf-comment--depth-{comment.depth}">\n'
                f'<article class="sf-comment-card sf-comment-card--removed" id="{element_id}" '
                'tabindex="-1">\n'
                f"<p>{self._removed}</p>\n</article>\n</li>\n"
            )
        name = escape(comment.author_name)
        link = comment.author_link
        linked = f'<a href="{escape(link)}" rel="{LINK_REL}">{name}</a>' if link else name
        editor = self._editor if comment.is_by_editor else ""
        return (
            f'<li class="sf-comment sf-comment--depth-{comment.depth}">\n'
            f'<article class="sf-comment-card" id="{element_id}" aria-labelledby="{element_id}-author" '
            f'tabindex="-1">\n<header class="sf-comment-head">\n'
            f'<div class="sf-comment-author" id="{element_id}-author"><bdi>{linked}</bdi>{editor}</div>\n'
            f'<div class="sf-comment-meta">\n<a class="sf-comment-permalink" href="#{element_id}">'
            f"{self._moment(comment.created_at)}</a>\n"
            f"{self._write_parent(comment)}</div>\n</header>\n"
            f"{self._write_part(comment)}{self._write_extra(comment)}{self._write_text(comment)}"
            f"{self._write_reply(comment, name)}</article>\n</li>\n"
        )

    def _write_parent(self, comment: ListedComment) -> str:
        if comment.parent_uid is None:
            return ""
        if comment.parent_uid in self._on_this_page:
            url = f"#comment-{comment.parent_uid}"
        else:
            url = escape(self._address_of(comment.parent_uid))
        words = self._in_reply_to_removed
        if comment.parent_status == Status.APPROVED:
            words = self._in_reply_to % {"name": escape(comment.parent_author_name)}
        return f'<a class="sf-comment-parent" href="{url}">{words}</a>\n'

    def _write_part(self, comment: ListedComment) -> str:
        # Replies are about the same part as the comment they answer: saying so once a thread is enough.
        if comment.parent_uid is not None and comment.anchor == comment.parent_anchor:
            return ""
        label = escape(self._parts.get(comment.anchor, comment.anchor_label))
        if not label:
            return ""
        url = escape(self._url_of_part(comment.anchor)) if comment.anchor in self._parts else ""
        if not url:
            return f'<p class="sf-comment-about">{self._about_gone} <bdi>{label}</bdi></p>\n'
        return f'<p class="sf-comment-about">{self._about} <a href="{url}"><bdi>{label}</bdi></a></p>\n'

    def _write_extra(self, comment: ListedComment) -> str:
        values = {name: comment.extra[name] for name in self._public if name in comment.extra}
        if not values:
            return ""
        rows = "".join(
            f"<div><dt>{escape(value.label)}</dt> <dd{self._words}>{linebreaksbr(value.text)}</dd></div>"
            for value in name_values(values, self._public)
        )
        return f'<dl class="sf-comment-extra">{rows}</dl>\n' if rows else ""

    def _write_text(self, comment: ListedComment) -> str:
        text = comment.rendering
        rest = ""
        if text.rest:
            rest = (
                f'\n<details class="sf-comment-rest"><summary><span{self._interface}>{self._rest}</span>'
                f"</summary>{text.rest}</details>"
            )
        return f'<div class="sf-comment-text"{self._words}>{text.opening}{rest}</div>\n'

    def _write_reply(self, comment: ListedComment, name: str) -> str:
        if not self._is_open:
            return ""
        return (
            f'<p class="sf-comment-actions"><a class="sf-comment-reply" href="{self._form}{comment.uid}" '
            f'rel="nofollow" data-comment-reply="{comment.uid}" data-comment-author="{name}">'
            f'{self._reply_words}<span class="sf-comment-visually-hidden"> '
            f"{self._reply_to % {'name': name}}</span></a></p>\n"
        )


def write_cards(comments: list[ListedComment], *, page: Any, is_open: bool) -> SafeString:
    """Return the list items of the comments under a page."""
    has_parts = any(comment.anchor for comment in comments)
    specific = page.specific if has_parts else page
    writer = CardWriter(
        page=page,
        parts=anchor_labels(specific) if has_parts else {},
        url_of_part=lambda anchor: specific.get_comment_anchor_url(anchor),
        on_this_page={comment.uid for comment in comments},
        is_open=is_open,
    )
    return mark_safe("".join(map(writer.write, comments)))  # noqa: S308 - every part has been escaped


def _moment_writer() -> Callable[[datetime], str]:
    """Return a function that writes the element of a moment, in the time zone and format in use."""
    date_format = formats.get_format("DATETIME_FORMAT")

    def write(moment: datetime) -> str:
        local = template_localtime(moment)
        words = dateformat.DateFormat(local)
        # The name of the time zone is a format of its own: a translated DATETIME_FORMAT may end with "\\".
        return (
            f'<time datetime="{local.isoformat()}">'
            f"{escape(words.format(date_format))} {escape(words.format('T'))}</time>"
        )

    return write
