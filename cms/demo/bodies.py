"""Turns the blocks of an article's file into the stored form of its body."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from articles.enums import CalloutKind, Certainty, Direction, HeadingLevel, Relation
from cms.demo.artwork import CREDIT

# Part of all stable keys of the demonstration: changing it would create everything a second time.
NAMESPACE: Final = UUID("2b0b3b4e-7a55-5d53-8f0e-6d1c4a9be7a1")

_ARTICLE_LINK: Final = re.compile(r'<a href="article:([\w-]+)">(.*?)</a>', re.DOTALL)
_BLOCK_TAG: Final = re.compile(r"<(?:ul|ol|p)\b")


def find_block_id(*, slug: str, key: str) -> str:
    """Return the id of a block of an article: a claim's key, or the position of any other block."""
    return str(uuid5(NAMESPACE, f"block:{slug}:{key}"))


class BodyWriter:
    """Writes the body of one article.

    Takes the ids of what it refers to: ``pages`` by slug, ``sources`` and ``images`` by key. A link to a page
    that no longer exists becomes plain text.
    """

    def __init__(
        self, *, slug: str, pages: Mapping[str, int], sources: Mapping[str, int], images: Mapping[str, int]
    ) -> None:
        self._slug = slug
        self._pages = pages
        self._sources = sources
        self._images = images

    def write(self, blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the blocks as a StreamField stores them. Raises ``KeyError`` for an unknown key or name."""
        return [
            {
                "type": block["type"],
                "value": getattr(self, f"_write_{block['type']}")(block, str(position)),
                "id": find_block_id(slug=self._slug, key=block.get("key", str(position))),
            }
            for position, block in enumerate(blocks)
        ]

    def write_rich_text(self, text: str) -> str:
        """Return text as rich text; empty lines separate paragraphs, ``article:slug`` links to an article."""
        parts = [part.strip() for part in re.split(r"\n\s*\n", text.strip())]
        html = "".join(part if _BLOCK_TAG.match(part) else f"<p>{part}</p>" for part in parts)
        return _ARTICLE_LINK.sub(self._write_link, html)

    def _write_link(self, match: re.Match[str]) -> str:
        slug, words = match.groups()
        page_id = self._pages.get(slug)
        return f'<a linktype="page" id="{page_id}">{words}</a>' if page_id else words

    def _write_heading(self, block: Mapping[str, Any], _key: str) -> dict[str, str]:
        return {"level": HeadingLevel(block.get("level", "h2")).value, "text": block["text"]}

    def _write_paragraph(self, block: Mapping[str, Any], _key: str) -> str:
        return self.write_rich_text(block["text"])

    def _write_quote(self, block: Mapping[str, Any], _key: str) -> dict[str, str]:
        return {"text": block["text"].strip(), "attribution": block["attribution"]}

    def _write_pull_quote(self, block: Mapping[str, Any], _key: str) -> dict[str, str]:
        return {"text": block["text"]}

    def _write_key_takeaways(self, block: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        return self._write_items(block["items"], key)

    def _write_callout(self, block: Mapping[str, Any], _key: str) -> dict[str, str]:
        return {"kind": CalloutKind(block["kind"]).value, "text": self.write_rich_text(block["text"])}

    def _write_claim(self, block: Mapping[str, Any], _key: str) -> dict[str, Any]:
        citations = [
            {"source": self._sources[row["source"]], "relation": Relation[row["relation"].upper()].value}
            for row in block.get("citations", ())
        ]
        return {
            "statement": block["statement"],
            "certainty": Certainty(block["certainty"]).value,
            "direction": Direction(block["direction"]).value if "direction" in block else "",
            "citations": self._write_items(citations, block["key"]),
            "caveat": block["caveat"],
        }

    def _write_table(self, block: Mapping[str, Any], _key: str) -> dict[str, Any]:
        return {
            "columns": [dict(column) for column in block["columns"]],
            "rows": [{"values": list(row)} for row in block["rows"]],
            "caption": block["caption"],
        }

    def _write_image(self, block: Mapping[str, Any], _key: str) -> dict[str, Any]:
        return {
            "image": {"image": self._images[block["artwork"]], "alt_text": block["alt"], "decorative": False},
            "caption": block["caption"],
            "credit": CREDIT,
        }

    def _write_items(self, values: Sequence[Any], key: str) -> list[dict[str, Any]]:
        return [
            {
                "type": "item",
                "value": value,
                "id": find_block_id(slug=self._slug, key=f"{key}:{position}"),
            }
            for position, value in enumerate(values)
        ]
