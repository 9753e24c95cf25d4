"""The WSGI application that a server such as gunicorn runs."""

import codecs
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

_django_application = get_wsgi_application()

from cms.problems import problem_response  # noqa: E402 - needs the settings


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request, which has to be in UTF-8.

    Django takes a request's charset for granted while it builds the request, before any middleware:
    ``rot13``, ``undefined`` or ``punycode`` would end as an error 500. Browsers send forms in the page's
    encoding, which is UTF-8, and JSON has no other (RFC 8259, section 8.1).
    """
    if not _is_utf8(environ.get("CONTENT_TYPE", "")):
        problem = problem_response(status=415, detail="Send the request in UTF-8.")
        start_response("415 Unsupported Media Type", list(problem.items()))
        return [problem.content]
    return _django_application(environ, start_response)


def _is_utf8(content_type: str) -> bool:
    """Return whether a Content-Type names no charset, UTF-8, or one that Django passes over as unknown."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset")
    except ValueError:
        return True  # Django says what is wrong with it.
    if not charset:
        return True
    try:
        return codecs.lookup(charset).name in {"utf-8", "ascii"}
    except (LookupError, ValueError):
        return True
