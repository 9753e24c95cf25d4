"""What pages of other origins may do through a browser (the Fetch standard's CORS protocol).

Everybody may read: what the API answers is the same for all, and no cookie changes it, so the permission
names no origin and caches keep one answer. Only the origins of a setting may write.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from standfirst.delivery import conf

READING = frozenset({"GET", "HEAD"})
REQUEST_HEADERS = "Accept, Content-Type, If-Match, If-None-Match"
RESPONSE_HEADERS = "ETag, Location, Retry-After"
PREFLIGHT_SECONDS = 86_400


def answer_preflight(request: HttpRequest, allowed_methods: str) -> HttpResponse:
    """Return the answer to a browser that asks which method it may use."""
    response = HttpResponse(status=204, headers={"Allow": allowed_methods})
    wanted = request.headers.get("Access-Control-Request-Method", "").upper()
    if wanted:
        _allow_origin(request, response, for_reading=wanted in READING)
        if response.has_header("Access-Control-Allow-Origin"):
            response["Access-Control-Allow-Methods"] = allowed_methods
            response["Access-Control-Allow-Headers"] = REQUEST_HEADERS
            response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        patch_vary_headers(response, ["Access-Control-Request-Method"])
    return response


def let_pages_read(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the response with the permission to read it, for pages of those origins that may."""
    _allow_origin(request, response, for_reading=request.method in READING)
    if response.has_header("Access-Control-Allow-Origin"):
        response["Access-Control-Expose-Headers"] = RESPONSE_HEADERS
    return response


def _allow_origin(request: HttpRequest, response: HttpResponseBase, *, for_reading: bool) -> None:
    if for_reading:
        response["Access-Control-Allow-Origin"] = "*"
        return
    origin = request.headers.get("Origin", "")
    if origin.lower() in conf.write_origins():
        response["Access-Control-Allow-Origin"] = origin
    patch_vary_headers(response, ["Origin"])
