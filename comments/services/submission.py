"""Stores a new comment."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from standfirst.shortening import shorten

from .. import conf
from ..anchors import ANCHOR_LABEL_MAX_LENGTH, anchor_labels
from ..announcing import announce_submission
from ..counting import change_discussion
from ..enums import Status
from ..errors import DiscussionClosed, InvalidParent, PageGone
from ..extra_fields import JsonValue
from ..models import Comment, Discussion, ModerationEntry
from ..paths import SEGMENT_LENGTH, depth, following_uid, sibling_prefix
from ..screening import Submission
from ..screening.pipeline import Screening, has_rules_without_lock, screen_early, screen_locked
from ..screening.rules import Outcome
from .discussions import find_discussion, find_discussion_page_id, lock_discussion_of_page
from .notification import notify_moderators

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def submit_comment(
    *,
    page: Any,
    body: str,
    author_name: str,
    author_email: str,
    author_url: str = "",
    parent_uid: UUID | None = None,
    anchor: str = "",
    user: "User | None" = None,
    ip_address: str | None = None,
    user_agent: str = "",
    extra: Mapping[str, JsonValue] | None = None,
    at: datetime | None = None,
) -> Comment:
    """Store a comment that awaits moderation or is spam by the site's rules; return it once it is committed.

    The values must have passed ``comments.forms.CommentForm``, and ``page`` is of its own type. A reply
    without an ``anchor`` takes its parent's, so that a thread about a part of the page stays about it. The
    part's words are kept with the comment, which outlives the part. ``extra`` holds the values of the site's
    own fields. ``at`` is when it was written, if not now: then it is brought in from elsewhere, and nobody is
    told of it.

    Raises a ``comments.errors.CommentRefused``: ``InvalidParent`` (not an approved comment of this
    discussion), ``PageGone``, or what a rule refuses with (``comments.screening``): ``DiscussionClosed``,
    ``DuplicateComment``, ``TooManyComments`` or one of the site's own.
    """
    written_at = at or timezone.now()
    comment = Comment(
        uid=uuid7(),
        author_name=author_name,
        author_email=author_email,
        author_url=author_url,
        user=user,
        body=body,
        anchor=anchor,
        anchor_label=shorten(anchor_labels(page).get(anchor, ""), ANCHOR_LABEL_MAX_LENGTH) if anchor else "",
        ip_address=ip_address,
        user_agent=user_agent,
        extra=dict(extra or {}),
        created_at=written_at,
        status_changed_at=written_at,
    )
    page_id = find_discussion_page_id(page)
    # Rules may ask other services, which mustn't be waited for while the lock is held.
    early = _screen_early(comment, page, parent_uid) if has_rules_without_lock() else Screening()
    try:
        with transaction.atomic():
            discussion = lock_discussion_of_page(page_id)
            # No rule of the list: a site that leaves one out mustn't open what moderators have closed.
            _require_open(discussion)
            _place(comment, discussion, parent_uid)
            screening = screen_locked(_describe(comment, page, discussion), early)
            if screening.outcome == Outcome.SPAM:
                comment.status = Status.SPAM
            comment.save(force_insert=True)
            announce_submission(comment)
            ModerationEntry.objects.create(
                comment=comment,
                to_status=comment.status,
                reason=screening.reason,
                note=screening.note,
                created_at=comment.created_at,
            )
            change_discussion(discussion, pending=int(comment.status == Status.PENDING))
            if at is None and comment.status == Status.PENDING:
                notify_moderators(comment=comment, page=page)
    except IntegrityError as error:
        if type(page)._base_manager.filter(pk=page_id).exists():
            raise
        raise PageGone from error
    return comment


def _require_open(discussion: Discussion) -> None:
    if not discussion.is_open:
        raise DiscussionClosed


def _place(comment: Comment, discussion: Discussion, parent_uid: UUID | None) -> None:
    """Set the comment's place in the discussion's tree, after its siblings. Raises ``InvalidParent``."""
    _answer(comment, discussion, parent_uid)
    parent = comment.parent
    prefix = sibling_prefix(parent.path if parent else "", max_depth=conf.max_depth())
    comment.uid = following_uid(comment.uid, _last_sibling_uid(discussion, prefix))
    comment.path = prefix + comment.uid.hex
    comment.depth = depth(comment.path)


def _answer(comment: Comment, discussion: Discussion, parent_uid: UUID | None) -> None:
    """Set the comment's discussion, and what it replies to. Raises ``InvalidParent``."""
    comment.discussion = discussion
    if parent_uid is not None:
        shown = Comment.objects.filter(discussion_id=discussion.pk, status=Status.APPROVED)
        comment.parent = shown.filter(uid=parent_uid).first()
        if comment.parent is None:
            raise InvalidParent
        if not comment.anchor:
            comment.anchor, comment.anchor_label = comment.parent.anchor, comment.parent.anchor_label
    comment.fingerprint = _fingerprint(comment)


def _screen_early(comment: Comment, page: Any, parent_uid: UUID | None) -> Screening:
    """Ask the rules about a comment while no lock is held. Raises ``CommentRefused``."""
    discussion = find_discussion(page) or Discussion(page_id=find_discussion_page_id(page))
    _require_open(discussion)
    _answer(comment, discussion, parent_uid)
    return screen_early(_describe(comment, page, discussion))


def _describe(comment: Comment, page: Any, discussion: Discussion) -> Submission:
    return Submission(
        page=page,
        body=comment.body,
        author_name=comment.author_name,
        author_email=comment.author_email,
        author_url=comment.author_url,
        parent_uid=comment.parent.uid if comment.parent else None,
        anchor=comment.anchor,
        extra=MappingProxyType(comment.extra),
        user=comment.user,
        ip_address=comment.ip_address,
        user_agent=comment.user_agent,
        written_at=comment.created_at,
        fingerprint=comment.fingerprint,
        discussion_id=discussion.pk,
    )


def _last_sibling_uid(discussion: Discussion, prefix: str) -> UUID | None:
    """Return the uid of the last comment whose path is ``prefix`` and one segment, None if there is none."""
    # Hexadecimal digits all sort before "g". The greatest path below the prefix is the last sibling's own, or
    # that of a reply below it, which begins with the sibling's.
    below = discussion.comments.filter(path__gt=prefix, path__lt=f"{prefix}g")
    last = below.order_by("-path").values_list("path", flat=True).first()
    return UUID(last[len(prefix) :][:SEGMENT_LENGTH]) if last else None


def _fingerprint(comment: Comment) -> str:
    """Return a digest that is equal for the same words by the same author in the same place."""
    parts = [
        str(comment.discussion_id),
        str(comment.parent_id or ""),
        comment.author_email.casefold(),
        " ".join(comment.body.split()),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
