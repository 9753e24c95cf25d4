"""Finds what is at a path of the site: a page, or a redirect to where it is now."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from standfirst.aliases import page_model
from standfirst.visibility import Viewer, is_multilingual


def find_page(*, viewer: Viewer, path: str) -> Any:
    """Return the public page at a path, or None. Takes paths with and without percent-encoding."""
    wanted = unquote(path.partition("#")[0].partition("?")[0])
    if "\0" in wanted:
        return None
    wanted = f"/{wanted.strip('/')}/".replace("//", "/")
    candidates = []
    # Not Wagtail's list of roots, which each process remembers for an hour.
    for root in viewer.roots:
        prefix = _serving_prefix(root)
        if prefix is not None and wanted.startswith(prefix):
            candidates.append(root.url_path + wanted[len(prefix) :])
    return viewer.pages().filter(url_path__in=candidates).first()


def find_redirect(*, site: Site | None, path: str) -> Redirect | None:
    """Return the redirect at a path, one of the site itself before one of all sites."""
    try:
        forms = {Redirect.normalise_path(path), Redirect.normalise_path(path, decode_unicode=False)}
    except ValueError:  # Not even an address, for example because of unpaired brackets.
        return None
    forms |= {form.partition("?")[0] for form in forms}
    forms = {form for form in forms if "\0" not in form and len(form) <= 255}
    redirects = Redirect.get_for_site(site).filter(old_path__in=forms).select_related("redirect_page")
    # The most exact first: of this site, then with its query string.
    found: Redirect | None = max(
        redirects, key=lambda redirect: (redirect.site_id is not None, len(redirect.old_path)), default=None
    )
    return found


def find_redirect_target(request: HttpRequest, redirect: Redirect, *, viewer: Viewer) -> str | None:
    """Return the absolute address that a redirect leads to; None if that is nowhere public."""
    if redirect.redirect_page_id:
        target_page = page_model()._default_manager.filter(pk=redirect.redirect_page_id)
        if not viewer.see(target_page).exists():
            return None
    link = redirect.link
    if not link:
        return None
    target = request.build_absolute_uri(link)
    return target if urlsplit(target).scheme in {"http", "https"} else None


def _serving_prefix(root: Any) -> str | None:
    """Return the path under which Wagtail serves the pages below a site's root; None if it serves none."""
    try:
        if is_multilingual():
            with translation.override(root.locale.language_code):
                return reverse("wagtail_serve", args=[""])
        return reverse("wagtail_serve", args=[""])
    except NoReverseMatch:
        return None
