"""The columns of a spreadsheet of comments."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .extra_fields import label_of
from .forms import find_form_class
from .models import Comment

# Columns of the site's own fields begin with this, so that they can't be taken for one of ours.
_EXTRA: Final = "extra."

_Columns = dict[str, tuple[Any, Callable[[Comment], Any]]]

COLUMNS: Final[_Columns] = {
    "uid": (_("Uid"), lambda comment: str(comment.uid)),
    "status": (_("Status"), lambda comment: comment.status),
    "created_at": (_("Written"), lambda comment: comment.created_at),
    "status_changed_at": (_("Status changed"), lambda comment: comment.status_changed_at),
    "page_id": (_("Page id"), lambda comment: comment.discussion.page_id),
    "page": (_("Page"), lambda comment: comment.discussion.page.title),
    "parent": (_("In reply to"), lambda comment: str(comment.parent.uid) if comment.parent else ""),
    "anchor": (_("Part of the page"), lambda comment: comment.anchor),
    "anchor_label": (_("That part in words"), lambda comment: comment.anchor_label),
    "author_name": (_("Name"), lambda comment: comment.author_name),
    "author_email": (_("Email"), lambda comment: comment.author_email),
    "author_url": (_("Website"), lambda comment: comment.author_url),
    "user": (_("User"), lambda comment: comment.user.get_username() if comment.user else ""),
    "body": (_("Comment"), lambda comment: comment.body),
    "ip_address": (_("IP address"), lambda comment: comment.ip_address or ""),
    "user_agent": (_("Browser"), lambda comment: comment.user_agent),
}


def find_extra_columns(comments: QuerySet[Comment]) -> dict[str, str]:
    """Return the columns of the site's own fields with their headings.

    First those of the form as it is, in its order, then others that any of the comments has a value for.
    """
    fields = find_form_class().extra_fields()
    with_values = comments.exclude(extra={}).order_by()
    stored: set[str] = set()
    for values in with_values.values_list("extra", flat=True).iterator(chunk_size=1000):
        stored.update(values)
    names = [*fields, *sorted(stored - set(fields))]
    return {f"{_EXTRA}{name}": label_of(name, fields.get(name)) for name in names}


def make_row(comment: Comment, extra_columns: Mapping[str, str]) -> dict[str, Any]:
    """Return a comment's values by column. Values of the site's own fields are as they are stored."""
    row = {name: read(comment) for name, (_heading, read) in COLUMNS.items()}
    for column in extra_columns:
        row[column] = _flatten(comment.extra.get(column.removeprefix(_EXTRA)))
    return row


def _flatten(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return str(value)
    return "" if value is None else value
