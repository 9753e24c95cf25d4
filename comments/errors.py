"""Why a comment was refused. Form and API give the same reasons."""

import inspect

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CommentRefused(Exception):  # noqa: N818 - it is named for what happened, like Http404
    """A valid comment was refused.

    ``code`` is stable, for programs; ``sentence`` tells the author what to do; ``http_status`` is the status
    of the answer over HTTP; ``retry_after`` is in seconds, if trying again later will help.
    """

    code: str = "refused"
    http_status: int = 403
    sentence: str | Promise = _("This comment can't be posted.")
    retry_after: int | None = None

    def __str__(self) -> str:
        return str(self.sentence)


def codes() -> dict[str, str]:
    """Return the code of each refusal with the first sentence about it."""
    return {
        refusal.code: (inspect.getdoc(refusal) or "").partition("\n")[0]
        for refusal in CommentRefused.__subclasses__()
    }


class DiscussionClosed(CommentRefused):
    """The page accepts no more comments."""

    code = "discussion_closed"
    http_status = 403
    sentence = _("Comments on this page are closed.")


class NoDiscussion(CommentRefused):
    """The page is of a type that takes no comments."""

    code = "no_discussion"
    http_status = 422
    sentence = _("This page takes no comments.")


class DuplicateComment(CommentRefused):
    """The same author has already sent the same text to the same place."""

    code = "duplicate_comment"
    http_status = 409
    sentence = _("You have already posted this comment. There is no need to send it again.")


class TooManyComments(CommentRefused):
    """The author has only just sent another comment."""

    code = "too_many_comments"
    http_status = 429
    sentence = _("You are posting comments quickly. Please wait a moment, then post this one again.")

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class InvalidParent(CommentRefused):
    """The comment to reply to is not, or no longer, shown in this discussion."""

    code = "invalid_parent"
    http_status = 422
    sentence = _("The comment that you are replying to is no longer available.")


class PageGone(CommentRefused):
    """The page was deleted while the comment was being stored."""

    code = "page_gone"
    http_status = 422
    sentence = _("The page that you are commenting on is no longer available.")


class RefusedByRule(CommentRefused):
    """A rule of the site refused the comment, with a sentence and a code of its own."""

    def __init__(self, sentence: str | Promise, *, http_status: int, retry_after: int | None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.http_status = http_status
        self.retry_after = retry_after
