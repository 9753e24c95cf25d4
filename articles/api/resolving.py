"""Finds what is at a path of the site: a page, or a redirect to where it is now."""

from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from standfirst.aliases import page_model
from standfirst.canonical import PublicAddresses, path_prefix
from standfirst.visibility import Viewer


def find_page(*, viewer: Viewer, path: str) -> Any:
    """Return the public page at a path, or None. Takes paths with and without percent-encoding."""
    wanted = unquote(path.partition("#")[0].partition("?")[0])
    if "\0" in wanted:
        return None
    wanted = f"/{wanted.strip('/')}/".replace("//", "/")
    candidates = []
    # Not Wagtail's list of roots, which each process remembers for an hour.
    for root in viewer.roots:
        prefix = path_prefix(root, viewer)
        if wanted.startswith(prefix):
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


class Target(NamedTuple):
    """Where a redirect leads: an absolute address, and its path if it is on this site."""

    url: str
    path: str | None


def find_redirect_target(redirect: Redirect, *, viewer: Viewer, addresses: PublicAddresses) -> Target | None:
    """Return where a redirect leads, None if that is nowhere public."""
    link = redirect.link
    if redirect.redirect_page_id:
        target_page = page_model()._default_manager.filter(pk=redirect.redirect_page_id)
        page = viewer.see(target_page).first()
        if page is None:
            return None
        link = addresses.of_page(page.specific).url + (redirect.redirect_page_route_path or "").lstrip("/")
    if not link:
        return None
    target = urljoin(f"{addresses.pages_root}/", link)
    parts = urlsplit(target)
    if parts.scheme not in {"http", "https"}:
        return None
    is_here = target.startswith((f"{addresses.pages_root}/", f"{addresses.files_root}/"))
    path = parts._replace(scheme="", netloc="").geturl() or "/"
    return Target(url=target, path=path if is_here else None)
