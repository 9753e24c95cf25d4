"""Aliases: the pages that show another page's content, and how they follow their originals."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import swapper
from django.db.models.signals import post_save, pre_save
from wagtail.models import AbstractPage

# A chain of aliases in a circle, which only a script can make, must not be followed for ever.
MAX_LINKS = 20
_FOLLOWED_FIELDS = {"live", "first_published_at"}


@dataclass(frozen=True, kw_only=True)
class Alias:
    """An alias of a page, or of one of its aliases."""

    page_id: int
    path: str
    has_children: bool
    original_id: int


def find_aliases(page_ids: Iterable[int]) -> list[Alias]:
    """Return all aliases of the pages, and of these aliases' aliases.

    Takes one query per link of the longest chain.
    """
    found: list[Alias] = []
    original_of = {page_id: page_id for page_id in page_ids}
    pending = list(original_of)
    while pending:
        rows = (
            page_model()
            ._default_manager.filter(alias_of__in=pending)
            .values_list("pk", "path", "numchild", "alias_of")
        )
        pending = []
        for page_id, path, numchild, alias_of in rows:
            if page_id in original_of:
                continue
            original_of[page_id] = original_of[alias_of]
            pending.append(page_id)
            found.append(
                Alias(page_id=page_id, path=path, has_children=numchild > 0, original_id=original_of[page_id])
            )
    return found


def find_original_ids(pages: Iterable[Any]) -> dict[int, int]:
    """Return the id of each page's original by the page's id: its own for a page that is no alias.

    Takes no query for pages that are none, else one per link of the longest chain of aliases.
    """
    parents: dict[int, int | None] = {page.pk: page.alias_of_id for page in pages}
    page_ids = list(parents)
    while unknown := {parent for parent in parents.values() if parent is not None} - set(parents):
        parents.update(dict.fromkeys(unknown))
        parents.update(page_model()._default_manager.filter(pk__in=unknown).values_list("pk", "alias_of"))
    return {page_id: _follow(page_id, parents) for page_id in page_ids}


def find_original_id(page: Any) -> int:
    """Return the id of the page that an alias shows, directly or through others; else the page's own."""
    return find_original_ids([page])[page.pk]


def is_alias_of_hidden(page: Any) -> bool:
    """Return whether a page is an alias, directly or through others, of a page that isn't live."""
    seen = {page.pk}
    while page.alias_of_id and page.alias_of_id not in seen:
        seen.add(page.alias_of_id)
        page = page.alias_of
        if not page.live:
            return True
    return False


def hold_alias_back(instance: Any, *, raw: bool = False, **kwargs: Any) -> None:
    """Before an alias is saved: let it be live no earlier than its original, and have its original's date.

    Wagtail makes the aliases of a page live as soon as the page is scheduled, and never tells an alias when
    its original was first published. The save is the one place through which the editor, the scheduler, bulk
    actions, workflows and both APIs go.
    """
    if raw or not isinstance(instance, AbstractPage) or not instance.alias_of_id:
        return
    update_fields = kwargs.get("update_fields")
    if update_fields is not None and not _FOLLOWED_FIELDS.intersection(update_fields):
        return
    original = (
        page_model()
        ._default_manager.filter(pk=instance.alias_of_id)
        .values_list("live", "first_published_at")
        .first()
    )
    if original is None:
        return
    is_live, first_published_at = original
    if instance.live and not is_live:
        instance.live = False
        instance.has_unpublished_changes = True
    instance.first_published_at = first_published_at


def lead_aliases(instance: Any, *, raw: bool = False, created: bool = False, **kwargs: Any) -> None:
    """After a page was saved: have its aliases follow what Wagtail doesn't tell them.

    Wagtail itself unpublishes the aliases of a page that is unpublished, but not of one that is taken back to
    wait for its day, nor of one that a script saves.
    """
    if raw or created or not isinstance(instance, AbstractPage):
        return
    update_fields = kwargs.get("update_fields")
    if update_fields is not None and not _FOLLOWED_FIELDS.intersection(update_fields):
        return
    manager = page_model()._default_manager
    for alias in manager.filter(alias_of=instance.pk).exclude(pk=instance.pk):
        if alias.first_published_at != instance.first_published_at:
            manager.filter(pk=alias.pk).update(first_published_at=instance.first_published_at)
            alias.first_published_at = instance.first_published_at
            lead_aliases(alias, update_fields=["first_published_at"])
        if alias.live and not instance.live:
            alias.unpublish(log_action=False)


def connect() -> None:
    """Connect the handlers of this module."""
    pre_save.connect(hold_alias_back, dispatch_uid="standfirst.hold_alias_back")
    post_save.connect(lead_aliases, dispatch_uid="standfirst.lead_aliases")


def page_model() -> Any:
    """Return the model of all pages, Wagtail's or the one that the site put in its place."""
    return swapper.load_model("wagtailcore", "Page")


def _follow(page_id: int, parents: dict[int, int | None]) -> int:
    seen = {page_id}
    parent = parents[page_id]
    while parent is not None and parent not in seen:
        seen.add(parent)
        page_id, parent = parent, parents[parent]
    return page_id
