"""System checks: mistakes in the project's settings that would only show later."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import NoReverseMatch, reverse

from comments import conf

_NUMBERS: dict[str, tuple[str, int, int | None]] = {
    "COMMENTS_PAGE_SIZE": ("comments.E001", 1, conf.PAGE_SIZE_LIMIT),
    "COMMENTS_MAX_DEPTH": ("comments.E002", 1, conf.MAX_DEPTH_LIMIT),
    "COMMENTS_FLOOD_SECONDS": ("comments.E003", 0, None),
    "COMMENTS_REMEMBER_DAYS": ("comments.E004", 1, None),
    "COMMENTS_TRUSTED_PROXIES": ("comments.E005", 0, None),
}


@register("comments")
def check_core(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report that the core, which this app needs, isn't installed."""
    if apps.is_installed("standfirst"):
        return []
    return [
        Error(
            "The app “comments” needs “standfirst”.",
            hint="Add “standfirst” to INSTALLED_APPS.",
            id="comments.E007",
        )
    ]


@register("comments")
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report settings of this app that are no whole numbers in their range."""
    return [
        Error(
            f"{name} is {conf.read(name)!r}.",
            hint=f"Set {name} to a whole number {_range(lowest, highest)}.",
            id=check_id,
        )
        for name, (check_id, lowest, highest) in _NUMBERS.items()
        if not _in_range(conf.read(name), lowest, highest)
    ]


@register(Tags.urls)
def check_urls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report that the app's addresses are mounted nowhere."""
    try:
        reverse("comments:post")
    except NoReverseMatch:
        return [
            Error(
                "The addresses of the comments app are not part of the site.",
                hint='Add path("comments/", include("comments.urls")) to urls.py, before Wagtail\'s own.',
                id="comments.E006",
            )
        ]
    return []


def _in_range(value: object, lowest: int, highest: int | None) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= lowest and (highest is None or value <= highest)


def _range(lowest: int, highest: int | None) -> str:
    return f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
