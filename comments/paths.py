"""The order of a discussion: one string per comment; sorted plainly, they give the tree's reading order.

A path is the hexadecimal uids of a comment's ancestors and its own, outermost first. Uids are UUIDs of
version 7 (RFC 9562, section 5.7), which sort by time of creation: siblings are in the order they were
written. ``following_uid`` keeps them so even if the machine's clock is set back.
"""

import base64
import binascii
import secrets
from uuid import UUID

from . import conf

SEGMENT_LENGTH = 32
MAX_PATH_LENGTH = SEGMENT_LENGTH * conf.MAX_DEPTH_LIMIT
_SEGMENT_BYTES = SEGMENT_LENGTH // 2


class InvalidCursorError(ValueError):
    """A cursor that this app did not make."""


def sibling_prefix(parent_path: str, *, max_depth: int) -> str:
    """Return what the paths of all replies to ``parent_path`` begin with (both are empty for roots).

    If the parent is on the last of ``max_depth`` levels, replies are placed beside it.
    """
    return parent_path[: (max_depth - 1) * SEGMENT_LENGTH]


def following_uid(uid: UUID, last: UUID | None) -> UUID:
    """Return ``uid`` if it sorts after ``last``, the uid of the last sibling, else another that does.

    That one is of version 7, too: what is added stays within the random bits. How much is added is random, so
    that uids can't be guessed from their neighbours.
    """
    if last is None or uid > last:
        return uid
    return UUID(int=last.int + 1 + secrets.randbits(32))


def depth(path: str) -> int:
    """Return a comment's level, 0 for a root."""
    return len(path) // SEGMENT_LENGTH - 1


def ancestor_paths(path: str) -> list[str]:
    """Return the paths of all ancestors, outermost first."""
    return [path[:end] for end in range(SEGMENT_LENGTH, len(path), SEGMENT_LENGTH)]


def encode_cursor(path: str) -> str:
    """Return the opaque cursor that continues a listing after ``path``."""
    return base64.urlsafe_b64encode(bytes.fromhex(path)).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> str:
    """Return the path that a cursor stands for. Raises ``InvalidCursorError``."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError(cursor) from error
    path = raw.hex()
    # Comparing with what we would have written refuses other spellings of the same bytes.
    if not path or len(raw) % _SEGMENT_BYTES or len(path) > MAX_PATH_LENGTH or encode_cursor(path) != cursor:
        raise InvalidCursorError(cursor)
    return path
