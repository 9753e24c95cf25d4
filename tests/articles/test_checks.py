"""System checks."""

import copy
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.template.autoreload import reset_loaders
from django.test import override_settings

import articles
from articles import conf
from articles.checks import check_article_pages, check_installed_apps, check_settings, check_templates
from articles.models import ArticlePage


def ids(messages: list[Any]) -> list[str]:
    """Return the ids of messages, each of which must have a hint."""
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_the_project_passes() -> None:
    assert check_installed_apps(None) + check_settings(None) + check_article_pages(None) == []
    assert check_templates(None) == []


def test_a_missing_app_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "wagtail.contrib.typed_table_block"
    monkeypatch.setattr(apps, "is_installed", lambda name: name != missing)
    messages = check_installed_apps(None)
    assert ids(messages) == ["standfirst_articles.E001"]
    assert "wagtail.contrib.typed_table_block" in messages[0].hint


@pytest.mark.parametrize(
    "setting",
    [
        {"STANDFIRST_ARTICLES_PAGE_SIZE": 0},
        {"STANDFIRST_ARTICLES_PAGE_SIZE": "12"},
        {"STANDFIRST_ARTICLES_PAGE_SIZE": True},
        {"STANDFIRST_ARTICLES_IMAGE_WIDTHS": []},
        {"STANDFIRST_ARTICLES_IMAGE_WIDTHS": 480},
        {"STANDFIRST_ARTICLES_IMAGE_WIDTHS": [480, -1]},
        {"STANDFIRST_ARTICLES_WORDS_PER_MINUTE": 0},
    ],
)
def test_values_that_cannot_be_used(setting: dict[str, Any]) -> None:
    with override_settings(**setting):
        assert ids(check_settings(None)) == ["standfirst_articles.E002"]


def test_a_misspelt_setting() -> None:
    with override_settings(STANDFIRST_ARTICLES_PAGESIZE=20):
        assert ids(check_settings(None)) == ["standfirst_articles.W001"]


def test_settings_are_read_when_they_are_used() -> None:
    with override_settings(
        STANDFIRST_ARTICLES_PAGE_SIZE=3,
        STANDFIRST_ARTICLES_IMAGE_WIDTHS=[900, 300],
        STANDFIRST_ARTICLES_WORDS_PER_MINUTE=None,
    ):
        assert (conf.page_size(), conf.image_widths(), conf.words_per_minute()) == (3, (300, 900), None)


def test_the_app_knows_nothing_of_comments_or_of_the_project() -> None:
    """Import contracts are checked elsewhere; this one is about templates and strings."""
    root = Path(articles.__file__).parent
    for file in root.rglob("*"):
        if file.suffix in {".py", ".html", ".css"}:
            text = file.read_text(encoding="utf-8")
            assert "standfirst_comments_tags" not in text, file
            assert "from comments" not in text, file
            assert "from cms" not in text, file


@pytest.fixture
def site_templates(tmp_path: Path, settings: Any) -> Path:
    """Return a folder whose templates come before the apps' own; the project's are out of the way."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [tmp_path]
    settings.TEMPLATES = templates
    (tmp_path / "standfirst_articles").mkdir()
    return tmp_path


def messages_about_templates() -> list[Any]:
    """Return what is reported about the templates as they are now."""
    reset_loaders()
    return check_templates(None)


def test_a_base_template_without_the_blocks_that_are_filled(site_templates: Path) -> None:
    (site_templates / "base.html").write_text("{% block title %}{% endblock %}{% block main %}{% endblock %}")
    assert messages_about_templates() == []
    (site_templates / "standfirst_articles/base.html").write_text("{% extends 'base.html' %}")
    messages = messages_about_templates()
    assert set(ids(messages)) == {"standfirst_articles.W002"}
    lost = {message.msg.split("“")[1].split("”")[0] for message in messages}
    assert lost >= {"head", "content"}
    assert not lost & {"title", "after_content", "scripts"}
    assert all("to base.html" in message.hint for message in messages)
    (site_templates / "standfirst_articles/base.html").write_text(
        "{% extends 'base.html' %}{% block main %}{% block head %}{% endblock %}"
        "{% block json_ld %}{% endblock %}{% block content %}{% endblock %}{% endblock %}"
    )
    assert messages_about_templates() == []


def test_what_a_site_adds_to_an_article_would_vanish(site_templates: Path) -> None:
    (site_templates / "standfirst_articles/base.html").write_text(
        "{% block title %}{% endblock %}{% block head %}{% endblock %}{% block json_ld %}{% endblock %}"
        "{% block content %}{% endblock %}"
    )
    assert messages_about_templates() == []
    (site_templates / "standfirst_articles/article_page.html").write_text(
        "{% extends 'standfirst_articles/article_page.html' %}{% block after_content %}More{% endblock %}"
    )
    [message] = messages_about_templates()
    assert message.id == "standfirst_articles.W002"
    assert "standfirst_articles/article_page.html puts into the block “after_content”" in message.msg
    assert "{% block after_content %}{% endblock %} to standfirst_articles/base.html" in message.hint


@pytest.mark.parametrize("base", ["{% extends 'absent.html' %}", "{% nonsense %}"])
def test_a_template_that_cannot_be_loaded(site_templates: Path, base: str) -> None:
    (site_templates / "standfirst_articles/base.html").write_text(base)
    assert set(ids(messages_about_templates())) == {"standfirst_articles.W003"}


def test_a_page_type_without_a_template_is_served_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArticlePage, "template", "standfirst_articles/absent.html")
    assert messages_about_templates() == []
