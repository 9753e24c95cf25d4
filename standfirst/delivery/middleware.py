"""Makes every address under the delivery API answer like an API, whichever layer answered."""

from collections.abc import Callable

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.cache import patch_vary_headers

from standfirst.delivery.caching import let_caches_keep
from standfirst.delivery.cross_origin import answer_preflight, let_pages_read
from standfirst.delivery.problems import problem_response

NAMESPACE = "standfirst_delivery"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def find_root(request: HttpRequest) -> str | None:
    """Return the path under which the site serves the delivery API, None if it doesn't."""
    try:
        return reverse(f"{NAMESPACE}:api-root", urlconf=getattr(request, "urlconf", None))
    except NoReverseMatch:
        return None


def is_delivery(request: HttpRequest) -> bool:
    """Return whether a request is for an address under the delivery API."""
    root = find_root(request)
    return root is not None and request.path.startswith(root)


class DeliveryMiddleware:
    """The conventions that no single operation can keep.

    HEAD is answered from GET, outside the OpenAPI schema (two operations of one function would share an
    operationId); OPTIONS lists the methods; an error that Django made as HTML becomes ``problem+json``; an
    address that lacks its last slash leads to the one that has it, with method and body (308); what succeeds
    may be cached and has an ETag; browsers may read it from any page.

    Place it inside middleware that compresses, and outside everything else.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_delivery(request):
            return self.get_response(request)
        if _lacks_only_its_slash(request):
            # First of all: Django's own redirect is 301, and an error for a POST in debug mode.
            address = request.get_full_path(force_append_slash=True)
            return let_pages_read(request, HttpResponsePermanentRedirect(address, preserve_request=True))
        method = request.method
        if method == "HEAD":
            request.method = "GET"
        response = self.get_response(request)
        request.method = method
        response = _answer(request, let_caches_keep(request, response))
        response = let_pages_read(request, response)
        patch_vary_headers(response, ["Accept-Encoding"])
        return without_body(response) if method == "HEAD" else response


def _answer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if request.method == "OPTIONS" and response.status_code == 405:
        return answer_preflight(request, _complete_methods(response["Allow"]))
    if response.status_code >= 400 and "problem+json" not in response.get("Content-Type", ""):
        problem = problem_response(status=response.status_code)
        if "Allow" in response:
            problem["Allow"] = _complete_methods(response["Allow"])
        if "Retry-After" in response:
            problem["Retry-After"] = response["Retry-After"]
        return problem
    return response


def _lacks_only_its_slash(request: HttpRequest) -> bool:
    if request.path_info.endswith("/"):
        return False
    try:
        match = resolve(f"{request.path_info}/", urlconf=getattr(request, "urlconf", None))
    except Resolver404:
        return False
    # Everything else here is Wagtail's, which takes any path for a page's.
    return NAMESPACE in match.namespaces


def _complete_methods(allow: str) -> str:
    """Return the methods of an ``Allow`` header with those that this middleware adds to a view's own."""
    methods = {method.strip() for method in allow.split(",")} | {"OPTIONS"}
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


def without_body(response: HttpResponseBase) -> HttpResponseBase:
    """Return the response with the headers of GET and no body, as RFC 9110 (section 9.3.2) asks.

    Django leaves that to the server, and gunicorn sends such a body and complains about it.
    """
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = []
    elif isinstance(response, HttpResponse) and response.content:
        length = str(len(response.content))
        response.content = b""
        response["Content-Length"] = length
    return response
