"""Which cookies a view reads, so that an answer which depends on one is not taken for everybody's."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings


class WatchedCookies(dict[str, str]):
    """The cookies of a request. ``sought`` are the names that somebody read, None once all were.

    CSRF's own is left out: Django reads it at every request, and an answer that depends on it says ``Vary:
    Cookie``.
    """

    def __init__(self, cookies: dict[str, str]) -> None:
        super().__init__(cookies)
        self.sought: set[str] | None = set()
        self._unwatched = settings.CSRF_COOKIE_NAME

    def _seek(self, name: object) -> None:
        if self.sought is not None and name != self._unwatched:
            self.sought.add(str(name))

    def is_any(self) -> bool:
        """Return whether the request has a cookie, without counting as having read one."""
        return dict.__len__(self) > 0

    def found_one(self) -> bool:
        """Return whether a cookie was read that the request has."""
        if self.sought is None:
            return self.is_any()
        return any(dict.__contains__(self, name) for name in self.sought)

    def __getitem__(self, name: str) -> str:
        self._seek(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._seek(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._seek(name)
        return super().get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        self._seek(name)
        return super().pop(name, *default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        self._seek(name)
        return super().setdefault(name, default)

    def popitem(self) -> tuple[str, str]:
        self.sought = None
        return super().popitem()

    def __eq__(self, other: object) -> bool:
        self.sought = None
        return super().__eq__(other)

    __hash__ = None

    def __or__(self, other: Any) -> Any:
        self.sought = None
        return super().__or__(other)

    def __ror__(self, other: Any) -> Any:
        self.sought = None
        return super().__ror__(other)

    def __repr__(self) -> str:
        self.sought = None
        return super().__repr__()

    def __reversed__(self) -> Iterator[str]:
        self.sought = None
        return super().__reversed__()

    def __len__(self) -> int:
        self.sought = None
        return super().__len__()

    def __iter__(self) -> Iterator[str]:
        self.sought = None
        return super().__iter__()

    def keys(self) -> Any:
        self.sought = None
        return super().keys()

    def values(self) -> Any:
        self.sought = None
        return super().values()

    def items(self) -> Any:
        self.sought = None
        return super().items()

    def copy(self) -> dict[str, str]:
        self.sought = None
        return super().copy()
