"""What a request says about the person behind it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

from standfirst.clients import client_address

from . import conf
from .services import Visitor

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def read_visitor(request: HttpRequest, *, trust_session: bool) -> Visitor:
    """Return who sent a request. Without ``trust_session`` it is anonymous, and no session is read."""
    return Visitor(
        user=_signed_in_user(request) if trust_session else None,
        ip_address=client_address(request, trusted_proxies=conf.trusted_proxies()),
        user_agent=_storable(request.headers.get("User-Agent", ""))[:255],
    )


def _signed_in_user(request: HttpRequest) -> "User | None":
    user = getattr(request, "user", None)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or user is None or not user.is_authenticated:
        return None
    # The lazy wrapper around the request's user is no model instance.
    return user._wrapped if hasattr(user, "_wrapped") else user


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
