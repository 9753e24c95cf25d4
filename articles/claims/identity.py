"""What identifies a claim: its page and the id of its block, never its words.

A copied page has a translation key of its own, so its claims are new claims. The translations of a page share
a translation key, so their claims differ by language and share a group.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID, uuid5

# Part of every claim's public address: changing it would break all links to claims.
NAMESPACE: Final = UUID("6f1d7a52-3c0e-5d0b-9a39-0f4c1e8b7d24")


def mint_claim_uid(*, translation_key: UUID | str, language_code: str, block_id: str) -> UUID:
    """Return the uid of the claim in the block ``block_id`` of a page in one language."""
    return uuid5(NAMESPACE, f"{translation_key}:{language_code}:{block_id}")


def mint_claim_group(*, translation_key: UUID | str, block_id: str) -> UUID:
    """Return the uid that a claim shares with its translations."""
    return uuid5(NAMESPACE, f"{translation_key}:{block_id}")


def distinguish_block_ids(block_ids: Iterable[str]) -> Iterator[str]:
    """Yield the ids in order, each later duplicate with a number after it.

    Wagtail's editor gives every block an id of its own, but content written by an API or a script can hold
    duplicates, and two claims with one uid would hide each other.
    """
    seen: dict[str, int] = {}
    for block_id in block_ids:
        seen[block_id] = seen.get(block_id, 0) + 1
        yield block_id if seen[block_id] == 1 else f"{block_id}:{seen[block_id]}"
