"""Which answers may be kept."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from standfirst.cache.conf import Rules
from standfirst.cache.cookies import WatchedCookies
from standfirst.cache.keys import find_varying

_NOT_FOR_ALL = ("private", "no-store", "no-cache")


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why an answer isn't kept, in a word.

    ``is_lasting`` says whether the next request for the same will most likely meet it as well.
    """

    reason: str
    is_lasting: bool


def find_hindrance(
    request: HttpRequest, response: HttpResponseBase, cookies: WatchedCookies, rules: Rules
) -> Hindrance | None:
    """Return why an answer can't be kept for everybody, None if it can."""
    if response.status_code != 200:
        return Hindrance("status", is_lasting=False)
    if not isinstance(response, HttpResponse) or response.streaming:
        return Hindrance("streaming", is_lasting=True)
    if cookies.sought is None or cookies.found_one():
        return Hindrance("cookie", is_lasting=False)
    if response.cookies or response.has_header("Set-Cookie"):
        return Hindrance("set-cookie", is_lasting=True)
    cache_control = response.get("Cache-Control", "").lower()
    if "public" not in cache_control or any(word in cache_control for word in _NOT_FOR_ALL):
        return Hindrance("not-public", is_lasting=True)
    session = getattr(request, "session", None)
    if find_varying(response.get("Vary", "")) is None or getattr(session, "accessed", False):
        return Hindrance("vary", is_lasting=True)
    if _is_of_one_request(response):
        return Hindrance("request", is_lasting=True)
    if len(response.content) > rules.entry_bytes:
        return Hindrance("size", is_lasting=True)
    return None


def _is_of_one_request(response: HttpResponseBase) -> bool:
    """Return whether headers hold what was made for this request, without saying so in ``Vary``."""
    origin = response.get("Access-Control-Allow-Origin", "*")
    if origin != "*" and "origin" not in response.get("Vary", "").lower():
        return True
    # A nonce that many pages share protects none of them (CSP level 3, section 7.1).
    policies = ("Content-Security-Policy", "Content-Security-Policy-Report-Only")
    return any("'nonce-" in response.get(name, "") for name in policies)
