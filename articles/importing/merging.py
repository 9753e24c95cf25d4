"""Merges a file's new version into a body that editors have worked on since it was imported.

Three versions are compared: what the last import wrote, what is on the page now, and what the file says now.
The rules are few, so that they can be explained to an editor:

- A file that says the same as before changes nothing.
- A block that an editor added stays, behind the same block that it followed.
- A block that an editor changed stays as the editor left it; one that an editor removed stays removed.
- All other blocks follow the file: its words, its order, its removals. Those whose words are the same keep
  their ids; a block that replaces another takes over its id.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Generic, TypeVar

BlockT = TypeVar("BlockT")


@dataclass(frozen=True, slots=True)
class Written:
    """A block as an import wrote it. Its digest is its type, a colon, and a hash of its value."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Standing(Generic[BlockT]):
    """A block as it stands on the page."""

    id: str
    digest: str
    block: BlockT


@dataclass(frozen=True, slots=True)
class Incoming(Generic[BlockT]):
    """A block as the file has it now."""

    digest: str
    block: BlockT


@dataclass(slots=True)
class Merged(Generic[BlockT]):
    """The new body, as pairs of id and block, what the next import needs to know, and what happened."""

    body: list[tuple[str, BlockT]] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    removed: int = 0
    # Blocks of editors that the file would have changed or removed, as they stand.
    kept: list[BlockT] = field(default_factory=list)
    # Blocks of the file that an editor had taken out.
    missing: int = 0


def merge(
    *,
    written: Sequence[Written],
    standing: Sequence[Standing[BlockT]],
    incoming: Sequence[Incoming[BlockT]],
    new_id: Callable[[], str],
) -> Merged[BlockT]:
    """Return the file's new version with everything that editors did to the old one.

    `new_id` makes the id of a block that was not there before.
    """
    merged: Merged[BlockT] = Merged()
    here = {block.id: block for block in reversed(standing)}
    if [block.digest for block in written] == [block.digest for block in incoming]:
        merged.body = [(block.id, block.block) for block in standing]
        merged.written = list(written)
        merged.missing = sum(block.id not in here for block in written)
        return merged
    origins = _pair(written, incoming)
    paired = {origin.id for origin in origins if origin is not None}
    before = {block.id: block.digest for block in written}
    leading: list[tuple[str, BlockT]] = []
    following: dict[str, list[tuple[str, BlockT]]] = {}
    group = leading
    for block in standing:
        # Scripts can write two blocks with one id: the second counts as an editor's.
        is_first = here[block.id] is block
        if is_first and block.id in paired:
            group = following.setdefault(block.id, [])
        elif is_first and before.get(block.id) == block.digest:
            merged.removed += 1
        else:
            if is_first and block.id in before:
                merged.kept.append(block.block)
            group.append((block.id, block.block))
    merged.body = leading
    for new, origin in zip(incoming, origins, strict=True):
        block_id = new_id() if origin is None else origin.id
        # What the file says is remembered even if the page differs: the next version is compared with it.
        merged.written.append(Written(block_id, new.digest))
        if origin is None:
            merged.added += 1
            merged.body.append((block_id, new.block))
            continue
        present = here.get(block_id)
        if present is None:
            merged.missing += 1
            continue
        if new.digest in {origin.digest, present.digest}:
            merged.body.append((block_id, present.block))
        elif present.digest == origin.digest:
            merged.changed += 1
            merged.body.append((block_id, new.block))
        else:
            merged.kept.append(present.block)
            merged.body.append((block_id, present.block))
        merged.body += following[block_id]
    return merged


def _pair(written: Sequence[Written], incoming: Sequence[Incoming[BlockT]]) -> list[Written | None]:
    """Return, for each incoming block, the written one that it continues."""
    old, new = [block.digest for block in written], [block.digest for block in incoming]
    origins: list[Written | None] = [None] * len(new)
    taken: set[int] = set()
    replaced: list[tuple[range, range]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                origins[j] = written[i]
                taken.add(i)
        elif tag == "replace":
            replaced.append((range(i1, i2), range(j1, j2)))
    # Moved blocks: the same words somewhere else.
    elsewhere: dict[str, list[int]] = {}
    for i in reversed(range(len(old))):
        if i not in taken:
            elsewhere.setdefault(old[i], []).append(i)
    for j, digest in enumerate(new):
        if origins[j] is None and elsewhere.get(digest):
            i = elsewhere[digest].pop()
            origins[j] = written[i]
            taken.add(i)
    # Blocks that were rewritten in place; only one of the same type can take another's place.
    for old_range, new_range in replaced:
        free = [i for i in old_range if i not in taken]
        for j in new_range:
            like = next((i for i in free if _kind(old[i]) == _kind(new[j])), None)
            if origins[j] is None and like is not None:
                origins[j] = written[like]
                free.remove(like)
                taken.add(like)
    return origins


def _kind(digest: str) -> str:
    return digest.partition(":")[0]
