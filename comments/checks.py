"""System checks: report misconfiguration at startup."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from wagtail.models import get_page_models

from standfirst.template_walk import BASE_BLOCKS, LostBlock, find_lost_blocks, walk_nodes

from . import conf
from .extra_fields import find_kind
from .forms import OWN_FIELDS, CommentForm, find_form_class
from .page_types import carries_tag, commented_types, is_discussion
from .screening.pipeline import load_rule

# The pages of this app: all of them extend standfirst_comments/base.html.
_OWN_TEMPLATES = (
    "standfirst_comments/form_page.html",
    "standfirst_comments/list_page.html",
    "standfirst_comments/too_large.html",
)

_NUMBERS: dict[str, tuple[str, int, int | None]] = {
    "STANDFIRST_COMMENTS_PAGE_SIZE": ("standfirst_comments.E001", 1, conf.PAGE_SIZE_LIMIT),
    "STANDFIRST_COMMENTS_MAX_DEPTH": ("standfirst_comments.E002", 1, conf.MAX_DEPTH_LIMIT),
    "STANDFIRST_COMMENTS_FLOOD_SECONDS": ("standfirst_comments.E003", 0, None),
    "STANDFIRST_COMMENTS_REMEMBER_DAYS": ("standfirst_comments.E004", 1, None),
    "STANDFIRST_COMMENTS_TRUSTED_PROXIES": ("standfirst_comments.E005", 0, None),
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
            id="standfirst_comments.E007",
        )
    ]


@register("comments")
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report settings of this app that are not whole numbers in their range."""
    return [
        Error(
            f"{name} is {conf.read(name)!r}.",
            hint=f"Set {name} to a whole number {_range(lowest, highest)}.",
            id=check_id,
        )
        for name, (check_id, lowest, highest) in _NUMBERS.items()
        if not _in_range(conf.read(name), lowest, highest)
    ]


@register("comments")
def check_form(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a form that is none, and fields in it that can't be kept or that have a name of ours."""
    try:
        form_class = find_form_class()
    except ImproperlyConfigured as error:
        return [
            Error(
                str(error),
                hint=f"Name a subclass of {CommentForm.__module__}.CommentForm with its dotted path.",
                id="standfirst_comments.E010",
            )
        ]
    messages: list[CheckMessage] = [
        Error(
            f"The field “{name}” of {form_class.__name__} is a {type(field).__name__}, which can't be kept.",
            hint="Use a field for text, numbers, dates, choices or a tick, or a subclass of one.",
            id="standfirst_comments.E011",
        )
        for name, field in form_class.extra_fields().items()
        if find_kind(field) is None
    ]
    messages += [
        Error(
            f"{form_class.__name__} has a field “{name}” of its own in place of the app's, or none.",
            hint="Choose another name; change labels and help texts of the app's fields in __init__.",
            id="standfirst_comments.E012",
        )
        for name in OWN_FIELDS
        if form_class.base_fields.get(name) is not CommentForm.base_fields[name]
    ]
    messages += [
        Error(
            f"{form_class.__name__}.public_fields names “{name}”, which is no field that the class adds.",
            hint="Name fields that the form adds to those of the app.",
            id="standfirst_comments.E013",
        )
        for name in form_class.public_fields
        if name not in form_class.extra_fields()
    ]
    return messages


@register("comments")
def check_rules(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a list of rules that is none, and what in it is no rule."""
    paths = conf.read("STANDFIRST_COMMENTS_RULES")
    if paths is None:
        return []
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) for path in paths):
        return [
            Error(
                f"STANDFIRST_COMMENTS_RULES is {paths!r}.",
                hint="Set it to a list of the dotted paths of rules, or to None.",
                id="standfirst_comments.E014",
            )
        ]
    return [
        Error(
            f"STANDFIRST_COMMENTS_RULES names “{path}”, which is no rule: {fault}.",
            hint="Name a class, or an object, that has a “code” and a method “check”.",
            id="standfirst_comments.E015",
        )
        for path in paths
        if (fault := _find_fault(path))
    ]


def _find_fault(path: str) -> str:
    try:
        load_rule(path)
    except Exception as error:  # Whatever a stranger's module or class raises.
        return str(error) or type(error).__name__
    return ""


@register("comments")
def check_notified_addresses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report that those who should be told of comments can't be."""
    value = conf.read("STANDFIRST_COMMENTS_NOTIFY")
    if isinstance(value, list | tuple | set) and all(map(_is_email, value)):
        return []
    return [
        Error(
            f"STANDFIRST_COMMENTS_NOTIFY is {value!r}.",
            hint='Set it to a list of e-mail addresses, such as ["desk@example.org"].',
            id="standfirst_comments.E020",
        )
    ]


@register(Tags.urls)
def check_urls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report that the app's addresses are mounted nowhere."""
    try:
        reverse("standfirst_comments:post")
    except NoReverseMatch:
        return [
            Error(
                "The addresses of the comments app are not part of the site.",
                hint=f'Put path("comments/", include("{__package__}.urls")) into urls.py, before Wagtail\'s.',
                id="standfirst_comments.E006",
            )
        ]
    return []


@register(Tags.templates)
def check_templates(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what this app's templates put into blocks that no base template has: it would vanish."""
    messages: list[CheckMessage] = []
    reported: set[str] = set()
    for name in _OWN_TEMPLATES:
        try:
            lost_blocks = find_lost_blocks(name)
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            messages.append(
                checks.Warning(
                    f"The template “{name}” can't be loaded: {error or type(error).__name__}.",
                    hint="Mend it, or what it extends; until then its pages answer 500.",
                    id="standfirst_comments.W002",
                )
            )
            continue
        for lost in lost_blocks:
            if lost.name in BASE_BLOCKS and lost.name not in reported:
                reported.add(lost.name)
                messages.append(
                    checks.Warning(
                        f"What the comments' own pages put into the block “{lost.name}” is shown nowhere: "
                        f"{lost.root} has no block of this name.",
                        hint=f"{_add_block(lost)}, or to standfirst_comments/base.html in one that it has.",
                        id="standfirst_comments.W001",
                    )
                )
    return messages


@register(Tags.templates)
def check_discussions(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report discussions in blocks of page templates that no base template has: they would vanish."""
    return [
        checks.Warning(
            f"The discussion in the block “{lost.name}” of {lost.template} is shown nowhere: "
            "no template that it extends has a block of this name.",
            hint=f"{_add_block(lost)}, or put the discussion into a block that it has.",
            id="standfirst_comments.W003",
        )
        for lost in _find_lost_discussions()
    ]


@register(Tags.templates)
def check_page_types(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report page types of the setting that can't take comments, and that no type takes any."""
    labels = conf.read("STANDFIRST_COMMENTS_PAGE_TYPES")
    if labels is None:
        if commented_types():
            return []
        return [
            checks.Warning(
                "No page type takes comments.",
                hint=(
                    "Put {% discussion page %} into the template of a page type, or name the types in "
                    "STANDFIRST_COMMENTS_PAGE_TYPES."
                ),
                id="standfirst_comments.W004",
            )
        ]
    if not isinstance(labels, list | tuple) or not all(isinstance(label, str) for label in labels):
        return [
            Error(
                f"STANDFIRST_COMMENTS_PAGE_TYPES is {labels!r}.",
                hint='Set it to a list of page types, such as ["blog.BlogPage"], or to None.',
                id="standfirst_comments.E008",
            )
        ]
    known = {model._meta.label_lower: model for model in get_page_models()}
    messages: list[CheckMessage] = [
        Error(
            f"STANDFIRST_COMMENTS_PAGE_TYPES names “{label}”, which is no page type.",
            hint="Write the app's label and the class, such as blog.BlogPage.",
            id="standfirst_comments.E009",
        )
        for label in labels
        if label.lower() not in known
    ]
    messages += [
        checks.Warning(
            f"{label} takes comments, but its template {model.template} doesn't show the discussion.",
            hint="Put {% discussion page %} into it, or take the type out of STANDFIRST_COMMENTS_PAGE_TYPES.",
            id="standfirst_comments.W005",
        )
        for label in labels
        # Pages of a type that is only inherited from are not shown, and those of a site without templates
        # are shown elsewhere.
        if (model := known.get(label.lower()))
        and model.is_creatable
        and _exists(model.template)
        and not carries_tag(model.template)
    ]
    return messages


def _exists(template_name: str) -> bool:
    try:
        get_template(template_name)
    except TemplateDoesNotExist:
        return False
    except TemplateSyntaxError:
        pass
    return True


def _find_lost_discussions() -> list[LostBlock]:
    found: dict[tuple[str, str], LostBlock] = {}
    for name in sorted({model.template for model in get_page_models()}):
        # Whatever else is wrong with a site's own template shows when its page is opened.
        with suppress(TemplateDoesNotExist, TemplateSyntaxError):
            for lost in find_lost_blocks(name):
                if any(map(is_discussion, walk_nodes(lost.nodes))):
                    found[lost.name, lost.template] = lost
    return list(found.values())


def _add_block(lost: LostBlock) -> str:
    return f"Add {{% block {lost.name} %}}{{% endblock %}} to {lost.root}"


def _is_email(value: Any) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _in_range(value: object, lowest: int, highest: int | None) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= lowest and (highest is None or value <= highest)


def _range(lowest: int, highest: int | None) -> str:
    return f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
