"""The page at an address is the one that Wagtail finds, by fewer queries."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from wagtail.models import Page, PageViewRestriction, Site

from articles.models import ArticleIndexPage
from standfirst.routing import note_route
from standfirst.visibility import anybody
from tests.articles.builders import make_article, make_draft, make_index

pytestmark = pytest.mark.django_db


def noted(path: str) -> Any:
    request = RequestFactory().get(f"/{path}", headers={"host": "localhost"})
    note_route(request, path)
    result = getattr(request, "_wagtail_route_for_request", None)
    return result[0] if result else None


@pytest.fixture
def deep() -> Any:
    return make_article(make_index(make_index(slug="one", title="One"), slug="two", title="Two"), slug="page")


@pytest.mark.parametrize("path", ["", "one/", "one/two/", "one/two/page/"])
def test_the_page_is_the_one_that_wagtail_finds(deep: Any, path: str) -> None:
    request = RequestFactory().get(f"/{path}", headers={"host": "localhost"})
    expected = Page.route_for_request(request, path)[0]
    page = noted(path)
    assert page == expected
    assert type(page) is type(expected)
    assert page.get_parent().pk == expected.get_parent().pk
    assert list(page.get_view_restrictions()) == []


@pytest.mark.parametrize("path", ["nothing/", "one/nothing/", "one/page/", "one/two/page/more/", "two/"])
def test_what_is_nowhere_is_left_to_wagtail(deep: Any, path: str, client: Client) -> None:
    assert noted(path) is None
    assert client.get(f"/{path}").status_code == 404


@pytest.mark.parametrize("path", ["a/" * 64, "a/" * 30_000, f"{'a' * 256}/", f"{'a' * 60_000}/b/"])
def test_what_is_longer_than_any_address_is_not_looked_for(
    db: None, path: str, django_assert_num_queries: Any
) -> None:
    request = RequestFactory().get("/", headers={"host": "localhost"})
    viewer = anybody(request)
    assert viewer.site is not None
    with django_assert_num_queries(0):
        note_route(request, path)


def test_the_longest_address_is_looked_for(db: None, django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/", headers={"host": "localhost"})
    viewer = anybody(request)
    assert viewer.site is not None
    with django_assert_num_queries(1):
        note_route(request, f"{'a' * 255}/" * 63)


def test_a_draft_and_a_slug_that_a_script_wrote_are_left_to_wagtail(deep: Any, client: Client) -> None:
    draft = make_draft(deep.get_parent(), slug="draft")
    assert noted("one/two/draft/") is None
    assert not draft.live
    Page.objects.filter(pk=deep.pk).update(slug="other")
    assert noted("one/two/page/") is None
    assert client.get("/one/two/page/").status_code == 404
    assert client.get("/one/two/other/").status_code == 200


def test_a_page_type_with_routes_of_its_own_decides(deep: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def route(self: Any, request: Any, components: list[str]) -> Any:
        raise Http404

    monkeypatch.setattr(ArticleIndexPage, "route", route)
    assert noted("one/two/page/") is None


def test_restrictions_are_wagtails(deep: Any, client: Client) -> None:
    above = Page.objects.get(slug="one")
    restriction = PageViewRestriction.objects.create(page=above, restriction_type="password", password="x")
    PageViewRestriction.objects.create(page=above, restriction_type="none")
    page = noted("one/two/page/")
    known = page.get_view_restrictions()
    assert list(known) == [restriction]
    assert set(known) <= set(Page.objects.get(pk=deep.pk).get_view_restrictions())
    assert known.filter(restriction_type="login").count() == 0
    assert "password" in client.get("/one/two/page/").content.decode()


def test_the_menu_is_read_with_the_page(deep: Any, client: Client) -> None:
    home = Site.objects.get().root_page
    shown = make_index(home, title="In the menu", show_in_menus=True)
    hidden = make_index(home, title="Members", show_in_menus=True)
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    make_index(home, title="Not live", show_in_menus=True, live=False)
    html = client.get("/one/two/page/").content.decode()
    assert f'href="{shown.url}"' in html
    assert "Members" not in html
    assert "Not live" not in html
