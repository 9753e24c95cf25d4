"""What readers and programs are answered while the database or the disk is away."""

import html
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from articles.models import ArticleIndexPage, ArticlePage
from cms.models import HomePage
from comments.models import Comment
from tests.cms.serving import ask, environment_of, manage, served
from tests.postgres import USER, _another_user, find_programs, throwaway_server

WORDS = {
    "comment": 'First line\n<b>& the "second" líne</b>\n\n  third',
    "name": "Ana <script>",
    "email": "not an address",
    "website": "example.org/?a=1&b=2",
    "anchor": "some-claim",
    "parent": "5b2c9d2e-0000-4000-8000-000000000000",
    "page": "3",
    "remember": "on",
}


@contextmanager
def database_gone() -> Iterator[None]:
    """Have every statement fail as it does when PostgreSQL has been stopped."""

    def fail(*_: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(fail):
        yield


@contextmanager
def database_damaged() -> Iterator[None]:
    """Have every statement fail as it does when SQLite's file holds something else."""

    def fail(*_: Any) -> None:
        cause = sqlite3.DatabaseError("file is not a database")
        cause.sqlite_errorcode = sqlite3.SQLITE_NOTADB
        raise DatabaseError("file is not a database") from cause

    with connection.execute_wrapper(fail):
        yield


@contextmanager
def no_writes() -> Iterator[None]:
    """Have the database itself refuse every write, as on a disk that is read-only."""
    if connection.vendor == "sqlite":
        begin, end = "PRAGMA query_only = 1", "PRAGMA query_only = 0"
    else:
        begin = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
        end = "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(end)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def assert_all_words(text: str) -> None:
    """Check that a form holds everything that was typed, as a browser would read it."""
    area = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", text, flags=re.DOTALL)
    assert area
    assert html.unescape(area[1]) == WORDS["comment"]
    for name in ("name", "email", "website", "anchor", "parent", "page"):
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
        assert field, name
        value = re.search(r'value="([^"]*)"', field[0])
        assert value, name
        assert html.unescape(value[1]) == WORDS[name]
    assert re.search(r'<input[^>]*name="remember"[^>]*checked', text)


def test_a_page_is_answered_503(client: Client, home: HomePage) -> None:
    with database_gone():
        response = client.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["Cache-Control"] == "no-store"
    assert "not available at the moment" in response.content.decode()


def test_the_api_is_answered_503_as_a_problem(client: Client, home: HomePage) -> None:
    with database_gone():
        response = client.get("/api/v1/articles/")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert (response["Retry-After"], response["Cache-Control"]) == ("30", "no-store")
    assert response.json()["code"] == "unavailable"


def test_a_fault_of_ours_stays_a_500(client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HomePage, "serve", lambda *_: 1 / 0)
    response = client.get("/")
    assert response.status_code == 500
    assert "Retry-After" not in response
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("by_script", [False, True])
def test_a_comment_is_handed_back_with_every_word(client: Client, home: HomePage, by_script: bool) -> None:
    headers = {"X-Requested-With": "XMLHttpRequest"} if by_script else {}
    with database_gone():
        response = client.post(reverse("standfirst_comments:post"), WORDS, headers=headers)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode()
    assert "post it again in a minute" in text
    assert text.lstrip().startswith("<!doctype html>") is not by_script
    assert_all_words(text)


def test_a_damaged_file_loses_no_words(client: Client, home: HomePage) -> None:
    with database_damaged():
        page, api = client.get("/"), client.get("/api/v1/articles/")
        form = client.post(reverse("standfirst_comments:post"), WORDS)
    assert (page.status_code, api.status_code, form.status_code) == (503, 503, 503)
    assert_all_words(form.content.decode())


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_more(client: Client, home: HomePage) -> None:
    """Reading goes on; writing is refused, by form and by API, and works again at once afterwards."""
    index = home.add_child(instance=ArticleIndexPage(title="Articles", slug="articles"))
    page = index.add_child(instance=ArticlePage(title="An article", slug="an-article"))
    words = {"page": str(page.pk), "comment": "Hello", "name": "Ana", "email": "ana@example.org"}
    body = {**words, "page": page.pk}
    with no_writes():
        assert client.get("/").status_code == 200
        form = client.post(reverse("standfirst_comments:post"), words)
        api = client.post("/api/v1/comments/", body, content_type="application/json")
    assert (form.status_code, api.status_code) == (503, 503)
    assert api.json()["code"] == "unavailable"
    assert ">\nHello</textarea>" in form.content.decode()
    assert not Comment.objects.exists()
    assert client.post(reverse("standfirst_comments:post"), words).status_code == 303
    assert Comment.objects.count() == 1


@pytest.mark.long
def test_postgres_stopped_and_started(tmp_path: Path) -> None:
    """While it is away every answer is a 503; once it is back, the first one is right."""
    programs = find_programs()
    assert programs, "There is no PostgreSQL on this machine."
    with throwaway_server(programs) as url:
        environment = environment_of(tmp_path, DATABASE_URL=url)
        manage(environment, "migrate", "--verbosity=0")
        manage(environment, "collectstatic", "--noinput", "--verbosity=0")
        folder = Path(url.removeprefix(f"postgres://{USER}@/").removesuffix("/postgres"))
        with served(environment) as port:
            assert ask(port, "/api/v1/articles/")[0] == 200
            stop_postgres(folder)
            for _ in range(8):  # More often than there are threads with a connection of their own.
                status, headers, _ = ask(port, "/api/v1/articles/")
                assert (status, headers["Retry-After"]) == (503, "30")
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            post = ask(port, "/comments/post/", method="POST", headers=form, body=urlencode(WORDS))
            assert post[0] == 503
            assert_all_words(post[2].decode())
            command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
            again = subprocess.Popen([*command, "-c", "listen_addresses="], cwd=folder, **_another_user())
            try:
                wait_for_socket(folder)
                assert {ask(port, "/api/v1/articles/")[0] for _ in range(16)} == {200}
            finally:
                again.send_signal(signal.SIGINT)
                again.wait(20)


def stop_postgres(folder: Path) -> None:
    """Stop a server with its connections, and return once it is gone."""
    process = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(process, signal.SIGINT)
    deadline = time.monotonic() + 20
    while (folder / "data" / "postmaster.pid").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_for_socket(folder: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return
