"""What an answer depends on: the key under which it is kept."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils import translation

from standfirst.cache.conf import Rules
from standfirst.delivery.middleware import is_delivery

Key = tuple[str, ...]
# Addresses of the API that take any parameter, and read none.
_NO_OPERATIONS: Final = ("/openapi.json", "/docs/")
IDENTITY: Final = "identity"
# Longer ones are not worth remembering.
_MAX_HEADER_LENGTH: Final = 200
# Part of every key, or never a reason for an answer to differ once the request was let in.
_COVERED: Final = frozenset({"accept-encoding"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the store knows it.

    ``query`` is the query string without the parameters that no page reads. ``is_known`` is False if a
    parameter is neither known nor ignored: anybody could fill the store with such addresses.
    """

    key: Key
    encoding: str
    query: str
    is_stripped: bool
    is_known: bool


def read_asked(request: HttpRequest, rules: Rules) -> Asked | None:
    """Return what a request asks for; None if its host isn't one of the site's."""
    try:
        host = request.get_host()
    except DisallowedHost:
        return None
    meta = request.META
    encoding = choose_encoding(meta.get("HTTP_ACCEPT_ENCODING", "")[:_MAX_HEADER_LENGTH], rules.encodings)
    query = meta.get("QUERY_STRING", "")
    kept, is_known = query, True
    # The API's operations refuse what they don't know, and say so.
    if query and (request.path.endswith(_NO_OPERATIONS) or not is_delivery(request)):
        kept, is_known = sort_parameters(query, rules)
    # Hosts are alike in any case (RFC 9110, section 4.2.3).
    # Wagtail tells sites apart by the port, too, which a host may leave out.
    key = (request.scheme or "", host.lower(), request.get_port(), request.path, kept, encoding)
    return Asked(key=key, encoding=encoding, query=kept, is_stripped=kept != query, is_known=is_known)


def sort_parameters(query: str, rules: Rules) -> tuple[str, bool]:
    """Return a query string without the ignored parameters, and whether all that is left is known."""
    kept, is_known = [], True
    for piece in filter(None, query.split("&")):
        name = unquote_plus(piece.partition("=")[0])
        if name in rules.known:
            kept.append(piece)
        elif name not in rules.ignored and not (
            rules.ignored_beginnings and name.startswith(rules.ignored_beginnings)
        ):
            kept.append(piece)
            is_known = False
    return "&".join(kept), is_known


@lru_cache(maxsize=256)
def choose_encoding(accepted: str, offered: tuple[str, ...]) -> str:
    """Return the first of the encodings that the site makes and the client takes, else ``identity``.

    ``accepted`` is an ``Accept-Encoding`` (RFC 9110, section 12.5.3): ``*`` stands for what isn't named, and
    a weight of 0 refuses.
    """
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            label, _, value = parameter.partition("=")
            if label.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if name:
            weights[name] = weight
    for name in offered:
        if weights.get(name, weights.get("*", 0.0)) > 0:
            return name
    return IDENTITY


def find_varying(vary: str) -> tuple[str, ...] | None:
    """Return the further headers that an answer depends on, in small letters; None if it can't be kept.

    ``vary`` is the answer's ``Vary``. What depends on cookies, on credentials or on everything can't.
    """
    names = {name.strip().lower() for name in vary.split(",")} - {""}
    if not names.isdisjoint({"*", "cookie", "authorization"}):
        return None
    return tuple(sorted(names - _COVERED))


def vary_key(key: Key, names: tuple[str, ...], request: HttpRequest, rules: Rules) -> Key:
    """Return the key of an answer that depends on the values of further headers."""
    return (*key, *(_value(name, request, rules) for name in names))


def _value(name: str, request: HttpRequest, rules: Rules) -> str:
    if name == "accept-language" and rules.negotiates_language and settings.USE_I18N:
        # What Django's middleware makes of it, of the languages that the site has.
        return translation.get_language_from_request(request)
    return str(request.META.get(f"HTTP_{name.upper().replace('-', '_')}", ""))
