"""Finds the page at an address by two queries, however deep it stands.

Wagtail walks from page to page: two queries a level, then three for what restricts the page. Where every page
on the way leaves the walking to Wagtail, the pages of the way can be read together, and with them the menu.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from wagtail import views
from wagtail.models import AbstractPage
from wagtail.url_routing import RouteResult

from standfirst.aliases import page_model
from standfirst.restrictions import note_restrictions
from standfirst.visibility import anybody, is_multilingual

_MENU = "_standfirst_menu"
# No page is as deep, nor has a slug as long: treebeard's paths have 255 characters, four a level.
_MAX_DEPTH = 63
_MAX_SLUG_LENGTH = 255


class RouteMiddleware:
    """Find the pages that Wagtail serves before Wagtail looks for them.

    Place it anywhere: it looks at the requests for Wagtail's own view alone. What it can't say for certain
    (no page, a page type with routes of its own, several languages) it leaves to Wagtail.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> None:
        """Note the page before the view runs."""
        if view is views.serve:
            note_route(request, kwargs["path"] if "path" in kwargs else args[0])


def note_route(request: HttpRequest, path: str) -> None:
    """Have Wagtail find the page at a path of the request's site, if it is certain which one that is."""
    viewer = anybody(request)
    if viewer.site is None or is_multilingual() or hasattr(request, "_wagtail_route_for_request"):
        return
    root = viewer.site.root_page
    slugs = [slug for slug in path.split("/") if slug]
    if len(slugs) > _MAX_DEPTH or any(len(slug) > _MAX_SLUG_LENGTH for slug in slugs):
        return
    url_paths = [root.url_path]
    for slug in slugs:
        url_paths.append(f"{url_paths[-1]}{slug}/")
    below = Q(path__startswith=root.path)
    found = list(
        page_model()
        ._default_manager.filter(
            Q(url_path__in=url_paths) | Q(show_in_menus=True, depth=root.depth + 1, live=True), below
        )
        .order_by("path")
    )
    viewer.frame.give_locales(found)
    request.__dict__[_MENU] = (root.pk, [page for page in found if _is_menu_item(page, root)])
    way = _find_way(found, url_paths, slugs)
    if way is None:
        return
    page = way[-1]
    page_type = page.specific_class
    page = page_type._default_manager.filter(pk=page.pk).first()
    if page is None or not page.live:
        return
    viewer.frame.give_locales([page])
    if len(way) > 1:
        page._cached_parent_obj = way[-2]
    note_restrictions(page, viewer.restrictions_on(page))
    request._wagtail_route_for_request = RouteResult(page)  # type: ignore[attr-defined]


def noted_menu(request: HttpRequest, root: Any) -> list[Any] | None:
    """Return the live pages below a root that an editor put into menus; None if they weren't read yet."""
    root_id, pages = request.__dict__.get(_MENU) or (None, None)
    return pages if root_id == root.pk else None


def _is_menu_item(page: Any, root: Any) -> bool:
    return page.show_in_menus and page.live and page.depth == root.depth + 1


def _find_way(found: Sequence[Any], url_paths: Sequence[str], slugs: Sequence[str]) -> list[Any] | None:
    """Return the pages from the root to the one that is wanted; None if Wagtail might take another way."""
    by_url = {page.url_path: page for page in found}
    way = [by_url[url_path] for url_path in url_paths if url_path in by_url]
    if len(way) != len(url_paths) or [page.slug for page in way[1:]] != list(slugs):
        return None
    for page, above in zip(way[1:], way, strict=False):
        if page.depth != above.depth + 1 or not page.path.startswith(above.path):
            return None
    # A page type with routes of its own decides for itself what is at an address below it.
    if any(page.specific_class is None or not _walks_plainly(page.specific_class) for page in way):
        return None
    return way


def _walks_plainly(page_type: type[Any]) -> bool:
    return page_type.route is AbstractPage.route
