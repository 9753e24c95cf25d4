"""Parses HTML, and answers the few questions that are asked about every element."""

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from .errors import ArticleTooLargeError, EmptyArticleError, UnreadableArticleError

# Far more than a page with a long article and all its comments has. Reading a page takes time that grows with
# this number, in places faster than it.
MAX_ELEMENTS = 50_000
# The same goes for these: five times the blocks of an article, to allow for comments that are left out later.
MAX_TEXTS = 10_000
_TEXTS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "dt", "dd")


def parse_html(html: str) -> HtmlElement:
    """Return the tree of an HTML page or fragment, without its comments. Nothing is fetched.

    Raises `EmptyArticleError` if there is no element in it, `ArticleTooLargeError` if it has more than
    `MAX_ELEMENTS`, or more than `MAX_TEXTS` paragraphs and the like, and `UnreadableArticleError` if it is no
    HTML or is nested too deeply.
    """
    # Bytes, because lxml refuses a string that declares an encoding.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = document_fromstring(html.encode("utf-8"), parser=parser)
    except etree.ParserError as error:
        raise EmptyArticleError("The file holds no text.") from error
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise UnreadableArticleError("The file is not HTML that can be read.") from error
    if any("depth" in entry.message for entry in parser.error_log):
        # The parser leaves out what is nested deeper.
        raise UnreadableArticleError("The file's markup is nested too deeply to be an article.")
    elements = sum(1 for _ in root.iter())
    if elements > MAX_ELEMENTS:
        raise ArticleTooLargeError(
            f"The file has {elements} elements; an article may have {MAX_ELEMENTS}. Split it."
        )
    texts = sum(1 for _ in root.iter(*_TEXTS))
    if texts > MAX_TEXTS:
        raise ArticleTooLargeError(
            f"The file has {texts} paragraphs and headings; a page with an article may have {MAX_TEXTS}. "
            "Split it."
        )
    return root


def name_of(element: HtmlElement) -> str:
    """Return the tag's name, empty for comments and processing instructions."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def is_hidden(element: HtmlElement) -> bool:
    """Tell whether the page itself hides the element from everybody."""
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style


def classes_of(element: HtmlElement) -> set[str]:
    """Return the class names of the element, in lower case."""
    return set((element.get("class") or "").lower().split())


def blank(element: HtmlElement) -> None:
    """Empty the element and hide it; what follows it stays in place.

    Unlike removing it, this copies no text, so the cost grows only with the number of elements.
    """
    element.clear(keep_tail=True)
    element.tag = "template"
