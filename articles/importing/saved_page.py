"""An article in an HTML page, as a browser saves it or a blog serves it."""

import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata
from trafilatura.settings import Document

from .article import ImportedArticle, Paragraph
from .bylines import read_byline, read_date, split_names
from .characters import squeeze
from .errors import MissingTitleError
from .finishing import finish, words_of
from .html_parts import RawPart, read_parts
from .html_tree import blank, classes_of, name_of, parse_html
from .page_furniture import is_furniture, remove_furniture

logger = logging.getLogger("standfirst.articles")

# Where blogs put the text, most reliable first: schema.org, microformats, WordPress, other systems.
_BODY_NAMES = (
    "e-content",
    "entry-content",
    "wp-block-post-content",
    "post-content",
    "article-content",
    "article-body",
    "post-body",
    "entry-body",
    "blog-post-content",
    "markdown-body",
)
_TITLE_NAMES = frozenset({"entry-title", "post-title", "wp-block-post-title", "article-title", "p-name"})
_TAG_CLOUDS = frozenset({"tagcloud", "tag-cloud", "wp-block-tag-cloud", "widget"})
_TEXT_TAGS = ("p", "h2", "h3", "h4", "li", "blockquote", "div", "td")
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d{1,6}\)(\S{1,2000}) -->")
_ENOUGH_WORDS = 3
_WORD = re.compile(r"\w+")


def read_saved_page(html: str) -> ImportedArticle:
    """Return the article on the page `html`, whose characters are tidy.

    The text is where the page's own markup says it is; if it doesn't say, trafilatura finds the article's
    paragraphs, and the smallest element around them is read.

    Raises `MissingTitleError`, `EmptyArticleError`, `ArticleTooLargeError`, and `UnreadableArticleError` for
    a page that can't be parsed.
    """
    page = parse_html(html)
    facts = _Facts(page, html)
    title_element = _title_element(page)
    title = facts.title if title_element is None else squeeze(str(title_element.text_content()))
    if not title:
        raise MissingTitleError("The page has no title: neither a first heading nor a <title>.")
    place = _named_place(page)
    remove_furniture(page, keep=[element for element in (place, title_element) if element is not None])
    if place is None:
        place = _found_place(page)
    if title_element is not None:
        blank(title_element)
    parts, left_out = read_parts(place, base_url=facts.base_url)
    parts, authors, published_at = _take_bylines(parts, facts.authors, facts.published_at)
    return finish(
        title=title,
        raw_parts=parts,
        standfirst=facts.standfirst,
        authors=authors,
        tags=facts.tags,
        published_at=published_at,
        notes=left_out.sentences(),
    )


class _Facts:
    """What the page says about the article in its head and its markup."""

    def __init__(self, page: HtmlElement, html: str) -> None:
        found = _metadata(page)
        self.title = squeeze(found.title or "") if found else ""
        self.standfirst = squeeze(found.description or "") if found else ""
        self.authors = split_names(found.author or "") if found else ()
        self.tags = tuple(_tags(page))
        self.published_at = _published_at(page) or read_date((found.date if found else None) or "")
        self.base_url = _base_url(page, html, (found.url if found else None) or "")


def _metadata(page: HtmlElement) -> Document | None:
    try:
        return extract_metadata(deepcopy(page), extensive=False)
    except Exception:
        # The library reads what strangers wrote, JSON included; an article can do without.
        logger.debug("the metadata of a page could not be read", exc_info=True)
        return None


def _tags(page: HtmlElement) -> Iterator[str]:
    for meta in page.iter("meta"):
        if (meta.get("property") or "").lower() == "article:tag":
            yield meta.get("content") or ""
    for link in page.iter("a"):
        relations = (link.get("rel") or "").lower().split()
        if "tag" in relations and "category" not in relations and not _in_tag_cloud(link):
            yield str(link.text_content())


def _in_tag_cloud(link: HtmlElement) -> bool:
    return any(
        name_of(around) == "aside" or classes_of(around) & _TAG_CLOUDS for around in link.iterancestors()
    )


def _published_at(page: HtmlElement) -> datetime | None:
    for meta in page.iter("meta"):
        if (meta.get("property") or meta.get("itemprop") or "").lower() in {
            "article:published_time",
            "datepublished",
        }:
            return read_date(meta.get("content") or "")
    for time in page.iter("time"):
        if classes_of(time) & {"published", "dt-published"} or time.get("itemprop") == "datePublished":
            return read_date(time.get("datetime") or "")
    return None


def _base_url(page: HtmlElement, html: str, canonical: str) -> str:
    saved_from = _SAVED_FROM.search(html, 0, 4000)
    base = page.find(".//base[@href]")
    candidates = (None if base is None else base.get("href"), canonical, saved_from and saved_from[1])
    return next(
        (address for address in candidates if address and address.startswith(("http://", "https://"))), ""
    )


def _title_element(page: HtmlElement) -> HtmlElement | None:
    named = [
        element
        for element in page.iter("h1", "h2")
        if classes_of(element) & _TITLE_NAMES or element.get("itemprop") == "headline"
    ]
    first_headings = [element for element in page.iter("h1") if not _is_name_of_site(element)]
    head = squeeze(page.findtext(".//title") or "").casefold()
    in_head = [
        element
        for element in first_headings
        if (text := squeeze(str(element.text_content())).casefold()) and text in head
    ]
    for candidates in ([element for element in named if element.tag == "h1"], named, in_head, first_headings):
        if candidates and squeeze(str(candidates[0].text_content())):
            return candidates[0]
    return None


def _is_name_of_site(heading: HtmlElement) -> bool:
    return any(
        classes_of(around) & {"site-title", "site-header", "site-branding", "logo"}
        or around.get("id") == "masthead"
        for around in (heading, *heading.iterancestors())
    )


def _named_place(page: HtmlElement) -> HtmlElement | None:
    """Return the element that the page's own markup names as the article's text, if there is exactly one."""
    named: dict[str, list[HtmlElement]] = {name: [] for name in ("articleBody", *_BODY_NAMES)}
    for element in page.iter():
        for name in {element.get("itemprop") or "", *classes_of(element)} & named.keys():
            named[name].append(element)
    articles = [element for element in page.iter("article") if not is_furniture(element)]
    places = (_only(elements) for elements in (*named.values(), articles))
    return next((place for place in places if place is not None), None)


def _only(elements: list[HtmlElement]) -> HtmlElement | None:
    """Return the one that holds most of their words, so that teasers of other articles don't count."""
    chosen = set(elements)
    outermost = [
        element for element in elements if not any(around in chosen for around in element.iterancestors())
    ]
    sizes = [len(str(element.text_content()).split()) for element in outermost]
    largest = max(sizes, default=0)
    if largest < _ENOUGH_WORDS or largest * 2 <= sum(sizes):
        return None
    return outermost[sizes.index(largest)]


def _found_place(page: HtmlElement) -> HtmlElement:
    """Return the smallest element around everything that trafilatura takes for the article's text.

    Its own result is not used: it drops lists of references, because they are made of links.
    """
    body = page.find("body")
    place = page if body is None else body
    wanted = _main_texts(page)
    found = [element for element in place.iter(*_TEXT_TAGS) if _key(str(element.text_content())) in wanted]
    if not found:
        main = place.find(".//main")
        return place if main is None else main
    common = set(found[0].iterancestors())
    for element in found[1:]:
        common &= set(element.iterancestors())
    return max(common, key=lambda element: sum(1 for _ in element.iterancestors()))


def _main_texts(page: HtmlElement) -> set[str]:
    copy = deepcopy(page)
    for cell in copy.iter("td", "th"):
        # It lays spans out cell by cell, and a cell can claim to span a million others.
        cell.attrib.pop("rowspan", None)
        cell.attrib.pop("colspan", None)
    try:
        extracted = bare_extraction(copy, include_comments=False, favor_recall=True)
    except Exception:
        # As with the metadata: if it fails, the whole page can still be read.
        logger.debug("the main text of a page could not be told", exc_info=True)
        return set()
    body = getattr(extracted, "body", None)
    keys = (
        {_key("".join(element.itertext())) for element in body.iter("p", "head", "item", "quote")}
        if body is not None
        else set()
    )
    return keys - {""}


def _key(text: str) -> str:
    return "".join(_WORD.findall(text[:200]))[:60]


def _take_bylines(
    parts: list[RawPart], authors: tuple[str, ...], published_at: datetime | None
) -> tuple[list[RawPart], tuple[str, ...], datetime | None]:
    index = 0
    while index < min(3, len(parts)):
        part = parts[index]
        byline = read_byline(words_of(part.html)) if isinstance(part, Paragraph) else None
        if byline is None:
            break
        authors, published_at = authors or byline[0], published_at or byline[1]
        index += 1
    return parts[index:], authors, published_at
