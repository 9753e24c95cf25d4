"""Every kind of page of the demonstration: accessible in light and dark, as wide as the window, and still."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AbstractBaseUser, User
from django.contrib.contenttypes.models import ContentType
from playwright.sync_api import BrowserContext, Page
from wagtail.models import Page as WagtailPage

from articles.models import Source
from cms.demo.accounts import ensure_admin
from cms.demo.build import build_demo
from comments.models import Comment
from tests.browser.settling import come_to_rest
from tests.databases import Rows, read_all_rows, write_all_rows

pytestmark = pytest.mark.django_db(transaction=True)

ARTICLE = "/articles/microneedling-and-hyperpigmentation/"
WATCH_LAYOUT = """
    window.shift = 0;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="session")
def built() -> list[Rows]:
    """Return a list that the first test to build the demonstration puts its rows in."""
    return []


@pytest.fixture
def demonstration(built: list[Rows]) -> None:
    """Have the demonstration site in the database: building it takes seconds, putting it back does not."""
    if built:
        write_all_rows(built[0])
        ContentType.objects.clear_cache()
        return
    ensure_admin(password="not used here", replace_password=False)
    build_demo(report=lambda line: None)
    built.append(read_all_rows())


def public_addresses() -> list[str]:
    page = WagtailPage.objects.get(slug="microneedling-and-hyperpigmentation")
    reply = Comment.objects.approved().filter(discussion__page=page).first()
    assert reply is not None
    return [
        "/",
        "/articles/",
        "/articles/?tag=skin",
        "/articles/?tag=no-such-tag",
        ARTICLE,
        "/how-we-grade-evidence/",
        f"/comments/form/?page={page.pk}",
        f"/comments/form/?page={page.pk}&parent={reply.uid}",
        f"/comments/page/{page.pk}/",
        f"/comments/received/{page.pk}/",
        "/_util/login/?next=/",
        "/no-such-page/",
    ]


def admin_addresses() -> list[str]:
    page = WagtailPage.objects.get(slug="microneedling-and-hyperpigmentation")
    comment = Comment.objects.first()
    assert comment is not None
    return [
        "/admin/standfirst/comments/",
        f"/admin/standfirst/comments/inspect/{comment.pk}/",
        f"/admin/standfirst/comments/page/{page.pk}/",
        "/admin/snippets/standfirst_articles/source/",
        "/admin/snippets/standfirst_articles/person/",
    ]


# Words of headings that stand on more than one line.
BROKEN_WORDS = r"""() => {
    const broken = [];
    for (const heading of document.querySelectorAll("h1, h2, h3")) {
        const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
        for (let text; text = texts.nextNode();) {
            for (const word of text.data.matchAll(/[^\s\u00ad\u200b\u2013\u2014/-]+/g)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const boxes = [...range.getClientRects()].filter(box => box.width);
                const lines = new Set(boxes.map(box => Math.round(box.top)));
                if (lines.size > 1) broken.push(word[0]);
            }
        }
    }
    return broken;
}"""


def open_page(page: Page, address: str) -> None:
    response = page.goto(address)
    assert response is not None
    assert response.status in (200, 404), address
    come_to_rest(page)


# Every page takes long to look at: `make test` sees them by day, `make test-all` in the dark, too.
both_schemes = pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])


@both_schemes
def test_public_pages(
    scheme: str,
    demonstration: None,
    new_context: Callable[..., BrowserContext],
    assert_accessible: Callable[..., None],
) -> None:
    for width in (320, 1280):
        page = new_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
        page.add_init_script(WATCH_LAYOUT)
        for address in public_addresses():
            open_page(page, address)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{address} is {overflow} px wider than a window of {width} px"
            assert page.evaluate("window.shift") < 0.001, f"the layout of {address} shifted"
            assert_accessible(page)


@both_schemes
def test_api_documentation(
    scheme: str, new_context: Callable[..., BrowserContext], assert_accessible: Callable[..., None]
) -> None:
    page = new_context(color_scheme=scheme).new_page()
    open_page(page, "/api/v1/docs/")
    page.get_by_text("Post a comment").wait_for()
    assert_accessible(page)


@both_schemes
def test_admin_screens(
    scheme: str,
    demonstration: None,
    new_context: Callable[..., BrowserContext],
    log_in: Callable[[BrowserContext, AbstractBaseUser], None],
    assert_accessible: Callable[..., None],
) -> None:
    context = new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    log_in(context, User.objects.get(username="admin"))
    page = context.new_page()
    for address in admin_addresses():
        open_page(page, address)
        assert_accessible(page, "main")


def test_a_refused_deletion_can_be_read(
    demonstration: None,
    new_context: Callable[..., BrowserContext],
    log_in: Callable[[BrowserContext, AbstractBaseUser], None],
    assert_accessible: Callable[..., None],
) -> None:
    context = new_context(color_scheme="dark", viewport={"width": 1280, "height": 900})
    log_in(context, User.objects.get(username="admin"))
    page = context.new_page()
    source = Source.objects.order_by("pk").first()
    assert source is not None
    page.goto(f"/admin/snippets/standfirst_articles/source/delete/{source.pk}/")
    page.locator(".messages").wait_for()
    assert_accessible(page, ".messages")
    assert Source.objects.filter(pk=source.pk).exists()


def test_no_word_of_a_heading_is_broken(
    demonstration: None, new_context: Callable[..., BrowserContext]
) -> None:
    for width in (320, 768, 900, 1280):
        page = new_context(viewport={"width": width, "height": 900}).new_page()
        # Where a dictionary is at hand, words may be divided by it; here they have to fit.
        page.add_init_script(
            "addEventListener('DOMContentLoaded', () => { for (const heading of"
            " document.querySelectorAll('h1, h2, h3')) heading.style.hyphens = 'manual'; })"
        )
        for address in ("/", "/articles/", ARTICLE):
            open_page(page, address)
            assert page.locator("h1").count() == 1
            assert page.evaluate(BROKEN_WORDS) == [], (address, width)
