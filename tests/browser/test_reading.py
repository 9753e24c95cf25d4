"""What readers and editors meet around the text: targets, paper, directions, Wagtail's content checks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import BrowserContext, Page, expect
from wagtail.admin.userbar import ContentCheckerItem
from wagtail.models import Locale, Site

from articles.models import ArticleIndexPage, ArticlePage
from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import block, claim_block, make_article, make_index, make_person, make_source

pytestmark = pytest.mark.django_db(transaction=True)

ARABIC = "هل يساعد الوخز على علاج الكلف؟"
# Everything that can be pressed and is smaller than 24 by 24 px, but for links in the flow of a sentence
# (WCAG 2.2, 2.5.8) and what only a focus brings into sight.
SMALL_TARGETS = """() => {
  const flows = element =>
    getComputedStyle(element).display === "inline" &&
    [...element.parentElement.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, summary")]
    .filter(element => element.checkVisibility() && !element.matches(".site-skip"))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => (box.width < 24 || box.height < 24) && !flows(element))
    .map(([element, box]) => `${element.className || element.tagName} ${box.width}x${box.height}`);
}"""


@pytest.fixture
def index() -> ArticleIndexPage:
    root = Site.objects.get(is_default_site=True).root_page
    return make_index(root, title="Articles", slug="articles")


@pytest.fixture
def article(index: ArticleIndexPage, settings: Any) -> ArticlePage:
    """Return an article with everything that can be pressed, and a discussion."""
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    source = make_source(title="A pilot study", url="https://example.org/study", pmid="12345")
    page = make_article(
        index,
        title="On dosage",
        slug="on-dosage",
        standfirst="Short.",
        search_description="About dosage.",
        authors=[make_person(name="Ada Byron", url="https://example.org/ada", credentials="MD")],
        tags=[f"tag {number}" for number in range(30)],
        body=[
            *(block("heading", {"level": "h2", "text": f"Part {number}"}) for number in range(3)),
            block("key_takeaways", [{"type": "item", "id": "1", "value": "It helps."}]),
            claim_block("The dose decides.", sources=[source], caveat="Few tried."),
            claim_block("No."),
            block("callout", {"kind": "safety", "text": "<p>Ask first.</p>"}),
            block("paragraph", '<p>Words <a href="https://example.org/">and a link</a> in them.</p>'),
        ],
    )
    parent = None
    for number in range(3):
        comment = submit_comment(
            page=page,
            body=f"Why, number {number}?\n\nTell me.",
            author_name="Grace",
            author_email=f"grace{number}@example.org",
            author_url="https://example.org/grace",
            parent_uid=parent,
        )
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        parent = comment.uid
    return page


def test_every_target_can_be_hit(
    new_context: Callable[..., BrowserContext],
    article: ArticlePage,
    assert_accessible: Callable[..., None],
) -> None:
    for width in (320, 1280):
        page = new_context(viewport={"width": width, "height": 900}).new_page()
        for address in (
            "/articles/",
            "/articles/?tag=tag-29",
            "/articles/?tag=nothing",
            "/articles/on-dosage/",
            f"/comments/form/?page={article.pk}",
            f"/comments/page/{article.pk}/",
            f"/comments/received/{article.pk}/",
            "/no-such-page/",
        ):
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
            assert page.evaluate(SMALL_TARGETS) == [], (width, address)
            assert_accessible(page)
    page.goto("/articles/on-dosage/")
    page.get_by_label("Comment *").fill("x")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comment-errors")).to_be_focused()
    assert page.evaluate(SMALL_TARGETS) == []


def test_many_tags_are_folded_and_a_chosen_one_is_in_sight(page: Page, article: ArticlePage) -> None:
    page.goto("/articles/on-dosage/")
    tags = page.get_by_role("list", name="Tags")
    expect(tags.get_by_role("link")).to_have_count(10)
    tags.get_by_text("and 20 more").click()
    expect(tags.get_by_role("link")).to_have_count(30)
    page.goto("/articles/")
    expect(page.get_by_role("navigation", name="Tags").get_by_role("link")).to_have_count(11)
    page.goto("/articles/?tag=tag-9")
    expect(page.locator(".sf-article-tag[aria-current]")).to_have_text("tag 9")
    expect(page.locator(".sf-article-tag[aria-current]")).to_be_visible()


def test_the_outline_leads_to_references_and_comments(page: Page, article: ArticlePage) -> None:
    page.goto("/articles/on-dosage/")
    outline = page.get_by_role("navigation", name="In this article")
    for name, target in (("References", "#references"), ("Comments", "#comments")):
        outline.get_by_role("link", name=name).click()
        expect(page.locator(target)).to_be_in_viewport()


def is_dark(page: Page, selector: str) -> bool:
    """Return whether the first of these elements has text that is nearly black."""
    colour = page.locator(selector).first.evaluate("element => getComputedStyle(element).color")
    return max(map(int, re.findall(r"\d+", colour)[:3])) <= 0x33


def test_on_paper(new_context: Callable[..., BrowserContext], article: ArticlePage) -> None:
    """Black on white, also from a dark screen; meters without backgrounds; the address, but no comments."""
    page = new_context(color_scheme="dark").new_page()
    page.goto("/articles/on-dosage/")
    page.emulate_media(media="print", color_scheme="dark")
    for text in (".sf-article-text p", ".sf-article-claim__meaning", ".sf-article-reference__text", "h1"):
        assert is_dark(page, text), text
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    # A filled step is border through and through, since browsers print no backgrounds.
    steps = page.locator(".sf-article-claim .sf-article-meter--low").first.locator(".sf-article-meter__step")
    filled = steps.evaluate_all(
        "all => all.map(step => { const style = getComputedStyle(step);"
        " return parseFloat(style.borderLeftWidth) + parseFloat(style.borderRightWidth)"
        " >= step.getBoundingClientRect().width - 0.5 })"
    )
    assert filled == [True, True, False, False]
    expect(page.locator(".sf-article-head__address")).to_be_visible()
    expect(page.locator(".sf-article-head__address")).to_contain_text("/articles/on-dosage/")
    expect(page.locator(".sf-article-head__dates")).to_contain_text("Published")
    expect(page.locator(".sf-comment-unprinted")).to_contain_text("/articles/on-dosage/#comments")
    expect(page.locator(".sf-comment-form-box")).to_be_hidden()
    expect(page.locator(".sf-comment-list")).to_be_hidden()
    expect(page.get_by_role("link", name="tag 9", exact=True)).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator(".sf-article-head__address")).to_be_hidden()
    expect(page.locator(".sf-comment-unprinted")).to_be_hidden()
    # On a page of comments they are what is printed.
    page.goto(f"/comments/page/{article.pk}/")
    page.emulate_media(media="print")
    expect(page.locator(".sf-comment-list")).to_be_visible()
    page.evaluate("document.documentElement.style.setProperty('--sf-ink', '#eee')")
    for text in (".sf-comment-text p", ".sf-comment-meta"):
        assert is_dark(page, text), text


def test_an_arabic_article_runs_from_right_to_left(
    page: Page, index: ArticleIndexPage, assert_accessible: Callable[..., None]
) -> None:
    body = [
        block("paragraph", "<p>PRP يضيف قليلا.</p>"),
        claim_block("الوخز يضيف قليلا.", sources=[make_source()], caveat="التجارب صغيرة."),
        block("quote", {"text": "Small trials.", "attribution": "A. Reviewer"}),
    ]
    arabic = Locale.objects.create(language_code="ar")
    make_article(index, title=ARABIC, slug="translated", locale=arabic, body=body)
    make_article(index, title=ARABIC, slug="typed", body=body)
    for slug in ("translated", "typed"):
        page.goto(f"/articles/{slug}/")
        for selector, direction in (
            ("h1", "rtl"),
            (".sf-article-text p", "rtl"),
            (".sf-article-claim__statement", "rtl"),
            (".sf-article-claim__certainty", "ltr"),
            ("blockquote p", "ltr"),
            (".sf-comment-form-title", "ltr"),
            (".site-header", "ltr"),
        ):
            found = page.locator(selector).first.evaluate("element => getComputedStyle(element).direction")
            assert found == direction, (slug, selector)
        # The letters themselves stand at the right edge.
        edges = page.locator(".sf-article-text p").evaluate(
            "p => { const range = document.createRange(); range.selectNodeContents(p);"
            " return [p.getBoundingClientRect().right, range.getBoundingClientRect().right] }"
        )
        assert abs(edges[0] - edges[1]) < 2
        assert_accessible(page)


# Axe's own rules among those that Wagtail's content checks run; the others need its scripts.
CHECKED_BY_WAGTAIL = [
    rule
    for rule in ContentCheckerItem.axe_run_only
    if rule not in {custom["id"] for custom in ContentCheckerItem.axe_custom_rules}
]


def test_wagtails_content_checks_raise_no_false_alarm(page: Page, article: ArticlePage) -> None:
    assert "p-as-heading" in CHECKED_BY_WAGTAIL
    for address in ("/articles/on-dosage/", "/articles/", f"/comments/page/{article.pk}/"):
        page.goto(address)
        results = Axe().run(page, options={"runOnly": {"type": "rule", "values": CHECKED_BY_WAGTAIL}})
        assert results.violations_count == 0, results.generate_report()


def test_wagtails_content_metrics_count_no_words_of_readers(
    new_context: Callable[..., BrowserContext],
    log_in: Callable[..., None],
    article: ArticlePage,
) -> None:
    context = new_context(viewport={"width": 1366, "height": 1000})
    log_in(context, get_user_model().objects.create_superuser("admin", "admin@example.org", "x"))
    editor = context.new_page()
    editor.goto(f"/admin/pages/{article.pk}/edit/")
    editor.locator('[data-side-panel-toggle="checks"]').click()
    panel = editor.locator('[data-side-panel="checks"]')
    expect(panel.locator("[data-content-reading-time]")).to_contain_text("min")
    expect(panel.locator("[data-content-checker-count]")).to_have_text("0")
    frame = editor.frame_locator("#w-preview-iframe, [data-side-panel=preview] iframe")
    words = frame.locator("main").inner_text()
    assert "The dose decides." in words
    assert "Tell me." not in words
    assert "Leave a comment" not in words
