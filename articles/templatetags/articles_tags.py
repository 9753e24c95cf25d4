"""What the templates of articles need beside Django's own tags."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_MARKS = re.compile(r"(?<=[/.])(?=[^/.])")


@register.filter
def breakable(text: object) -> SafeString:
    """Return an identifier or address, escaped, that can be broken after each slash and full stop."""
    # Each part is escaped before they are joined by the one tag.
    return mark_safe("<wbr>".join(conditional_escape(part) for part in _MARKS.split(str(text))))  # noqa: S308
