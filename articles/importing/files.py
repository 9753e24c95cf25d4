"""The entry point: takes bytes and a file's name, returns an article."""

import re
from collections.abc import Callable
from dataclasses import replace

from .article import ImportedArticle
from .characters import tidy_characters
from .decoding import decode
from .errors import ArticleTooLargeError, EmptyArticleError, UnreadableArticleError
from .markdown import read_markdown
from .plain_text import read_plain_text
from .saved_page import read_saved_page

MAX_BYTES = 5_000_000
_SNIFFED = 20_000
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_PAGE_START = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_MARKUP_START = re.compile(
    r"\s*<(?:article|main|section|div|h1|h2|p|title|meta|header)\b[^<>]{0,1000}>", re.IGNORECASE
)
_MARKDOWN_HEADING = re.compile(r"^#{1,6} +\S", re.MULTILINE)
_FACT = re.compile(r"[\w-]{1,40} *[:=]")
_MARKDOWN_ENDINGS = (".md", ".markdown", ".mdown", ".mkd")
_PAGE_ENDINGS = (".html", ".htm", ".xhtml")


def read_file(data: bytes, filename: str = "", *, encoding: str = "") -> ImportedArticle:
    """Return the article in `data`.

    `filename` helps to recognise the format; what the text itself says takes precedence. `encoding` names the
    text's encoding, and is needed only if the file doesn't say.

    Raises `UnreadableArticleError` or a subclass of it, with a sentence for whoever chose the file.
    """
    if len(data) > MAX_BYTES:
        raise ArticleTooLargeError(too_large(len(data)))
    if not data.strip():
        raise EmptyArticleError("The file is empty.")
    text, guessed = decode(data, encoding=encoding)
    text = tidy_characters(text)
    if not text.strip():
        raise EmptyArticleError("The file is empty.")
    try:
        article = _reader_for(text, filename.lower())(text)
    except RecursionError as error:
        raise UnreadableArticleError("The file's markup is nested too deeply to be an article.") from error
    return replace(article, notes=(guessed, *article.notes)) if guessed else article


def too_large(size: int) -> str:
    """Return the error message for a file of `size` bytes."""
    return f"The file has {size / 1_000_000:.1f} MB; an article may have {MAX_BYTES / 1_000_000:.0f} MB."


def _reader_for(text: str, filename: str) -> Callable[[str], ImportedArticle]:
    beginning = text[:_SNIFFED]
    if beginning.startswith("MIME-Version:") or "\nContent-Type: multipart/related" in beginning:
        raise UnreadableArticleError("The file is a web archive. Save the page as “HTML only” and try again.")
    if beginning.lstrip().startswith("<?xml") and ("<rss" in beginning or "<feed" in beginning):
        raise UnreadableArticleError("The file is a feed or an export of a whole blog, not one article.")
    while comment := _COMMENT.match(beginning):
        beginning = beginning[comment.end() :]
    if _PAGE_START.match(beginning) or filename.endswith(_PAGE_ENDINGS):
        return read_saved_page
    if filename.endswith(_MARKDOWN_ENDINGS) or _has_front_matter(beginning):
        return read_markdown
    if _MARKUP_START.match(beginning):
        return read_saved_page
    if _MARKDOWN_HEADING.search(beginning):
        return read_markdown
    return read_plain_text


def _has_front_matter(beginning: str) -> bool:
    lines = beginning.lstrip().split("\n", 2)
    return len(lines) > 1 and lines[0].rstrip() in {"---", "+++"} and bool(_FACT.match(lines[1]))
