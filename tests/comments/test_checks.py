"""Misconfigurations are reported before they bite."""

import copy
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import checks
from django.template.autoreload import reset_loaders
from wagtail.models import Page

from comments import conf
from comments.checks import check_core
from comments.screening.pipeline import DEFAULT_RULES

# Some of Wagtail's checks read the database.
pytestmark = pytest.mark.django_db


def ids() -> list[str]:
    found = [message.id or "" for message in checks.run_checks()]
    return [check_id for check_id in found if check_id.startswith("standfirst_comments.")]


def test_nothing_to_report() -> None:
    assert ids() == []


def test_the_core_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "standfirst")
    assert [message.id for message in check_core(None)] == ["standfirst_comments.E007"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("STANDFIRST_COMMENTS_PAGE_SIZE", 0, "standfirst_comments.E001"),
        ("STANDFIRST_COMMENTS_PAGE_SIZE", 501, "standfirst_comments.E001"),
        ("STANDFIRST_COMMENTS_PAGE_SIZE", "50", "standfirst_comments.E001"),
        ("STANDFIRST_COMMENTS_MAX_DEPTH", 0, "standfirst_comments.E002"),
        ("STANDFIRST_COMMENTS_MAX_DEPTH", 11, "standfirst_comments.E002"),
        ("STANDFIRST_COMMENTS_MAX_DEPTH", True, "standfirst_comments.E002"),
        ("STANDFIRST_COMMENTS_FLOOD_SECONDS", -1, "standfirst_comments.E003"),
        ("STANDFIRST_COMMENTS_REMEMBER_DAYS", 0, "standfirst_comments.E004"),
        ("STANDFIRST_COMMENTS_TRUSTED_PROXIES", None, "standfirst_comments.E005"),
    ],
)
def test_settings_out_of_range(settings: Any, name: str, value: object, expected: str) -> None:
    setattr(settings, name, value)
    assert ids() == [expected]


def said() -> list[tuple[str, str]]:
    """Return the ids and words of this app's messages."""
    found = [(message.id or "", message.msg) for message in checks.run_checks(tags=["comments"])]
    return [message for message in found if message[0].startswith("standfirst_comments.")]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no.such.module", "No module named"),
        ("tests.comments.extensions.Missing", "does not define"),
        ("nonsense", "doesn't look like a module path"),
        ("tests.comments.extensions.Calm", "which is no CommentForm"),
        ("tests.comments.extensions.calm", "which is no CommentForm"),
        ("django.forms.Form", "which is no CommentForm"),
        (7, "doesn't look like a module path"),
    ],
)
def test_a_form_that_is_none(settings: Any, path: object, words: str) -> None:
    settings.STANDFIRST_COMMENTS_FORM = path
    ((check_id, message),) = said()
    assert check_id == "standfirst_comments.E010"
    assert words in message


def test_a_form_that_is_one(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_FORM = "tests.comments.extensions.SurveyForm"
    assert said() == []


def test_fields_that_cannot_be_kept(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_FORM = "tests.comments.extensions.Uploading"
    found = said()
    assert {check_id for check_id, _ in found} == {"standfirst_comments.E011"}
    assert [message.split("”")[0] for _, message in found] == [
        f"The field “{name}" for name in ("picture", "scan", "friend", "both", "anything", "raw")
    ]


def test_fields_in_place_of_ours(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_FORM = "tests.comments.extensions.Taken"
    assert [check_id for check_id, _ in said()] == [
        "standfirst_comments.E012",
        "standfirst_comments.E013",
        "standfirst_comments.E013",
    ]
    settings.STANDFIRST_COMMENTS_FORM = "tests.comments.extensions.Without"
    ((check_id, message),) = said()
    assert (check_id, "“website”" in message) == ("standfirst_comments.E012", True)


@pytest.mark.parametrize("value", ["a.b", 7, [7], {"a.b"}])
def test_a_list_of_rules_that_is_none(settings: Any, value: object) -> None:
    settings.STANDFIRST_COMMENTS_RULES = value
    assert [check_id for check_id, _ in said()] == ["standfirst_comments.E014"]


def test_the_longest_code_of_a_rule(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_RULES = ["tests.comments.extensions.Long"]
    assert said() == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Missing", "does not define"),
        ("Half", "it has no “code” and “check”"),
        ("Nameless", "its code is not a text of 1 to 50 characters"),
        ("Endless", "its code is not a text of 1 to 50 characters"),
        ("Impostor", "has another meaning"),
        ("Demanding", "missing 1 required positional argument"),
    ],
)
def test_what_is_no_rule(settings: Any, name: str, words: str) -> None:
    settings.STANDFIRST_COMMENTS_RULES = [
        "tests.comments.extensions.Calm",
        f"tests.comments.extensions.{name}",
    ]
    ((check_id, message),) = said()
    assert check_id == "standfirst_comments.E015"
    assert words in message


def test_rules(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_RULES = [
        *DEFAULT_RULES,
        *(f"tests.comments.extensions.{name}" for name in ("calm", "Longest", "Words")),
    ]
    assert said() == []
    settings.STANDFIRST_COMMENTS_RULES = []
    assert said() == []


def test_addresses_that_are_not_mounted(settings: Any) -> None:
    settings.ROOT_URLCONF = "wagtail.admin.urls"
    assert "standfirst_comments.E006" in ids()


def test_every_setting_has_a_check_or_a_reader(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_PAGE_SIZE = 7
    settings.STANDFIRST_COMMENTS_MAX_DEPTH = 3
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 1
    settings.STANDFIRST_COMMENTS_REMEMBER_DAYS = 2
    settings.STANDFIRST_COMMENTS_TRUSTED_PROXIES = 4
    settings.STANDFIRST_COMMENTS_PAGE_TYPES = ("blog.Post",)
    settings.STANDFIRST_COMMENTS_FORM = "blog.forms.OwnForm"
    settings.STANDFIRST_COMMENTS_RULES = ["blog.rules.Own"]
    assert len(conf.DEFAULTS) == 9
    assert (conf.form(), conf.rules()) == ("blog.forms.OwnForm", ("blog.rules.Own",))
    settings.STANDFIRST_COMMENTS_NOTIFY = ("b@example.org", "a@example.org", "b@example.org")
    assert conf.notified_addresses() == ["b@example.org", "a@example.org"]
    assert conf.page_types() == ["blog.Post"]
    assert (conf.page_size(), conf.max_depth(), conf.flood_seconds()) == (7, 3, 1)
    assert (conf.remember_seconds(), conf.trusted_proxies()) == (172_800, 4)


@pytest.fixture
def site_templates(tmp_path: Path, settings: Any) -> Path:
    """Return a folder whose templates come before the apps' own; the project's are out of the way."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [tmp_path]
    settings.TEMPLATES = templates
    (tmp_path / "standfirst_comments").mkdir()
    (tmp_path / "wagtailcore").mkdir()
    return tmp_path


def template_messages() -> list[Any]:
    """Return what is reported about the templates as they are now."""
    reset_loaders()
    return checks.run_checks(tags=[checks.Tags.templates])


def test_a_base_template_without_the_blocks_of_the_comments_pages(site_templates: Path) -> None:
    base = site_templates / "standfirst_comments/base.html"
    base.write_text("{% block title %}{% endblock %}{% block content %}{% endblock %}")
    messages = [message for message in template_messages() if message.id == "standfirst_comments.W001"]
    assert {message.msg.split("“")[1].split("”")[0] for message in messages} == {"head", "scripts"}
    assert all("to standfirst_comments/base.html" in message.hint for message in messages)
    base.write_text(base.read_text() + "{% block head %}{% endblock %}{% block scripts %}{% endblock %}")
    assert template_messages() == []


def test_a_base_template_that_cannot_be_loaded(site_templates: Path) -> None:
    (site_templates / "standfirst_comments/base.html").write_text("{% extends 'absent.html' %}")
    assert set(ids()) == {"standfirst_comments.W002"}


def test_a_discussion_that_would_vanish(site_templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Page, "template", "plain_page.html")
    (site_templates / "base.html").write_text("{% block content %}{% endblock %}")
    page = site_templates / "plain_page.html"
    page.write_text(
        "{% extends 'base.html' %}{% load standfirst_comments_tags %}"
        "{% block after %}{% if page %}{% discussion page %}{% endif %}{% endblock %}"
        "{% block side %}S{% endblock %}"
    )
    [message] = template_messages()
    assert message.id == "standfirst_comments.W003"
    assert "in the block “after” of plain_page.html" in message.msg
    assert "{% block after %}{% endblock %} to base.html" in message.hint
    (site_templates / "base.html").write_text("{% block after %}{% endblock %}")
    assert template_messages() == []
