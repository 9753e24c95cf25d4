"""Misconfigurations are reported before they bite."""

from typing import Any

import pytest
from django.apps import apps
from django.core import checks

from comments import conf
from comments.checks import check_core

# Some of Wagtail's checks read the database.
pytestmark = pytest.mark.django_db


def ids() -> list[str | None]:
    return [message.id for message in checks.run_checks() if (message.id or "").startswith("comments.")]


def test_nothing_to_report() -> None:
    assert ids() == []


def test_the_core_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "standfirst")
    assert [message.id for message in check_core(None)] == ["comments.E007"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("COMMENTS_PAGE_SIZE", 0, "comments.E001"),
        ("COMMENTS_PAGE_SIZE", 501, "comments.E001"),
        ("COMMENTS_PAGE_SIZE", "50", "comments.E001"),
        ("COMMENTS_MAX_DEPTH", 0, "comments.E002"),
        ("COMMENTS_MAX_DEPTH", 11, "comments.E002"),
        ("COMMENTS_MAX_DEPTH", True, "comments.E002"),
        ("COMMENTS_FLOOD_SECONDS", -1, "comments.E003"),
        ("COMMENTS_REMEMBER_DAYS", 0, "comments.E004"),
        ("COMMENTS_TRUSTED_PROXIES", None, "comments.E005"),
    ],
)
def test_settings_out_of_range(settings: Any, name: str, value: object, expected: str) -> None:
    setattr(settings, name, value)
    assert ids() == [expected]


def test_addresses_that_are_not_mounted(settings: Any) -> None:
    settings.ROOT_URLCONF = "wagtail.admin.urls"
    assert "comments.E006" in ids()


def test_every_setting_has_a_check_or_a_reader(settings: Any) -> None:
    settings.COMMENTS_PAGE_SIZE = 7
    settings.COMMENTS_MAX_DEPTH = 3
    settings.COMMENTS_FLOOD_SECONDS = 1
    settings.COMMENTS_REMEMBER_DAYS = 2
    settings.COMMENTS_TRUSTED_PROXIES = 4
    assert len(conf.DEFAULTS) == 5
    assert (conf.page_size(), conf.max_depth(), conf.flood_seconds()) == (7, 3, 1)
    assert (conf.remember_seconds(), conf.trusted_proxies()) == (172_800, 4)
