"""What the hammers may have been told when."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.stale.asking import Address


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """An act, and what is true from its end until the next one begins."""

    name: str
    began: float
    ended: float
    truth: Mapping[Address, str]


def find_stale(
    epochs: Sequence[Epoch], answers: Iterable[tuple[float, float, Address, str]]
) -> tuple[list[str], int]:
    """Return the answers that were false when they were asked for, and how many could be judged.

    Judged is what was asked for and had come between two acts. An act may take several transactions, and what
    is public between them is nobody's promise.
    """
    ends = [epoch.ended for epoch in epochs]
    begins = [epoch.began for epoch in epochs]
    stale: list[str] = []
    judged = 0
    for began, ended, address, digest in answers:
        index = bisect_right(ends, began) - 1
        # Those that had begun by its end: there must be none after the last that had ended at its beginning.
        if index < 0 or bisect_right(begins, ended) - 1 > index or address not in epochs[index].truth:
            continue
        judged += 1
        if digest != epochs[index].truth[address]:
            stale.append(f"{address.host}{address.path}, asked for after {epochs[index].name}")
    return stale, judged
