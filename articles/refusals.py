"""Why a source or a person can't be deleted or changed, naming the pages that use it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.permission_policies.pages import PagePermissionPolicy

from .models import Person, Source
from .models.usage import Usage

# More pages than this are counted, not named.
_NAMED_PAGES: Final = 5

_NOT_DELETED: Final[dict[type, Promise]] = {
    Source: gettext_lazy(
        "“{name}” was not deleted: claims cite it on {pages}. Remove it from these claims first."
    ),
    Person: gettext_lazy(
        "“{name}” was not deleted: it is in the byline of {pages}. Remove it from there first."
    ),
}
_NOT_CHANGEABLE: Final = gettext_lazy(
    "You can't change “{name}”: it appears on {pages}, which you may not publish, and readers would see the "
    "change at once. Ask somebody who may publish there."
)
_NOT_CHANGED: Final = gettext_lazy(
    "“{name}” was not changed: it appears on {pages}, which you may not publish, and readers would have "
    "seen the change at once. What you typed is still here, to copy or to save later."
)


def describe_refused_deletion(instance: Any, *, uses: Sequence[Usage], user: Any) -> SafeString:
    """Return why a source or a person was not deleted."""
    pages = [(use.page, f" ({_('draft')})" if use.in_draft_only else "") for use in uses]
    sentence = str(_NOT_DELETED[type(instance)])
    return format_html(sentence, name=_name(instance), pages=_name_pages(pages, user=user))


def describe_refused_change(
    instance: Any, *, pages: Sequence[Any], user: Any, was_tried: bool = False
) -> SafeString:
    """Return why a user can't change a source or a person, or, if they tried to, why it was not changed."""
    sentence = str(_NOT_CHANGED if was_tried else _NOT_CHANGEABLE)
    return format_html(
        sentence, name=_name(instance), pages=_name_pages([(page, "") for page in pages], user=user)
    )


def _name(instance: Any) -> str:
    # A title of a work can be as long as a paragraph.
    return Truncator(str(instance)).chars(80)


def _title(page: Any, titles: Counter[str]) -> str:
    """Return a page's title, with its id if another of the pages has the same."""
    title: str = page.get_admin_display_title()
    return _("{title} (ID {id})").format(title=title, id=page.pk) if titles[title] > 1 else title


def _name_pages(pages: Sequence[tuple[Any, str]], *, user: Any) -> SafeString:
    """Return links to the pages, each with a note after it, as far as the user may see them in the admin.

    Those that they may not see, and those that would make the list too long, are counted.
    """
    within_reach = set(
        PagePermissionPolicy()
        .instances_user_has_permission_for(user, "change")
        .filter(pk__in=[page.pk for page, note in pages])
        .values_list("pk", flat=True)
    )
    named = [(page, note) for page, note in pages if page.pk in within_reach][:_NAMED_PAGES]
    titles = Counter(page.get_admin_display_title() for page, note in named)
    links = format_html_join(
        ", ",
        # Wagtail's classes: its link colour is unreadable on the background of an error.
        '<a class="w-text-current w-underline" href="{}">{}</a>{}',
        (
            (reverse("wagtailadmin_pages:edit", args=[page.pk]), _title(page, titles), note)
            for page, note in named
        ),
    )
    rest = len(pages) - len(named)
    if not rest:
        return links
    if not named:
        return format_html(ngettext("{count} page", "{count} pages", rest), count=rest)
    sentence = ngettext("{pages} and {count} other page", "{pages} and {count} other pages", rest)
    return format_html(sentence, pages=links, count=rest)
