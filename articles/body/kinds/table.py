"""Tables of texts and numbers."""

import re
from typing import Any, Final, Literal
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel
from wagtail.blocks import CharBlock
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock, TypedTableBlockValidationError

from ...importing import Part, Table
from ..items import BlockItem
from ..migrating import PlainInMigrations
from ..numerals import is_numeric
from ..placing import InBody
from ..reading import Reading
from ..registry import BlockKind, ItemWriter, PlacedBlock, register_kind

# A column of a file is one of numbers if all of its cells are such: fewer than what an editor may type.
IMPORTED_NUMBER: Final = re.compile(r"[<>≤≥≈~±+\u2212-]?\s?\d[\d\s.,]*(?:[%‰]|\s?[±\u2013-]\s?\d[\d.,]*)?")


class TableBlock(InBody, PlainInMigrations, TypedTableBlock):
    """A table with a caption; columns of numbers are aligned on the right."""

    annotation_name = "caption_id"

    text = CharBlock(required=False, label=_("Text"), icon="pilcrow")
    number = CharBlock(required=False, label=_("Number"), icon="decimal")

    def clean(self, value: Any) -> Any:
        """Return the cleaned table. Raises an error at each cell of a column of numbers that holds none.

        A draft may hold such cells, so that nothing is lost while somebody types.
        """
        errors: dict[int, dict[int, ValidationError]] = {}
        try:
            value = super().clean(value)
        except TypedTableBlockValidationError as error:
            errors = error.cell_errors or {}
        if not self.is_deferred_validation:
            for row_index, row in enumerate(value.row_data):
                for column_index, column in enumerate(value.columns):
                    cell = row["values"][column_index] or ""
                    if column["block"].name == "number" and not is_numeric(cell):
                        errors.setdefault(row_index, {}).setdefault(column_index, _not_a_number(cell))
        if errors:
            raise TypedTableBlockValidationError(cell_errors=errors)
        return value

    class Meta:
        icon = "table"
        label = _("Table")
        template = "standfirst_articles/blocks/table.html"
        description = _("Columns of text and numbers")


def _not_a_number(cell: str) -> ValidationError:
    return ValidationError(
        _(
            "“%(value)s” is not a number. Write it in figures, such as 12, 1,200, -3.5, <0.001 or "
            "12 (8 to 17); if there is none, leave the cell empty or write “n/a”."
        ),
        code="not_a_number",
        params={"value": Truncator(cell).chars(40)},
    )


class TableColumnItem(BaseModel):
    """A column of a table."""

    type: Literal["table_column"]
    kind: Literal["text", "number"]
    heading: str


class TableBlockItem(BlockItem):
    """A table; each row has a cell for each column."""

    type: Literal["table"]
    caption: str | None
    columns: list[TableColumnItem]
    rows: list[list[str]]


class TableKind(BlockKind):
    """Tables of texts and numbers."""

    name = "table"
    block = TableBlock
    item = TableBlockItem
    group = _("Evidence")
    order = 70

    def annotate(self, placed: PlacedBlock, reading: Reading) -> str:
        # Alone, a table doesn't know which others stand on the screen.
        return f"table-{placed.number if reading.page is not None else uuid4()}"

    def write(self, placed: PlacedBlock, writer: ItemWriter) -> TableBlockItem:
        value = placed.value
        columns = value.columns if value else []
        return TableBlockItem(
            type="table",
            id=placed.id,
            caption=(value.caption if value else "") or None,
            columns=[
                TableColumnItem(
                    type="table_column", kind=column["block"].name, heading=column["heading"] or ""
                )
                for column in columns
            ],
            rows=[
                ["" if cell is None else str(cell) for cell in row["values"]]
                for row in (value.row_data if value else [])
            ],
        )

    def from_part(self, part: Part) -> dict[str, Any] | None:
        if not isinstance(part, Table):
            return None
        rows = part.rows[1:] if part.has_header_row else part.rows
        columns = []
        for index in range(len(part.rows[0])):
            cells = [row[index] for row in rows if row[index]]
            is_number = bool(cells) and all(map(IMPORTED_NUMBER.fullmatch, cells))
            heading = part.rows[0][index] if part.has_header_row else ""
            columns.append({"type": "number" if is_number else "text", "heading": heading})
        return {
            "columns": columns,
            "rows": [{"values": list(row)} for row in rows],
            "caption": part.caption,
        }


register_kind(TableKind())
