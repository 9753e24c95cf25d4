"""The page types whose pages are articles: ours, and those of the site."""

from typing import Any

from wagtail.fields import StreamField
from wagtail.models import get_page_models


def article_page_models() -> list[type[Any]]:
    """Return the page types that inherit ``ArticleMixin``, abstract ones excepted.

    They are known by an attribute, so that what the mixin rests on can ask for them.
    """
    return [model for model in get_page_models() if getattr(model, "is_standfirst_article", False)]


def article_stream_names() -> frozenset[str]:
    """Return the names of all StreamFields that articles of any type have."""
    return frozenset(
        field.name
        for model in article_page_models()
        for field in model._meta.get_fields()
        if isinstance(field, StreamField)
    )
