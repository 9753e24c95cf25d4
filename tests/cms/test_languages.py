"""Pages in several languages: each is set and marked as what it is, and so is everything around it."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from wagtail.models import Locale

from articles.models import ArticlePage
from cms.models import HomePage
from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import block, claim_block, make_article, make_index, make_person, make_source

pytestmark = pytest.mark.django_db

TITLE = "هل يساعد الوخز على علاج الكلف؟"
STATEMENT = "الوخز يضيف قليلا."


def read(client: Client, address: str, status: int = 200) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def language_of(element: Tag | None) -> tuple[Any, Any]:
    """Return the language and direction that an element has, by itself or from those around it."""
    assert element is not None
    values = []
    for name in ("lang", "dir"):
        holder: Tag | None = element
        while holder is not None and name not in holder.attrs:
            holder = holder.parent
        assert holder is not None, name
        values.append(holder[name])
    return values[0], values[1]


def one(soup: BeautifulSoup, selector: str) -> Tag:
    element = soup.select_one(selector)
    assert element is not None, selector
    return element


@pytest.fixture
def arabic() -> Locale:
    return Locale.objects.create(language_code="ar")


def make_arabic_article(home: HomePage, **fields: Any) -> ArticlePage:
    return make_article(
        make_index(home, title="Evidence", slug="evidence"),
        title=TITLE,
        standfirst=STATEMENT,
        body=[
            block("heading", {"level": "h2", "text": "PRP ما الذي وجدته"}),
            block("paragraph", "<p>PRP يضيف قليلا.</p>"),
            claim_block(STATEMENT, sources=[make_source(title="An English title")], caveat=STATEMENT),
            block("quote", {"text": "Small trials.", "attribution": "A. Reviewer"}),
        ],
        authors=[make_person(name="Ada Byron", credentials="MD", role="Editor")],
        tags=["PRP"],
        **fields,
    )


def test_an_article_in_arabic_on_an_english_site(client: Client, home: HomePage, arabic: Locale) -> None:
    soup = read(client, make_arabic_article(home, locale=arabic).get_url())
    assert language_of(soup.html) == ("ar", "rtl")
    assert one(soup, "title").get_text() == f"\u2068{TITLE}\u2069 · Standfirst"
    for own in (
        "h1",
        ".sf-article-head__standfirst",
        ".sf-article-heading",
        ".sf-article-text p",
        "blockquote",
    ):
        assert language_of(one(soup, own))[0] == "ar", own
    for own in (
        "h1",
        ".sf-article-heading",
        ".sf-article-text p",
        ".sf-article-claim__statement",
        ".sf-article-claim",
    ):
        assert language_of(one(soup, own)) == ("ar", "rtl"), own
    for interface in (
        ".site-skip",
        ".site-header",
        ".site-footer",
        ".sf-article-claim__label span",
        ".sf-article-claim__certainty",
        ".sf-article-claim__caveat strong",
        ".sf-article-claim__relation",
        ".sf-article-head__dates time",
        ".sf-article-author",  # Its commas and brackets belong to the line, whose words are of the interface.
        ".sf-article-outline__title span"
        if soup.select_one(".sf-article-outline")
        else ".sf-article-claim__name",
        ".sf-article-references h2 span",
        "#comments",
        ".sf-comment-form label",
    ):
        assert language_of(one(soup, interface)) == ("en-gb", "ltr"), interface
    # The quotation runs as it is written; names and titles don't push their surroundings about.
    assert one(soup, "blockquote")["dir"] == "auto"
    for isolated in (
        ".sf-article-author",
        ".sf-article-tag",
        ".sf-article-reference__text",
        ".sf-article-head__section",
    ):
        assert one(soup, isolated).find("bdi") is not None, isolated


def test_an_article_in_arabic_on_a_site_with_one_locale(client: Client, home: HomePage) -> None:
    soup = read(client, make_arabic_article(home).get_url())
    assert language_of(soup.html) == ("en-gb", "ltr")
    assert language_of(one(soup, ".sf-article-text p")) == ("", "rtl")
    assert language_of(one(soup, ".sf-article-claim__certainty")) == ("en-gb", "ltr")
    assert language_of(one(soup, "#comments")) == ("en-gb", "ltr")


def test_an_article_in_the_language_of_the_site_needs_no_marks(client: Client, home: HomePage) -> None:
    article = make_article(make_index(home), body=[claim_block(), block("paragraph", "<p>Words.</p>")])
    soup = read(client, article.get_url())
    assert language_of(soup.html) == ("en-gb", "ltr")
    assert [element.name for element in soup.select("[lang]")] == ["html"]


def test_lists_of_pages_mark_each(client: Client, home: HomePage, arabic: Locale) -> None:
    article = make_arabic_article(home, locale=arabic)
    make_article(article.get_parent(), title="In English")
    for address, item, title in (
        ("/", ".home-story", ".home-story__title"),
        (article.get_parent().get_url(), ".sf-article-teaser", ".sf-article-teaser__title"),
    ):
        soup = read(client, address)
        assert language_of(soup.html) == ("en-gb", "ltr")
        told = {one(entry, title).get_text(): language_of(one(entry, title)) for entry in soup.select(item)}
        assert told == {TITLE: ("ar", "rtl"), "In English": ("en-gb", "ltr")}
        times = {language_of(time) for time in soup.select(f"{item} time")}
        assert times == {("en-gb", "ltr")}


def test_comments_run_as_they_are_written(
    client: Client, home: HomePage, arabic: Locale, settings: Any
) -> None:
    article = make_arabic_article(home, locale=arabic)
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    first = submit_comment(page=article, body="شكرا (2022)", author_name="أحمد", author_email="a@example.org")
    set_comment_status(uids=[first.uid], status=Status.APPROVED, actor=None)
    second = submit_comment(
        page=article, body="Thanks!", author_name="Rosa", author_email="r@example.org", parent_uid=first.uid
    )
    set_comment_status(uids=[second.uid], status=Status.APPROVED, actor=None)
    for address in (
        article.get_url(),
        f"/comments/page/{article.pk}/",
        f"/comments/form/?page={article.pk}&parent={first.uid}",
    ):
        soup = read(client, address)
        assert language_of(soup.html) == ("ar", "rtl")
        assert language_of(one(soup, ".sf-comment-page, #comments")) == ("en-gb", "ltr")
        for text in soup.select(".sf-comment-text"):
            assert language_of(text) == ("ar", "auto")
    names = [name.get_text() for name in read(client, article.get_url()).select(".sf-comment-head bdi")]
    assert names == ["أحمد", "Rosa", "أحمد"]
    form = read(client, f"/comments/form/?page={article.pk}")
    assert form.title is not None
    assert f"\u2068{TITLE}\u2069" in form.title.get_text()
    assert one(form, ".sf-comment-back bdi").get_text() == TITLE


@pytest.mark.parametrize("address", ["/no-such-page/", "/articles/no-such-article/"])
def test_a_page_that_is_no_page_speaks_the_language_of_the_site(
    client: Client, home: HomePage, address: str
) -> None:
    assert language_of(read(client, address, status=404).html) == ("en-gb", "ltr")


def test_a_site_in_a_language_without_a_catalogue_owns_up_to_english(
    client: Client, home: HomePage, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "ar"
    assert language_of(read(client, "/no-such-page/", status=404).html) == ("en", "ltr")
