"""Stores a new comment."""

import hashlib
import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from standfirst.shortening import shorten

from .. import conf
from ..anchors import ANCHOR_LABEL_MAX_LENGTH, anchor_labels
from ..announcing import announce_submission
from ..counting import change_discussion
from ..enums import Reason, Status
from ..errors import DiscussionClosed, DuplicateComment, InvalidParent, PageGone, TooManyComments
from ..models import Comment, Discussion, ModerationEntry
from ..paths import SEGMENT_LENGTH, depth, following_uid, sibling_prefix
from .discussions import find_discussion_page_id, lock_discussion_of_page

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
    at: datetime | None = None,
) -> Comment:
    """Store a comment that awaits moderation, and return it once it is committed.

    The values must have passed ``comments.forms.CommentForm``, and ``page`` is of its own type. A reply
    without an ``anchor`` takes its parent's, so that a thread about a part of the page stays about it. The
    part's words are kept with the comment, which outlives the part. ``at`` is when it was written, if not
    now.

    Raises a ``comments.errors.CommentRefused``: ``DiscussionClosed``, ``InvalidParent`` (not an approved
    comment of this discussion), ``DuplicateComment``, ``TooManyComments`` or ``PageGone``.
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
        created_at=written_at,
        status_changed_at=written_at,
    )
    page_id = find_discussion_page_id(page)
    try:
        with transaction.atomic():
            discussion = lock_discussion_of_page(page_id)
            if not discussion.is_open:
                raise DiscussionClosed
            _place(comment, discussion, parent_uid)
            _refuse_duplicate(comment)
            _refuse_flood(comment)
            comment.save(force_insert=True)
            announce_submission(comment)
            ModerationEntry.objects.create(
                comment=comment,
                to_status=comment.status,
                reason=Reason.PREMODERATION,
                created_at=comment.created_at,
            )
            change_discussion(discussion, pending=int(comment.status == Status.PENDING))
    except IntegrityError as error:
        if type(page)._base_manager.filter(pk=page_id).exists():
            raise
        raise PageGone from error
    return comment


def _place(comment: Comment, discussion: Discussion, parent_uid: UUID | None) -> None:
    """Set the comment's place in the discussion's tree, after its siblings. Raises ``InvalidParent``."""
    parent = None
    if parent_uid is not None:
        parent = discussion.comments.filter(uid=parent_uid, status=Status.APPROVED).first()
        if parent is None:
            raise InvalidParent
        if not comment.anchor:
            comment.anchor, comment.anchor_label = parent.anchor, parent.anchor_label
    comment.discussion = discussion
    comment.parent = parent
    prefix = sibling_prefix(parent.path if parent else "", max_depth=conf.max_depth())
    comment.uid = following_uid(comment.uid, _last_sibling_uid(discussion, prefix))
    comment.path = prefix + comment.uid.hex
    comment.depth = depth(comment.path)
    comment.fingerprint = _fingerprint(comment)


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


def _refuse_duplicate(comment: Comment) -> None:
    """Raise ``DuplicateComment`` if the discussion, apart from its trash, already has the comment."""
    same = Comment.objects.filter(discussion_id=comment.discussion_id, fingerprint=comment.fingerprint)
    if same.exclude(status=Status.TRASH).exists():
        raise DuplicateComment


def _refuse_flood(comment: Comment) -> None:
    """Raise ``TooManyComments`` if the same e-mail, address or user wrote anywhere a moment ago."""
    seconds = conf.flood_seconds()
    if seconds <= 0:
        return
    same_author = Q(author_email__iexact=comment.author_email)
    if comment.ip_address:
        same_author |= Q(ip_address=comment.ip_address)
    if comment.user_id:
        same_author |= Q(user_id=comment.user_id)
    now = timezone.now()
    window = timedelta(seconds=seconds)
    # Clocks of several machines differ a little; a date further ahead was written by a clock that was wrong,
    # and would lock its author's address out until that date.
    recent = Comment.objects.filter(created_at__gt=now - window, created_at__lt=now + window)
    last = recent.filter(same_author).order_by("-created_at").values_list("created_at", flat=True).first()
    if last is not None:
        raise TooManyComments(retry_after=max(1, math.ceil((last + window - now).total_seconds())))
