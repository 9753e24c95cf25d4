"""Texts in less room than they need."""

import re

_BEFORE_ELLIPSIS = " \t\n.,:;…\u3001\u3002\uff0c"
_LAST_WORD = re.compile(r"\S+\Z")


def shorten(text: str, length: int) -> str:
    """Return at most ``length`` characters of a text, ending with a whole word and an ellipsis."""
    if len(text) <= length:
        return text
    whole_words = _LAST_WORD.sub("", text[:length]).rstrip()
    # A long address, or a language written without spaces, is cut mid-word.
    kept = whole_words if 2 * len(whole_words) > length else text[: length - 1]
    # "sees.…" would be one mark too many.
    return f"{kept.rstrip(_BEFORE_ELLIPSIS) or kept}…"
