"""Which pages take comments: those of a type that shows the discussion, or that the setting names."""

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from articles.models import ArticleIndexPage, ArticlePage
from comments.checks import check_page_types
from comments.models import Comment
from comments.page_types import carries_tag, commented_types, takes_comments

TAG = "{% load standfirst_comments_tags %}{% discussion page %}"
TEMPLATES = {
    "base.html": "<body>{% block content %}" + TAG + "{% endblock %}{% block other %}{% endblock %}</body>",
    "none.html": "<body>{% load standfirst_comments_tags %}{# discussion #}</body>",
    "broken.html": "{% if %}",
    "direct.html": TAG,
    "under_a_condition.html": "{% if page.live %}{% with x=1 %}" + TAG + "{% endwith %}{% endif %}",
    "inherited.html": "{% extends 'base.html' %}",
    "overridden.html": "{% extends 'base.html' %}{% block content %}Nothing.{% endblock %}",
    "added_to.html": "{% extends 'base.html' %}{% block content %}More. {{ block.super }}{% endblock %}",
    "nowhere.html": "{% extends 'none.html' %}{% block content %}" + TAG + "{% endblock %}",
    "included.html": "{% include 'direct.html' %}",
    "included_by_name.html": "{% include name %}",
}


@pytest.fixture
def templates(settings: Any) -> None:
    options = {**settings.TEMPLATES[0]["OPTIONS"]}
    options["loaders"] = [
        ("django.template.loaders.locmem.Loader", TEMPLATES),
        "django.template.loaders.app_directories.Loader",
    ]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "APP_DIRS": False, "OPTIONS": options}]


class TestByTemplate:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("direct.html", True),
            ("under_a_condition.html", True),
            ("inherited.html", True),
            ("added_to.html", True),
            ("included.html", True),
            ("none.html", False),
            ("overridden.html", False),
            ("nowhere.html", False),
            ("included_by_name.html", False),
            ("broken.html", False),
            ("missing.html", False),
        ],
    )
    def test_a_template_that_shows_the_discussion(self, templates: None, name: str, expected: bool) -> None:
        assert carries_tag(name) is expected

    def test_a_type_opts_in_with_its_template(
        self, templates: None, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = None
        monkeypatch.setattr(ArticlePage, "template", "direct.html")
        monkeypatch.setattr(ArticleIndexPage, "template", "none.html")
        assert ArticlePage in commented_types()
        assert ArticleIndexPage not in commented_types()


class TestBySetting:
    def test_a_type_and_what_inherits_from_it(self, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = ["standfirst_articles.articlepage"]
        assert commented_types() == [ArticlePage]
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = ["wagtailcore.Page"]
        assert {Page, ArticlePage, ArticleIndexPage} <= set(commented_types())

    def test_a_page_without_discussion_takes_and_shows_nothing(
        self,
        client: Client,
        plain_page: Page,
        approved: Any,
        settings: Any,
        post: Any,
        post_json: Any,
        form_data: dict[str, str],
        json_data: dict[str, Any],
        moderator_client: Client,
    ) -> None:
        comment = approved("From before.")
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = ["standfirst_articles.ArticlePage"]
        assert not takes_comments(plain_page)
        answer = post(form_data)
        assert answer.status_code == 422
        assert "This page takes no comments." in answer.content.decode()
        assert form_data["comment"] in answer.content.decode()
        answer = post_json(json_data)
        assert answer.status_code == 422
        assert [(error["loc"], error["code"]) for error in answer.json()["errors"]] == [
            (["body", "page"], "no_discussion")
        ]
        assert Comment.objects.get() == comment
        for address in (
            f"/comments/form/?page={plain_page.pk}",
            f"/comments/page/{plain_page.pk}/",
            f"/comments/comment/{comment.uid}/",
            f"/api/comments/?page={plain_page.pk}",
            f"/api/comments/form/?page={plain_page.pk}",
            f"/api/comments/{comment.uid}/",
        ):
            assert client.get(address).status_code == 404, address
        listing = moderator_client.get(f"/admin/pages/{plain_page.get_parent().pk}/")
        assert f"/admin/standfirst/comments/page/{plain_page.pk}/" not in listing.content.decode()
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = ["wagtailcore.Page"]
        assert client.get(f"/comments/page/{plain_page.pk}/").status_code == 200


class TestChecks:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (["standfirst_articles.ArticlePage"], []),
            (("standfirst_articles.ArticlePage",), []),
            ("standfirst_articles.ArticlePage", ["standfirst_comments.E008"]),
            (7, ["standfirst_comments.E008"]),
            ([Page], ["standfirst_comments.E008"]),
            (
                ["standfirst_articles.ArticlePage", "standfirst_articles.Source", "nonsense"],
                ["standfirst_comments.E009", "standfirst_comments.E009"],
            ),
            (["standfirst_articles.ArticleIndexPage"], ["standfirst_comments.W005"]),
            (["wagtailcore.Page"], []),
        ],
    )
    def test_the_setting(
        self,
        templates: None,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
        value: Any,
        expected: list[str],
    ) -> None:
        monkeypatch.setattr(ArticlePage, "template", "direct.html")
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = value
        assert [message.id for message in check_page_types(None)] == expected

    def test_a_type_without_a_template_is_shown_elsewhere(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ArticlePage, "template", "missing.html")
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = ["standfirst_articles.ArticlePage"]
        assert check_page_types(None) == []

    def test_nothing_takes_comments(
        self, templates: None, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = None
        for page_type in commented_types():
            monkeypatch.setattr(page_type, "template", "none.html")
        assert [message.id for message in check_page_types(None)] == ["standfirst_comments.W004"]
        monkeypatch.setattr(ArticlePage, "template", "direct.html")
        assert check_page_types(None) == []
