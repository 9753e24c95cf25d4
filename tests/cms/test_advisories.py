"""The report of known advisories: from an index that has them, and from one that doesn't."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cms import advisories

HASH = " \\\n    --hash=sha256:" + "0" * 64 + "\n"
KNOWN = {
    "id": "PYSEC-2020-1",
    "aliases": ["CVE-2020-0001"],
    "fixed_in": ["1.1"],
    "summary": "A bad thing.",
    "withdrawn": None,
}


@contextmanager
def an_index(pages: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Serve JSON by path, 404 elsewhere; yield the address of the index and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path in pages else 404)
            self.end_headers()
            self.wfile.write(json.dumps(pages.get(self.path)).encode())

        def log_message(self, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "some.lock"
    names = ("a==1", "b==1 ; python_version < '3'", "c==1", "d==1", "e==1")
    path.write_text("".join(name + HASH for name in names))
    monkeypatch.setattr(advisories, "LOCK", path)


def test_advisories_are_listed(
    lock: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of every locked release, but none that was withdrawn; what was not answered is said."""
    pages: dict[str, Any] = {f"/pypi/{name}/1/json": {"vulnerabilities": []} for name in "ac"}
    pages["/pypi/b/1/json"] = {"vulnerabilities": [KNOWN, {**KNOWN, "withdrawn": "2021-01-01T00:00:00Z"}]}
    pages["/pypi/d/1/json"] = {"no": "advisories"}
    with an_index(pages) as (address, _):
        monkeypatch.setenv("PIP_INDEX_URL", address)
        assert advisories.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "b 1: PYSEC-2020-1, CVE-2020-0001; fixed in 1.1. A bad thing.",
        "No answer about 2: d 1, e 1",
    ]


def test_nothing_known_is_said(
    lock: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {f"/pypi/{name}/1/json": {"vulnerabilities": []} for name in "abcde"}
    with an_index(pages) as (address, _):
        monkeypatch.setenv("PIP_INDEX_URL", address)
        assert advisories.main() == 0
    assert capsys.readouterr().out == "No advisory names one of the 5 releases.\n"


def test_an_index_without_advisories_is_asked_three_times_at_most(
    lock: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with an_index({}) as (address, asked):
        monkeypatch.setenv("PIP_INDEX_URL", address)
        assert advisories.main() == 0
    assert capsys.readouterr().out.startswith("Not reachable")
    assert len(asked) == 3
    assert advisories.main() == 0  # Now nothing listens there.
    assert capsys.readouterr().out.startswith("Not reachable")
