"""Makes rich text safe to show.

Wagtail's editor only writes what its features allow, but its API and scripts store whatever they are given,
so the HTML is cleaned when it is shown. Links to pages become addresses only where the page can be seen; a
link without an address leaves its words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import AbstractPage
from wagtail.rich_text import features
from wagtail.rich_text.rewriters import LinkRewriter

from standfirst.aliases import page_model
from standfirst.canonical import PublicAddresses
from standfirst.visibility import Viewer

_TAGS: Final = {"p", "br", "a", "b", "strong", "i", "em", "ul", "ol", "li", "sup", "sub"}
_PAGE_ID: Final = "data-page-id"
_ATTRIBUTES: Final = {"a": {"href", _PAGE_ID}}
_URL_SCHEMES: Final = {"http", "https", "mailto", "tel"}
# As nh3 writes a link whose address is missing or may not stand.
_DEAD_LINK: Final = re.compile(r'<a(?: href="")?>(.*?)</a>', re.DOTALL)
# Between texts that are expanded together, so that their links cost one query: a control character that
# HTML may not contain, and that is taken out of the texts themselves.
_SEPARATOR: Final = "\x1e"


def render_rich_texts(
    sources: Sequence[str],
    *,
    viewer: Viewer | None = None,
    addresses: PublicAddresses | None = None,
    targets: Mapping[int, Any] | None = None,
) -> list[SafeString]:
    """Return the HTML of each stored rich text, at a number of queries that doesn't grow with the texts.

    Links lead to live pages; with a ``viewer``, to such as it may see. A link whose page is out of reach
    keeps its words. With ``addresses`` links are absolute, and those to pages carry the page's id as
    ``data-page-id``, by which a frontend tells them from links that leave the site. ``targets`` are the pages
    that may be linked to by their ids, if they were read ahead.
    """
    joined = _SEPARATOR.join((source or "").replace(_SEPARATOR, "") for source in sources)
    joined = joined.replace(_PAGE_ID, "data-other")  # Only ours says which page a link leads to.
    expanded = _expand_links(joined, viewer=viewer, addresses=addresses, targets=targets)
    return [_clean(html, addresses) for html in expanded.split(_SEPARATOR)] if sources else []


def read_source(value: Any) -> str:
    """Return what is stored of a rich text; "" for one that is missing."""
    return getattr(value, "source", None) or ""


def _clean(html: str, addresses: PublicAddresses | None) -> SafeString:
    def make_absolute(tag: str, attribute: str, value: str) -> str:
        is_path = value.startswith("/") and not value.startswith("//")
        return addresses.of_file(value) if addresses and attribute == "href" and is_path else value

    cleaned: str = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=make_absolute if addresses else None,
        url_schemes=_URL_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    # Links can't stand in each other, so the next end is theirs.
    cleaned = _DEAD_LINK.sub(r"\1", cleaned)
    return mark_safe(cleaned)  # noqa: S308 - cleaned in the lines above


def _expand_links(
    html: str,
    *,
    viewer: Viewer | None,
    addresses: PublicAddresses | None,
    targets: Mapping[int, Any] | None,
) -> str:
    if "linktype" not in html:
        return html

    def expand_pages(attributes: list[dict[str, str]]) -> list[str]:
        urls = _find_page_urls(
            {int(attrs["id"]) for attrs in attributes if attrs.get("id", "").isdecimal()},
            viewer=viewer,
            addresses=addresses,
            targets=targets,
        )
        return [_anchor(urls.get(attrs.get("id", "")), with_id=addresses is not None) for attrs in attributes]

    rules: dict[str, Any] = {
        name: handler.expand_db_attributes_many for name, handler in features.get_link_types().items()
    }
    rules["page"] = expand_pages
    return str(LinkRewriter(bulk_rules=rules)(html))


def _anchor(page: tuple[str, str] | None, *, with_id: bool) -> str:
    if page is None:
        return "<a>"
    page_id, url = page
    mark = f' {_PAGE_ID}="{page_id}"' if with_id else ""
    return f'<a href="{escape(url)}"{mark}>'


def _find_page_urls(
    page_ids: set[int],
    *,
    viewer: Viewer | None,
    addresses: PublicAddresses | None,
    targets: Mapping[int, Any] | None,
) -> dict[str, tuple[str, str]]:
    """Return the id and the address of each page that may be linked to, by its id as text."""
    model = page_model()
    if targets is None:
        pages = model._default_manager.live()
        if viewer is not None:
            pages = viewer.see(pages)
        targets = find_targets(pages.filter(pk__in=page_ids))
    cache: Any = model()  # Pages cache the addresses of sites on the object that they are given.
    urls: dict[str, tuple[str, str]] = {}
    for page in (targets[page_id] for page_id in page_ids if page_id in targets):
        page._wagtail_cached_site_root_paths = page._get_site_root_paths(cache)
        url = addresses.of_page(page).url if addresses else page.get_url()
        if url:  # With its host already, if there are several sites.
            urls[str(page.pk)] = (str(page.pk), url)
    return urls


def find_targets(pages: Iterable[Any]) -> dict[int, Any]:
    """Return pages, not yet of their own classes, by their ids, fit to be asked for their addresses.

    Only a page type that makes addresses in its own way needs to be read once more, as its own class.
    """
    found = {page.pk: page for page in pages}
    special = [page.pk for page in found.values() if _has_own_addresses(page.specific_class)]
    if special:
        specific = page_model()._default_manager.filter(pk__in=special).defer_streamfields().specific()
        found.update({page.pk: page for page in specific})
    return found


@cache
def _has_own_addresses(page_type: type[Any] | None) -> bool:
    methods = ("get_url_parts", "get_url", "get_full_url", "_get_relevant_site_root_paths")
    return page_type is not None and any(
        getattr(page_type, name) is not getattr(AbstractPage, name) for name in methods
    )
