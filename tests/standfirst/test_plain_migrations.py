"""What migrations write down of the models."""

import ast
from typing import Any

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState
from django.db.migrations.writer import MigrationWriter
from django.utils.translation import gettext_lazy as _

from articles.models import ArticleMixin, ArticlePage
from standfirst.plain_migrations import make_permissions
from tests.articles.builders import claim_block, make_article, make_source
from tests.databases import ROOT

APPS = ("articles", "comments", "standfirst")
LABELS = ("standfirst_articles", "standfirst_comments", "standfirst")


def own_models() -> list[Any]:
    return [model for label in LABELS for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model.__name__)
def test_no_word_that_a_person_reads_is_written(model: Any) -> None:
    state = ModelState.from_model(model, exclude_rels=False)
    assert not {"verbose_name", "verbose_name_plural", "permissions"} & set(state.options)
    for name, field in state.fields.items():
        if name != "tags":
            _, _, _, options = field.deconstruct()
            assert not {"verbose_name", "help_text", "choices"} & set(options), name
    for constraint in state.options.get("constraints", ()):
        assert "violation_error_message" not in constraint.deconstruct()[2]


def test_a_hosts_page_type_writes_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another label, help text or list of blocks of ours makes a host no migration."""

    def written() -> list[str]:
        return [
            MigrationWriter.serialize(field.clone())[0]
            for field in ArticleMixin._meta.local_fields
            if field.name != "hero_image"  # It names the host's own image model.
        ]

    before = written()
    assert not [text for text in before if "articles" in text or "standfirst." in text or "wagtail" in text]
    for field in ArticleMixin._meta.local_fields:
        monkeypatch.setattr(field, "verbose_name", _("something else"))
        monkeypatch.setattr(field, "help_text", _("Something else."))
    body: Any = ArticleMixin._meta.get_field("body")
    monkeypatch.setattr(body, "block_types_arg", [])
    assert written() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("label", "codename"),
    [("standfirst", "manage_outboxmessage"), ("standfirst_comments", "moderate_comment")],
)
def test_permissions_that_migrations_do_not_know_are_made(label: str, codename: str) -> None:
    """Those that the models name, whatever groups the site has, as long as there is the table."""
    wanted = Permission.objects.filter(content_type__app_label=label, codename=codename)
    wanted.delete()
    config = apps.get_app_config(label)
    make_permissions(config, using="default", verbosity=0, apps=Apps())
    assert not wanted.exists()
    state = MigrationLoader(connection).project_state().apps
    make_permissions(config, using="default", verbosity=0, apps=state)
    assert wanted.count() == 1
    make_permissions(config, using="default", verbosity=0)  # As `flush` does, which knows no state.
    assert wanted.count() == 1


@pytest.mark.parametrize("app", APPS)
def test_migrations_import_nothing_of_ours(app: str) -> None:
    for path in (ROOT / app / "migrations").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = [
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        ]
        assert not [name for name in modules if name is None or name.split(".")[0] in APPS], path


@pytest.mark.django_db
def test_a_body_that_a_historic_model_saves_is_kept() -> None:
    page = make_article(body=[claim_block(sources=[make_source()])])
    historic = (
        MigrationLoader(connection).project_state().apps.get_model("standfirst_articles", "ArticlePage")
    )
    old = historic.objects.get(pk=page.pk)
    assert old.body[0]["type"] == "claim"
    old.title = "Another title"
    old.save()
    again = ArticlePage.objects.get(pk=page.pk)
    assert again.title == "Another title"
    assert again.body.get_prep_value() == page.body.get_prep_value()
    old.body[0]["value"]["statement"] = "As a migration has it."
    old.save()
    assert ArticlePage.objects.get(pk=page.pk).body[0].value["statement"] == "As a migration has it."
