"""System checks: report misconfiguration at startup."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from wagtail.models import AbstractPage, get_page_models

from standfirst.template_walk import BASE_BLOCKS, find_lost_blocks

# What the app's models, blocks and admin pages are made of.
_REQUIRED_APPS = (
    "standfirst",
    "wagtail",
    "wagtail.admin",
    "wagtail.contrib.redirects",
    "wagtail.contrib.typed_table_block",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.snippets",
    "modelcluster",
    "taggit",
)


@register()
def check_installed_apps(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report each app that this one needs and that isn't installed."""
    return [
        Error(
            f"The app “articles” needs “{name}”.",
            hint=f"Add “{name}” to INSTALLED_APPS.",
            id="standfirst_articles.E001",
        )
        for name in _REQUIRED_APPS
        if not apps.is_installed(name)
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


@register()
def check_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report settings of this app whose values can't be used."""
    from .conf import DEFAULTS

    messages: list[CheckMessage] = []
    for name, default in DEFAULTS.items():
        value = getattr(settings, name, default)
        if name == "STANDFIRST_ARTICLES_IMAGE_WIDTHS":
            is_usable = isinstance(value, list | tuple) and bool(value) and all(map(_is_number, value))
            expected = "a list of at least one whole number above 0"
        elif name == "STANDFIRST_ARTICLES_WORDS_PER_MINUTE":
            is_usable, expected = value is None or _is_number(value), "a whole number above 0, or None"
        else:
            is_usable, expected = _is_number(value), "a whole number above 0"
        if not is_usable:
            messages.append(
                Error(f"{name} is {value!r}.", hint=f"Set it to {expected}.", id="standfirst_articles.E002")
            )
    messages += [
        checks.Warning(
            f"{name} is not a setting of the app “articles”.",
            hint=f"Look for a misspelling; the settings are listed in {__package__}.conf.",
            id="standfirst_articles.W001",
        )
        for name in dir(settings)
        if name.startswith("STANDFIRST_ARTICLES_") and name not in DEFAULTS
    ]
    return messages


@register()
def check_article_pages(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report page types that name ``ArticleMixin`` after the page class, whose methods would win."""
    from .models import ArticleMixin

    messages: list[CheckMessage] = []
    for model in get_page_models():
        if not issubclass(model, ArticleMixin):
            continue
        order = model.mro()
        if order.index(ArticleMixin) > order.index(AbstractPage):
            messages.append(
                Error(
                    f"{model.__name__} puts ArticleMixin after the page class.",
                    hint=f"Write: class {model.__name__}(ArticleMixin, Page).",
                    obj=model,
                    id="standfirst_articles.E004",
                )
            )
    return messages


@register()
def check_claims(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report claims in lists of blocks, whose ids an API remakes: they would change their addresses."""
    from .body.streams import find_lost_claims, find_stream_names
    from .models import ArticleMixin

    return [
        Error(
            f"{model.__name__} has a claim in a ListBlock: {name}.{place}.",
            hint="Make the list a StreamBlock: the ids of its blocks last, and claims are known by them.",
            obj=model,
            id="standfirst_articles.E005",
        )
        for model in get_page_models()
        if issubclass(model, ArticleMixin)
        for name in find_stream_names(model)
        for place in find_lost_claims(model._meta.get_field(name).stream_block)
    ]


@register()
def check_claims_elsewhere(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report page types whose editors can write claims that nobody indexes, as where a stream is shared."""
    from .body.streams import find_identified, find_stream_names
    from .models import ArticleMixin

    return [
        checks.Warning(
            f"{model.__name__}.{name} takes claims, but {model.__name__} is no article: its claims are "
            "neither indexed nor served, and have no lasting address.",
            hint="Put ArticleMixin before the page class, or give the page type a stream without claims.",
            obj=model,
            id="standfirst_articles.W004",
        )
        for model in get_page_models()
        if not issubclass(model, ArticleMixin)
        for name in find_stream_names(model)
        if any(find_identified(model._meta.get_field(name).stream_block))
    ]


@register(Tags.templates)
def check_templates(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what the templates of articles put into blocks that no base template has: it would vanish."""
    messages: list[CheckMessage] = []
    reported = set()
    for name in _page_templates():
        try:
            lost_blocks = find_lost_blocks(name)
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            if isinstance(error, TemplateDoesNotExist) and str(error) == name:
                continue  # A page type that is served as data alone needs no template.
            messages.append(
                checks.Warning(
                    f"The template “{name}” can't be loaded: {error or type(error).__name__}.",
                    hint="Mend it, or what it extends; until then its pages answer 500.",
                    id="standfirst_articles.W003",
                )
            )
            continue
        for lost in lost_blocks:
            if lost.name not in BASE_BLOCKS or (lost.name, lost.template) in reported:
                continue
            reported.add((lost.name, lost.template))
            messages.append(
                checks.Warning(
                    f"What {lost.template} puts into the block “{lost.name}” is shown nowhere: "
                    "no template that it extends has a block of this name.",
                    hint=f"Add {{% block {lost.name} %}}{{% endblock %}} to {lost.root}, or to "
                    "standfirst_articles/base.html inside a block that it has.",
                    id="standfirst_articles.W002",
                )
            )
    return messages


def _page_templates() -> list[str]:
    from .models import ArticleIndexPage, ArticleMixin

    models = [model for model in get_page_models() if issubclass(model, ArticleMixin | ArticleIndexPage)]
    return sorted({model.template for model in models})
