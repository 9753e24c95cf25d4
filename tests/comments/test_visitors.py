"""Who a request is from."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from comments.visitors import read_visitor

USER = get_user_model()


def make_request(*, has_session: bool = True, **headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    if has_session:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "a-session"
    return request


def signed_in(user: Any, *, has_session: bool = True) -> Any:
    """Return who a request of a user is from."""
    request = make_request(has_session=has_session)
    request.user = user
    return read_visitor(request, trust_session=True).user


def test_a_browser_that_does_not_say_what_it_is() -> None:
    assert read_visitor(make_request(), trust_session=True).user_agent == ""


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("Mozilla/5.0", "Mozilla/5.0"),
        ("a\0b", "ab"),
        ("caf\udce9", "caf?"),
        ("a" * 255, "a" * 255),
        ("a" * 256, "a" * 255),
    ],
)
def test_what_a_browser_says_is_made_storable(sent: str, stored: str) -> None:
    assert read_visitor(make_request(**{"User-Agent": sent}), trust_session=True).user_agent == stored


def test_a_site_without_accounts_has_anonymous_visitors_alone() -> None:
    assert read_visitor(make_request(), trust_session=True).user is None


def test_a_user_is_the_model_instance_itself() -> None:
    """Django wraps it, and the wrapper is not what an assignment to a comment expects."""
    user = USER(username="ada")
    assert type(signed_in(SimpleLazyObject(lambda: user))) is USER
    assert signed_in(user) is user


@pytest.mark.parametrize("has_session", [True, False])
def test_only_a_session_says_who_it_is(has_session: bool) -> None:
    """Somebody may be known by other means, such as the proxy in front of the site; those aren't asked."""
    user = USER(username="ada")
    assert signed_in(user, has_session=has_session) is (user if has_session else None)


def test_who_has_a_session_and_is_not_signed_in_is_anonymous() -> None:
    assert signed_in(AnonymousUser()) is None


def test_a_session_that_is_not_trusted_is_not_read() -> None:
    def refuse() -> None:
        raise AssertionError("The session was read.")

    request = make_request()
    request.user = SimpleLazyObject(refuse)  # type: ignore[assignment]
    assert read_visitor(request, trust_session=False).user is None
