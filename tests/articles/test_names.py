"""Names on Wagtail's and taggit's models, which every app of a site shares."""

import pytest
from django.db import models
from taggit.models import Tag
from wagtail.models import Page

from articles.models import ArticleIndexPage, ArticlePage


@pytest.mark.parametrize("model", [Page, Tag])
def test_no_page_type_of_a_host_clashes_with_ours(model: type[models.Model]) -> None:
    """Django would call a host's ``ArticlePage`` ``articlepage`` here, and ``articlepage_set``."""
    ours = {
        relation.get_accessor_name()
        for relation in model._meta.related_objects
        if relation.related_model in (ArticlePage, ArticleIndexPage)
    }
    assert ours
    assert {name for name in ours if name and name.startswith(("articlepage", "articleindexpage"))} == set()


def test_a_page_leads_to_its_article() -> None:
    names = {relation.get_accessor_name() for relation in Page._meta.related_objects}
    assert {"standfirst_article", "standfirst_article_index"} <= names
