"""Makes rich text safe to show.

Wagtail's editor only writes what its features allow, but its API and scripts store whatever they are given,
so the HTML is cleaned when it is shown. Links to pages become addresses only where the page can be seen; a
link without an address leaves its words.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import features
from wagtail.rich_text.rewriters import LinkRewriter

from standfirst.aliases import page_model
from standfirst.visibility import Viewer

_TAGS: Final = {"p", "br", "a", "b", "strong", "i", "em", "ul", "ol", "li", "sup", "sub"}
_ATTRIBUTES: Final = {"a": {"href"}}
_URL_SCHEMES: Final = {"http", "https", "mailto", "tel"}
# As nh3 writes a link whose address is missing or may not stand.
_DEAD_LINK: Final = re.compile(r'<a(?: href="")?>(.*?)</a>', re.DOTALL)
# Between texts that are expanded together, so that their links cost one query: a control character that
# HTML may not contain, and that is taken out of the texts themselves.
_SEPARATOR: Final = "\x1e"


def render_rich_texts(
    sources: Sequence[str], *, viewer: Viewer | None = None, base_url: str = ""
) -> list[SafeString]:
    """Return the HTML of each stored rich text, at a number of queries that doesn't grow with the texts.

    Links lead to live pages; with a ``viewer``, to such as it may see. A link whose page is out of reach
    keeps its words. ``base_url`` (without a slash at its end) makes links absolute.
    """
    joined = _SEPARATOR.join((source or "").replace(_SEPARATOR, "") for source in sources)
    expanded = _expand_links(joined, viewer=viewer, base_url=base_url)
    return [_clean(html, base_url) for html in expanded.split(_SEPARATOR)] if sources else []


def read_source(value: Any) -> str:
    """Return what is stored of a rich text; "" for one that is missing."""
    return getattr(value, "source", None) or ""


def _clean(html: str, base_url: str) -> SafeString:
    def make_absolute(tag: str, attribute: str, value: str) -> str:
        is_path = value.startswith("/") and not value.startswith("//")
        return f"{base_url}{value}" if attribute == "href" and is_path else value

    cleaned: str = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=make_absolute if base_url else None,
        url_schemes=_URL_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    # Links can't stand in each other, so the next end is theirs.
    cleaned = _DEAD_LINK.sub(r"\1", cleaned)
    return mark_safe(cleaned)  # noqa: S308 - cleaned in the lines above


def _expand_links(html: str, *, viewer: Viewer | None, base_url: str) -> str:
    if "linktype" not in html:
        return html

    def expand_pages(attributes: list[dict[str, str]]) -> list[str]:
        urls = _find_page_urls(
            {int(attrs["id"]) for attrs in attributes if attrs.get("id", "").isdecimal()},
            viewer=viewer,
            base_url=base_url,
        )
        return [_anchor(urls.get(attrs.get("id", ""), "")) for attrs in attributes]

    rules: dict[str, Any] = {
        name: handler.expand_db_attributes_many for name, handler in features.get_link_types().items()
    }
    rules["page"] = expand_pages
    return str(LinkRewriter(bulk_rules=rules)(html))


def _anchor(url: str) -> str:
    return f'<a href="{escape(url)}">' if url else "<a>"


def _find_page_urls(page_ids: set[int], *, viewer: Viewer | None, base_url: str) -> dict[str, str]:
    """Return the address of each page that may be linked to, by its id as text."""
    model = page_model()
    pages = model._default_manager.live()
    if viewer is not None:
        pages = viewer.see(pages)
    cache: Any = model()  # Pages cache the addresses of sites on the object that they are given.
    urls: dict[str, str] = {}
    for page in pages.filter(pk__in=page_ids).defer_streamfields().specific():
        page._wagtail_cached_site_root_paths = page._get_site_root_paths(cache)
        url = page.get_url()
        if url:  # With its host already, if there are several sites.
            urls[str(page.pk)] = f"{base_url}{url}" if url.startswith("/") else url
    return urls
