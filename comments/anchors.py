"""How a comment refers to a part of its page without this app knowing what the part is."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

ANCHOR_MAX_LENGTH = 200
ANCHOR_LABEL_MAX_LENGTH = 500


@runtime_checkable
class HasCommentAnchors(Protocol):
    """What a page type implements to let readers comment on its parts.

    An anchor is an opaque string that identifies one part for as long as the part exists.
    """

    def get_comment_anchors(self) -> Mapping[str, str]:
        """Return the anchors that can currently be commented on, in page order, each with a short label."""
        ...

    def get_comment_anchor_url(self, anchor: str) -> str:
        """Return the address of the part on the page."""
        ...


def anchor_labels(page: object) -> Mapping[str, str]:
    """Return a page's anchors and their labels; none for a page whose type has no anchors.

    ``page`` is the specific page: Wagtail's base ``Page`` does not know the methods of its subclasses.
    """
    return page.get_comment_anchors() if isinstance(page, HasCommentAnchors) else {}


def anchor_url(page: object, anchor: str) -> str:
    """Return the address of an anchor, or an empty string if the page has no such part."""
    if isinstance(page, HasCommentAnchors) and anchor in page.get_comment_anchors():
        return page.get_comment_anchor_url(anchor)
    return ""
