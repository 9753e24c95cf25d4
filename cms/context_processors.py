"""What every template of the site may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name and whether the reader sent a session cookie.

    The Wagtail userbar reads the session, which would make every page differ by visitor: it is rendered only
    for a request that carries a session cookie, so that an anonymous page can be cached.
    """
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "has_session_cookie": settings.SESSION_COOKIE_NAME in request.COOKIES,
    }
