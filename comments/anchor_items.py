"""What the delivery API says of the parts of a page that comments are about."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from standfirst.anchors import Anchor
from standfirst.canonical import PublicAddresses

from .schemas import CommentAnchor, CommentAnchorGrade


def describe_anchors(
    addresses: PublicAddresses, page: Any, anchors: Mapping[str, Anchor]
) -> list[CommentAnchor]:
    """Return the parts of a page, given by anchor, in this order."""
    here = addresses.of_page(page)
    own = page.get_url() or ""
    described = []
    for anchor, found in anchors.items():
        if found.url.removeprefix(own).startswith("#") or not found.url:
            # The page may be shown at the address of a frontend.
            suffix = found.url.removeprefix(own)
            url, path = f"{here.url}{suffix}", f"{here.path}{suffix}"
        else:
            url = urljoin(here.url, found.url)
            path = urlsplit(url)._replace(scheme="", netloc="").geturl()
        grade = found.grade
        described.append(
            CommentAnchor(
                anchor=anchor,
                label=found.words,
                grade=CommentAnchorGrade(value=grade.value, label=grade.label) if grade else None,
                path=path,
                url=url,
            )
        )
    return described
