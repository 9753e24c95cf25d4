"""The WSGI application that a server such as gunicorn runs."""

import codecs
import os
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

_django_application = get_wsgi_application()

from cms.edge import WrongHostError, distrust, normalise_host  # noqa: E402
from standfirst.delivery.problems import problem_response  # noqa: E402 - needs the settings


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request: one in UTF-8, for a host that can be meant, without what only proxies may say.

    Django trusts a request's charset while it builds the request, before any middleware: ``rot13``,
    ``undefined`` or ``punycode`` would end in an error 500. Browsers send forms in the page's
    encoding, which is UTF-8, and JSON has no other (RFC 8259, section 8.1).
    """
    distrust(
        environ,
        behind_tls_proxy=settings.BEHIND_TLS_PROXY,
        trusted_proxies=settings.STANDFIRST_COMMENTS_TRUSTED_PROXIES,
    )
    try:
        normalise_host(
            environ,
            ports=settings.PUBLIC_PORTS,
            behind_proxy=settings.BEHIND_TLS_PROXY or settings.STANDFIRST_COMMENTS_TRUSTED_PROXIES > 0,
        )
    except WrongHostError as error:
        return _refuse(400, str(error), start_response)
    if not _is_utf8(environ.get("CONTENT_TYPE", "")):
        return _refuse(415, "Send the request in UTF-8.", start_response)
    return _django_application(environ, start_response)


def _refuse(status: int, detail: str, start_response: Any) -> list[bytes]:
    problem = problem_response(status=status, detail=detail)
    start_response(f"{status} {problem.reason_phrase}", list(problem.items()))
    return [problem.content]


def _is_utf8(content_type: str) -> bool:
    """Return whether a Content-Type names no charset, UTF-8, or one that Django passes over as unknown."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset")
    except ValueError:
        return True  # Django reports what is wrong with it.
    if not charset:
        return True
    try:
        return codecs.lookup(charset).name in {"utf-8", "ascii"}
    except (LookupError, ValueError):
        return True
