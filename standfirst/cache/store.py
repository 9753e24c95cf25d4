"""What one process keeps: the least recently used goes first, and one request makes what many wait for."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from standfirst.cache.keys import Key

Value = TypeVar("Value")
# Keys whose answers can't be kept. Those that were noted first are forgotten first.
MAX_UNKEPT: Final = 2000
# What the table takes for an entry, beside key and value.
SLOT_BYTES: Final = 220


@dataclass(slots=True, eq=False)
class Flight(Generic[Value]):
    """An answer that is being made. ``owner`` is the thread that makes it, ``value`` what came of it."""

    key: Key
    owner: int
    value: Value | None = None
    landed: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> bool:
        """Wait until the answer is made; return whether it was kept. A thread never waits for itself."""
        if self.owner == threading.get_ident():
            return False
        return self.landed.wait(seconds) and self.value is not None


class Store(Generic[Value]):
    """A table bounded in bytes. All methods may be called from any thread."""

    def __init__(self, max_bytes: Callable[[], int]) -> None:
        self._max_bytes = max_bytes
        self.reset()

    def reset(self) -> None:
        """Begin anew, as a process that was forked: locks that threads of its parent held stay with these."""
        self._lock = threading.Lock()
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._flights: dict[Key, Flight[Value]] = {}
        # By the hashes of keys: these may be as long as an address may be.
        self._unkept: OrderedDict[int, float] = OrderedDict()
        self._bytes = 0

    def clear(self) -> None:
        """Forget everything. What is being made may still be kept."""
        with self._lock:
            self._values.clear()
            self._unkept.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._values)

    @property
    def bytes(self) -> int:
        return self._bytes

    def keys(self) -> list[Key]:
        """Return the keys, from the one that goes first."""
        with self._lock:
            return list(self._values)

    def find(self, key: Key) -> Value | None:
        """Return what is kept under a key, which then counts as used."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def keep(self, key: Key, value: Value, size: int) -> bool:
        """Keep a value of so many bytes in place of the one before, if any.

        What was not used for longest makes room. Return False if there is no room for it at all; then what
        the key had before is gone as well.
        """
        size += SLOT_BYTES
        limit = self._max_bytes()
        with self._lock:
            self._remove(key)
            if size > limit:
                return False
            while self._bytes + size > limit:
                self._bytes -= self._values.popitem(last=False)[1][1]
            self._values[key] = (value, size)
            self._bytes += size
            self._unkept.pop(hash(key), None)
            return True

    def remove(self, key: Key) -> None:
        with self._lock:
            self._remove(key)

    def note_unkept(self, key: Key, until: float) -> None:
        """Note that an answer can't be kept: until that time, nobody waits for another one's."""
        with self._lock:
            self._unkept.pop(hash(key), None)
            self._unkept[hash(key)] = until
            while len(self._unkept) > MAX_UNKEPT:
                self._unkept.popitem(last=False)

    def is_unkept(self, key: Key, now: float) -> bool:
        return now < self._unkept.get(hash(key), 0.0)

    def forget_unkept(self) -> None:
        """Forget which answers can't be kept, as once the content is another."""
        with self._lock:
            self._unkept.clear()

    def join(self, key: Key) -> tuple[Flight[Value], bool]:
        """Return the flight of a key, and whether it is the caller's own, who has to ``land`` it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight(key=key, owner=threading.get_ident())
            return flight, True

    def land(self, flight: Flight[Value]) -> None:
        """Have those go on who wait for a flight, whatever came of it."""
        with self._lock:
            if self._flights.get(flight.key) is flight:
                del self._flights[flight.key]
        flight.landed.set()

    def _remove(self, key: Key) -> None:
        found = self._values.pop(key, None)
        if found is not None:
            self._bytes -= found[1]


def forget_in_children(store: Store[Value]) -> None:
    """Have a process that is forked begin with an empty store, whatever threads of its parent held."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=store.reset)
