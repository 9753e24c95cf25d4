"""The WSGI application that a server such as gunicorn runs."""

import codecs
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

_django_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request.

    Django looks the request's charset up among all of Python's codecs while it builds the request, before any
    middleware: one that is no text encoding, such as ``rot13``, would end as an error 500.
    """
    if not _has_usable_charset(environ.get("CONTENT_TYPE", "")):
        start_response("415 Unsupported Media Type", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"The charset of this request is not a text encoding.\n"]
    return _django_application(environ, start_response)


def _has_usable_charset(content_type: str) -> bool:
    """Return whether a Content-Type names a text encoding, none, or one that Django passes over."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset")
    except ValueError:
        return True  # Django says what is wrong with it.
    if not charset:
        return True
    try:
        return "".encode(charset) is not None
    except LookupError:
        try:
            codecs.lookup(charset)
        except LookupError:
            return True
        return False
