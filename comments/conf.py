"""The app's settings, read when they are used, so that later changes to them take effect."""

from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # Comments shown at once: under a page, and on each further page of its discussion.
    "STANDFIRST_COMMENTS_PAGE_SIZE": 50,
    # Levels of a thread. A reply to a comment on the last level is placed beside it instead of below.
    "STANDFIRST_COMMENTS_MAX_DEPTH": 5,
    # Seconds that must pass between two comments from one IP address, e-mail or user; 0 lets all through.
    "STANDFIRST_COMMENTS_FLOOD_SECONDS": 15,
    # Days for which a browser remembers the author who asked for it.
    "STANDFIRST_COMMENTS_REMEMBER_DAYS": 365,
    # Proxies of yours in front of the site: that many entries at the end of X-Forwarded-For are trusted.
    # With 0 the header is ignored, and the comment's address is the one that opened the connection.
    "STANDFIRST_COMMENTS_TRUSTED_PROXIES": 0,
    # Page types that take comments, as "app.Model", with what inherits from them. None stands for every type
    # whose template shows the discussion.
    "STANDFIRST_COMMENTS_PAGE_TYPES": None,
    # The form that readers fill in: the dotted path of a subclass of CommentForm; None for CommentForm.
    "STANDFIRST_COMMENTS_FORM": None,
    # The rules for new comments, in order, as dotted paths; None for those against duplicates and floods.
    "STANDFIRST_COMMENTS_RULES": None,
    # E-mail addresses of those who are told of each comment that awaits moderation.
    "STANDFIRST_COMMENTS_NOTIFY": (),
}

# A path in the tree of comments holds 32 characters a level; the column is made for this many levels.
MAX_DEPTH_LIMIT: Final = 10
PAGE_SIZE_LIMIT: Final = 500


def read(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])


def page_size() -> int:
    return int(read("STANDFIRST_COMMENTS_PAGE_SIZE"))


def max_depth() -> int:
    """Return how many levels a thread has, between 1 (no replies below) and ``MAX_DEPTH_LIMIT``."""
    return min(int(read("STANDFIRST_COMMENTS_MAX_DEPTH")), MAX_DEPTH_LIMIT)


def flood_seconds() -> int:
    """Return the seconds that must pass between two comments of one author; 0 means any number may come."""
    return int(read("STANDFIRST_COMMENTS_FLOOD_SECONDS"))


def remember_seconds() -> int:
    """Return for how many seconds a browser keeps the author's name."""
    return int(read("STANDFIRST_COMMENTS_REMEMBER_DAYS")) * 86_400


def trusted_proxies() -> int:
    """Return how many entries at the end of X-Forwarded-For were written by proxies of this site."""
    return int(read("STANDFIRST_COMMENTS_TRUSTED_PROXIES"))


def page_types() -> list[str] | None:
    """Return the labels of the page types that take comments, None to go by their templates."""
    labels = read("STANDFIRST_COMMENTS_PAGE_TYPES")
    return None if labels is None else list(labels)


def form() -> str | None:
    """Return the dotted path of the site's own form, None for that of the app."""
    path = read("STANDFIRST_COMMENTS_FORM")
    return None if path is None else str(path)


def rules() -> tuple[str, ...] | None:
    """Return the dotted paths of the rules for new comments, None for those of the app."""
    paths = read("STANDFIRST_COMMENTS_RULES")
    return None if paths is None else tuple(paths)


def notified_addresses() -> list[str]:
    """Return who gets an e-mail when a comment awaits moderation, each address once."""
    return list(dict.fromkeys(read("STANDFIRST_COMMENTS_NOTIFY")))
