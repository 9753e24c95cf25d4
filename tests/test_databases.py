"""Rows that are kept and put back, as the demonstration's are between browser tests."""

import pytest
from django.core.management import call_command
from wagtail.models import Page, Site

from articles.models import ArticlePage
from tests.databases import read_all_rows, write_all_rows


@pytest.mark.django_db(transaction=True)
def test_rows_are_put_back_into_an_emptied_database() -> None:
    """Pages are there again under their ids, and found by the search."""
    root = Site.objects.get(is_default_site=True).root_page
    article = root.add_child(instance=ArticlePage(title="On microneedling", slug="on-microneedling"))
    rows = read_all_rows()
    before = set(Page.objects.values_list("pk", "path", "title"))
    call_command("flush", interactive=False, verbosity=0)
    assert not Page.objects.exists()
    for _ in range(2):
        write_all_rows(rows)
        assert set(Page.objects.values_list("pk", "path", "title")) == before
        assert [page.pk for page in Page.objects.search("microneedling")] == [article.pk]
    # A new row gets a key that is free, though a flush sets PostgreSQL's sequences back.
    root = Site.objects.get(is_default_site=True).root_page
    root.add_child(instance=ArticlePage(title="On peels", slug="on-peels"))
