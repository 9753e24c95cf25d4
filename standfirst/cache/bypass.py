"""Which requests are passed through: whose answer may be one person's, or isn't a plain answer to GET."""

from typing import Final

from django.http import HttpRequest

from standfirst.cache.conf import Rules

# Conditions under which something is to be sent or refused rather than revalidated, and parts of an answer.
_NOT_PLAIN: Final = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE", "HTTP_UPGRADE")


def find_reason(request: HttpRequest, rules: Rules) -> str | None:
    """Return in a word why a GET or HEAD goes past the store; None if it may be answered from it.

    A cookie is no reason by itself: only those of sessions, of messages, of a chosen language and those that
    the site names are. What else a view reads of cookies is noticed when the answer is made.
    """
    meta = request.META
    for name in rules.headers:
        if name in meta:
            return "credentials"
    for name in _NOT_PLAIN:
        if name in meta:
            return "request"
    if meta.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in meta:
        return "body"
    if "HTTP_COOKIE" in meta and not rules.cookies.isdisjoint(request.COOKIES):
        return "cookie"
    return None
