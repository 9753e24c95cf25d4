"""Tables of an HTML page as rows of plain text, with spans resolved."""

from collections.abc import Callable

from lxml.html import HtmlElement

from .article import Table
from .characters import squeeze

MAX_COLUMNS = 40
# A larger span is a mistake, or an attempt to make a small file expand.
MAX_SPAN = 40
MAX_ROWS = 1000
_LAYOUT_CONTENT = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "table", "article", "section", "form"})


def is_layout_table(table: HtmlElement) -> bool:
    """Tell whether the table is only for layout: by its role, a single cell, or whole sections in cells."""
    if (table.get("role") or "").lower() in {"presentation", "none"}:
        return True
    rows = _rows(table)
    widths = [len(_cells(row)) for row in rows]
    if sum(widths) <= 1 or max(widths) > MAX_COLUMNS or len(rows) > MAX_ROWS:
        return True
    return any(found is not table for found in table.iter(*_LAYOUT_CONTENT))


def read_table(
    table: HtmlElement, cell_text: Callable[[HtmlElement], str], *, caption: str = ""
) -> Table | None:
    """Return the table with all rows of the same length, or None if no cell has any text.

    A cell that spans several columns or rows fills the first of them; the others stay empty.
    """
    rows = _rows(table)
    grid: list[list[str]] = []
    heads: list[list[bool]] = []
    reserved: dict[tuple[int, int], bool] = {}
    for y, row in enumerate(rows):
        texts: list[str] = []
        head: list[bool] = []
        for cell in _cells(row):
            while (y, len(texts)) in reserved:
                head.append(reserved[y, len(texts)])
                texts.append("")
            is_head = cell.tag == "th"
            if len(texts) >= MAX_COLUMNS:
                break
            across = _span(cell, "colspan", MAX_COLUMNS - len(texts))
            down = _span(cell, "rowspan", min(MAX_SPAN, len(rows) - y))
            for below in range(1, down):
                for beside in range(across):
                    reserved[y + below, len(texts) + beside] = is_head
            texts += [cell_text(cell)] + [""] * (across - 1)
            head += [is_head] * across
        if any(texts):
            grid.append(texts)
            heads.append(head)
    if not grid:
        return None
    width = max(len(row) for row in grid)
    around = rows[0].getparent()
    in_thead = around is not None and around.tag == "thead"
    first = table.find("caption")
    if first is not None:
        caption = squeeze(str(first.text_content()))
    body = heads[1:]
    return Table(
        rows=tuple((*row, *[""] * (width - len(row))) for row in grid),
        has_header_row=in_thead or all(heads[0]),
        has_header_column=bool(body) and width > 1 and all(head and head[0] for head in body),
        caption=caption,
    )


def _rows(table: HtmlElement) -> list[HtmlElement]:
    # Not those of a table inside this one.
    return [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]


def _cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in {"td", "th"}]


def _span(cell: HtmlElement, attribute: str, most: int) -> int:
    try:
        return max(1, min(int(cell.get(attribute) or 1), most))
    except ValueError:
        return 1
