"""What wraps every response of the project."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.middleware.gzip import GZipMiddleware
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.cache import (
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
    set_response_etag,
)
from wagtail.api.v3.auth import BearerTokenAuth

from standfirst.delivery.problems import problem_response
from standfirst.visibility import is_multilingual

DELIVERY_API_PREFIX = "/api/v1/"
MANAGEMENT_API_PREFIX = "/api/wagtail/v3/"
API_PREFIX = "/api/"
MAX_AGE_SECONDS = 60
STALE_WHILE_REVALIDATE_SECONDS = 300
# For how long caches go on showing what they have while the site answers 5xx or not at all (RFC 5861).
STALE_IF_ERROR_SECONDS = 86_400

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Send the strict policy with the public site and Wagtail's looser one with its admin."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(reverse("wagtailadmin_home")):
            parts.replace = settings.ADMIN_CONTENT_SECURITY_POLICY
        return parts


class LanguageMiddleware:
    """Activate the language that a page's address names, on a site with several.

    Django's own middleware also asks the browser and its cookies, so that one address would have an answer a
    reader, and caches would have to keep them all.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_multilingual():
            return self.get_response(request)
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            return self.get_response(request)


class HeadMiddleware:
    """Answer HEAD with the headers of GET and no body, as RFC 9110 (section 9.3.2) asks.

    Django leaves that to the server, and gunicorn sends such a body and complains about it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        response = self.get_response(request)
        if not is_head:
            return response
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = []
        elif isinstance(response, HttpResponse):
            length = str(len(response.content))
            response.content = b""
            response["Content-Length"] = length
        return response


class PublicCacheMiddleware:
    """Let caches keep the pages that are the same for everybody.

    A successful GET or HEAD that carried no session cookie, set no cookie and read no session is public. A
    response with a ``Cache-Control`` of its own is left alone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD") or response.has_header("Cache-Control"):
            return response
        carries_credentials = (
            settings.SESSION_COOKIE_NAME in request.COOKIES or "HTTP_AUTHORIZATION" in request.META
        )
        if carries_credentials or response.cookies or "cookie" in response.get("Vary", "").lower():
            patch_cache_control(response, private=True, no_store=True)
            return response
        if response.status_code != 200:
            return response
        if request.path.startswith(DELIVERY_API_PREFIX):
            patch_cache_control(
                response,
                public=True,
                max_age=MAX_AGE_SECONDS,
                stale_while_revalidate=STALE_WHILE_REVALIDATE_SECONDS,
                stale_if_error=STALE_IF_ERROR_SECONDS,
            )
        else:
            # A browser asks each time (and mostly gets 304): whoever publishes a page or approves a comment
            # wants to see it now. Shared caches keep it. No must-revalidate: it would forbid what
            # stale-if-error allows.
            patch_cache_control(
                response,
                public=True,
                max_age=0,
                s_maxage=MAX_AGE_SECONDS,
                stale_if_error=STALE_IF_ERROR_SECONDS,
            )
        if not isinstance(response, HttpResponse) or response.streaming:
            return response
        set_response_etag(response)
        return get_conditional_response(request, etag=response["ETag"], response=response) or response


class PublicGZipMiddleware(GZipMiddleware):
    """Compress what is the same for everybody, and nothing else.

    Compression reveals secrets that are in a page beside what a visitor sent (the BREACH attack). A public
    answer holds none; the admin's pages do.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "public" not in response.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)


class DeliveryApiMiddleware:
    """Make every address under the delivery API answer like an API, whichever layer answered.

    HEAD is answered from GET, outside the OpenAPI schema (two operations of one function would share an
    operationId); OPTIONS lists the methods; an error that Django made as HTML becomes ``problem+json``; an
    address that lacks its last slash leads to the one that has it, with method and body (308).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(DELIVERY_API_PREFIX):
            return self.get_response(request)
        method = request.method
        if method == "HEAD":
            # HeadMiddleware, further out, drops the body.
            request.method = "GET"
        response = self.get_response(request)
        request.method = method
        if response.status_code == 404 and _lacks_only_its_slash(request):
            address = request.get_full_path(force_append_slash=True)
            return _with_vary(HttpResponsePermanentRedirect(address, preserve_request=True))
        if method == "OPTIONS" and response.status_code == 405:
            options = HttpResponse(status=204, headers={"Allow": _complete_methods(response["Allow"])})
            return _with_vary(options)
        if response.status_code >= 400 and "problem+json" not in response.get("Content-Type", ""):
            problem = problem_response(status=response.status_code)
            if "Allow" in response:
                problem["Allow"] = _complete_methods(response["Allow"])
            if "Retry-After" in response:
                problem["Retry-After"] = response["Retry-After"]
            response = problem
        return _with_vary(response)


class ManagementApiMiddleware:
    """Ask for an API token at every address of Wagtail's management API, reads included.

    By default, it answers anonymous reads with fields that are meant for editors, and treats a wrong token
    as no token. Its documentation pages are for whoever may use the admin.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.authenticate = BearerTokenAuth()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(MANAGEMENT_API_PREFIX):
            return self.get_response(request)
        if self._is_documentation(request) and request.user.has_perm("wagtailadmin.access_admin"):
            return self.get_response(request)
        if not self.authenticate(request):
            response = problem_response(
                status=401, detail="Send a Wagtail API token: 'Authorization: Bearer …'."
            )
            response["WWW-Authenticate"] = "Bearer"
            return response
        return self.get_response(request)

    def _is_documentation(self, request: HttpRequest) -> bool:
        return request.path.removeprefix(MANAGEMENT_API_PREFIX) in ("docs/", "openapi.json")


def _lacks_only_its_slash(request: HttpRequest) -> bool:
    if request.path_info.endswith("/"):
        return False
    try:
        match = resolve(f"{request.path_info}/")
    except Resolver404:
        return False
    # Everything else here is Wagtail's, which takes any path for a page's.
    return "ninja" in match.app_names


def _complete_methods(allow: str) -> str:
    """Return the methods of an ``Allow`` header with those that this middleware adds to a view's own."""
    methods = {method.strip() for method in allow.split(",")} | {"OPTIONS"}
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


def _with_vary(response: HttpResponseBase) -> HttpResponseBase:
    """Return the response with the request headers by which caches must tell API answers apart."""
    patch_vary_headers(response, ["Accept-Encoding", "Origin"])
    return response
