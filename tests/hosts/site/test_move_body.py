"""Moving a body that a page type has had into the body of articles."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from articles.models import Claim
from articles.services import rebuild_claims
from tests.articles.builders import block, claim_block, make_source, site_root
from tests.hosts.models import OldPage

pytestmark = pytest.mark.django_db


def make_old(**fields: Any) -> OldPage:
    page = OldPage(title="Old", live=False, **fields)
    site_root().add_child(instance=page)
    page.save_revision().publish()
    return OldPage.objects.get(pk=page.pk)


def move(*arguments: str, capsys: Any = None) -> None:
    call_command("standfirst_move_body", "hosts.OldPage", *arguments)


def story() -> list[dict[str, Any]]:
    return [
        block("heading", "What we know", id="a"),
        block("text", "<p>Much.</p>", id="b"),
        block("quote", {"text": "Small trials.", "attribution": "A reviewer"}, id="c"),
        claim_block("It helps.", id="d", sources=[make_source()]),
    ]


def stored(page: OldPage) -> list[tuple[str, Any, str]]:
    return [(raw["type"], raw["value"], raw["id"]) for raw in page.body.raw_data]


def test_a_stream_is_copied_with_its_ids_in_pages_drafts_and_revisions() -> None:
    page = make_old(story=story())
    before = Claim.objects.get().uid
    page.story = [*page.story.raw_data, block("text", "<p>Draft.</p>", id="e")]
    page.save_revision()
    move("story", "--rename", "text=paragraph")
    moved = OldPage.objects.get(pk=page.pk)
    assert [(name, key) for name, _value, key in stored(moved)] == [
        ("heading", "a"), ("paragraph", "b"), ("quote", "c"), ("claim", "d")
    ]  # fmt: skip
    assert stored(moved)[0][1] == {"text": "What we know"}
    assert [entry.text for entry in moved.reading.outline] == ["What we know"]
    draft = moved.get_latest_revision_as_object()
    assert [key for _name, _value, key in stored(draft)] == ["a", "b", "c", "d", "e"]
    assert len(moved.story) == 4
    assert rebuild_claims(check=True).is_clean
    # The claim stands twice as long as the old field does, and its place in the body comes first.
    assert Claim.objects.filter(uid=before, block_id="d").exists()


def test_a_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    page = make_old(story=story())
    move("story", "--rename", "text=paragraph")
    once = stored(OldPage.objects.get(pk=page.pk))
    move("story", "--rename", "text=paragraph")
    assert stored(OldPage.objects.get(pk=page.pk)) == once
    first, second, skipped = capsys.readouterr().out.splitlines()
    assert first == "4 blocks of 1 pages, and 1 revisions, were copied."
    assert second == "0 blocks of 0 pages, and 0 revisions, were copied."
    assert skipped == "1 pages have something in “body” already: left as they are."


def test_a_rich_text_is_divided_at_its_headings() -> None:
    page = make_old(
        words="<p>One.</p><h2>Two &amp; <b>more</b></h2><p>Two.</p><ul><li>x</li></ul><h4>Three</h4>"
    )
    move("words")
    moved = OldPage.objects.get(pk=page.pk)
    assert [(name, value) for name, value, _key in stored(moved)] == [
        ("paragraph", "<p>One.</p>"),
        ("heading", {"level": "h2", "text": "Two & more"}),
        ("paragraph", "<p>Two.</p><ul><li>x</li></ul>"),
        ("heading", {"level": "h3", "text": "Three"}),
    ]
    assert stored(moved) == stored(moved.get_latest_revision_as_object())


def test_a_check_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    page = make_old(story=story())
    move("story", "--rename", "text=paragraph", "--check")
    assert stored(OldPage.objects.get(pk=page.pk)) == []
    assert "would be copied" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fields", "arguments", "words"),
    [
        ({"story": [block("code", "x")]}, ["story"], "a block “code”: body has no block “code”: 2"),
        (
            {"story": [block("picture", {"file": "x"})]},
            ["story", "--rename", "picture=quote"],
            "a block “picture”: “quote” has other fields: 2",
        ),
        (
            {"story": [block("text", '<p>a</p><embed embedtype="image" id="1"/>')]},
            ["story", "--rename", "text=paragraph"],
            "a rule, picture or film in the text of “text”: 2",
        ),
        (
            {"words": '<embed embedtype="image" id="1"/>'},
            ["words"],
            "a rule, picture or film in the text of “paragraph”: 2",
        ),
    ],
)
def test_what_would_be_lost_is_named_and_nothing_is_written(
    fields: dict[str, Any], arguments: list[str], words: str
) -> None:
    other = make_old(words="<p>Fine.</p>", story=[block("heading", "Fine")])
    make_old(**fields)
    with pytest.raises(CommandError, match=words):
        move(*arguments)
    assert stored(OldPage.objects.get(pk=other.pk)) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.Page", "words"], "There is no model “nothing.Page”"),
        (["wagtailcore.Page", "title"], "no page type with ArticleMixin"),
        (["hosts.OldPage", "title"], "no other stream or text field “title”"),
        (["hosts.OldPage", "body"], "no other stream or text field “body”"),
        (["hosts.OldPage", "words", "--to", "words"], "no other stream or text field “words”"),
        (["hosts.OldPage", "story", "--to", "words"], "no StreamField “words”"),
        (["hosts.OldPage", "story", "--rename", "text"], "Write --rename OLD=NEW"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("standfirst_move_body", *arguments)
