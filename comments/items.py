"""A comment as the delivery API gives it: what ``ReaderComment`` and ``RemovedComment`` describe."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.timezone import is_aware

from standfirst.canonical import PublicAddresses

from .comment_addresses import comment_address_maker
from .extra_schemas import public_values
from .listed import ListedComment
from .schemas import CommentedPage

ItemWriter = Callable[[ListedComment], dict[str, Any]]


def describe_page(addresses: PublicAddresses, page: Any) -> CommentedPage:
    """Return the page that a discussion belongs to."""
    url, path = addresses.of_page(page)
    return CommentedPage(id=page.pk, title=page.title, path=path, url=url)


def item_writer(
    addresses: PublicAddresses, page: Any, *, labels: Mapping[str, str], can_reply: bool
) -> ItemWriter:
    """Return a function that describes a comment under a page, as plain values for JSON.

    What is the same for all comments of a list is found out once. ``labels`` are what the parts of the page
    are called now.
    """
    commented_page = describe_page(addresses, page)
    address_of = comment_address_maker(addresses, commented_page)
    described_page = commented_page.model_dump()

    def write(comment: ListedComment) -> dict[str, Any]:
        parent = str(comment.parent_uid) if comment.parent_uid else None
        if not comment.is_approved:
            return {
                "type": "removed_comment",
                "uid": str(comment.uid),
                "page": described_page,
                "parent": parent,
                "depth": comment.depth,
                "reply_count": comment.approved_reply_count,
            }
        address = address_of(comment.uid)
        return {
            "type": "comment",
            "uid": str(comment.uid),
            "page": described_page,
            "parent": parent,
            "depth": comment.depth,
            "anchor": comment.anchor or None,
            "anchor_label": labels.get(comment.anchor, comment.anchor_label) or None,
            "author": {
                "type": "comment_author",
                "name": comment.author_name,
                "url": comment.author_link or None,
                "is_editor": comment.is_by_editor,
            },
            "body": comment.body,
            "body_html": comment.rendering.whole,
            "extra": public_values(comment.extra),
            "reply_count": comment.approved_reply_count,
            "can_reply": can_reply,
            "created_at": _moment(comment.created_at),
            "path": address.path,
            "url": address.url,
        }

    return write


def _moment(moment: datetime) -> str:
    """Return a moment as all answers of the API have it: in UTC, to the microsecond."""
    if is_aware(moment):
        moment = moment.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")
