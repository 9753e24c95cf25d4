"""Who may see which page: the one rule behind pages, menus, lists, claims, both APIs and comments.

Wagtail decides what it serves; this says the same of many pages at once, and what Wagtail leaves open. A page
can be seen if it is live, if it is no alias of a page that isn't, and if nothing restricts it: no restriction
on itself or on a page above it, an alias standing for its original. A restriction that somebody put on an
alias counts for nothing, as Wagtail has it when it serves a page (its querysets' ``public()`` doesn't follow
aliases, and ``wagtail.api.querysets`` reads the session and takes ``?site=`` from the address besides).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, prefetch_related_objects
from django.http import HttpRequest
from wagtail.models import PageViewRestriction, Site

from standfirst.aliases import MAX_LINKS, find_aliases, page_model
from standfirst.frame import Frame, frame_of

_CACHE_NAME = "_standfirst_viewers"


@dataclass(frozen=True, kw_only=True)
class _Branch:
    """A page that is restricted, or stands for one that is, with all that is below it."""

    page_id: int
    path: str
    has_children: bool
    is_passed: bool
    restriction: Any

    def holds(self, path: str) -> bool:
        return path.startswith(self.path)


class Viewer:
    """Somebody who asks for pages on one site, or None: on no site.

    What it reads of the database (restrictions, aliases, the roots of the site's languages) it reads once, so
    keep a viewer for the length of a request, no longer. With a ``request`` it is the visitor behind its
    session, who may have passed restrictions; without one it is anybody.
    """

    def __init__(
        self, *, site: Site | None, request: HttpRequest | None = None, frame: Frame | None = None
    ) -> None:
        self.site = site
        self.frame = frame or Frame()
        self._request = request

    # --- Pages ---

    def pages(self, model: type[Model] | None = None) -> Any:
        """Return the pages of the site, in all its languages, that the viewer may see."""
        pages = (model or page_model())._default_manager.all()
        if self.site is None:
            return pages.none()
        within = Q()
        for root in self.roots:
            within |= Q(path__startswith=root.path)
        return self.see(pages.filter(within))

    def see(self, pages: Any) -> Any:
        """Return the pages of a queryset that the viewer may see, on whichever site they are."""
        return self._leave_out(pages, [branch for branch in self._branches if not branch.is_passed])

    def sees(self, page: Any) -> bool:
        """Return whether ``see`` would leave a page in. An alias is asked for its original."""
        is_shown = page.live and (page.alias_of_id is None or page.alias_of.live)
        return is_shown and not any(
            branch.holds(page.path) for branch in self._branches if not branch.is_passed
        )

    def see_within(self, pages: Any, page: Any) -> Any:
        """Return what a list on ``page`` may show of a queryset: what anybody may see.

        If the page itself is restricted and the viewer has passed, the restrictions on it and above it don't
        count, so that what is restricted is listed inside the restricted part alone. An editor's preview
        counts as passed.
        """
        return self._leave_out(pages, self._closed_within(page))

    def sees_within(self, listed: Any, page: Any) -> bool:
        """Return whether ``see_within`` would leave a live page in, one that is no alias."""
        return not any(branch.holds(listed.path) for branch in self._closed_within(page))

    def _closed_within(self, page: Any) -> list[_Branch]:
        is_preview = getattr(self._request, "is_preview", False)
        return [
            branch
            for branch in self._branches
            if not (branch.holds(page.path) and (branch.is_passed or is_preview))
        ]

    def see_as_readers_of(self, page: Any, pages: Any) -> Any:
        """Return the pages of a queryset that everybody may see who can read ``page``."""
        return self._leave_out(pages, [branch for branch in self._branches if not branch.holds(page.path)])

    def discussed_pages(self) -> Any:
        """Return the pages of the site whose comments the viewer may see and write.

        An alias shows its original's discussion. One that is open while its original isn't shows none: what
        was written behind a login stays there.
        """
        return self.pages().exclude(pk__in=self._silent_aliases)

    def may_discuss(self, page: Any) -> bool:
        """Return whether the comments under a page that the viewer sees are for the viewer, too."""
        return not page.alias_of_id or page.pk not in self._silent_aliases

    def is_here(self, page: Any) -> bool:
        """Return whether a page stands on the viewer's site."""
        return any(page.path.startswith(root.path) for root in self.roots)

    def is_open_to_all(self, page: Any) -> bool:
        """Return whether no restriction holds for a page."""
        return not any(branch.holds(page.path) for branch in self._branches)

    def restrictions_on(self, page: Any) -> list[Any]:
        """Return the restrictions that hold for a page, as Wagtail's ``get_view_restrictions`` has them."""
        found = {
            branch.restriction.pk: branch.restriction for branch in self._branches if branch.holds(page.path)
        }
        return [found[key] for key in sorted(found)]

    def each_once(self, pages: Any) -> Any:
        """Return the pages without the aliases that would repeat another of them."""
        listed = pages.order_by()
        for lookup in self._alias_lookups:
            pages = pages.exclude(**{f"{lookup}__in": listed.values("pk")})
        twins = listed.filter(alias_of=OuterRef("alias_of"), pk__lt=OuterRef("pk"))
        return pages.exclude(Exists(twins)) if self._alias_lookups else pages

    # --- What belongs to originals: claims, discussions ---

    def about(self, field: str, pages: Any) -> Q:
        """Return the condition that ``field`` is one of ``pages`` or the original of an alias among them."""
        pages = pages.order_by()
        condition = Q(**{f"{field}__in": pages.values("pk")})
        for lookup in self._alias_lookups:
            condition |= Q(**{f"{field}__in": pages.filter(**{f"{lookup}__isnull": False}).values(lookup)})
        return condition

    def find_shown(self, original_ids: Iterable[int], pages: Any) -> dict[int, Any]:
        """Return the page among ``pages`` on which each original is seen, by the original's id.

        That is the original itself if it is among them, else the first of its aliases that is. Takes a
        constant number of queries and one for each link of the longest chain of aliases.
        """
        wanted = set(original_ids)
        shown: dict[int, Any] = {page.pk: page for page in pages.filter(pk__in=wanted)}
        missing = wanted - set(shown)
        if not missing or not self._alias_lookups:
            return shown
        original_of = {alias.page_id: alias.original_id for alias in find_aliases(missing)}
        for page in pages.filter(pk__in=original_of).order_by("-pk"):
            shown[original_of[page.pk]] = page
        return shown

    # --- Languages ---

    @property
    def locale(self) -> Any:
        """Return the locale of the site's root, None without a site."""
        return self.site.root_page.locale if self.site else None

    def root_in(self, locale_id: int | None) -> Any:
        """Return the site's root in a locale, else in its own; None without a site."""
        return next(
            (root for root in self.roots if root.locale_id == locale_id),
            self.site.root_page if self.site else None,
        )

    def translations_of(self, pages: Collection[Any]) -> dict[int, list[Any]]:
        """Return the translations of each page that the viewer may see on the site, by the page's id."""
        found: dict[int, list[Any]] = {page.pk: [] for page in pages}
        if not pages or not is_multilingual():
            return found
        keys = {page.translation_key for page in pages}
        translations = list(
            self.pages().filter(translation_key__in=keys).select_related("locale").order_by("locale", "pk")
        )
        for page in pages:
            found[page.pk] = [
                other
                for other in translations
                if other.translation_key == page.translation_key and other.pk != page.pk
            ]
        return found

    # --- What is read once ---

    @property
    def frontends(self) -> dict[int, str]:
        """Return the frontends' addresses by the site's id, without a slash at the end."""
        return self.frame.frontends

    @cached_property
    def roots(self) -> list[Any]:
        """Return the pages at which the site begins, its own first: one for each language."""
        if self.site is None:
            return []
        root = self.site.root_page
        return [root, *root.get_translations().select_related("locale")] if is_multilingual() else [root]

    @cached_property
    def _branches(self) -> list[_Branch]:
        rows = self.frame.restrictions
        if not rows:
            return []
        refused = {row.page_id for row in rows} if self._request is None else self._find_refused(rows)
        branches = {
            row.page_id: _Branch(
                page_id=row.page_id,
                path=row.page.path,
                has_children=row.page.numchild > 0,
                is_passed=row.page_id not in refused,
                restriction=row,
            )
            for row in rows
        }
        originals = dict(branches)
        for alias in find_aliases(branches) if self.frame.has_aliases else ():
            branches[alias.page_id] = _Branch(
                page_id=alias.page_id,
                path=alias.path,
                has_children=alias.has_children,
                is_passed=originals[alias.original_id].is_passed,
                restriction=originals[alias.original_id].restriction,
            )
        return list(branches.values())

    def _find_refused(self, rows: Iterable[Any]) -> set[int]:
        """Return the ids of the pages with a restriction that the request's session doesn't pass."""
        rows = list(rows)
        user = getattr(self._request, "user", None)
        if any(row.restriction_type == PageViewRestriction.GROUPS for row in rows):
            prefetch_related_objects(rows, "groups")
            if user is not None and user.is_authenticated:
                # Else Wagtail would ask for the user's groups once a restriction.
                prefetch_related_objects([user], "groups")
        return {row.page_id for row in rows if not row.accept_request(self._request)}

    @cached_property
    def _alias_lookups(self) -> list[str]:
        """Return the lookups from an alias to its original, for as many links as the longest chain has."""
        if not self.frame.has_aliases:
            return []
        lookups = ["alias_of"]
        lookup = "alias_of__alias_of"
        while len(lookups) < MAX_LINKS and (
            page_model()._default_manager.filter(**{f"{lookup}__isnull": False}).exists()
        ):
            lookups.append(lookup)
            lookup += "__alias_of"
        return lookups

    @cached_property
    def _silent_aliases(self) -> set[int]:
        """Return the ids of the aliases that don't show their original's discussion to the viewer."""
        closed = Q()
        for branch in self._branches:
            closed |= Q(path__startswith=branch.path)
        if not closed:
            return set()
        hidden = dict(
            page_model()
            ._default_manager.filter(closed, alias_of=None, aliases__isnull=False)
            .order_by()
            .values_list("pk", "path")
            .distinct()
        )
        if not hidden:
            return set()
        return {
            alias.page_id
            for alias in find_aliases(hidden)
            if not self._is_restricted(alias.path) or not self._passes(hidden[alias.original_id])
        }

    def _is_restricted(self, path: str) -> bool:
        return any(branch.holds(path) for branch in self._branches)

    def _passes(self, path: str) -> bool:
        return all(branch.is_passed for branch in self._branches if branch.holds(path))

    @staticmethod
    def _leave_out(pages: Any, branches: Iterable[_Branch]) -> Any:
        pages = pages.filter(live=True).exclude(alias_of__live=False)
        leaves: list[str] = []
        above: list[str] = []
        for branch in sorted(branches, key=lambda branch: branch.path):
            if any(branch.path.startswith(path) for path in above[-1:]):
                continue
            (above if branch.has_children else leaves).append(branch.path)
        # A condition a branch: databases bound how many they take, so pages with nothing below share one.
        for path in above:
            pages = pages.exclude(path__startswith=path)
        return pages.exclude(path__in=leaves) if leaves else pages


def anybody(request: HttpRequest) -> Viewer:
    """Return the viewer whose answers can be cached for all: no session is read."""
    return _viewer(request, with_session=False)


def visitor(request: HttpRequest) -> Viewer:
    """Return the person behind a request: anybody, unless a session cookie was sent."""
    return _viewer(request, with_session=settings.SESSION_COOKIE_NAME in request.COOKIES)


def is_multilingual() -> bool:
    """Return whether Wagtail keeps pages in several languages."""
    return bool(getattr(settings, "WAGTAIL_I18N_ENABLED", False))


def find_site(request: HttpRequest) -> Site | None:
    """Return the site that a request is for, and have Wagtail find it, and where sites begin, with it."""
    if "_wagtail_site" not in request.__dict__:
        frame = frame_of(request)
        request._wagtail_site = frame.find_site(request)  # type: ignore[attr-defined]
        if not is_multilingual():  # Else each site begins at several places, which the frame doesn't know.
            request._wagtail_cached_site_root_paths = frame.root_paths  # type: ignore[attr-defined]
    site: Site | None = request.__dict__["_wagtail_site"]
    return site


def _viewer(request: HttpRequest, *, with_session: bool) -> Viewer:
    viewers: dict[bool, Viewer] = request.__dict__.setdefault(_CACHE_NAME, {})
    if with_session not in viewers:
        frame = frame_of(request)
        viewers[with_session] = Viewer(
            site=find_site(request), request=request if with_session else None, frame=frame
        )
    return viewers[with_session]
