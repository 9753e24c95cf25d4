"""Links to what is gone: readers see words, and editors are told."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction, ReferenceIndex
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from articles.body.kinds.paragraph import PARAGRAPH_FEATURES
from articles.body.richtext import render_rich_texts
from articles.links import DeadEnd, find_dead_links
from articles.models import ArticlePage
from standfirst.visibility import Viewer
from tests.articles.builders import block, make_article, make_draft, make_index

pytestmark = pytest.mark.django_db


def page_link(page: Any, words: str) -> str:
    return f'<p><a linktype="page" id="{page if isinstance(page, int) else page.pk}">{words}</a></p>'


def document_link(document: Any, words: str) -> str:
    return f'<p><a linktype="document" id="{getattr(document, "pk", document)}">{words}</a></p>'


def paragraphs(*texts: str) -> list[dict[str, Any]]:
    return [block("paragraph", text) for text in texts]


def make_document() -> Any:
    return get_document_model().objects.create(title="D", file=ContentFile(b"x", name="d.txt"))


def dead(page: Any) -> list[tuple[str, DeadEnd]]:
    return [(link.words, link.reason) for link in find_dead_links(page)]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('<p><a linktype="page" id="999999">a <b>b</b></a> c</p>', "<p>a <b>b</b> c</p>"),
        ('<p><a linktype="document" id="999999">a</a></p>', "<p>a</p>"),
        ('<p><a href="javascript:x">a</a> <a>b</a> <a href="">c</a></p>', "<p>a b c</p>"),
        ('<a linktype="page" id="x">a\nb</a>', "a\nb"),
        ("<p>&lt;a&gt;a&lt;/a&gt;</p>", "<p>&lt;a&gt;a&lt;/a&gt;</p>"),
        (
            '<p><a linktype="page" id="9999">a</a> <a href="https://example.org">b</a></p>',
            '<p>a <a href="https://example.org">b</a></p>',
        ),
        ('<p><a>a <a href="/b">b</a></p>', '<p>a <a href="/b">b</a></p>'),
    ],
)
@pytest.mark.parametrize("viewer", [Viewer(site=None), None])
def test_a_link_without_an_address_is_its_words(source: str, shown: str, viewer: Viewer | None) -> None:
    assert render_rich_texts([source], viewer=viewer) == [shown]


def test_each_dead_end_is_found() -> None:
    live, draft, deleted, private = make_article(), make_draft(), make_article(), make_article()
    document, lost = make_document(), make_document()
    deleted_id, lost_id = deleted.pk, lost.pk
    deleted.delete()
    lost.delete()
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    page = make_draft(
        body=[
            *paragraphs(page_link(live, "live"), page_link(draft, "a <b>draft</b>")),
            block("callout", {"kind": "note", "text": page_link(deleted_id, "deleted")}),
            *paragraphs(page_link(private, "private"), document_link(document, "file")),
            *paragraphs(document_link(lost_id, "lost"), '<p><a href="https://example.org">out</a></p>'),
        ]
    )
    assert dead(page) == [
        ("a draft", DeadEnd.NOT_LIVE),
        ("deleted", DeadEnd.PAGE_GONE),
        ("private", DeadEnd.NOT_PUBLIC),
        ("lost", DeadEnd.DOCUMENT_GONE),
    ]


def test_inside_a_restricted_part_its_own_pages_are_open() -> None:
    part = make_index()
    PageViewRestriction.objects.create(page=part, restriction_type=PageViewRestriction.LOGIN)
    target = make_article(part)
    assert dead(make_draft(part, body=paragraphs(page_link(target, "beside")))) == []
    assert dead(make_draft(body=paragraphs(page_link(target, "inside")))) == [("inside", DeadEnd.NOT_PUBLIC)]


@pytest.mark.parametrize(
    "text",
    [
        "<a linktype='page' id='x'>a</a>",
        "<a linktype='page'>a",
        f"<a linktype='page' id='{'9' * 30}'>a</a>",
        "<",
    ],
)
def test_what_a_script_stored_breaks_nothing(text: str) -> None:
    assert dead(make_draft(body=paragraphs(text))) == []
    assert dead(make_draft(body=paragraphs("<a linktype='page' id='99999'>open"))) == [
        ("open", DeadEnd.PAGE_GONE)
    ]


@pytest.mark.parametrize("number", [1, 10, 100])
def test_the_number_of_queries_does_not_grow(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    texts = [page_link(10_000 + n, "p") + document_link(10_000 + n, "d") for n in range(number)]
    page = make_draft(body=paragraphs(*texts))
    with django_assert_num_queries(4):
        assert len(dead(page)) == 2 * number


def warnings(response: Any) -> list[str]:
    document = BeautifulSoup(response.content, "html.parser")
    return [" ".join(item.get_text().split()) for item in document.select(".messages .warning")]


def test_the_editor_names_them_when_the_article_is_opened_and_published(
    client: Client, admin_user: Any
) -> None:
    client.force_login(admin_user)
    target = make_article(title="Target")
    page = make_article(body=paragraphs(page_link(target, "See <b>this</b>"), page_link(99_999, "gone")))
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert warnings(client.get(edit)) == ["Readers can't follow this link: “gone” (the page was deleted)."]
    # Wagtail counts the link as a use of the page, and says so to whoever takes it away.
    assert ReferenceIndex.get_grouped_references_to(target).count() == 1
    target.unpublish()
    both = "“See this” (the page isn't published); “gone” (the page was deleted)."
    assert warnings(client.get(edit)) == [f"Readers can't follow these links: {both}"]
    kept = page_link(99_999, "still gone")
    form = nested_form_data(
        {
            "title": "New title",
            "slug": page.slug,
            "body": streamfield([("paragraph", rich_text(kept, features=PARAGRAPH_FEATURES))]),
            "bylines": inline_formset([]),
            "comments": inline_formset([]),
            "action-publish": "1",
        }
    )
    response = client.post(edit, form, follow=True)
    assert ArticlePage.objects.get(pk=page.pk).title == "New title"
    assert warnings(response) == ["Readers can't follow this link: “still gone” (the page was deleted)."]


def test_many_are_counted(client: Client, admin_user: Any) -> None:
    client.force_login(admin_user)
    page = make_draft(body=paragraphs(*[page_link(90_000 + n, f"w{n}") for n in range(12)]))
    [message] = warnings(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))
    assert message.endswith("“w9” (the page was deleted); and 2 others.")
