"""System checks."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import override_settings

import articles
from articles import conf
from articles.checks import check_article_pages, check_installed_apps, check_settings


def ids(messages: list[Any]) -> list[str]:
    """Return the ids of messages, each of which must have a hint."""
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_the_project_passes() -> None:
    assert check_installed_apps(None) + check_settings(None) + check_article_pages(None) == []


def test_a_missing_app_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "wagtail.contrib.typed_table_block"
    monkeypatch.setattr(apps, "is_installed", lambda name: name != missing)
    messages = check_installed_apps(None)
    assert ids(messages) == ["articles.E001"]
    assert "wagtail.contrib.typed_table_block" in messages[0].hint


@pytest.mark.parametrize(
    "setting",
    [
        {"ARTICLES_PAGE_SIZE": 0},
        {"ARTICLES_PAGE_SIZE": "12"},
        {"ARTICLES_PAGE_SIZE": True},
        {"ARTICLES_IMAGE_WIDTHS": []},
        {"ARTICLES_IMAGE_WIDTHS": 480},
        {"ARTICLES_IMAGE_WIDTHS": [480, -1]},
        {"ARTICLES_WORDS_PER_MINUTE": 0},
        {"ARTICLES_API_MAX_LIMIT": None},
    ],
)
def test_values_that_cannot_be_used(setting: dict[str, Any]) -> None:
    with override_settings(**setting):
        assert ids(check_settings(None)) == ["articles.E002"]


def test_limits_that_contradict_each_other() -> None:
    with override_settings(ARTICLES_API_DEFAULT_LIMIT=50, ARTICLES_API_MAX_LIMIT=20):
        assert ids(check_settings(None)) == ["articles.E003"]


def test_a_misspelt_setting() -> None:
    with override_settings(ARTICLES_PAGESIZE=20):
        assert ids(check_settings(None)) == ["articles.W001"]


def test_settings_are_read_when_they_are_used() -> None:
    with override_settings(
        ARTICLES_PAGE_SIZE=3, ARTICLES_IMAGE_WIDTHS=[900, 300], ARTICLES_WORDS_PER_MINUTE=None
    ):
        assert (conf.page_size(), conf.image_widths(), conf.words_per_minute()) == (3, (300, 900), None)


def test_the_app_knows_nothing_of_comments_or_of_the_project() -> None:
    """Import contracts are checked elsewhere; this one is about templates and strings."""
    root = Path(articles.__file__).parent
    for file in root.rglob("*"):
        if file.suffix in {".py", ".html", ".css"}:
            text = file.read_text(encoding="utf-8")
            assert "comments_tags" not in text, file
            assert "from comments" not in text, file
            assert "from cms" not in text, file
