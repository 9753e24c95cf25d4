"""How caches in front of the site are told to forget what carries certain names.

A backend is a class of a site's own or one of these, named in ``STANDFIRST_CACHE_TAG_BACKENDS``.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Protocol
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from standfirst.cache import conf
from standfirst.outbox import TemporaryFailure

DEFAULT_TIMEOUT_SECONDS: Final = 10
# Of an answer no more is read: it is not used.
_MAX_ANSWER_BYTES: Final = 65_536


class TagBackend(Protocol):
    """A cache that forgets by name. It is made with its entry in the setting."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Raise ``ImproperlyConfigured`` if an option is missing or can't be used."""

    def purge(self, tags: Sequence[str]) -> None:
        """Have the cache forget what carries one of the names.

        Return once it has said that it will. What is raised means that it is tried again; the network must
        not be waited for without a limit.
        """


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None  # A POST that is redirected would become a GET, with the credentials in it.


class HTTPBackend:
    """A cache that is told over HTTP.

    Options: ``URL``, ``HEADERS`` (such as the credentials), ``METHOD`` and ``TIMEOUT`` in seconds.
    """

    max_tags: ClassVar[int]

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.url = str(options.get("URL", ""))
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ImproperlyConfigured("URL must be an address that begins with https:// or http://.")
        self.host = parts.netloc.rpartition("@")[2]
        self.headers = {str(name): str(value) for name, value in dict(options.get("HEADERS", {})).items()}
        self.method = str(options.get("METHOD", "POST"))
        self.timeout = float(options.get("TIMEOUT", DEFAULT_TIMEOUT_SECONDS))
        if not self.timeout > 0:
            raise ImproperlyConfigured("TIMEOUT must be a number of seconds above 0.")

    def purge(self, tags: Sequence[str]) -> None:
        """Send as many requests as the cache's limit asks for. Raises ``TemporaryFailure``."""
        for start in range(0, len(tags), self.max_tags):
            self._send(*self.compose(tags[start : start + self.max_tags]))

    def compose(self, tags: Sequence[str]) -> tuple[dict[str, str], bytes]:
        """Return headers and body of the request that purges so many names."""
        raise NotImplementedError

    def _send(self, headers: Mapping[str, str], body: bytes) -> None:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            self.url, data=body, headers={**self.headers, **headers}, method=self.method
        )
        opener = urllib.request.build_opener(_NoRedirects)
        try:
            with opener.open(request, timeout=self.timeout) as response:
                response.read(_MAX_ANSWER_BYTES)
        except urllib.error.HTTPError as error:
            error.close()
            # A wrong key, too, is tried again: it is a setting, which somebody will mend.
            raise TemporaryFailure(f"{self.host} answered {error.code}.") from None
        except (OSError, ValueError) as error:
            raise TemporaryFailure(f"{self.host} could not be told: {type(error).__name__}.") from error


class SurrogateKeyBackend(HTTPBackend):
    """``POST`` with the names in ``Surrogate-Key``, as Fastly and some configurations of Varnish have it."""

    max_tags = 256

    def compose(self, tags: Sequence[str]) -> tuple[dict[str, str], bytes]:
        return {"Surrogate-Key": " ".join(tags)}, b""


class JSONTagsBackend(HTTPBackend):
    """``POST`` of ``{"tags": […]}``, as Cloudflare has it."""

    max_tags = 30

    def compose(self, tags: Sequence[str]) -> tuple[dict[str, str], bytes]:
        return {"Content-Type": "application/json"}, json.dumps({"tags": list(tags)}).encode()


def load_backend(name: str) -> TagBackend:
    """Return a backend by its name in the setting.

    Raises ``KeyError`` if there is none, ``ImproperlyConfigured`` or ``ImportError`` if it can't be made.
    """
    options = conf.tag_backends()[name]
    if not isinstance(options, Mapping) or not isinstance(options.get("BACKEND"), str):
        raise ImproperlyConfigured("BACKEND must be the dotted path of a class.")
    backend: TagBackend = import_string(options["BACKEND"])(options)
    return backend
