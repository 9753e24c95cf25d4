"""Reads an article from a file: plain text, Markdown, or a saved web page.

Reading touches neither the database nor Wagtail. Comparing what was read with what stands on a page asks
Wagtail's editor how it would save a text. `articles.importing.files.read_file` is the entry point; it isn't
imported here, so that a site that imports nothing doesn't load the parsers. The service
`articles.services.import_article` makes a page of what it returns.
"""

from .article import (
    Heading,
    ImportedArticle,
    ListItem,
    ListPart,
    Paragraph,
    Part,
    Quote,
    Table,
)
from .errors import (
    ArticleTooLargeError,
    BinaryFileError,
    EmptyArticleError,
    MissingTitleError,
    UnknownEncodingError,
    UnreadableArticleError,
)

__all__ = [
    "ArticleTooLargeError",
    "BinaryFileError",
    "EmptyArticleError",
    "Heading",
    "ImportedArticle",
    "ListItem",
    "ListPart",
    "MissingTitleError",
    "Paragraph",
    "Part",
    "Quote",
    "Table",
    "UnknownEncodingError",
    "UnreadableArticleError",
]
