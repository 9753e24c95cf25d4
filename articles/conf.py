"""The app's settings, read when they are used, so that later changes to them take effect."""

from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # Articles on one page of an index.
    "STANDFIRST_ARTICLES_PAGE_SIZE": 12,
    # Widths in pixels in which every picture of an article is offered to browsers.
    "STANDFIRST_ARTICLES_IMAGE_WIDTHS": (480, 800, 1200, 1600),
    # Words that a reader reads in a minute; None shows no reading time.
    "STANDFIRST_ARTICLES_WORDS_PER_MINUTE": 230,
}


def _read(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])


def page_size() -> int:
    return int(_read("STANDFIRST_ARTICLES_PAGE_SIZE"))


def image_widths() -> tuple[int, ...]:
    return tuple(sorted(int(width) for width in _read("STANDFIRST_ARTICLES_IMAGE_WIDTHS")))


def words_per_minute() -> int | None:
    value = _read("STANDFIRST_ARTICLES_WORDS_PER_MINUTE")
    return None if value is None else int(value)
