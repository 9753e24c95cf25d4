"""Readers and an editor at the same time: whoever asks after a commit sees what was committed."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections
from django.test import AsyncClient, Client

from articles.models import ArticlePage
from cms.models import HomePage
from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from standfirst.cache import middleware
from tests.articles.builders import make_article, make_index
from tests.standfirst.cache.origin import is_hit

PUBLICATIONS = 12
READERS = 4


class Race:
    """Readers that note which number they were shown, and which had been committed before they asked."""

    def __init__(self, address: str, pattern: str) -> None:
        self.address, self.pattern = address, re.compile(pattern)
        self.committed = 0
        self.is_over = False
        self.reads: list[tuple[int, int, bool]] = []
        self.errors: list[BaseException] = []

    def read(self) -> None:
        client = Client()
        try:
            while not self.is_over:
                committed = self.committed
                answer = client.get(self.address)
                found = self.pattern.findall(answer.content.decode())
                self.reads.append((committed, int(found[0]) if found else 0, is_hit(answer)))
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def run(self, change: Any) -> None:
        threads = [threading.Thread(target=self.read) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            for number in range(1, PUBLICATIONS + 1):
                change(number)
                self.committed = number
                time.sleep(0.1)
        finally:
            self.is_over = True
            for thread in threads:
                thread.join()
        assert self.errors == []
        assert [read for read in self.reads if read[1] < read[0]] == []
        assert max(shown for _, shown, _ in self.reads) == PUBLICATIONS
        assert any(hit for _, _, hit in self.reads)


@pytest.fixture
def article(transactional_db: None, home: HomePage) -> ArticlePage:
    """Return a published article."""
    return make_article(make_index(home), title="Number 0")


@pytest.mark.parametrize("kind", ["page", "list", "json"])
def test_no_reader_is_shown_what_was_there_before(article: ArticlePage, kind: str) -> None:
    addresses = {
        "page": article.get_url(),
        "list": article.get_parent().get_url(),
        "json": f"/api/v1/articles/{article.pk}/",
    }

    def publish(number: int) -> None:
        article.title = f"Number {number}"
        article.save_revision().publish()

    Race(addresses[kind], r"Number (\d+)").run(publish)


def test_nor_without_a_comment_that_was_approved(article: ArticlePage, settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0

    def approve(number: int) -> None:
        comment = submit_comment(
            page=article, body=f"Comment {number}.", author_name="Rosa", author_email=f"{number}@example.org"
        )
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)

    Race(f"/api/v1/comments/?page={article.pk}", r'"count": (\d+)').run(approve)


def ask_asynchronously(address: str, **options: Any) -> Any:
    """Return the answer of an asynchronous server; in a thread without the event loop of browser tests."""

    def ask() -> Any:
        try:
            return async_to_sync(AsyncClient().get)(address, **options)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()


def test_an_asynchronous_server_is_answered_alike(article: ArticlePage) -> None:
    ask = ask_asynchronously
    first, second = ask(article.get_url()), ask(article.get_url() + "?utm_source=x")
    assert not is_hit(first)
    assert is_hit(second)
    assert second.content == first.content
    middleware.store.clear()
    third = ask(article.get_url() + "?utm_source=x", headers={"If-None-Match": first["ETag"]})
    assert third.status_code == 304
