"""The page types whose pages are articles: ours, and those of the site."""

from typing import Any

from wagtail.models import get_page_models

from .mixins import ArticleMixin


def article_page_models() -> list[type[Any]]:
    """Return the page types that inherit ``ArticleMixin``, abstract ones excepted."""
    return [model for model in get_page_models() if issubclass(model, ArticleMixin)]
