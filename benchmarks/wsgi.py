"""What gunicorn runs: the site, and in the same processes the bare view without any middleware."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

from benchmarks.bare import BARE_PREFIX

_site = get_wsgi_application()
with override_settings(MIDDLEWARE=[]):
    # A handler loads its middleware when it is created.
    _bare = WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Hand a request to the site, or to the handler of the bare view."""
    handler = _bare if environ["PATH_INFO"].startswith(BARE_PREFIX) else _site
    return handler(environ, start_response)
