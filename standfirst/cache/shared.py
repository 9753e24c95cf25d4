"""The second level: one of Django's caches, in which the processes share what they have made."""

import hashlib
import logging
import pickle
from typing import Final

from django.core.cache import caches

from standfirst.cache.entries import Entry
from standfirst.cache.keys import Key

logger = logging.getLogger(__name__)

# Changes with the shape of what is kept, so that processes of two releases don't read each other's.
_RELEASE: Final = 1


def fetch(alias: str, key: Key) -> "Entry | tuple[str, ...] | None":
    """Return what is kept under a key, None if there is nothing or the cache can't be asked."""
    try:
        packed = caches[alias].get(_name(key))
        return None if packed is None else pickle.loads(packed)  # noqa: S301 - our own, as Django's caches do
    except Exception:
        logger.warning("The shared cache %s could not be read", alias, exc_info=True)
        return None


def offer(alias: str, key: Key, value: "Entry | tuple[str, ...]", *, seconds: float) -> None:
    """Keep a value for the other processes. Raises nothing: the answer is made already."""
    try:
        caches[alias].set(_name(key), pickle.dumps(value, pickle.HIGHEST_PROTOCOL), max(1, int(seconds)))
    except Exception:
        logger.warning("The shared cache %s could not be written", alias, exc_info=True)


def _name(key: Key) -> str:
    return f"standfirst:origin:{_RELEASE}:{hashlib.sha256(repr(key).encode()).hexdigest()}"
