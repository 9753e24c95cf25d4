"""Writes the fictional readers' comments through the same services as real ones."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from articles.claims.identity import mint_claim_uid
from cms.demo.accounts import MODERATOR
from cms.demo.bodies import find_block_id
from cms.demo.data import CommentData, DiscussionData
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, set_discussion_open, submit_comment

_DECIDED_AFTER = timedelta(hours=2, minutes=20)
_REMOVED_AFTER = timedelta(hours=4)
_USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def build_discussion(
    *,
    page: Any,
    slug: str,
    data: DiscussionData,
    published_at: datetime,
    accounts: Mapping[str, User],
) -> int:
    """Write the comments under a page that has none yet, and return how many there are.

    ``slug`` is the one in the article's file: the claims' identity depends on it, whatever the page's is now.
    """
    moderator = accounts[MODERATOR]
    replied_to = {comment.parent for comment in data.comments}
    written: dict[str, Comment] = {}
    for row in data.comments:
        created_at = published_at + timedelta(hours=row.hours)
        comment = _submit(row, page=page, slug=slug, written=written, accounts=accounts, at=created_at)
        written[row.key] = comment
        status = Status(row.status)
        # Readers can reply to approved comments only: what is removed later was approved first.
        first_status = Status.APPROVED if row.key in replied_to else status
        note = row.note if first_status == status else ""
        set_comment_status(
            uids=[comment.uid],
            status=first_status,
            actor=moderator,
            note=note,
            at=created_at + _DECIDED_AFTER,
        )
    for row in data.comments:
        if row.key in replied_to and row.status != Status.APPROVED:
            _remove(written[row.key], row=row, published_at=published_at, moderator=moderator)
    if not data.is_open:
        set_discussion_open(page=page, is_open=False, actor=moderator)
    return len(written)


def _submit(
    row: CommentData,
    *,
    page: Any,
    slug: str,
    written: Mapping[str, Comment],
    accounts: Mapping[str, User],
    at: datetime,
) -> Comment:
    anchor = ""
    if row.claim:
        uid = mint_claim_uid(
            translation_key=page.translation_key,
            language_code=page.locale.language_code,
            block_id=find_block_id(slug=slug, key=row.claim),
        )
        anchor = str(uid)
    # 203.0.113.0/24 is set aside for documentation (RFC 5737): it is nobody's address.
    host = sum(row.email.encode()) % 254 + 1
    return submit_comment(
        page=page,
        body=row.body,
        author_name=row.name,
        author_email=row.email,
        author_url=row.website,
        parent_uid=written[row.parent].uid if row.parent else None,
        anchor=anchor,
        user=accounts[row.user] if row.user else None,
        ip_address=f"203.0.113.{host}",
        user_agent=_USER_AGENT,
        at=at,
    )


def _remove(comment: Comment, *, row: CommentData, published_at: datetime, moderator: User) -> None:
    removed_at = published_at + timedelta(hours=row.hours) + _REMOVED_AFTER
    set_comment_status(
        uids=[comment.uid], status=Status(row.status), actor=moderator, note=row.note, at=removed_at
    )
