"""The store: bounded in bytes, the least recently used first, one flight for many."""

import os
import sys
import threading
import time
import tracemalloc
from collections import OrderedDict
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from standfirst.cache import middleware
from standfirst.cache.store import MAX_UNKEPT, SLOT_BYTES, Flight, Store, forget_in_children
from tests.standfirst.cache.origin import SmallSite, Versions, is_hit, page, status_of

LIMIT = 5 * SLOT_BYTES + 100
KEYS = st.sampled_from([(name,) for name in "abcdefgh"])


class AgainstModel(RuleBasedStateMachine):
    """The store against a list of what was used when."""

    def __init__(self) -> None:
        super().__init__()
        self.store: Store[int] = Store(lambda: self.limit)
        self.limit = LIMIT
        self.model: OrderedDict[Any, tuple[int, int]] = OrderedDict()

    @rule(key=KEYS, value=st.integers(), size=st.integers(0, 400))
    def keep(self, key: Any, value: int, size: int) -> None:
        self.model.pop(key, None)
        fits = size + SLOT_BYTES <= self.limit
        if fits:
            self.model[key] = (value, size + SLOT_BYTES)
        while sum(size for _, size in self.model.values()) > self.limit and len(self.model) > 1:
            self.model.popitem(last=False)
        assert self.store.keep(key, value, size) is fits

    @rule(key=KEYS)
    def find(self, key: Any) -> None:
        expected = self.model.get(key)
        if expected is not None:
            self.model.move_to_end(key)
        assert self.store.find(key) == (None if expected is None else expected[0])

    @rule(key=KEYS)
    def remove(self, key: Any) -> None:
        self.model.pop(key, None)
        self.store.remove(key)

    @rule()
    def clear(self) -> None:
        self.model.clear()
        self.store.clear()

    @invariant()
    def same(self) -> None:
        assert self.store.keys() == list(self.model)
        assert self.store.bytes == sum(size for _, size in self.model.values()) <= self.limit
        assert len(self.store) == len(self.model)


TestAgainstModel = AgainstModel.TestCase


def test_keys_that_are_not_kept_are_forgotten_in_time() -> None:
    store: Store[int] = Store(lambda: LIMIT)
    for number in range(MAX_UNKEPT + 1):
        store.note_unkept((str(number),), until=10)
    assert not store.is_unkept(("0",), now=5)
    assert store.is_unkept(("1",), now=5)
    assert not store.is_unkept(("1",), now=10)
    store.keep(("1",), 1, 1)
    assert not store.is_unkept(("1",), now=5)


def test_from_many_threads_it_keeps_count() -> None:
    store: Store[int] = Store(lambda: 20 * SLOT_BYTES)

    def work(seed: int) -> None:
        for number in range(2000):
            key = (str((number * seed) % 50),)
            store.keep(key, number, number % 90) if number % 3 else store.find(key)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (3, 7, 11, 13)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert store.bytes == sum(size for _, size in store._values.values()) <= 20 * SLOT_BYTES


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_begins_empty_whatever_its_parent_was_doing() -> None:
    store: Store[int] = Store(lambda: LIMIT)
    forget_in_children(store)
    store.keep(("a",), 1, 1)
    store.join(("flown",))
    with store._lock:  # As another thread may have it.
        child = os.fork()
        if not child:
            _flight, is_own = store.join(("flown",))
            is_empty = store.find(("a",)) is None and store.bytes == 0 and len(store) == 0
            os._exit(0 if is_own and is_empty and store.keep(("b",), 2, 2) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert store.find(("a",)) == 1


class TestFlights:
    """One request makes what many wait for."""

    def get_at_once(self, small_site: SmallSite, number: int) -> list[HttpResponse]:
        answers: list[HttpResponse] = []
        threads = [
            threading.Thread(target=lambda: answers.append(small_site.get()), daemon=True)
            for _ in range(number)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert not any(thread.is_alive() for thread in threads)
        return answers

    def test_one_answer_for_all(self, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
        waiting = threading.Semaphore(0)
        wait = Flight.wait

        def count_and_wait(self: Any, seconds: float) -> bool:
            waiting.release()
            return wait(self, seconds)

        def view(request: HttpRequest) -> HttpResponse:
            for _ in range(7):
                assert waiting.acquire(timeout=30)
            return page()

        monkeypatch.setattr(Flight, "wait", count_and_wait)

        small_site.view = view
        answers = self.get_at_once(small_site, 8)
        assert small_site.calls == 1
        collapsed = ["standfirst; fwd=uri-miss; collapsed"] * 7
        assert sorted(map(status_of, answers)) == [*collapsed, "standfirst; fwd=uri-miss; stored"]
        assert {answer.content for answer in answers} == {b"Hello"}

    @pytest.mark.parametrize("status", [500, 404])
    def test_nobody_waits_for_a_second_failure(
        self, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch, status: int
    ) -> None:
        waits = []
        wait = Flight.wait

        def count_and_wait(self: Any, seconds: float) -> bool:
            waits.append(threading.get_ident())
            return wait(self, seconds)

        def view(request: HttpRequest) -> HttpResponse:
            time.sleep(0.2)
            return HttpResponse(status=status)

        monkeypatch.setattr(Flight, "wait", count_and_wait)
        small_site.view = view
        answers = self.get_at_once(small_site, 8)
        assert (len(answers), small_site.calls) == (8, 8)
        assert len(waits) == len(set(waits))

    def test_a_maker_that_fails_lets_the_others_go(self, small_site: SmallSite) -> None:
        entered = threading.Event()

        def view(request: HttpRequest) -> HttpResponse:
            if not entered.is_set():
                entered.set()
                time.sleep(0.1)
                raise ZeroDivisionError
            return page()

        small_site.view = view

        def lead() -> None:
            with pytest.raises(ZeroDivisionError):
                small_site.get()

        leader = threading.Thread(target=lead)
        leader.start()
        entered.wait(5)
        assert small_site.get().content == b"Hello"
        leader.join()

    def test_what_is_outdated_when_it_arrives_is_not_given(
        self, small_site: SmallSite, versions: Versions
    ) -> None:
        entered, changed = threading.Event(), threading.Event()

        def view(request: HttpRequest) -> HttpResponse:
            text = f"content {versions.content}"
            if not entered.is_set():
                entered.set()
                changed.wait(5)
            return page(text=text)

        small_site.view = view
        leader = threading.Thread(target=small_site.get)
        leader.start()
        entered.wait(5)
        versions.content = 2
        waiter: list[HttpResponse] = []
        second = threading.Thread(target=lambda: waiter.append(small_site.get()))
        second.start()
        time.sleep(0.1)
        changed.set()
        leader.join()
        second.join()
        assert waiter[0].content == b"content 2"

    def test_a_view_that_asks_for_itself_does_not_wait_for_itself(self, small_site: SmallSite) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            if small_site.calls == 1:
                return page(text="around " + small_site.get().content.decode())
            return page()

        small_site.view = view
        assert small_site.get().content == b"around Hello"

    def test_nobody_waits_for_ever(self, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middleware, "WAIT_SECONDS", 0.1)
        entered, end = threading.Event(), threading.Event()

        def view(request: HttpRequest) -> HttpResponse:
            if not entered.is_set():
                entered.set()
                end.wait(5)
            return page()

        small_site.view = view
        leader = threading.Thread(target=small_site.get)
        leader.start()
        entered.wait(5)
        assert small_site.get().content == b"Hello"
        end.set()
        leader.join()


class TestMemory:
    @pytest.mark.parametrize("size", [100, 20_000])
    def test_the_count_is_true(self, small_site: SmallSite, size: int) -> None:
        number = 300
        small_site.view = lambda request: page(
            text="x" * size, etag=f'"{request.path}"', headers={f"X-{n}": request.path * 3 for n in range(9)}
        )
        small_site.get("/warm/")
        middleware.store.clear()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for each in range(number):
                small_site.get(f"/page/{each}/")
            used = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert len(middleware.store) == number
        assert 0.85 * used < middleware.store.bytes < 1.35 * used

    def test_the_bound_holds(self, small_site: SmallSite, settings: Any) -> None:
        settings.STANDFIRST_CACHE_BYTES = 100_000
        small_site.view = lambda request: page(text="x" * 9_000)
        for each in range(30):
            small_site.get(f"/page/{each}/")
            assert middleware.store.bytes <= 100_000
        assert is_hit(small_site.get("/page/29/"))
        assert not is_hit(small_site.get("/page/0/"))
