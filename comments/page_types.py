"""Which types of pages take comments: those whose template shows the discussion, or those of the setting."""

from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.db.models import Model, Q, QuerySet
from django.template import Node, TemplateDoesNotExist, TemplateSyntaxError
from django.template.library import InclusionNode
from wagtail.models import get_page_models

from standfirst.template_walk import walk_shown_nodes

from . import conf

# The function of a template tag that shows a page's discussion has this attribute.
SHOWS_DISCUSSION = "shows_discussion"


def takes_comments(page: Any) -> bool:
    """Return whether the type of a page takes comments, whatever is so with this page's own discussion."""
    page_type = page.specific_class
    return page_type is not None and page_type in commented_types()


def pages_with_discussion(pages: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of the pages whose type takes comments."""
    # By name: Django's look-up of content types would write those that are missing, and this is for reading.
    named = Q(pk__in=[])
    for model in commented_types():
        named |= Q(content_type__app_label=model._meta.app_label, content_type__model=model._meta.model_name)
    return pages.filter(named)


def as_its_type(page: Any) -> Any:
    """Return a page as its own type, the fields of that type not loaded; its locale is, if it was."""
    specific = page.specific_deferred
    if specific is not page and "locale" in page._state.fields_cache:
        specific.locale = page.locale
    return specific


def commented_types() -> list[type[Model]]:
    """Return the page types that take comments.

    With ``STANDFIRST_COMMENTS_PAGE_TYPES``, they are those and what inherits from them; without, every type
    whose template shows the discussion.
    """
    labels = conf.page_types()
    if labels is None:
        return [model for model in get_page_models() if _carries_tag(model)]
    chosen = tuple(
        model for model in get_page_models() if model._meta.label_lower in {label.lower() for label in labels}
    )
    return [model for model in get_page_models() if issubclass(model, chosen)]


def carries_tag(template_name: str) -> bool:
    """Return whether a template shows the discussion, under some condition or other.

    A template that can't be loaded shows none: its pages can't be shown either.
    """
    try:
        return any(is_discussion(node) for node in walk_shown_nodes(template_name))
    except (TemplateDoesNotExist, TemplateSyntaxError):
        return False


def is_discussion(node: Node) -> bool:
    """Return whether a node of a template shows the discussion of a page."""
    return isinstance(node, InclusionNode) and bool(getattr(node.func, SHOWS_DISCUSSION, False))


def _carries_tag(page_type: Any) -> bool:
    # While a site is being developed, its templates change.
    return carries_tag(page_type.template) if settings.DEBUG else _carries_tag_cached(page_type.template)


_carries_tag_cached = cache(carries_tag)


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in {"TEMPLATES", "INSTALLED_APPS"}:
        _carries_tag_cached.cache_clear()


setting_changed.connect(_forget)
