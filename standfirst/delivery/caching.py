"""What caches may keep: answers that are the same for everybody, each with a validator."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag

from standfirst.cache.conf import purged_cache_seconds
from standfirst.cache.conf import rules as cache_rules
from standfirst.cache.cookies import WatchedCookies
from standfirst.cache.tags import can_be_purged
from standfirst.delivery import conf

# For how long caches go on showing what they have while the site answers 5xx or not at all (RFC 5861).
STALE_IF_ERROR_SECONDS = 86_400


def let_caches_keep(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the response as caches should see it; 304 or 412 if the request's conditions ask for that.

    A successful GET or HEAD that carried neither a session cookie nor other credentials, set no cookie, and
    for which neither the session nor, behind the origin cache, a cookie was read is public. A browser asks
    each time, and mostly gets 304: whoever publishes a page or approves a comment wants to see it now; shared
    caches keep it, for long where it carries names by which they are purged. There is no must-revalidate: it
    would forbid what stale-if-error allows. A response with a ``Cache-Control`` of its own is left alone. One
    that is encoded already gets no validator: its bytes may differ from time to time.
    """
    if request.method not in ("GET", "HEAD") or response.has_header("Cache-Control"):
        return response
    rules = cache_rules()
    is_of_somebody = any(name in request.COOKIES for name in rules.cookies) or any(
        name in request.META for name in rules.headers
    )
    if isinstance(request.COOKIES, WatchedCookies):
        is_of_somebody = is_of_somebody or request.COOKIES.found_one()
    if is_of_somebody or response.cookies or "cookie" in response.get("Vary", "").lower():
        patch_cache_control(response, private=True, no_store=True)
        return response
    if response.status_code != 200:
        return response
    patch_cache_control(
        response,
        public=True,
        max_age=0,
        s_maxage=purged_cache_seconds() if can_be_purged() else conf.shared_cache_seconds(),
        stale_if_error=STALE_IF_ERROR_SECONDS,
    )
    if not isinstance(response, HttpResponse) or response.has_header("Content-Encoding"):
        return response
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
