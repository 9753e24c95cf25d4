"""Claims as parts of their pages, for apps that refer to them."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from standfirst.aliases import find_original_ids
from standfirst.anchors import Anchor, AnchorGrade, Key, Place

from .claims.naming import name_claim
from .enums import Certainty
from .models import ArticleMixin, Claim


class ClaimAnchors:
    """What the app says of claims; see ``standfirst.anchors.AnchorProvider``. Asks the index: one query."""

    def knows_all_of(self, page_type: type[Any]) -> bool:
        # A page type with parts of its own overrides the method that names them.
        own = getattr(page_type, "get_comment_anchors", None)
        return issubclass(page_type, ArticleMixin) and own is ArticleMixin.get_comment_anchors

    def find_anchors(self, places: Collection[Place]) -> Mapping[Key, Anchor]:
        """Return the published claims among the places."""
        uid_of = {place: uid for place in places if (uid := _as_uid(place.anchor)) is not None}
        if not uid_of:
            return {}
        claims = {claim.uid: claim for claim in Claim.objects.filter(uid__in=set(uid_of.values()))}
        original_of = find_original_ids({place.page.pk: place.page for place in uid_of}.values())
        return {
            (place.page.pk, place.anchor): _describe(claims[uid], place)
            for place, uid in uid_of.items()
            if uid in claims and claims[uid].page_id == original_of[place.page.pk]
        }


def _describe(claim: Claim, place: Place) -> Anchor:
    certainty = Certainty(claim.certainty)
    url = place.page.get_url()
    return Anchor(
        words=name_claim(position=claim.position, statement=claim.statement),
        grade=AnchorGrade(value=certainty.value, label=str(certainty.label)),
        url=f"{url}#claim-{claim.uid}" if url else "",
    )


def _as_uid(anchor: str) -> UUID | None:
    try:
        uid = UUID(anchor)
    except ValueError:
        return None
    return uid if str(uid) == anchor else None  # Not one that is merely written differently.
