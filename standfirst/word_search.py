"""Search as people type it into a list of the admin: words, in any order, anywhere.

The database looks for parts of words, so that identifiers and half-remembered names are found, too. Wagtail's
lists look for the whole phrase in one field.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from django.db.models import Q, QuerySet
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin

# Further words are passed over: each costs a condition on every field.
MAX_WORDS: Final = 12
# What stands around words in a title or a reference. Within them, as in 10.1000/182, it stays.
_AROUND_WORDS: Final = ".,:;!?()[]{}“”„\u2018\u2019«»\"'…"


def match_words(search: str, *, fields: Sequence[str], match_also: Callable[[str], Q] | None = None) -> Q:
    """Return the condition that each word of a search is a part of one of the fields, in whatever case.

    ``match_also`` gives a further condition under which a word counts as found. Accents count; the case of
    letters beyond ASCII is ignored on PostgreSQL, and on SQLite as far as a word in lower case, upper case or
    with a capital goes.
    """
    condition = Q()
    for word in _read_words(search)[:MAX_WORDS]:
        found = match_also(word) if match_also else Q()
        for spelling in _spell(word):
            for field in fields:
                found |= Q(**{f"{field}__icontains": spelling})
        condition &= found
    return condition


def _read_words(search: str) -> list[str]:
    # A colon begins an address such as ::1.
    before = _AROUND_WORDS.replace(":", "")
    words = (word.lstrip(before).rstrip(_AROUND_WORDS) or word for word in search.split())
    return list(dict.fromkeys(words))


def _spell(word: str) -> list[str]:
    """Return the spellings to look for: SQLite knows the case of ASCII letters alone."""
    if word.isascii():
        return [word]
    return list(dict.fromkeys([word, word.lower(), word.upper(), word.capitalize()]))


class WordSearchMixin:
    """A list of the admin that is searched by words. Put it before Wagtail's view."""

    search_fields: Sequence[str]

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that hold all words."""
        if not self.is_searching:  # type: ignore[attr-defined]
            return queryset
        search = self.search_query  # type: ignore[attr-defined]
        return queryset.filter(match_words(search, fields=self.search_fields, match_also=self.match_also))

    def match_also(self, word: str) -> Q:
        """Return a further condition under which a word counts as found."""
        return Q()


class WordSearchForm(SearchFilterMixin, BaseFilterForm):
    """The search of a chooser, by words."""

    word_search_fields: ClassVar[Sequence[str]] = ()

    def match_also(self, word: str) -> Q:
        """Return a further condition under which a word counts as found."""
        return Q()

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that hold all words."""
        search = self.cleaned_data.get("q")
        if search:
            self.is_searching = True
            self.search_query = search
            found = match_words(search, fields=self.word_search_fields, match_also=self.match_also)
            objects = objects.filter(found)
        return objects
