"""What a site's migrations say of our blocks."""

from typing import Any

import pytest
from django.db.migrations.writer import MigrationWriter
from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField

from articles.body.registry import BlockKind, list_kinds
from tests.articles.builders import block

OURS = [kind for kind in list_kinds() if kind.block.__module__.startswith("articles.")]
VALUES: dict[str, Any] = {
    "claim": {"statement": "A.", "certainty": "low", "citations": []},
    "heading": {"level": "h3", "text": "A"},
    "key_takeaways": [{"type": "item", "id": "1", "value": "A"}],
    "paragraph": "<p>A.</p>",
    "quote": {"text": "A", "attribution": "B"},
}


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.name)
def test_migrations_know_wagtails_blocks_and_none_of_our_words(kind: BlockKind) -> None:
    field = StreamField([("ours", kind.block())], blank=True)
    _name, _path, args, options = field.deconstruct()
    written, imports = MigrationWriter.serialize([args, options])
    assert "articles" not in written.replace("standfirst_articles.Source", "")
    assert not [line for line in imports if "articles" in line]
    for word in ("label", "help_text", "choices"):
        assert f"'{word}'" not in written
    # What is made of it still takes what is stored.
    again = StreamField(*args, **options).stream_block
    assert isinstance(again, StreamBlock)
    if kind.name in VALUES:
        value = again.to_python([block("ours", VALUES[kind.name], id="a")])
        assert [child.id for child in value] == ["a"]
        (stored,) = again.get_prep_value(value)
        kept, given = stored["value"], VALUES[kind.name]
        assert kept | given == kept if isinstance(given, dict) else kept == given
