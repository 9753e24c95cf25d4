"""Where pages and files are for the public, whoever asked and by which name.

The addresses are those of Wagtail's Site records or, for pages of a site that a frontend of its own draws, of
the frontend. They never come from a request's Host header: what is cached for everybody must not depend on
it.
"""

from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urljoin

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from standfirst.aliases import find_original_id, page_model
from standfirst.visibility import Viewer, anybody, is_multilingual


class Address(NamedTuple):
    """An absolute address, and the same from the root of its site."""

    url: str
    path: str


class PublicAddresses:
    """The addresses of what one request asks for. Reads the frontends of all sites once, if at all."""

    def __init__(self, request: HttpRequest | None = None, *, viewer: Viewer | None = None) -> None:
        """Take a request or, for the addresses on a site that nobody has asked, a viewer of it."""
        if viewer is None:
            if request is None:
                raise TypeError("Addresses are those of a request or of a viewer.")
            viewer = anybody(request)
        self._request = request
        self._viewer = viewer
        # What Wagtail keeps the roots of sites on, for all pages that it is asked about.
        self._asked: Any = request or SimpleNamespace()
        if request is None and not is_multilingual():
            self._asked.__dict__["_wagtail_cached_site_root_paths"] = viewer.frame.root_paths

    @cached_property
    def files_root(self) -> str:
        """Return scheme and host of pictures, documents and forms: those of the site itself."""
        site = self._viewer.site
        if site is None and self._request is not None:
            return self._request.build_absolute_uri("/").rstrip("/")
        return site.root_url if site else ""

    @property
    def pages_root(self) -> str:
        """Return what precedes the path of a page of the site: its frontend's address, if it has one."""
        return self.frontend or self.files_root

    @property
    def frontend(self) -> str:
        """Return the address of the site's frontend without a slash at its end, "" if it has none."""
        site = self._viewer.site
        return self._viewer.frontends.get(site.pk, "") if site else ""

    def of_file(self, url: str) -> str:
        """Return the absolute address of a file that is at ``url``, absolute or not."""
        if url.startswith("/") and not url.startswith("//"):
            return f"{self.files_root}{url}"
        return urljoin(f"{self.files_root}/", url)

    def of_page(self, page: Any) -> Address:
        """Return a page's address on the site that was asked or, if it isn't there, on its own."""
        parts = page.get_url_parts(self._asked)
        if parts is None or parts[2] is None:
            path = self._path_without_pages(page)
            return Address(url=f"{self.pages_root}{path}", path=path)
        site_id, root_url, path = parts
        return Address(url=f"{self._viewer.frontends.get(site_id) or root_url}{path}", path=path)

    def _path_without_pages(self, page: Any) -> str:
        """Return the path of a page on a site whose pages only a frontend shows."""
        for root in self._viewer.roots:
            if page.url_path.startswith(root.url_path):
                return f"{path_prefix(root, self._viewer)}{page.url_path.removeprefix(root.url_path)}"
        return "/"


def path_prefix(root: Any, viewer: Viewer) -> str:
    """Return what precedes the slugs in the paths of the pages below one of the viewer's roots.

    That is where the site mounts Wagtail's own addresses. If it doesn't mount them, as a frontend shows the
    pages, it is the slash or, for the site's other languages, their code.
    """
    try:
        if is_multilingual():
            with translation.override(root.locale.language_code):
                return reverse("wagtail_serve", args=[""])
        return reverse("wagtail_serve", args=[""])
    except NoReverseMatch:
        return "/" if root.locale_id == viewer.roots[0].locale_id else f"/{root.locale.language_code}/"


def canonical_url(page: Any, *, request: HttpRequest | None = None, query: str = "") -> str:
    """Return the absolute canonical address of a page, "" if it has none.

    It is the address of an alias's original if everybody may see that, else the page's own with
    ``query``: on the frontend of the page's site if there is one, else on the host of the site.
    """
    viewer = anybody(request) if request is not None else Viewer(site=None)
    if page.alias_of_id:
        originals = page_model()._default_manager.filter(pk=find_original_id(page))
        original = viewer.see(originals).first()
        url = _full_url(original, viewer, request) if original is not None else ""
        if url:
            return url
    url = _full_url(page, viewer, request)
    return f"{url}{query}" if url else ""


def _full_url(page: Any, viewer: Viewer, request: HttpRequest | None) -> str:
    parts = page.get_url_parts(request)
    if parts is None or parts[2] is None:
        return ""
    site_id, root_url, path = parts
    return f"{viewer.frontends.get(site_id) or root_url}{path}"
