"""What a reader takes for a number in a table."""

import re
from typing import Final

# In reports of studies a number has company: a sign, a comparison, a bracket, a currency, the letter of its
# statistic before it; a unit, an interval or a note behind it.
_NUMBER: Final = re.compile(
    r"(?:[A-Za-z]\s?[=<>≤≥]\s?)?"  # n = 12, p < 0.001
    r"[<>≤≥≈~=±+\u2212\u2013-]{0,2}\s?[(\[]?\s?[\u2212\u2013+-]?[$€£¥]?\s?"
    r"(?:[.,]?\d|[¼½¾])"
)
# What stands for a number that there is not.
_NO_NUMBER: Final = {"", "-", "\u2013", "\u2014", "\u2212", "…", "?", "na", "n/a", "n.a.", "nr", "ns", "n.s."}


def is_numeric(cell: str) -> bool:
    """Return whether a cell of a table begins with a number, or says that there is none.

    Numbers are in figures, in any notation: ``1,200``, ``\u22123.5``, ``12 %``, ``<0.001``, ``12\u201314``,
    ``12 (8 to 17)``.
    """
    text = cell.strip()
    return text.casefold() in _NO_NUMBER or _NUMBER.match(text) is not None
