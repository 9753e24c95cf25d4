"""Receives a filled-in comment form, from the HTML page and the API alike."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from ..errors import DiscussionClosed, InvalidParent, NoDiscussion, PageGone
from ..forms import CommentForm
from ..models import Comment
from ..page_types import takes_comments
from .discussions import find_discussion
from .submission import submit_comment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class InvalidComment(Exception):  # noqa: N818 - it is named for what happened, like Http404
    """The form has errors; they are in ``form.errors``."""

    def __init__(self, form: CommentForm) -> None:
        super().__init__(form)
        self.form = form


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a comment, as far as the request tells."""

    user: "User | None" = None
    ip_address: str | None = None
    user_agent: str = ""


def receive_comment(*, form: CommentForm, visitor: Visitor) -> Comment:
    """Validate a bound form and store its comment.

    Raises ``InvalidComment`` if the form has errors, among them a parent or page that has since gone, and
    ``comments.errors.CommentRefused`` if a valid comment is refused.
    """
    valid = form.is_valid()
    page = form.cleaned_data.get("page")
    if page and not takes_comments(page):
        form.add_error("page", ValidationError(NoDiscussion.sentence, code=NoDiscussion.code))
        raise InvalidComment(form)
    if not valid:
        discussion = find_discussion(page) if page else None
        # Nobody should correct a comment only to learn that it can't be posted at all.
        if discussion and not discussion.is_open:
            raise DiscussionClosed
        raise InvalidComment(form)
    values = form.cleaned_data
    try:
        return submit_comment(
            page=values["page"],
            body=values["comment"],
            author_name=values["name"],
            author_email=values["email"],
            author_url=values["website"],
            parent_uid=values["parent"],
            anchor=values["anchor"],
            user=visitor.user,
            ip_address=visitor.ip_address,
            user_agent=visitor.user_agent,
            extra=form.extra_values,
        )
    except (InvalidParent, PageGone) as error:
        field = "parent" if isinstance(error, InvalidParent) else "page"
        form.add_error(field, ValidationError(error.sentence, code=error.code))
        raise InvalidComment(form) from error
