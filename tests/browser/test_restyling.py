"""The apps' style sheets in a site that has a look of its own and knows nothing of ours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route
from wagtail.models import Site

from articles.models import ArticlePage
from tests.articles.builders import block, claim_block, make_article, make_source
from tests.visibility.conftest import approved_comment

pytestmark = pytest.mark.django_db(transaction=True)

# Names that many sites use, with values that are no colour, and no word of dark mode.
HOST = """
    :root { color-scheme: light; }
    :root { --accent: 210 40% 96%; --ink: 0 0% 98%; --paper: 222 84% 5%; --line: 0; --font-ui: 0; }
    body { background: #fff; color: #222; font-family: "Comic Neue", cursive; }
    .article, .comment { display: none; }
    a { color: #0645ad; }
"""
DARK = ":root { color-scheme: dark } body { background: #111; color: #eee } a { color: #9cf }"


@pytest.fixture
def article(transactional_db: None) -> ArticlePage:
    site = Site.objects.get(is_default_site=True)
    body = [
        block("heading", {"level": "h2", "text": "What it does"}),
        block("paragraph", "<p>It helps a little.</p>"),
        claim_block("It helps.", sources=[make_source()], caveat="The trials are small."),
        block("callout", {"kind": "safety", "text": "<p>Ask somebody.</p>"}),
        block("quote", {"text": "Small trials.", "attribution": "A. Reviewer"}),
    ]
    page: ArticlePage = make_article(site.root_page, title="On dosage", slug="on-dosage", body=body)
    approved_comment(page)
    return page


@pytest.mark.parametrize("preference", ["light", "dark"])
@pytest.mark.parametrize("style", [HOST, HOST + DARK], ids=["light site", "dark site"])
def test_a_site_with_a_look_of_its_own(
    page: Page,
    article: ArticlePage,
    assert_accessible: Callable[..., None],
    style: str,
    preference: str,
) -> None:
    """Text can be read in the site's font, whatever the browser prefers and whatever names the site uses."""

    def answer(route: Route) -> None:
        route.fulfill(body=style, content_type="text/css")

    page.route("**/site/site.css", answer)
    page.emulate_media(color_scheme="dark" if preference == "dark" else "light")
    page.goto(f"/comments/form/?page={article.pk}")
    assert_accessible(page, "#content")
    page.goto(article.url)
    assert_accessible(page, "#content")
    for text in (
        ".sf-article-text p",
        ".sf-article-claim__certainty",
        ".sf-comment-text p",
        "label",
        "button",
    ):
        family = page.locator(text).first.evaluate("element => getComputedStyle(element).fontFamily")
        assert family == '"Comic Neue", cursive', text
