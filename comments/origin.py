"""Where a posted form came from.

Pages carry no per-visitor token, so that they can be cached; whether a form was sent from this site is read
from headers that a page of another site cannot set (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/).
"""

import enum
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest


class Origin(enum.Enum):
    """What is known about the sender of a request."""

    #: Sent from a page of this site, or of a trusted one: the visitor's session may be used.
    TRUSTED = "trusted"
    #: Unknown, as from a program or a browser that hides it: to be treated as anonymous.
    UNKNOWN = "unknown"
    #: Sent from a page of another site: to be refused.
    FOREIGN = "foreign"


def check_origin(request: HttpRequest) -> Origin:
    """Return where a request came from: by Sec-Fetch-Site, else by Origin, else by Referer.

    Origins in ``settings.CSRF_TRUSTED_ORIGINS`` count as this site.
    """
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "").strip().lower()
    if site:
        # "none" is the visitor's own doing, such as sending the form again after a restart of the browser.
        if site in {"same-origin", "none"}:
            return Origin.TRUSTED
        # Other pages of the same registrable domain may belong to somebody else.
        return Origin.TRUSTED if _is_listed(origin) else Origin.FOREIGN
    claimed = origin or request.headers.get("Referer", "")
    if not claimed:
        return Origin.UNKNOWN
    return Origin.TRUSTED if _is_own(request, claimed) or _is_listed(claimed) else Origin.FOREIGN


def _is_own(request: HttpRequest, url: str) -> bool:
    try:
        return _scheme_and_host(url) == (request.scheme or "", request.get_host().lower())
    except DisallowedHost:
        return False


def _is_listed(url: str) -> bool:
    """Return whether an address belongs to a trusted origin such as ``https://*.example.org``."""
    scheme, host = _scheme_and_host(url)
    if not scheme or not host:
        return False
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        trusted_scheme, trusted_host = _scheme_and_host(trusted)
        if scheme != trusted_scheme:
            continue
        if host == trusted_host or (trusted_host.startswith("*.") and host.endswith(trusted_host[1:])):
            return True
    return False


def _scheme_and_host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme.lower(), parts.netloc.lower()
