"""Where a single comment can be linked to."""

from typing import Protocol

from django.urls import reverse

from standfirst.canonical import Address, PublicAddresses

from .models import Comment


class HasAddress(Protocol):
    """A page whose address is known: absolute, and from the root of its site."""

    url: str
    path: str


def comment_address(addresses: PublicAddresses, comment: Comment, page: HasAddress) -> Address:
    """Return the address that leads to a comment where it stands.

    On a site whose pages a frontend draws, that is the comment's element on the page. Otherwise it is an
    address of this app, which finds the part of the discussion that the comment is in.
    """
    if addresses.frontend:
        fragment = f"#{comment.element_id}"
        return Address(url=f"{page.url}{fragment}", path=f"{page.path}{fragment}")
    path = reverse("standfirst_comments:comment", args=[comment.uid])
    return Address(url=f"{addresses.files_root}{path}", path=path)
