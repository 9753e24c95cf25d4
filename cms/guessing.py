"""Limits guessing of passwords: of accounts, and of pages and collections protected by a password.

django-axes counts failures in the database, so all processes know of them. It counts by account and network
together: somebody who guesses locks themselves out, never the account's owner elsewhere.
"""

import functools
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from standfirst.clients import client_address, client_network

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - a word for "unknown", nothing is bound to it


def guesser(request: HttpRequest) -> str:
    """Return the address that stands for the sender of a request: in IPv6, that of their network."""
    address = client_address(request, trusted_proxies=settings.STANDFIRST_COMMENTS_TRUSTED_PROXIES)
    return client_network(address).partition("/")[0] or UNKNOWN_ADDRESS


def refuse(request: HttpRequest, response: Any, credentials: dict[str, Any] | None) -> HttpResponse:
    """Answer one guess too many with 429 and the time to wait."""
    seconds = seconds_to_wait(request, credentials or {})
    answer = render(request, "429.html", {"minutes": math.ceil(seconds / 60)}, status=429)
    answer["Retry-After"] = str(seconds)
    patch_cache_control(answer, no_store=True)
    return answer


def seconds_to_wait(request: HttpRequest, credentials: dict[str, Any]) -> int:
    """Return after how many seconds the next guess is accepted; at least 1."""
    cooling: timedelta = settings.AXES_COOLOFF_TIME
    attempts = AccessAttempt.objects.filter(ip_address=guesser(request), username=credentials.get("username"))
    latest = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    left = cooling if latest is None else latest + cooling - timezone.now()
    return max(1, math.ceil(left.total_seconds()))


def limit_guesses(view: Callable[..., HttpResponseBase], *, what: str) -> Callable[..., HttpResponseBase]:
    """Return Wagtail's view that takes a password for a page or a collection, with the limit.

    The view shows its form again after a wrong password, and redirects after the right one. ``what`` tells
    the restrictions of pages and of collections apart, whose ids are the first argument.
    """

    @functools.wraps(view)
    def limited(request: HttpRequest, restriction_id: int, **others: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, restriction_id, *others.values())
        credentials = {"username": f"{what} {restriction_id}"}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return refuse(request, None, credentials)
        response = view(request, restriction_id, *others.values())
        if response.status_code == 200:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        elif response.status_code == 302:
            reset(ip=guesser(request), username=credentials["username"])
        patch_cache_control(response, private=True, no_store=True)
        return response

    return limited
