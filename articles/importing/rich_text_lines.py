"""Rich text as Wagtail's editor saves it, so that texts that read and look the same are equal."""

import re
from contextlib import suppress
from functools import cache
from typing import Any

# What the importer writes, and what an editor of paragraphs can add to it.
_FEATURES = ["bold", "italic", "superscript", "subscript", "link", "document-link", "ol", "ul"]
# The editor gives every paragraph and item a key of its own.
_KEY = re.compile(r' data-block-key="[^"]*"')
_EMPTY = re.compile(r"<(p|li)>(?:\s|<br/>)*</\1>")
_SPACE_RUN = re.compile(r"\s+")


def read_lines(html: str) -> str:
    """Return the paragraphs and list items of `html`, without what the order of its tags adds.

    `<b><i>x</i></b>` equals `<i><b>x</b></i>`, and a list equals the same list in two pieces. Markup that the
    editor can't open is returned as it is. Takes a query for each link to a page or document of the site.
    """
    converter = _converter()
    # Tags that don't match or stand where they can't, as a script may have stored them, raise these.
    with suppress(AssertionError, TypeError):
        html = converter.to_database_format(converter.from_database_format(html))
    return _SPACE_RUN.sub(" ", _EMPTY.sub("", _KEY.sub("", html))).strip()


@cache
def _converter() -> Any:
    # Wagtail's admin knows its features only once all apps are loaded.
    from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

    return ContentstateConverter(features=_FEATURES)
