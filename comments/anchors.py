"""How a comment refers to a part of its page without this app knowing what the part is."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from standfirst import parts
from standfirst.aliases import page_model
from standfirst.anchors import Anchor, Key, Place

if TYPE_CHECKING:
    from .models import Comment

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


class ProtocolAnchors:
    """Asks page types that name their parts themselves, by ``HasCommentAnchors``, if no app knows of them.

    Their content is loaded with one query for each of these page types.
    """

    def knows_all_of(self, page_type: type[Any]) -> bool:
        return issubclass(page_type, HasCommentAnchors)

    def find_anchors(self, places: Collection[Place]) -> Mapping[Key, Anchor]:
        """Return the places that their pages name."""
        pages = _as_their_types({place.page.pk: place.page for place in places})
        labels = {pk: page.get_comment_anchors() for pk, page in pages.items()}
        return {
            (pk, anchor): Anchor(words=labels[pk][anchor], url=pages[pk].get_comment_anchor_url(anchor))
            for pk, anchor in ((place.page.pk, place.anchor) for place in places)
            if anchor in labels.get(pk, ())
        }


def attach_anchors(comments: "Iterable[Comment]") -> None:
    """Set what comments are about now, as their ``found_anchor``. Their discussion's page is loaded."""
    about = [comment for comment in comments if comment.anchor]
    if not about:
        return
    found = parts.find_anchors(Place(comment.discussion.page, comment.anchor) for comment in about)
    for comment in about:
        comment.found_anchor = found.get((comment.discussion.page_id, comment.anchor))


def find_page_anchors(page: Any, comments: Iterable[Any]) -> dict[str, Anchor]:
    """Return what the comments on a page are about, by anchor; nothing is read if they are about no part."""
    anchors = dict.fromkeys(comment.anchor for comment in comments if comment.anchor)
    if not anchors:
        return {}
    found = parts.find_anchors(Place(page, anchor) for anchor in anchors)
    return {anchor: found[page.pk, anchor] for anchor in anchors if (page.pk, anchor) in found}


def _as_their_types(pages: Mapping[int, Any]) -> dict[int, Any]:
    """Return the pages that name their parts, each as its own type."""
    naming = {
        pk: page
        for pk, page in pages.items()
        if page.specific_class is not None and issubclass(page.specific_class, HasCommentAnchors)
    }
    loaded = {pk: page for pk, page in naming.items() if isinstance(page, page.specific_class)}
    missing = set(naming) - set(loaded)
    if missing:
        found = page_model()._default_manager.filter(pk__in=missing).order_by().specific()
        loaded.update({page.pk: page for page in found})
    return loaded
