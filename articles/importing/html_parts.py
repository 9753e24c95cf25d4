"""From an HTML tree to the parts of an article, for saved pages and rendered Markdown alike."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from .article import ListItem, ListPart, Paragraph, Part, Quote
from .characters import shorten, squeeze
from .html_tables import is_layout_table, read_table
from .html_tree import blank, classes_of, is_hidden, name_of
from .left_out import LeftOut
from .rich_text import (
    BREAK,
    GAP,
    URL_SCHEMES,
    Token,
    plain_lines,
    plain_text,
    render,
    text_token,
)

MARKS = {"b": "b", "strong": "b", "i": "i", "em": "i", "sup": "sup", "sub": "sub"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(HEADINGS) | {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
    ),
    *(
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
    ),
    *(
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
    ),
    *("th", "thead", "tr", "ul"),
}
_EMBEDS = frozenset({"iframe", "video", "audio", "embed", "object", "canvas", "map"})
_UNREAD = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "title",
        "meta",
        "link",
        "svg",
        "math",
        "input",
        "button",
    }
    | {
        "select",
        "textarea",
        "option",
        "progress",
        "meter",
        "datalist",
        "source",
        "track",
        "param",
        "rp",
        "rt",
    }
)
# The text of a link to its own heading, or from a footnote back to the text.
_SIGNS = frozenset({"#", "¶", "§", "🔗", "^", "↑", "↩", "⤴", "↩︎", "⤴︎"})
MAX_ATTRIBUTION = 250


@dataclass(frozen=True, slots=True)
class RawHeading:
    """A heading with the level that the file gives it, 1 to 6."""

    level: int
    text: str


RawPart = RawHeading | Part


def read_parts(root: HtmlElement, *, base_url: str = "") -> tuple[list[RawPart], LeftOut]:
    """Return the parts of the article inside `root`, in order, and what was left out.

    `base_url` completes relative links; without it they are reduced to their text.
    """
    reader = _Reader(base_url)
    reader.children(root)
    reader.flush()
    return reader.parts, reader.left_out


class _Reader:
    def __init__(self, base_url: str) -> None:
        self.parts: list[RawPart] = []
        self.left_out = LeftOut()
        self._base_url = base_url
        self._tokens: list[Token] = []
        self._open: list[Token] = []

    # The flow of blocks.

    def children(self, element: HtmlElement) -> None:
        self._text(element.text)
        for child in element:
            self._node(child)
            self._text(child.tail)

    def flush(self) -> None:
        """End the current paragraph. Elements that are still open are opened again in the next one."""
        self._tokens.extend(Token("end", token.value) for token in reversed(self._open))
        if html := render(self._tokens):
            self.parts.append(Paragraph(html))
        self._tokens = list(self._open)

    def _text(self, text: str | None) -> None:
        if text:
            self._tokens.append(text_token(text))

    def _node(self, element: HtmlElement) -> None:
        name = name_of(element)
        if not name or name in _UNREAD or is_hidden(element) or _is_sign(element, name):
            return
        if name in _EMBEDS:
            self.left_out.embed(element.get("src") or element.get("data") or "")
        elif name == "img":
            self._image(element, self._tokens)
        elif name == "br":
            if self._ends_with_break():
                self.flush()
            else:
                self._tokens.append(BREAK)
        elif name in BLOCKS:
            self.flush()
            self._block(element, name)
            self.flush()
        else:
            self._inline(element, name)

    def _ends_with_break(self) -> bool:
        for token in reversed(self._tokens):
            if token.kind != "text" or token.value.strip():
                return token.kind == "break"
        return False

    def _inline(self, element: HtmlElement, name: str) -> None:
        start = self._start_token(element, name)
        if start is None or any(token.value == start.value for token in self._open):
            self.children(element)
            return
        self._tokens.append(start)
        self._open.append(start)
        self.children(element)
        self._open.pop()
        self._tokens.append(Token("end", start.value))

    def _block(self, element: HtmlElement, name: str) -> None:
        match name:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                if text := self._heading_text(element):
                    self.parts.append(RawHeading(HEADINGS[name], text))
            case "ul" | "ol" | "menu" | "dir":
                if part := self._list(element):
                    self.parts.append(part)
            case "blockquote":
                self._quote(element, "")
            case "pre":
                self._preformatted(element)
            case "table":
                self._table(element, "")
            case "figure":
                self._figure(element)
            case "dt" | "summary" | "legend":
                if html := render(self._collect(element)):
                    plain = html.replace("<b>", "").replace("</b>", "")
                    self.parts.append(Paragraph(f"<b>{plain}</b>"))
            case "hr":
                pass
            case _:
                self.children(element)

    def _heading_text(self, element: HtmlElement) -> str:
        return plain_text(self._collect(element))

    def _quote(self, element: HtmlElement, attribution: str) -> None:
        if (
            len(element)
            and name_of(element[-1]) in {"cite", "footer"}
            and not squeeze(element[-1].tail or "")
        ):
            attribution = attribution or plain_text(self._collect(element[-1]))
            blank(element[-1])
        text = plain_lines(self._collect(element))
        *before, last = text.split("\n")
        if (
            not attribution
            and before
            and last.startswith(("\u2014", "\u2013", "\u2015", "--"))
            and len(last) <= MAX_ATTRIBUTION
        ):
            attribution, text = last, "\n".join(before).rstrip()
        attribution = shorten(attribution.lstrip("\u2014\u2013\u2015- "), MAX_ATTRIBUTION)
        if text:
            self.parts.append(Quote(text, attribution))

    def _preformatted(self, element: HtmlElement) -> None:
        tokens: list[Token] = []
        for line in str(element.text_content()).split("\n"):
            tokens += [text_token(line), BREAK]
        if html := render(tokens):
            self.parts.append(Paragraph(html))
            self.left_out.add_code()

    def _table(self, element: HtmlElement, caption: str) -> None:
        if is_layout_table(element):
            self.children(element)
            return
        table = read_table(element, lambda cell: plain_text(self._collect(cell)), caption=caption)
        if table is not None:
            self.parts.append(table)

    def _figure(self, element: HtmlElement) -> None:
        found = element.find(".//figcaption")
        caption = "" if found is None else plain_text(self._collect(found))
        table, quote = element.find(".//table"), element.find(".//blockquote")
        if table is not None:
            self._table(table, caption)
        elif quote is not None:
            self._quote(quote, caption)
        elif element.find(".//img") is not None or any(
            element.find(f".//{name}") is not None for name in _EMBEDS
        ):
            for child in element.iter("img", *_EMBEDS):
                if name_of(child) == "img":
                    self._image(child, [], caption=caption)
                else:
                    self.left_out.embed(child.get("src") or child.get("data") or "")
        else:
            self.children(element)

    # Content that stays on one level: the text of a heading, an item, a cell, a quotation.

    def _list(self, element: HtmlElement) -> ListPart | None:
        items: list[ListItem] = []
        for child in element:
            nested: list[ListPart] = []
            name = name_of(child)
            if name in {"ul", "ol"}:
                # A list directly inside a list, as old editors write it, belongs to the item before.
                part = self._list(child)
                if part and items:
                    items[-1] = ListItem(items[-1].html, (*items[-1].children, part))
                elif part:
                    items.extend(part.items)
                continue
            if not name or name in _UNREAD or is_hidden(child):
                continue
            html = render(self._collect(child, nested))
            if html:
                items.append(ListItem(html, tuple(nested)))
            else:
                items.extend(item for part in nested for item in part.items)
        if not items:
            return None
        return ListPart(ordered=name_of(element) == "ol", items=tuple(items))

    def _collect(self, element: HtmlElement, lists: list[ListPart] | None = None) -> list[Token]:
        tokens: list[Token] = []
        self._collect_into(element, tokens, lists, frozenset())
        return tokens

    def _collect_into(
        self, element: HtmlElement, tokens: list[Token], lists: list[ListPart] | None, within: frozenset[str]
    ) -> None:
        if element.text:
            tokens.append(text_token(element.text))
        for child in element:
            self._collect_node(child, tokens, lists, within)
            if child.tail:
                tokens.append(text_token(child.tail))

    def _collect_node(
        self, element: HtmlElement, tokens: list[Token], lists: list[ListPart] | None, within: frozenset[str]
    ) -> None:
        name = name_of(element)
        if not name or name in _UNREAD or is_hidden(element) or _is_sign(element, name):
            return
        if name in _EMBEDS:
            self.left_out.embed(element.get("src") or element.get("data") or "")
        elif name == "img":
            self._image(element, tokens)
        elif name == "br":
            tokens.append(BREAK)
        elif name in {"ul", "ol"} and lists is not None:
            if part := self._list(element):
                lists.append(part)
        elif name in BLOCKS:
            tokens.append(GAP)
            self._collect_into(element, tokens, lists, within)
            tokens.append(GAP)
        else:
            start = self._start_token(element, name)
            if start is None or start.value in within:
                self._collect_into(element, tokens, lists, within)
                return
            tokens.append(start)
            self._collect_into(element, tokens, lists, within | {start.value})
            tokens.append(Token("end", start.value))

    def _start_token(self, element: HtmlElement, name: str) -> Token | None:
        if name in MARKS:
            return Token("start", MARKS[name])
        if name == "a" and (href := self._address(element)):
            return Token("start", "a", href)
        return None

    def _address(self, link: HtmlElement) -> str:
        href = (link.get("href") or "").strip()
        if not href:
            return ""
        try:
            address = urljoin(self._base_url, href) if self._base_url else href
            scheme = urlsplit(address).scheme.lower()
        except ValueError:
            address = scheme = ""
        if href.startswith("#"):
            return ""
        if scheme not in URL_SCHEMES:
            if squeeze(str(link.text_content())):
                self.left_out.add_link()
            return ""
        return address

    def _image(self, element: HtmlElement, tokens: list[Token], *, caption: str = "") -> None:
        alt = squeeze(element.get("alt") or "")
        if {"emoji", "wp-smiley"} & classes_of(element):
            tokens.append(text_token(alt))
        elif element.get("width") != "1" and element.get("height") != "1":
            self.left_out.image(alt or caption or (element.get("src") or "").rsplit("/", 1)[-1])


def _is_sign(element: HtmlElement, name: str) -> bool:
    return (
        name == "a"
        and (element.get("href") or "").startswith("#")
        and squeeze(str(element.text_content())) in _SIGNS
    )
