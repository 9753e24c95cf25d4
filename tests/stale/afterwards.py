"""The negative control: a cache that makes the mistake which the test is there to find."""

from typing import Any

from standfirst.cache import middleware
from standfirst.cache.conf import Rules
from standfirst.cache.entries import Entry
from standfirst.cache.making import Made
from standfirst.cache.versions import Version, read_version

_make_entry = middleware._make_entry


def make_entry_afterwards(made: Made, rules: Rules, version: Version, read_at: float) -> Entry:
    """Make an entry with the version that holds now that the answer is made."""
    late = read_version(tuple(made.noted.parts))
    assert late is not None
    made.noted.parts.update(late.parts)
    return _make_entry(made, rules, late, read_at)


class ReadsVersionAfterwards(middleware.OriginCacheMiddleware):
    """Keeps an answer as though it had been made of what is there when it is ready."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        middleware._make_entry = make_entry_afterwards
