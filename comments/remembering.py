"""The cookies of a browser that comments: of an author who asked to be remembered, and of who was just heard.

Their path is that of the comment addresses, so that they never come with a page view, and pages stay the same
for everybody. The first is signed: what comes back is what the author typed here. The second says only which
page was commented on, and is gone after a few minutes.
"""

from typing import TypedDict

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from . import conf

COOKIE_NAME = "standfirst_author"
RECEIVED_COOKIE_NAME = "standfirst_received"
_RECEIVED_SECONDS = 300
_SALT = "standfirst_comments.remembered_author"


class RememberedAuthor(TypedDict):
    """What is kept."""

    name: str
    email: str
    website: str


def recall_author(request: HttpRequest) -> RememberedAuthor | None:
    """Return the author that the browser remembers, None if there is none or the cookie is not ours."""
    try:
        values = signing.loads(
            request.COOKIES.get(COOKIE_NAME, ""), salt=_SALT, max_age=conf.remember_seconds()
        )
        return RememberedAuthor(
            name=str(values["name"]), email=str(values["email"]), website=str(values["website"])
        )
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def remember_author(request: HttpRequest, response: HttpResponse, author: RememberedAuthor) -> None:
    """Have the browser keep an author."""
    response.set_cookie(
        COOKIE_NAME,
        signing.dumps(author, salt=_SALT, compress=True),
        max_age=conf.remember_seconds(),
        path=_path(),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def forget_author(request: HttpRequest, response: HttpResponse) -> None:
    """Have the browser drop the author it keeps, if any."""
    if COOKIE_NAME in request.COOKIES:
        response.delete_cookie(COOKIE_NAME, path=_path(), samesite="Lax")


def note_received(request: HttpRequest, response: HttpResponse, *, page_id: int) -> None:
    """Have the browser keep for a few minutes that it sent a comment on a page, so that it can be thanked."""
    response.set_cookie(
        RECEIVED_COOKIE_NAME,
        str(page_id),
        max_age=_RECEIVED_SECONDS,
        path=_path(),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def is_received(request: HttpRequest, *, page_id: int) -> bool:
    """Return whether this browser sent a comment on a page a moment ago."""
    return request.COOKIES.get(RECEIVED_COOKIE_NAME) == str(page_id)


def _path() -> str:
    """Return the address below which this app's URLs are mounted."""
    return reverse("standfirst_comments:author").removesuffix("author/")
