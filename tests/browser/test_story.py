"""The whole story in a browser: write with claims, publish, comment, correct, approve, read it everywhere."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AbstractBaseUser, User
from playwright.sync_api import BrowserContext, Page, expect
from wagtail.models import Site

from articles.models import ArticleIndexPage, Source
from cms.models import HomePage

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Does needling help against melasma?"
STATEMENT = "Needling adds a little to the effect of a depigmenting serum."
COMMENT = "Were the two sides of the face compared by people who did not know which was which?"

# A save that is under way goes on; no other begins.
STOP_SAVING = """document.querySelector("form[data-controller~='w-autosave']")
    .setAttribute("data-w-autosave-active-value", "false")"""


@pytest.fixture
def article_index() -> ArticleIndexPage:
    site = Site.objects.get(is_default_site=True)
    home = HomePage(title="Home", slug="front", headline="Articles whose claims stand up")
    site.root_page.get_root().add_child(instance=home)
    home.save_revision().publish()
    site.root_page = home
    site.save()
    index = ArticleIndexPage(title="Articles", slug="articles", show_in_menus=True)
    home.add_child(instance=index)
    index.save_revision().publish()
    return index


@pytest.fixture
def source() -> Source:
    return Source.objects.create(
        csl={
            "type": "article-journal",
            "title": "A split-face trial of needling",
            "author": [{"family": "Example", "given": "Ada"}],
            "issued": {"date-parts": [[2020]]},
            "DOI": "10.5555/needling",
        }
    )


@pytest.fixture
def administrator() -> User:
    return User.objects.create_superuser("administrator", "administrator@example.org", "password")


def add_block(editor: Page, name: str) -> None:
    editor.get_by_role("button", name="Insert a block").last.click()
    editor.get_by_role("option", name=re.compile(f"^{name}")).first.click()


def write_article(editor: Page, index: ArticleIndexPage) -> None:
    editor.goto(f"/admin/pages/add/standfirst_articles/articlepage/{index.pk}/")
    editor.locator("#id_title").fill(TITLE)
    editor.locator("[name=standfirst]").fill("One side had the serum alone, the other the needles too.")
    add_block(editor, "Heading")
    editor.locator("[name=body-0-value-text]").fill("What the trial found")
    add_block(editor, "Paragraph")
    editor.locator(".public-DraftEditor-content").last.click()
    editor.keyboard.type("Both sides became lighter.")
    add_block(editor, "Claim")
    editor.locator("[name=body-2-value-statement]").fill(STATEMENT)
    editor.locator("[name=body-2-value-certainty]").select_option("low")
    editor.locator("[name=body-2-value-direction]").select_option("supports")
    editor.get_by_role("button", name="Add", exact=True).click()
    editor.get_by_role("button", name="Choose source").click()
    editor.get_by_role("link", name=re.compile("A split-face trial of needling")).click()
    expect(editor.locator("[data-chooser-title]").last).to_contain_text("A split-face trial of needling")
    # Wagtail saves a draft by itself. Publishing while the first save is under way would make a second page;
    # a later save that begins before the page is live and ends after that takes the page back.
    editor.locator("[name=standfirst]").press_sequentially(" ")
    editor.wait_for_url(re.compile("/edit/$"))
    editor.evaluate(STOP_SAVING)
    expect(editor.locator("#w-autosave-indicator")).to_have_attribute("data-w-autosave-state-value", "saved")
    editor.get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name="Publish").click()
    expect(editor.locator(".messages")).to_contain_text(f"Page '{TITLE}' has been published")


def fill_comment_form(reader: Page, **values: str) -> None:
    for label, value in values.items():
        reader.get_by_label(re.compile(f"^{label}", re.IGNORECASE)).fill(value)


@pytest.mark.parametrize("with_javascript", [True, False], ids=["script", "plain"])
def test_from_the_editor_to_the_reader(
    with_javascript: bool,
    new_context: Callable[..., BrowserContext],
    log_in: Callable[[BrowserContext, AbstractBaseUser], None],
    assert_accessible: Callable[..., None],
    article_index: ArticleIndexPage,
    source: Source,
    administrator: User,
) -> None:
    office = new_context(viewport={"width": 1280, "height": 1000})
    log_in(office, administrator)
    editor = office.new_page()
    write_article(editor, article_index)

    reader = new_context(java_script_enabled=with_javascript).new_page()
    reader.goto("/articles/")
    reader.get_by_role("link", name=TITLE).click()
    address = urlsplit(reader.url).path
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    claim = reader.get_by_role("article", name=re.compile("Claim 1"))
    expect(claim).to_contain_text(STATEMENT)
    expect(claim).to_contain_text("Low certainty")
    expect(claim).to_contain_text("⊕⊕◯◯")
    expect(claim.get_by_role("link", name="Reference 1")).to_have_attribute("href", "#reference-1")
    expect(reader.locator("#reference-1")).to_contain_text("A split-face trial of needling")

    # The form says what it needs; what is missing is named and what was typed is kept.
    expect(reader.get_by_role("heading", name="Leave a comment")).to_be_visible()
    expect(reader.get_by_text("Your email address will not be published.")).to_be_visible()
    expect(reader.get_by_text("Required fields are marked *")).to_be_visible()
    fill_comment_form(reader, comment=COMMENT, email="reader@example.org", website="example.org")
    reader.get_by_role("button", name="Post comment").click()
    summary = reader.get_by_role("alert")
    expect(summary).to_contain_text("Enter your name")
    if with_javascript:
        expect(summary).to_be_focused()
        assert_accessible(reader)
    name = reader.get_by_label(re.compile("^Name"))
    expect(name).to_have_attribute("aria-invalid", "true")
    described_by = name.get_attribute("aria-describedby")
    assert described_by
    expect(reader.locator(f"#{described_by.split()[-1]}")).to_contain_text("Enter your name")
    expect(reader.get_by_label(re.compile("^Comment"))).to_have_value(COMMENT)
    expect(reader.get_by_label(re.compile("^Email"))).to_have_value("reader@example.org")
    expect(reader.get_by_label(re.compile("^Website"))).to_have_value("example.org")

    fill_comment_form(reader, name="Rosa Reader")
    reader.get_by_role("button", name="Post comment").click()
    thanks = reader.get_by_role("status") if with_javascript else reader.get_by_role("main")
    expect(thanks).to_contain_text("Your comment has been received.")
    expect(thanks).to_contain_text("awaits moderation")
    expect(reader.get_by_text(COMMENT)).to_have_count(0)

    # A moderator approves it.
    editor.goto("/admin/")
    editor.get_by_role("link", name="Comments (1)").click()
    row = editor.get_by_role("row", name=re.compile("Rosa Reader"))
    row.get_by_role("button", name=re.compile("^Approve")).click()
    expect(editor.locator(".messages")).to_be_visible()
    menu = editor.get_by_role("navigation", name="Main menu")
    expect(menu.get_by_role("link", name="Comments", exact=True)).to_be_visible()

    # Now it is in the page and in the API, without the address that was given in confidence.
    reader.goto(address)
    thread = reader.locator("#comments")
    expect(thread).to_contain_text(COMMENT)
    expect(thread).to_contain_text("Rosa Reader")
    assert "reader@example.org" not in reader.content()
    if with_javascript:
        assert_accessible(reader)
    resolved = reader.request.get("/api/v1/resolve/", params={"path": address}).json()
    page_id = resolved["id"]
    answer = reader.request.get("/api/v1/comments/", params={"page": page_id})
    assert [(item["author"]["name"], item["body"]) for item in answer.json()["items"]] == [
        ("Rosa Reader", COMMENT)
    ]
    assert "reader@example.org" not in answer.text()
    claims = reader.request.get("/api/v1/claims/", params={"article": page_id}).json()["items"]
    assert [(item["statement"], item["certainty"]["value"]) for item in claims] == [(STATEMENT, "low")]
