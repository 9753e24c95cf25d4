"""What every answer needs to know of the whole site, read by one statement, once a request.

Sites with their roots and frontends, locales, restrictions, and whether there are aliases at all: small
tables, of which an answer needs nearly all.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.http.request import split_domain_port
from wagtail.models import Locale, PageViewRestriction, Site
from wagtail.models.sites import SiteRootPath

from standfirst.aliases import page_model
from standfirst.together import Exists, Rows, read_together

_CACHE_NAME = "_standfirst_frame"


class Frame:
    """Sites, locales, frontends and restrictions as the database has them. Costs one query, when asked."""

    @cached_property
    def sites(self) -> list[Any]:
        """Return all sites, with their root pages, and these with their locales."""
        sites = self._read.rows(self._sites)
        self.give_locales(site.root_page for site in sites)
        return sites

    @cached_property
    def locales(self) -> dict[int, Any]:
        """Return all locales by their ids."""
        return {locale.pk: locale for locale in self._read.rows(self._locales)}

    @cached_property
    def frontends(self) -> dict[int, str]:
        """Return the frontends' addresses by the site's id, without a slash at the end."""
        rows = self._read.rows(self._frontends)
        return {row.site_id: row.base_url.rstrip("/") for row in rows if row.base_url}

    @cached_property
    def restrictions(self) -> list[Any]:
        """Return the restrictions that count, with their pages: none on an alias, as Wagtail has it."""
        return [
            row
            for row in self._read.rows(self._restrictions)
            if row.restriction_type != PageViewRestriction.NONE and row.page.alias_of_id is None
        ]

    @cached_property
    def has_aliases(self) -> bool:
        return self._read.exists(self._aliases)

    def give_locales(self, pages: Iterable[Any]) -> None:
        """Put the locale into each of the pages, so that none of them has to ask for it."""
        for page in pages:
            if page.locale_id in self.locales and "locale" not in page._state.fields_cache:
                page.locale = self.locales[page.locale_id]

    def find_site(self, request: HttpRequest) -> Any:
        """Return the site that a request is for, None if there is none: the choice is Wagtail's.

        See ``wagtail.models.sites.get_site_for_hostname``, which costs more than all the rest of this.
        """
        # Not `get_host`: as Wagtail has it, a host that isn't allowed is somebody else's concern.
        host = split_domain_port(request._get_raw_host())[0]  # type: ignore[attr-defined]
        port = int(request.get_port())
        default = [site for site in self.sites if site.is_default_site]
        named = [site for site in self.sites if site.hostname == host]
        for site in named:
            if site.port == port:
                return site
        for site in named:
            if site.is_default_site:
                return site
        if len(named) == 1:
            return named[0]
        # Several sites of that host, all on other ports.
        return default[0] if default else None

    @property
    def root_paths(self) -> list[SiteRootPath]:
        """Return what ``Site.get_site_root_paths`` does on a site of one language, but never an hour old."""
        ordered = sorted(self.sites, key=lambda site: site.hostname)
        ordered.sort(key=lambda site: (site.root_page.url_path, site.is_default_site), reverse=True)
        return [
            SiteRootPath(site.pk, site.root_page.url_path, site.root_url, site.root_page.locale.language_code)
            for site in ordered
        ]

    @cached_property
    def _sites(self) -> Rows:
        return Rows(model=Site, related="root_page")

    @cached_property
    def _locales(self) -> Rows:
        return Rows(model=Locale)

    @cached_property
    def _frontends(self) -> Rows:
        from standfirst.models import FrontendSettings  # Models can't be imported while apps are loading.

        return Rows(model=FrontendSettings)

    @cached_property
    def _restrictions(self) -> Rows:
        return Rows(model=PageViewRestriction, related="page")

    @cached_property
    def _aliases(self) -> Exists:
        return Exists(model=page_model(), field="alias_of")

    @cached_property
    def _read(self) -> Any:
        return read_together([self._sites, self._locales, self._frontends, self._restrictions, self._aliases])


def frame_of(request: HttpRequest) -> Frame:
    """Return the frame of a request: the same as often as it is asked for."""
    frame: Frame = request.__dict__.setdefault(_CACHE_NAME, Frame())
    return frame
