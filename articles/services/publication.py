"""All that follows when an article goes live or offline, written in the transaction that saves the page."""

from typing import Any

from django.db import transaction

from standfirst.cache.addresses import purge_answer_about

from ..models import ArticleMixin
from .claim_index import drop_claims, index_claims
from .renderings import render_after_publishing
from .renditions import make_renditions

# The operation of the API that answers with a whole article.
OPERATION = "get_article"


def follow_publication(*, page: Any, revision: Any, user: Any) -> None:
    """Write what follows from a publication: the index of its claims; after the commit, its pictures.

    ``page`` is a live page as it was just saved; ``revision`` is the one that went live, None if a script
    saved the page; ``user`` is who published it, None if nobody is known. Other pages are passed over.
    """
    follow_showing(page=page)


def follow_unpublication(*, page: Any, user: Any) -> None:
    """Write what follows when an article that was live no longer is: its claims leave the index.

    ``user`` is who took it offline or deletes it, None if nobody is known.
    """
    if isinstance(page, ArticleMixin):
        drop_claims(page=page)
        purge_answer_about(page, operation=OPERATION)


def follow_showing(*, page: Any) -> None:
    """Write what is derived from a live article alone, whoever made it live and with which revision."""
    if not isinstance(page, ArticleMixin):
        return
    index_claims(page=page)
    purge_answer_about(page, operation=OPERATION)

    # Scaling pictures takes seconds, which no other writer should wait for; a page without them shows the
    # originals.
    # No partial: Django logs the failure of a robust function by its name, and fails where it has none.
    def scale() -> None:
        make_renditions(page=page)

    def render() -> None:
        render_after_publishing(page=page)

    transaction.on_commit(scale, robust=True)
    # With the files of the pictures: their addresses are part of what is kept.
    transaction.on_commit(render, robust=True)
