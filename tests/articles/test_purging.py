"""Which addresses front-end caches are told to forget, beside those that Wagtail thinks of."""

from typing import Any

import pytest
from django.db import transaction
from wagtail.models import Page, Site

from articles.models import ArticlePage
from tests.articles.builders import make_article, make_index
from tests.frontend_cache import FakeBackend, use_fake_backend

# Only what is really committed is purged.
pytestmark = pytest.mark.django_db(transaction=True)
HOST = "http://localhost"


@pytest.fixture(autouse=True)
def purged(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the batches that a site's front-end cache was told to purge."""
    return use_fake_backend(settings, monkeypatch)


@pytest.fixture
def article(purged: list[list[str]]) -> ArticlePage:
    """Return a published article."""
    site = Site.objects.get(is_default_site=True)
    article = make_article(make_index(site.root_page, slug="reading"), slug="needling")
    purged.clear()
    return article


def of_api(article: ArticlePage) -> str:
    return f"{HOST}/api/v1/articles/{article.pk}/"


@pytest.mark.parametrize("act", ["publish", "unpublish", "delete"])
def test_the_apis_answer_about_an_article(article: ArticlePage, purged: list[list[str]], act: str) -> None:
    address = of_api(article)
    if act == "publish":
        article.save_revision().publish()
    else:
        getattr(article, act)()
    assert address in set().union(*purged)


def test_nothing_of_what_was_rolled_back(article: ArticlePage, purged: list[list[str]]) -> None:
    with transaction.atomic():
        article.save_revision().publish()
        transaction.set_rollback(True)
    assert of_api(article) not in set().union(*purged)


def test_old_addresses_of_what_was_moved(article: ArticlePage, purged: list[list[str]]) -> None:
    root = Page.objects.get(pk=Site.objects.get(is_default_site=True).root_page_id)
    other = make_index(root, slug="other")
    purged.clear()
    article.get_parent().move(other, pos="last-child")
    assert {f"{HOST}/reading/", f"{HOST}/reading/needling/"} <= set().union(*purged)


def test_old_addresses_of_what_was_renamed(article: ArticlePage, purged: list[list[str]]) -> None:
    index = article.get_parent().specific
    index.slug = "renamed"
    index.save_revision().publish()
    assert {f"{HOST}/reading/", f"{HOST}/reading/needling/"} <= set().union(*purged)


def test_what_stays_below_its_parent_keeps_its_address(article: ArticlePage, purged: list[list[str]]) -> None:
    other = make_article(article.get_parent().specific, slug="sleep")
    purged.clear()
    other.move(article, pos="left")
    assert purged == []


def test_a_cache_that_fails_undoes_nothing(
    article: ArticlePage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(FakeBackend, "is_broken", True)
    article.slug = "renamed"
    article.save_revision().publish()
    article.refresh_from_db()
    assert article.slug == "renamed"
    assert "The cache does not answer." in caplog.text


def test_nothing_without_a_cache(article: ArticlePage, purged: list[list[str]], settings: Any) -> None:
    settings.WAGTAILFRONTENDCACHE = {}
    article.get_parent().move(Page.objects.get(depth=1).get_children().first(), pos="first-child")
    article.save_revision().publish()
    assert purged == []
