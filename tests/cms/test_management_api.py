"""Wagtail's own API, mounted for people and programs that manage the site."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import APIToken

pytestmark = pytest.mark.django_db

ADDRESSES = ["/api/wagtail/v3/pages/", "/api/wagtail/v3/sites/", "/api/wagtail/v3/whoami/"]
DOCUMENTATION = ["/api/wagtail/v3/docs/", "/api/wagtail/v3/openapi.json"]


@pytest.fixture
def administrator() -> User:
    return User.objects.create_superuser("administrator", "administrator@example.org", "password")


@pytest.mark.parametrize("address", [*ADDRESSES, *DOCUMENTATION, "/api/wagtail/v3/nothing/"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}])
def test_asks_for_a_token(client: Client, address: str, headers: dict[str, str]) -> None:
    response = client.get(address, headers=headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


def test_a_session_is_no_token(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    assert client.get(ADDRESSES[0]).status_code == 401


@pytest.mark.parametrize("address", ADDRESSES)
def test_answers_a_token(client: Client, administrator: User, address: str) -> None:
    _, plaintext = APIToken.create_token(user=administrator, name="test")
    response = client.get(address, headers={"Authorization": f"Bearer {plaintext}"})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("address", DOCUMENTATION)
def test_documentation_is_for_those_who_may_use_the_admin(
    client: Client, administrator: User, address: str
) -> None:
    client.force_login(User.objects.create_user("reader"))
    assert client.get(address).status_code == 401
    client.force_login(administrator)
    assert client.get(address).status_code == 200
