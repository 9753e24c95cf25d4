"""Keeps what a comment's text looks like beside the text, and knows when that is out of date.

The HTML is made when a comment is written. With it is kept a mark of the text and of the renderer that it
was made from; whoever reads compares the mark with the text, so that a text that SQL or ``QuerySet.update``
has changed, or one that an older renderer has seen, is rendered afresh. ``standfirst_render_comments`` brings
such comments up to date.
"""

from hashlib import blake2b
from typing import Final, NamedTuple

from django.utils.safestring import SafeString, mark_safe

from .rendering import RENDERER_VERSION, fold_text, render_body

#: What stands between the parts of a stored rendering: no text of a reader's, in which "<" is escaped.
_BETWEEN: Final = "<!---->"
_DIGEST_BYTES: Final = 16
MARK_MAX_LENGTH: Final = 2 * _DIGEST_BYTES


class Rendering(NamedTuple):
    """A text as HTML: whole, and folded. ``rest`` is empty unless the text goes well beyond a screenful."""

    whole: SafeString
    opening: SafeString
    rest: SafeString


def render(body: str) -> Rendering:
    """Render a text."""
    whole = render_body(body)
    opening, rest = fold_text(body)
    if not rest:
        return Rendering(whole, whole, SafeString())
    return Rendering(whole, render_body(opening), render_body(rest))


def mark_of(body: str) -> str:
    """Return the mark of a rendering that this renderer made from this text."""
    text = f"{RENDERER_VERSION}\0{body}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=_DIGEST_BYTES).hexdigest()


def to_stored(rendering: Rendering) -> str:
    """Return a rendering as one text, for the database."""
    return _BETWEEN.join(rendering) if rendering.rest else str(rendering.whole)


def from_stored(body: str, stored: str, mark: str) -> Rendering:
    """Return the stored rendering of a text or, if it was made from something else, a fresh one."""
    parts = [mark_safe(part) for part in stored.split(_BETWEEN)]  # noqa: S308 - only a rendering bears the mark
    # The mark is that of the text: somebody with SQL may have damaged the HTML all the same.
    if mark != mark_of(body) or len(parts) not in (1, 3):
        return render(body)
    return Rendering(parts[0], parts[0], SafeString()) if len(parts) == 1 else Rendering(*parts)
