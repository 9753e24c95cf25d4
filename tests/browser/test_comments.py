"""The comment section in a browser: with JavaScript, without it, and for moderators."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import BrowserContext, Locator, Page, expect
from wagtail.models import Site

from articles.models import ArticlePage
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import claim_block

TakeScreenshot = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_flood_control(settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    settings.STANDFIRST_COMMENTS_PAGE_SIZE = 4


@pytest.fixture
def article(transactional_db: None) -> ArticlePage:
    root = Site.objects.get(is_default_site=True).root_page
    return root.add_child(instance=ArticlePage(title="On dosage", slug="on-dosage"))


def approve(article: ArticlePage, body: str, parent: Comment | None = None, **fields: Any) -> Comment:
    values = {"author_name": "Grace Hopper", "author_email": "grace@example.org", **fields}
    comment = submit_comment(page=article, body=body, parent_uid=parent.uid if parent else None, **values)
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    return comment


def field(page: Page, label: str) -> Locator:
    """Return the field of a label, which ends by saying whether the field is required."""
    return page.locator("#comment-form").get_by_label(re.compile(rf"^{label} (\*|\(optional\))$"))


def fill(page: Page, **values: str) -> None:
    for label, value in values.items():
        field(page, label).fill(value)


def test_a_comment_with_javascript(
    page: Page, article: ArticlePage, assert_accessible: Callable[..., None], take_screenshot: TakeScreenshot
) -> None:
    """A missing name is reported in place and the text kept; the author is remembered for the next time."""
    first = approve(article, "The dose is missing.\n\nSee https://example.org/dose.")
    approve(article, "It is in the appendix.", parent=first, author_name="Ada")
    page.goto("/on-dosage/")
    assert_accessible(page, "#comments")
    take_screenshot(page, "comments-section")
    fill(page, Comment="Which appendix?", Email="joan@example.org", Website="joan.example.org")
    page.get_by_label("Save my name").check()
    page.get_by_role("button", name="Post comment").click()
    summary = page.locator("#comment-errors")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Enter your name.")
    expect(field(page, "Name")).to_have_attribute("aria-invalid", "true")
    expect(field(page, "Comment")).to_have_value("Which appendix?")
    assert page.url.endswith("/on-dosage/")
    assert_accessible(page, "#comments")
    take_screenshot(page, "comments-error")
    expect(page.locator(".sf-comment-field--error")).to_have_count(1)
    # A site may give a field a hint of its own.
    field(page, "Name").evaluate(
        "name => { name.insertAdjacentHTML('beforebegin', '<p id=a-hint>As in print.</p>');"
        " name.setAttribute('aria-describedby', `a-hint ${name.getAttribute('aria-describedby')}`) }"
    )
    summary.get_by_role("link").click()
    expect(field(page, "Name")).to_be_focused()
    fill(page, Name="Joan Clarke")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comment-notice")).to_be_focused()
    expect(page.locator("#comment-notice")).to_contain_text("awaits moderation")
    # The thanks stand where the form stood, in sight.
    expect(page.locator("#comment-notice")).to_be_in_viewport(ratio=1)
    expect(page.locator("#comment-form")).to_be_hidden()
    expect(page.locator("#comments > #comment-notice")).to_have_count(1)
    assert_accessible(page, "#comments")
    take_screenshot(page, "comments-notice")
    page.get_by_role("button", name="Write another comment").click()
    expect(page.locator("#comment-notice")).to_have_count(0)
    expect(field(page, "Comment")).to_be_focused()
    expect(field(page, "Comment")).to_have_value("")
    expect(page.locator("[aria-invalid], .sf-comment-field--error")).to_have_count(0)
    expect(field(page, "Name")).to_have_attribute("aria-describedby", "a-hint")
    expect(field(page, "Comment")).not_to_have_attribute("aria-describedby", re.compile(""))
    assert_accessible(page, "#comments")
    comment = Comment.objects.get(status=Status.PENDING)
    assert (comment.author_name, comment.author_url) == ("Joan Clarke", "https://joan.example.org")
    assert not [cookie for cookie in page.context.cookies() if cookie["path"] != "/comments/"]

    page.goto("about:blank")
    page.goto("/on-dosage/")
    expect(field(page, "Name")).to_have_value("")
    field(page, "Comment").focus()
    expect(field(page, "Name")).to_have_value("Joan Clarke")
    expect(field(page, "Email")).to_have_value("joan@example.org")


def test_a_reply_to_a_comment_that_is_gone(
    page: Page, article: ArticlePage, take_screenshot: TakeScreenshot
) -> None:
    """The form says so and goes home; posted again, it is a comment on the page."""
    first = approve(article, "The dose is missing.")
    page.goto("/on-dosage/")
    page.get_by_role("link", name="Reply to Grace Hopper").click()
    fill(page, Comment="Indeed.", Name="Joan", Email="joan@example.org")
    set_comment_status(uids=[first.uid], status=Status.SPAM, actor=None)
    page.get_by_role("button", name="Post comment").click()
    errors = page.locator("#comment-errors")
    expect(errors).to_be_focused()
    expect(errors).to_contain_text("no longer available. Post again to comment on the whole page.")
    expect(page.locator("#comments > [data-comment-form-box]")).to_have_count(1)
    expect(page.locator("[data-comment-replying]")).to_be_hidden()
    page.set_viewport_size({"width": 320, "height": 900})
    fill(page, Name="", Email="no address")
    page.get_by_role("button", name="Post comment").click()
    expect(errors).to_contain_text("Enter your name.")
    take_screenshot(page, "comments-errors-320")
    fill(page, Name="Joan", Email="joan@example.org")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comments > #comment-notice")).to_be_focused()
    assert Comment.objects.get(status=Status.PENDING).parent is None


def test_a_reply_with_javascript(page: Page, article: ArticlePage) -> None:
    """The form moves under the comment; cancelling brings it back, and focus to the link."""
    first = approve(article, "The dose is missing.")
    page.goto("/on-dosage/")
    reply = page.get_by_role("link", name="Reply to Grace Hopper")
    reply.click()
    expect(field(page, "Comment")).to_be_focused()
    expect(page.locator(f"#comment-{first.uid} [data-comment-form]")).to_have_count(1)
    expect(page.locator("[data-comment-replying]")).to_contain_text("In reply to Grace Hopper")
    page.get_by_role("link", name="Cancel reply").click()
    expect(reply).to_be_focused()
    expect(page.locator(f"#comment-{first.uid} [data-comment-form]")).to_have_count(0)
    reply.click()
    fill(page, Comment="Indeed.", Name="Joan", Email="no address")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comment-errors")).to_be_focused()
    fill(page, Email="joan@example.org")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(f"#comment-{first.uid} #comment-notice")).to_be_focused()
    assert Comment.objects.get(status=Status.PENDING).parent == first
    expect(page.locator("[data-comment-replying]")).to_be_hidden()
    # A refusal later on stands alone: the old thanks are gone.
    reply.click()
    expect(page.locator("#comment-notice")).to_have_count(0)
    fill(page, Comment="Indeed.")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comment-errors")).to_be_focused()
    expect(page.locator("#comment-errors")).to_contain_text("already")
    expect(page.get_by_text("has been received")).to_have_count(0)


def test_more_comments_with_javascript(page: Page, article: ArticlePage) -> None:
    """Further comments join the list, and focus goes to the first of them."""
    comments = [approve(article, f"Number {number}.") for number in range(10)]
    page.goto("/on-dosage/")
    cards = page.locator(".sf-comment-card")
    expect(cards).to_have_count(4)
    page.get_by_role("link", name="More comments").click()
    expect(cards).to_have_count(8)
    expect(page.locator(f"#comment-{comments[4].uid}")).to_be_focused()
    page.get_by_role("link", name="More comments").click()
    expect(cards).to_have_count(10)
    expect(page.get_by_role("link", name="More comments")).to_have_count(0)


def test_everything_without_javascript(
    new_context: Callable[..., BrowserContext],
    article: ArticlePage,
    take_screenshot: TakeScreenshot,
) -> None:
    """Comment, error, correction, reply and further comments are pages of their own."""
    first = approve(article, "The dose is missing.")
    for number in range(5):
        approve(article, f"Number {number}.")
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/on-dosage/")
    fill(page, Comment="Two\nlines.", Email="joan@example.org")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comment-errors")).to_contain_text("Enter your name.")
    expect(field(page, "Comment")).to_have_value("Two\nlines.")
    take_screenshot(page, "comments-error-page")
    fill(page, Name="Joan")
    page.get_by_role("button", name="Post comment").click()
    assert page.url.endswith(f"/comments/received/{article.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your comment has been received.")
    expect(page.get_by_role("main")).to_contain_text("awaits moderation")
    take_screenshot(page, "comments-received-page")
    page.get_by_role("link", name="Back to “On dosage”").click()
    assert page.url.endswith("/on-dosage/")
    page.get_by_role("link", name="Reply to Grace Hopper").first.click()
    fill(page, Comment="Indeed.", Name="Joan", Email="joan@example.org")
    page.get_by_role("button", name="Post comment").click()
    assert set(Comment.objects.filter(status=Status.PENDING).values_list("parent", flat=True)) == {
        None,
        first.pk,
    }
    page.get_by_role("link", name="Back to “On dosage”").click()
    assert page.url.endswith(f"/on-dosage/#comment-{first.uid}")
    page.get_by_role("link", name="More comments").click()
    expect(page.locator(".sf-comment-card")).to_have_count(2)
    take_screenshot(page, "comments-list-page")


@pytest.fixture
def article_with_claims(article: ArticlePage) -> ArticlePage:
    article.body = [claim_block("The dose decides."), claim_block("The hour decides.")]
    article.save_revision().publish()
    return ArticlePage.objects.get(pk=article.pk)


def test_a_comment_on_a_claim_with_javascript(
    page: Page,
    article_with_claims: ArticlePage,
    assert_accessible: Callable[..., None],
    take_screenshot: TakeScreenshot,
) -> None:
    """The form comes to the claim with what was typed, says which claim it is, and goes home again."""
    second = list(article_with_claims.get_comment_anchors())[1]
    page.goto("/on-dosage/")
    fill(page, Comment="By how much?", Name="Joan")
    page.get_by_role("link", name="Comment on claim 2").click()
    assert page.url.endswith("/on-dosage/")
    expect(field(page, "Comment")).to_be_focused()
    expect(field(page, "Comment")).to_have_value("By how much?")
    expect(page.locator(f"#claim-{second} + [data-comment-form-box]")).to_have_count(1)
    about = page.locator("[data-comment-about]")
    expect(about).to_contain_text("Claim 2: The hour decides.")
    assert_accessible(page)
    take_screenshot(page, "comments-on-claim")
    # On to another claim, and away from both: nothing that was typed is lost.
    page.get_by_role("link", name="Comment on claim 1").click()
    expect(about).to_contain_text("Claim 1: The dose decides.")
    page.get_by_role("link", name="Comment on the whole page instead").click()
    expect(about).to_be_hidden()
    expect(page.locator("#comments [data-comment-form-box]")).to_have_count(1)
    expect(page.get_by_role("link", name="Comment on claim 1")).to_be_focused()
    page.get_by_role("link", name="Comment on claim 2").click()
    page.get_by_role("button", name="Post comment").click()
    # An error leaves the form, and what it is about, where they are.
    expect(page.locator("#comment-errors")).to_be_focused()
    expect(page.locator(f"#claim-{second} + [data-comment-form-box]")).to_have_count(1)
    expect(about).to_contain_text("Claim 2: The hour decides.")
    fill(page, Email="joan@example.org")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(f"#claim-{second} + #comment-notice")).to_be_focused()
    comment = Comment.objects.get()
    assert (comment.body, comment.anchor) == ("By how much?", second)
    page.get_by_role("button", name="Write another comment").click()
    expect(page.locator("#comments #comment-form")).to_be_visible()
    expect(about).to_be_hidden()
    # A comment after that is about the page.
    fill(page, Comment="Thanks for this.")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comment-notice")).to_be_focused()
    assert Comment.objects.get(body="Thanks for this.").anchor == ""


def test_a_comment_on_a_claim_without_javascript(
    new_context: Callable[..., BrowserContext], article_with_claims: ArticlePage
) -> None:
    """The form page says which claim it is about, and every way back leads to that claim."""
    second = list(article_with_claims.get_comment_anchors())[1]
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/on-dosage/")
    page.get_by_role("link", name="Comment on claim 2").click()
    expect(page.locator("[data-comment-about]")).to_contain_text("Claim 2: The hour decides.")
    back = page.get_by_role("link", name="Back to “Claim 2: The hour decides.”")
    assert (back.get_attribute("href") or "").endswith(f"/on-dosage/#claim-{second}")
    fill(page, Comment="By how much?", Email="joan@example.org")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#comment-errors")).to_be_visible()
    expect(back).to_be_visible()
    fill(page, Name="Joan")
    page.get_by_role("button", name="Post comment").click()
    assert Comment.objects.get().anchor == second
    back.click()
    assert page.url.endswith(f"/on-dosage/#claim-{second}")


def test_a_long_comment_can_be_unfolded(
    new_context: Callable[..., BrowserContext], article: ArticlePage
) -> None:
    """Also without JavaScript, and by the keyboard."""
    comment = approve(article, "A word or two more. " * 900 + "The end.")
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/on-dosage/")
    card = page.locator(f"#comment-{comment.uid}")
    expect(card.get_by_text("The end.")).to_be_hidden()
    box = card.bounding_box()
    assert box is not None
    assert box["height"] < 1_100
    card.locator("summary").press("Enter")
    expect(card.get_by_text("The end.")).to_be_visible()
    page.goto(f"/comments/page/{article.pk}/")
    expect(card.get_by_text("The end.")).to_be_hidden()
    page.emulate_media(media="print")
    expect(card.get_by_text("The end.")).to_be_visible()


def test_moderation(
    new_context: Callable[..., BrowserContext],
    log_in: Callable[..., None],
    article: ArticlePage,
    take_screenshot: TakeScreenshot,
) -> None:
    """One comment is decided about by its buttons, several by the bulk actions."""
    for number in range(3):
        submit_comment(
            page=article, body=f"Number {number}.", author_name="Joan", author_email="j@example.org"
        )
    context = new_context()
    log_in(context, get_user_model().objects.create_superuser("admin", "admin@example.org", "x"))
    page = context.new_page()
    page.goto("/admin/standfirst/comments/")
    expect(page.get_by_role("link", name="Comments (3)")).to_be_visible()
    for width in (320, 390, 768, 1199, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        boxes = [button.bounding_box() for button in page.locator(".sf-comment-decisions button").all()]
        assert len(boxes) == 9
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes), width
        take_screenshot(page, f"comments-admin-list-{width}")
    take_screenshot(page, "comments-admin-list")
    page.get_by_role("row", name="Number 2.").get_by_role("button", name="Mark as spam").press("Enter")
    expect(page.get_by_text("1 comment marked as spam.")).to_be_visible()
    expect(page.get_by_role("row", name="Number 1.")).to_be_focused()
    for number in range(2):
        page.get_by_role("row", name=f"Number {number}.").get_by_role("checkbox").check()
    take_screenshot(page, "comments-admin-bulk")
    page.get_by_role("link", name="Approve selected comments").click()
    page.get_by_role("button", name="Approve 2 comments").click()
    expect(page.get_by_text("2 comments approved.")).to_be_visible()
    assert Comment.objects.filter(status=Status.APPROVED).count() == 2
    row = page.get_by_role("row", name="Number 0.")
    row.get_by_role("link", name="History and details of the comment by Joan").click()
    expect(page.get_by_role("table", name="Moderation history")).to_contain_text("admin")
    take_screenshot(page, "comments-admin-inspect")
    page.goto(f"/admin/standfirst/comments/page/{article.pk}/")
    take_screenshot(page, "comments-admin-discussion")
