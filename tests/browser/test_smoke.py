"""The browser itself: the site opens in it, with styles, and asks no other host."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import PageWatch

# The text changes its colour after a while; beside it something turns for ever.
FADE = """<!doctype html><html lang="en"><title>Fade</title><style>
    @keyframes appear { from { color: %s } } @keyframes turn { to { rotate: 1turn } }
    p { animation: appear 3s steps(1); color: %s; background: #fff } i { animation: turn 1s infinite }
    </style><main><h1>A fade</h1><p>Some words.</p><i></i></main>"""
PROBE = "<img src='http://elsewhere.invalid/x.png'>"


def test_login_page_has_styles(page: Page) -> None:
    """Wagtail's login page opens and its stylesheet arrives from the live server."""
    page.goto("/admin/login/")
    assert page.evaluate("document.styleSheets.length") > 0
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")


@pytest.mark.parametrize("attempt", [1, 2])
def test_database_is_as_migrated_for_each_test(page: Page, attempt: int) -> None:
    """A live-server test empties all tables at its end; the next one finds Wagtail's first site again."""
    from wagtail.models import Site

    assert Site.objects.filter(is_default_site=True).count() == 1
    assert page.goto("/api/v1/openapi.json").status == 200


def test_watch_sees_other_hosts(new_context: Callable[..., BrowserContext], page_watch: PageWatch) -> None:
    """A page that asks another host for a picture is found out."""
    page = new_context().new_page()
    page.route("**/probe", lambda route: route.fulfill(content_type="text/html", body=PROBE))
    page.goto("/probe", wait_until="load")
    assert ["elsewhere.invalid" in problem for problem in page_watch.unexpected()] == [True]
    page_watch.expect("elsewhere.invalid")


# Not white at first: of text that can't be seen at all axe says nothing.
@pytest.mark.parametrize(("first", "last", "readable"), [("#ccc", "#000", True), ("#000", "#ccc", False)])
def test_contrast_is_measured_after_a_fade(
    first: str, last: str, readable: bool, page: Page, assert_accessible: Callable[..., None]
) -> None:
    """Text that is still pale on its way in is no fault; text that ends pale is one."""
    page.route("**/fade", lambda route: route.fulfill(content_type="text/html", body=FADE % (first, last)))
    page.goto("/fade")
    with nullcontext() if readable else pytest.raises(AssertionError, match="color-contrast"):
        assert_accessible(page)
