"""Renders articles anew when something that they show has changed.

Nobody has to wait for it: what is out of date is not used. It is so that the next reader need not wait.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from wagtail.images import get_image_model
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from .models import Source
from .services import render_what_refers_to


def connect() -> None:
    """Connect the handlers of this module."""
    for model in (Source, get_image_model()):
        post_save.connect(_follow_row, sender=model, dispatch_uid=f"standfirst_articles.{model.__name__}")
    for name, signal in {
        "published": page_published,
        "unpublished": page_unpublished,
        "slug_changed": page_slug_changed,
        "moved": post_page_move,
    }.items():
        signal.connect(_follow_page, dispatch_uid=f"standfirst_articles.page_{name}")


def _follow_row(instance: Any, *, raw: bool = False, created: bool = False, **kwargs: Any) -> None:
    if not raw and not created:
        transaction.on_commit(partial(render_what_refers_to, instance), robust=True)


def _follow_page(sender: Any, instance: Any, **kwargs: Any) -> None:
    transaction.on_commit(partial(render_what_refers_to, instance), robust=True)
