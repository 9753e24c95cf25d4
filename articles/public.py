"""Which pages everybody may see.

Answers are the same for all visitors, so that they can be cached for all: a page behind a password or a login
isn't public, even for a visitor who has passed.
"""

from typing import Any

from django.conf import settings
from wagtail.models import PageViewRestriction, Site
from wagtail.models.view_restrictions import BaseViewRestriction


def exclude_restricted(pages: Any, *, unless_within: Any = None) -> Any:
    """Return the page queryset without the pages that aren't open to everybody.

    An alias has the restrictions of its original. ``unless_within`` is a page whose own visitors have been
    admitted already: the restrictions on it and above it don't count.
    """
    paths = {
        (restriction.page.path, restriction.page_id)
        for restriction in PageViewRestriction.objects.exclude(
            restriction_type=BaseViewRestriction.NONE
        ).select_related("page")
    }
    if not paths:
        return pages
    paths |= _find_aliases({page_id for _, page_id in paths})
    for path, _page_id in paths:
        if unless_within is None or not unless_within.path.startswith(path):
            pages = pages.exclude(path__startswith=path)
    return pages


def _find_aliases(page_ids: set[int]) -> set[tuple[str, int]]:
    """Return path and id of all aliases of the pages, and of these aliases' aliases."""
    base_model = PageViewRestriction._meta.get_field("page").related_model
    found: set[tuple[str, int]] = set()
    pending = page_ids
    while pending:
        aliases = set(base_model._default_manager.filter(alias_of__in=pending).values_list("path", "pk"))
        pending = {page_id for _, page_id in aliases - found}
        found |= aliases
    return found


def public_pages(model: Any, *, site: Site | None) -> Any:
    """Return the live pages of ``model`` that everybody may see on a site; on all sites for None."""
    pages = exclude_restricted(model._default_manager.live())
    if site is None:
        return pages
    roots = [site.root_page]
    if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        roots += list(site.root_page.get_translations())
    within = pages.none()
    for root in roots:
        within = within | pages.descendant_of(root, inclusive=True)
    return within
