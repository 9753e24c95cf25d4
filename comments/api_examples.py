"""Examples of answers for the API's documentation. The people and the site in them don't exist."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from .forms import NOTES, TITLE
from .models import BODY_MAX_LENGTH, EMAIL_MAX_LENGTH
from .schemas import (
    CommentAnchor,
    CommentAnchorGrade,
    CommentAuthor,
    CommentedPage,
    CommentFormDescription,
    CommentFormField,
    CommentList,
    CommentReceipt,
    DiscussionLabels,
    InputType,
    ReaderComment,
)

_SITE: Final = "https://example.org"
_PAGE_PATH: Final = "/articles/an-example-article/"
_UID: Final = UUID("019d0a10-5e00-7c3a-8f11-3a5b6c7d8e9f")
_ANCHOR: Final = "aa609916-6dda-53d7-b463-9d9e367d8710"
_LABEL: Final = "Claim 1: An example of a statement that can be true or false."
_WRITTEN: Final = datetime(2026, 3, 3, 14, 30, tzinfo=UTC)
_CLOSED: Final = "Comments on this page are closed."


def make_examples() -> Mapping[str, BaseModel]:
    """Return an answer of each operation, by the operation's id."""
    return {
        "listComments": _list(),
        "getComment": _comment(),
        "describeCommentForm": _form(),
        "postComment": CommentReceipt(
            uid=_UID,
            status="pending",
            page=_page(),
            parent=None,
            anchor=_ANCHOR,
            author=_author(),
            body="An example of a comment.",
            created_at=_WRITTEN,
            message="Your comment awaits moderation.",
        ),
    }


def _list() -> CommentList:
    return CommentList(
        items=[_comment()],
        next=None,
        next_cursor=None,
        count=1,
        is_open=True,
        anchors=[
            CommentAnchor(
                anchor=_ANCHOR,
                label=_LABEL,
                grade=CommentAnchorGrade(value="low", label="Low certainty"),
                path=f"{_PAGE_PATH}#claim-{_ANCHOR}",
                url=f"{_SITE}{_PAGE_PATH}#claim-{_ANCHOR}",
            )
        ],
        labels=DiscussionLabels(
            heading="1 comment",
            empty="No comments yet. Yours would be the first.",
            closed=_CLOSED,
            removed="This comment has been removed.",
            reply="Reply",
            editor="Editor",
        ),
    )


def _comment() -> ReaderComment:
    path = f"/comments/comment/{_UID}/"
    return ReaderComment(
        uid=_UID,
        page=_page(),
        parent=None,
        depth=0,
        anchor=_ANCHOR,
        anchor_label=_LABEL,
        author=_author(),
        body="An example of a comment.",
        body_html="<p>An example of a comment.</p>",
        extra={},
        reply_count=0,
        can_reply=True,
        created_at=_WRITTEN,
        path=path,
        url=f"{_SITE}{path}",
    )


def _form() -> CommentFormDescription:
    """Return the form with some of its fields; the others are like them."""
    return CommentFormDescription(
        page=_page(),
        is_open=True,
        title=str(TITLE),
        notes=[str(note) for note in NOTES],
        submit_label="Post comment",
        closed_label=_CLOSED,
        fields=[
            _field("comment", "Comment", "textarea", required=True, max_length=BODY_MAX_LENGTH),
            _field(
                "email",
                "Email",
                "email",
                required=True,
                max_length=EMAIL_MAX_LENGTH,
                autocomplete="email",
            ),
            _field("page", "", "hidden", required=True, value="9"),
        ],
        submit_url=f"{_SITE}/api/v1/comments/",
    )


def _field(name: str, label: str, input_type: InputType, **values: Any) -> CommentFormField:
    nothing: dict[str, Any] = {"max_length": None, "autocomplete": None, "help": None, "value": None}
    return CommentFormField(
        name=name,
        label=label,
        input_type=input_type,
        is_extra=False,
        is_multiple=False,
        choices=[],
        **{**nothing, **values},
    )


def _page() -> CommentedPage:
    return CommentedPage(id=9, title="An example article", path=_PAGE_PATH, url=f"{_SITE}{_PAGE_PATH}")


def _author() -> CommentAuthor:
    return CommentAuthor(name="Rosa Reader", url=None, is_editor=False)
