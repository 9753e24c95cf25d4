"""The address under which search engines should know a page."""

from typing import Any

from django.http import HttpRequest

from standfirst.aliases import find_original_id, page_model
from standfirst.visibility import Viewer, anybody


def canonical_url(page: Any, *, request: HttpRequest | None = None, query: str = "") -> str:
    """Return the absolute canonical address of a page, "" if it has none.

    It is the address of an alias's original if everybody may see that, else the page's own with
    ``query``. The host is that of the page's site.
    """
    if page.alias_of_id:
        viewer = anybody(request) if request is not None else Viewer(site=None)
        originals = page_model()._default_manager.filter(pk=find_original_id(page))
        original = viewer.see(originals).first()
        url = original.get_full_url(request) if original is not None else None
        if url:
            return str(url)
    url = page.get_full_url(request)
    return f"{url}{query}" if url else ""
