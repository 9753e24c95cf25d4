"""Which tables count."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from standfirst.cache.classing import DELETE, EVERY_EVENT, UPDATE, Classing, Rule, is_named
from standfirst.cache.triggers import find_unclassed, find_unwatched


def test_every_model_of_this_project_is_classed() -> None:
    """Whoever adds a model says whether readers see anything of it: standfirst.parts.class_tables."""
    classing = Classing()
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert {table for table in tables if not classing.is_classed(table)} == set()


@pytest.mark.django_db
def test_every_table_of_this_project_is_classed_and_watched() -> None:
    assert find_unclassed(connection) == []
    assert find_unwatched(connection) == []


def test_what_nobody_has_classed_counts() -> None:
    classing = Classing()
    assert not classing.is_classed("shop_order")
    assert classing.find_rule("shop_order") == Rule()


def test_the_settings_class_tables(settings: Any) -> None:
    settings.STANDFIRST_CACHE_INVISIBLE_TABLES = ["shop_order", "stats_*", "taggit_tag"]
    settings.STANDFIRST_CACHE_VISIBLE_TABLES = ["wagtailforms_formsubmission", "stats_public"]
    classing = Classing()
    assert classing.find_rule("shop_order") is None
    assert classing.find_rule("shop_orders") == Rule()
    assert classing.find_rule("stats_hits") is None
    assert classing.find_rule("taggit_tag") is None
    assert classing.find_rule("stats_public") == Rule()
    assert classing.find_rule("wagtailforms_formsubmission") == Rule()
    assert classing.is_classed("stats_hits")


def test_what_is_said_to_be_visible_counts_with_each_event(settings: Any) -> None:
    """A table of renditions counts from the second event on, one of discussions when a row goes."""
    tables = ["wagtailimages_rendition", "standfirst_comments_discussion"]
    classing = Classing()
    assert [classing.find_rule(table) for table in tables] == [
        Rule(events=(UPDATE, DELETE)),
        Rule(events=(DELETE,)),
    ]
    settings.STANDFIRST_CACHE_VISIBLE_TABLES = tables
    assert [classing.find_rule(table) for table in tables] == [Rule(events=EVERY_EVENT)] * 2


def test_our_own_tables_can_not_be_made_visible(settings: Any) -> None:
    """Its own write would move the version without end."""
    settings.STANDFIRST_CACHE_VISIBLE_TABLES = ["*"]
    assert Classing().find_rule("standfirst_content_version") is None
    assert Classing().find_rule("standfirst_content_moves") is None


def test_rows_that_belong_to_a_page() -> None:
    rules = {
        table: Classing().find_rule(table) for table in ("cms_homepage", "standfirst_articles_articleauthor")
    }
    assert rules == {
        "cms_homepage": Rule(page_column="page_ptr_id"),
        "standfirst_articles_articleauthor": Rule(page_column="page_id"),
    }


@given(st.text(max_size=8), st.lists(st.text(alphabet="ab_*", max_size=4), max_size=4))
def test_names(table: str, names: list[str]) -> None:
    expected = False
    for name in names:
        if name == table or (name[-1:] == "*" and table[: len(name) - 1] == name[:-1]):
            expected = True
    assert is_named(table, names) == expected
