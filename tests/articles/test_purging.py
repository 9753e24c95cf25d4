"""Which addresses front-end caches are told to forget, beside those that Wagtail thinks of."""

from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.db import transaction
from wagtail.contrib.frontend_cache.backends import BaseBackend
from wagtail.models import Page, Site

from articles.models import ArticlePage
from tests.articles.builders import make_article, make_index

# Only what is really committed is purged.
pytestmark = pytest.mark.django_db(transaction=True)
HOST = "http://localhost"


class FakeBackend(BaseBackend):
    """Keeps what it was told to purge, call by call."""

    batches: ClassVar[list[set[str]]] = []
    is_broken: ClassVar[bool] = False

    def purge_batch(self, urls: list[str]) -> None:
        if self.is_broken:
            raise RuntimeError("The cache does not answer.")
        self.batches.append(set(urls))


@pytest.fixture(autouse=True)
def purged(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """Return the batches that a site's front-end cache was told to purge."""
    settings.WAGTAILFRONTENDCACHE = {"fake": {"BACKEND": f"{__name__}.FakeBackend"}}
    monkeypatch.setattr(FakeBackend, "batches", [])
    monkeypatch.setattr(FakeBackend, "is_broken", False)
    is_installed = apps.is_installed
    monkeypatch.setattr(
        apps, "is_installed", lambda name: name == "wagtail.contrib.frontend_cache" or is_installed(name)
    )
    return FakeBackend.batches


@pytest.fixture
def article(purged: list[set[str]]) -> ArticlePage:
    """Return a published article."""
    site = Site.objects.get(is_default_site=True)
    article = make_article(make_index(site.root_page, slug="reading"), slug="needling")
    purged.clear()
    return article


def of_api(article: ArticlePage) -> str:
    return f"{HOST}/api/v1/articles/{article.pk}/"


@pytest.mark.parametrize("act", ["publish", "unpublish", "delete"])
def test_the_apis_answer_about_an_article(article: ArticlePage, purged: list[set[str]], act: str) -> None:
    address = of_api(article)
    if act == "publish":
        article.save_revision().publish()
    else:
        getattr(article, act)()
    assert address in set().union(*purged)


def test_nothing_of_what_was_rolled_back(article: ArticlePage, purged: list[set[str]]) -> None:
    with transaction.atomic():
        article.save_revision().publish()
        transaction.set_rollback(True)
    assert of_api(article) not in set().union(*purged)


def test_old_addresses_of_what_was_moved(article: ArticlePage, purged: list[set[str]]) -> None:
    root = Page.objects.get(pk=Site.objects.get(is_default_site=True).root_page_id)
    other = make_index(root, slug="other")
    purged.clear()
    article.get_parent().move(other, pos="last-child")
    assert {f"{HOST}/reading/", f"{HOST}/reading/needling/"} <= set().union(*purged)


def test_old_addresses_of_what_was_renamed(article: ArticlePage, purged: list[set[str]]) -> None:
    index = article.get_parent().specific
    index.slug = "renamed"
    index.save_revision().publish()
    assert {f"{HOST}/reading/", f"{HOST}/reading/needling/"} <= set().union(*purged)


def test_what_stays_below_its_parent_keeps_its_address(article: ArticlePage, purged: list[set[str]]) -> None:
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


def test_nothing_without_a_cache(article: ArticlePage, purged: list[set[str]], settings: Any) -> None:
    settings.WAGTAILFRONTENDCACHE = {}
    article.get_parent().move(Page.objects.get(depth=1).get_children().first(), pos="first-child")
    article.save_revision().publish()
    assert purged == []
