"""The registry of kinds of blocks."""

from pathlib import Path
from typing import Any, Literal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.utils.safestring import mark_safe
from wagtail.blocks import CharBlock, StreamBlock, StructBlock, TextBlock

from articles.api.presentation import Presenter
from articles.body import ArticleBodyBlock, BlockItem, BlockKind, ItemWriter, PlacedBlock, Reading, kinds
from articles.body import registry as module
from articles.body.parts import block_of
from articles.body.registry import find_kind, list_kinds, register_kind
from articles.importing import Heading
from tests.articles.builders import block, make_article


class VerseBlock(StructBlock):
    line = CharBlock()


class VerseBlockItem(BlockItem):
    type: Literal["verse"]
    line: str


class VerseKind(BlockKind):
    name = "verse"
    block = VerseBlock
    item = VerseBlockItem

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> VerseBlockItem:
        return VerseBlockItem(type="verse", id=placed.id, line=placed.value["line"])


KINDS = Path(kinds.__file__).parent


def test_a_kind_is_one_file_and_nothing_else_names_it() -> None:
    """A kind of ours touches no other module: adding a file to the folder adds the kind."""
    for name in ("pull_quote", "PullQuote"):
        naming = [path.name for path in KINDS.parents[1].rglob("*.py") if name in path.read_text("utf-8")]
        assert naming == ["pull_quote.py"]
    assert {path.stem for path in KINDS.glob("[!_]*.py")} == {kind.name for kind in list_kinds()}


@pytest.mark.django_db
def test_a_pull_quote_is_shown_and_served_and_not_counted(client: Client) -> None:
    body = [block("pull_quote", {"text": "<Calm>"}, id="a"), block("pull_quote", {}, id="b")]
    page = make_article(body=[block("paragraph", "<p>One two.</p>")])
    page.body = page._meta.get_field("body").to_python([*page.body.raw_data, *body])
    type(page).objects.filter(pk=page.pk).update(body=page.body)
    html = client.get(page.url).content.decode()
    assert html.count("sf-article-pull-quote") == 1
    assert '<p class="sf-article-pull-quote" aria-hidden="true">&lt;Calm&gt;</p>' in html
    assert client.get(f"/api/v1/articles/{page.pk}/").json()["body"][1:] == [
        {"type": "pull_quote", "id": "a", "text": "<Calm>"},
        {"type": "pull_quote", "id": "b", "text": ""},
    ]
    assert type(page).objects.get(pk=page.pk).reading.word_count == 2


class Unshown(TextBlock):
    def render(self, value: Any, context: Any = None) -> str:
        raise KeyError("request")


@pytest.fixture
def open_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let kinds be registered, and forget them afterwards."""
    monkeypatch.setattr(module, "_used", set())
    monkeypatch.setattr(module, "_kinds", dict(module._kinds))
    monkeypatch.setattr(module, "_by_block", dict(module._by_block))


@pytest.mark.usefixtures("open_registry")
def test_a_kind_of_a_site_is_offered_like_ours() -> None:
    register_kind(VerseKind())
    assert list(ArticleBodyBlock().child_blocks) == [
        "heading", "paragraph", "quote", "pull_quote", "key_takeaways", "callout", "claim", "table", "image",
        "verse",
    ]  # fmt: skip
    assert find_kind(VerseBlock()) is list_kinds()[-1]


@pytest.mark.usefixtures("open_registry")
def test_a_kind_can_be_kept_out_of_our_articles() -> None:
    kind = VerseKind()
    kind.in_articles = False  # type: ignore[misc]
    register_kind(kind)
    assert "verse" not in ArticleBodyBlock().child_blocks
    assert block_of(Heading(level=2, text="One")) == ("heading", {"level": "h2", "text": "One"})


def test_a_kind_that_comes_too_late_is_refused() -> None:
    ArticleBodyBlock()
    with pytest.raises(ImproperlyConfigured, match=r"“verse” is registered too late.*ready\(\)"):
        register_kind(VerseKind())


class WrongLiteral(VerseKind):
    name = "song"


class NoLiteral(VerseKind):
    item = BlockItem


class SecondItem(VerseKind):
    name = "heading2"
    item = type("HeadingBlockItem", (BlockItem,), {"__annotations__": {"type": Literal["heading2"]}})


class Reserved(VerseKind):
    name = "custom"


@pytest.mark.usefixtures("open_registry")
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (WrongLiteral(), 'give it type: Literal\\["song"\\]'),
        (NoLiteral(), 'give it type: Literal\\["verse"\\]'),
        (SecondItem(), "an item called HeadingBlockItem already"),
        (Reserved(), "a kind of block “custom” already"),
    ],
)
def test_what_would_spoil_the_apis_document_is_refused(kind: BlockKind, message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        register_kind(kind)


@pytest.mark.usefixtures("open_registry")
def test_no_kind_takes_the_place_of_another() -> None:
    register_kind(VerseKind())
    with pytest.raises(ImproperlyConfigured, match="a kind of block “verse” already"):
        register_kind(VerseKind())
    same_block = VerseKind()
    same_block.name = "stanza"  # type: ignore[misc]
    same_block.item = type(  # type: ignore[misc]
        "StanzaBlockItem", (BlockItem,), {"__annotations__": {"type": Literal["stanza"]}}
    )
    with pytest.raises(ImproperlyConfigured, match="VerseBlock is the block of a kind already"):
        register_kind(same_block)


def test_a_subclass_is_of_its_parents_kind_whatever_it_is_called() -> None:
    class Blocks(StreamBlock):
        title = type("Title", (type(ArticleBodyBlock().child_blocks["heading"]),), {})()
        heading = CharBlock()

    blocks = Blocks().child_blocks
    assert getattr(find_kind(blocks["title"]), "name", None) == "heading"
    assert find_kind(blocks["heading"]) is None


@pytest.mark.django_db
def test_a_block_of_no_kind_is_served_as_the_page_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    class Blocks(StreamBlock):
        code = TextBlock()
        broken = Unshown()

    class Page:
        pk = 7

    value = [
        {"type": "code", "id": "a", "value": "<b>"},
        {"type": "code", "value": mark_safe("x")},
        {"type": "broken", "id": "c", "value": "x"},
    ]
    stream = Blocks().to_python(value)
    items = Presenter(RequestFactory().get("/")).blocks(stream, Reading(page=Page(), stream=stream))
    assert [item.model_dump() for item in items] == [
        {"type": "custom", "id": "a", "block_type": "code", "html": "&lt;b&gt;"},
        {"type": "custom", "id": "", "block_type": "code", "html": "x"},
        {"type": "custom", "id": "c", "block_type": "broken", "html": ""},
    ]
    assert "The block “broken” of page 7 can't be shown" in caplog.text
