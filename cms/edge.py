"""What a request may claim about itself, decided before Django reads it.

A header that a proxy sets is worth something only if nobody but the proxy can set it. What is believed
without a proxy ends in addresses of answers that caches keep for everybody.
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

# Known to frameworks, servers and caches as saying how the client reached the site. Nothing here reads them,
# and nothing that is added later should do so by accident.
NEVER_BELIEVED = (
    "FORWARDED",
    "FRONT_END_HTTPS",
    "SCRIPT_NAME",
    "X_FORWARDED_HOST",
    "X_FORWARDED_PORT",
    "X_FORWARDED_PREFIX",
    "X_FORWARDED_PROTOCOL",
    "X_FORWARDED_SCHEME",
    "X_FORWARDED_SERVER",
    "X_FORWARDED_SSL",
    "X_ORIGINAL_HOST",
    "X_ORIGINAL_URL",
    "X_REAL_IP",
    "X_REWRITE_URL",
    "X_SCRIPT_NAME",
    "X_URL_SCHEME",
)
DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class WrongHostError(ValueError):
    """The Host header can't be meant; the text is a sentence for its sender."""


def distrust(environ: dict[str, Any], *, behind_tls_proxy: bool, trusted_proxies: int) -> None:
    """Take from a WSGI environment what only a proxy may say, unless there is one that does.

    A path prefix in ``SCRIPT_NAME``, which some servers take from a header of that name, becomes part of the
    path again: this site is never mounted below one.
    """
    for name in NEVER_BELIEVED:
        environ.pop(f"HTTP_{name}", None)
    if trusted_proxies == 0:
        environ.pop("HTTP_X_FORWARDED_FOR", None)
    if not behind_tls_proxy and environ.pop("HTTP_X_FORWARDED_PROTO", None) is not None:
        # gunicorn's own workers believe the header if it comes from this machine.
        environ["wsgi.url_scheme"] = "http"
    prefix = environ.get("SCRIPT_NAME", "")
    if prefix:
        environ["SCRIPT_NAME"] = ""
        environ["PATH_INFO"] = prefix + environ.get("PATH_INFO", "")


def normalise_host(environ: dict[str, Any], *, ports: Collection[int], behind_proxy: bool) -> None:
    """Write the Host header of a WSGI environment in the one way in which it ends in addresses.

    That is in lower case, without a final dot, and without the port that the scheme has anyway. Other ports
    are refused but ``ports`` and, unless ``behind_proxy``, the server's own. A browser on the same machine
    may have come through a tunnel, so ``localhost`` may have any port. Raises ``WrongHostError``.
    """
    host = environ.get("HTTP_HOST", "").lower()
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        name, port = host, ""
    name = name.removesuffix(".")
    default = DEFAULT_PORTS[_scheme(environ)]
    number = default
    if port:
        if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
            raise WrongHostError("The port in the Host header is no port.")
        number = int(port)
        known = {default, *ports, *(() if behind_proxy else (int(environ.get("SERVER_PORT") or 0),))}
        if number not in known and name not in LOOPBACK:
            raise WrongHostError("This site is not reached on the port in the Host header.")
    if host:
        environ["HTTP_HOST"] = name if number == default else f"{name}:{number}"


def _scheme(environ: dict[str, Any]) -> str:
    """Return what Django will take for the scheme, after ``distrust``."""
    forwarded = environ.get("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip()
    return "https" if "https" in (forwarded, environ["wsgi.url_scheme"]) else "http"


def port_of(url: str) -> int | None:
    """Return the port that is written in an address, None if there is none."""
    try:
        return urlsplit(url).port
    except ValueError:
        return None
