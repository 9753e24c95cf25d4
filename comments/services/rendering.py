"""Brings the stored HTML of comments up to date."""

from ..models import RENDERED_FIELDS, Comment
from ..stored_rendering import mark_of

_AT_ONCE = 500


def render_comments(*, check_only: bool) -> tuple[int, int]:
    """Render the comments whose stored HTML is out of date; return how many were, and how many there are.

    Readers see no difference: they are never shown what is out of date. So no lock is taken, and no version
    rises; a text that is changed in between is left to whoever changes it. With ``check_only`` nothing is
    written.
    """
    total = outdated = 0
    last = 0
    while True:
        comments = list(
            Comment.objects.filter(pk__gt=last).order_by("pk").only("body", *RENDERED_FIELDS)[:_AT_ONCE]
        )
        if not comments:
            return outdated, total
        total += len(comments)
        last = comments[-1].pk
        for comment in comments:
            if comment.rendered_from == mark_of(comment.body):
                continue
            outdated += 1
            if not check_only:
                comment.keep_rendering()
                values = {name: getattr(comment, name) for name in RENDERED_FIELDS}
                Comment.objects.filter(pk=comment.pk, body=comment.body).update(**values)
