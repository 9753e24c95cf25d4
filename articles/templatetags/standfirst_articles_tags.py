"""What the templates of articles need beside Django's own tags."""

import re
from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from ..body.kept import KeptReading, render_kept_body

register = template.Library()

_MARKS = re.compile(r"(?<=[/.])(?=[^/.])")
# Two rows in the head of an article at 1280 px; a fold that hides one or two would only be in the way.
_SHOWN_FIRST = 10
_WORTH_FOLDING = 3


@register.filter
def breakable(text: object) -> SafeString:
    """Return an identifier or address, escaped, that can be broken after each slash and full stop."""
    # Each part is escaped before they are joined by the one tag.
    return mark_safe("<wbr>".join(conditional_escape(part) for part in _MARKS.split(str(text))))  # noqa: S308


@register.simple_tag(takes_context=True)
def kept_body(context: Context, reading: KeptReading) -> SafeString:
    """Render a body that was rendered ahead, with what readers can do about its claims now."""
    return render_kept_body(reading, context)


@register.filter
def shown_first(items: Sequence[Any]) -> Sequence[Any]:
    """Return the items of a long list that are always shown: all of a list that is not long."""
    return items[: _shown(items)]


@register.filter
def shown_on_demand(items: Sequence[Any]) -> Sequence[Any]:
    """Return the items of a long list that ``shown_first`` leaves to a fold."""
    return items[_shown(items) :]


@register.filter
def has_chosen(choices: Sequence[Any]) -> bool:
    """Return whether one of the tags to choose from is chosen."""
    return any(choice.is_chosen for choice in choices)


def _shown(items: Sequence[Any]) -> int:
    return _SHOWN_FIRST if len(items) >= _SHOWN_FIRST + _WORTH_FOLDING else len(items)
