"""Where a single comment can be linked to."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from django.urls import reverse

from standfirst.canonical import Address, PublicAddresses

_ANY = UUID(int=0)


class HasAddress(Protocol):
    """A page whose address is known: absolute, and from the root of its site."""

    url: str
    path: str


def address_maker() -> Callable[[UUID], str]:
    """Return a function that takes a uid and returns the address that finds the comment.

    The address of the app is looked up once: for a whole list, that took longer than reading it.
    """
    before, _uid, after = reverse("standfirst_comments:comment", args=[_ANY]).rpartition(str(_ANY))
    return lambda uid: f"{before}{uid}{after}"


def comment_address_maker(addresses: PublicAddresses, page: HasAddress) -> Callable[[UUID], Address]:
    """Return a function that takes a uid and returns the address that leads to a comment where it stands.

    On a site whose pages a frontend draws, that is the comment's element on the page. Otherwise it is an
    address of this app, which finds the part of the discussion that the comment is in.
    """
    if addresses.frontend:
        return lambda uid: Address(url=f"{page.url}#comment-{uid}", path=f"{page.path}#comment-{uid}")
    path_of, root = address_maker(), addresses.files_root
    return lambda uid: Address(url=f"{root}{path_of(uid)}", path=path_of(uid))
