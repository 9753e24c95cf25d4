"""Spreadsheets of what strangers wrote, which no program takes for formulas.

A cell that begins with one of a few characters is calculated by Excel and others, and can then send what is
in other cells to somebody else (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import re
from typing import Any

_BEGINS_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# XML, and so XLSX, has no way to write these.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def neutralise(value: Any) -> Any:
    """Return a text with an apostrophe before what could be taken for a formula; anything else as it is."""
    if isinstance(value, str) and _BEGINS_FORMULA.match(value):
        return f"'{value}"
    return value


class SafeSpreadsheetMixin:
    """For a view with Wagtail's ``SpreadsheetExportMixin``: neutralises every text, and the headings.

    Characters that a spreadsheet can't hold become U+FFFD. Named before the view that has Wagtail's mixin.
    """

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        written = super().preprocess_field_value(field, value, export_format)  # type: ignore[misc]
        if not isinstance(written, str):
            return written
        return neutralise(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", written))

    def get_heading(self, queryset: Any, field: str) -> Any:
        return neutralise(super().get_heading(queryset, field))  # type: ignore[misc]
