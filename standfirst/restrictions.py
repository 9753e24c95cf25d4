"""What restricts a page that is served, for Wagtail to ask without asking the database again."""

from collections.abc import Iterable
from typing import Any

from wagtail.models import PageViewRestriction

_NOTED = "_standfirst_restrictions"


class RestrictionsOnce:
    """A mixin for page types: what restricts a page is read with all restrictions, once a request.

    It goes before the page class.
    """

    def get_view_restrictions(self) -> Any:
        """Return the restrictions on the page and on those above it."""
        known = self.__dict__.get(_NOTED)
        if known is None:
            return super().get_view_restrictions()  # type: ignore[misc]
        restrictions = PageViewRestriction.objects.filter(pk__in=[row.pk for row in known])
        # A queryset that has been evaluated: what is made of it asks the database, what goes over it doesn't.
        restrictions._result_cache = list(known)
        restrictions._prefetch_done = True
        return restrictions


def note_restrictions(page: Any, restrictions: Iterable[PageViewRestriction]) -> None:
    """Tell a page of a type with ``RestrictionsOnce`` what restricts it."""
    page.__dict__[_NOTED] = list(restrictions)
