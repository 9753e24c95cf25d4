"""Passwords can't be guessed without limit, and nobody can lock anybody else out."""

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from cms.models import HomePage

LIMIT = 3


@pytest.fixture(autouse=True)
def few_attempts(settings: Any, db: None) -> None:
    settings.AXES_FAILURE_LIMIT = LIMIT
    settings.STANDFIRST_COMMENTS_TRUSTED_PROXIES = 1
    get_user_model().objects.create_superuser("admin", "admin@example.org", "the right one")


def log_in(password: str, *, user: str = "admin", address: str = "192.0.2.1") -> Any:
    data = {"username": user, "password": password}
    return Client().post(reverse("wagtailadmin_login"), data, headers={"X-Forwarded-For": address})


def lock(address: str = "192.0.2.1") -> None:
    for _ in range(LIMIT):
        last = log_in("wrong", address=address)
    assert last.status_code == 429


def test_the_right_password_after_too_many_wrong_ones_has_to_wait() -> None:
    for _ in range(LIMIT - 1):
        assert log_in("wrong").status_code == 200
    assert log_in("wrong").status_code == 429
    response = log_in("the right one")
    assert response.status_code == 429
    assert 890 <= int(response["Retry-After"]) <= 900
    assert "no-store" in response["Cache-Control"]
    assert "Wait 15 minutes" in response.content.decode()


def test_one_less_is_let_in_and_forgotten() -> None:
    for _ in range(2):
        for _ in range(LIMIT - 1):
            log_in("wrong")
        assert log_in("the right one").status_code == 302


def test_the_wait_ends() -> None:
    lock()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timezone.timedelta(minutes=14))
    assert int(log_in("the right one")["Retry-After"]) <= 60
    AccessAttempt.objects.update(attempt_time=timezone.now() - timezone.timedelta(minutes=16))
    assert log_in("the right one").status_code == 302


@pytest.mark.parametrize(
    ("guesser", "owner"), [("192.0.2.1", "192.0.2.2"), ("2001:db8:1:1::1", "2001:db8:1:2::1")]
)
def test_the_owner_elsewhere_is_not_locked_out(guesser: str, owner: str) -> None:
    lock(guesser)
    assert log_in("the right one", address=owner).status_code == 302


def test_other_addresses_of_a_64_are_the_same_guesser() -> None:
    lock("2001:db8:1:1::1")
    assert log_in("the right one", address="2001:db8:1:1:ffff::2").status_code == 429


def test_a_header_that_no_proxy_wrote_changes_nothing() -> None:
    for number in range(LIMIT):
        response = log_in("wrong", address=f"203.0.113.{number}, 192.0.2.1")
    assert response.status_code == 429


def test_a_command_lifts_the_wait() -> None:
    lock()
    call_command("axes_reset_ip", "192.0.2.1")
    assert log_in("the right one").status_code == 302


class TestPasswordOfAPage:
    @pytest.fixture
    def address(self, home: HomePage) -> str:
        restriction = PageViewRestriction.objects.create(
            page=home, restriction_type=PageViewRestriction.PASSWORD, password="open sesame"
        )
        return reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, home.pk])

    def guess(self, address: str, password: str, sender: str = "192.0.2.1") -> Any:
        data = {"password": password, "return_url": "/"}
        return Client().post(address, data, headers={"X-Forwarded-For": sender})

    def test_is_limited_in_the_same_way(self, address: str) -> None:
        for _ in range(LIMIT - 1):
            assert self.guess(address, "wrong").status_code == 200
        assert self.guess(address, "wrong").status_code == 429
        assert self.guess(address, "open sesame").status_code == 429
        assert self.guess(address, "open sesame", "192.0.2.2").status_code == 302

    def test_is_limited_at_every_languages_address(self, address: str, settings: Any) -> None:
        settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en-gb", "English"), ("de", "German")]
        settings.WAGTAIL_I18N_ENABLED = True
        settings.ROOT_URLCONF = "tests.visibility.urls"
        in_german = address.replace("/_util/", "/de/_util/")
        for _ in range(LIMIT):
            self.guess(in_german, "wrong")
        for guessed in (in_german, address):
            assert self.guess(guessed, "open sesame").status_code == 429

    def test_the_right_one_is_let_in_and_the_count_begins_anew(self, address: str) -> None:
        for _ in range(2):
            for _ in range(LIMIT - 1):
                self.guess(address, "wrong")
            assert self.guess(address, "open sesame").status_code == 302

    def test_of_a_collection(self) -> None:
        collection = Collection.get_first_root_node().add_child(name="Members")
        restriction = CollectionViewRestriction.objects.create(
            collection=collection, restriction_type="password", password="open sesame"
        )
        address = reverse("wagtaildocs_authenticate_with_password", args=[restriction.pk])
        for _ in range(LIMIT):
            self.guess(address, "wrong")
        assert self.guess(address, "open sesame").status_code == 429
