"""Tells the caches in front of the site what to forget, by name.

A change of the content is one of everything: which answers it shows in, nobody can say in detail. What has a
version of its own, such as a discussion, is forgotten by its own name.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Final

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from standfirst.cache import conf
from standfirst.cache.backends import load_backend
from standfirst.cache.tags import EVERYTHING, MANY
from standfirst.cache.versions import read_version
from standfirst.outbox import Delivery, Kind, TemporaryFailure, enqueue

logger = logging.getLogger(__name__)

# A cache that asked the site before the change, and got its answer after it was purged, keeps what is old. So
# it is purged again.
AGAIN_AFTER: Final = timedelta(seconds=30)


class PurgePayload(BaseModel):
    """What one of the caches is to forget."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: str
    tags: Annotated[list[str], Field(min_length=1)]


class PurgeKind(Kind[PurgePayload]):
    """Has a cache in front of the site forget answers, by what they are about."""

    name = "purge"
    label = _("Purge of a cache")
    payload_model = PurgePayload

    def deliver(self, payload: PurgePayload, *, delivery: Delivery) -> None:
        try:
            backend = load_backend(payload.backend)
        except KeyError:
            return  # The site has no such cache any more.
        except (ImportError, ImproperlyConfigured) as error:
            raise TemporaryFailure(f"The cache {payload.backend} can't be told: {error}") from error
        backend.purge(payload.tags)

    def summarise(self, payload: PurgePayload) -> str:
        return f"{payload.backend}: {', '.join(payload.tags)}"


def purge_tags(tags: Iterable[str], *, key: str = "") -> None:
    """Have all caches forget what is about these things, after the open transaction and again a bit later.

    With ``key``, a second call with the same one does nothing. Without caches that are purged by tag, neither
    does the first.
    """
    listed = list(dict.fromkeys(tags))
    backends = conf.tag_backends()
    if not listed or not backends:
        return
    if EVERYTHING in listed:
        listed = [EVERYTHING]
    elif MANY not in listed:
        listed.append(MANY)
    for name in backends:
        payload = PurgePayload(backend=name, tags=listed)
        for number, delay in enumerate((timedelta(0), AGAIN_AFTER)):
            message_key = f"{key} {number} {name}" if key else ""
            enqueue(kind=PurgeKind.name, payload=payload, key=message_key, delay=delay)


class Purged:
    """The content that this process last saw purged, or asked to have purged."""

    content: int | None = None


def purge_changed_content() -> None:
    """Have everything forgotten if the content has changed since this was last asked for, in whatever way.

    Call it outside transactions. It costs a statement where caches are purged by tag, else nothing. Errors of
    the database are logged: the next call makes up for it.
    """
    if not conf.tag_backends():
        return
    try:
        version = read_version()
        if version is None or version.content == Purged.content:
            return
        purge_tags([EVERYTHING], key=f"content {version.content}")
        Purged.content = version.content
    except DatabaseError:
        logger.exception("Caches could not be told that the content has changed")
