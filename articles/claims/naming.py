"""What a claim is called where it is referred to."""

from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext

_MAX_WORDS: Final = 12


def name_claim(*, position: int, statement: str) -> str:
    """Return what a claim is called on its page: its number and first words."""
    if not statement:
        return gettext("Claim %(number)d") % {"number": position}
    words = Truncator(statement).words(_MAX_WORDS)
    return gettext("Claim %(number)d: %(statement)s") % {"number": position, "statement": words}
