"""The samples in deploy/: nginx runs with the very file that people copy, in front of the real site."""

import contextlib
import gzip
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.site import HOST, find_free_port
from benchmarks.slow_clients import BEHAVIOURS, CLIENTS, SlowClients, allow_connections, time_requests
from cms.bootstrap import ROOT, install_debian_package
from tests.cms.serving import ask, environment_of, manage, served

DEPLOY = ROOT / "deploy"
HOW_TO = ROOT / "docs" / "how-to" / "run-in-production.md"


def test_the_how_to_names_every_sample() -> None:
    text = HOW_TO.read_text(encoding="utf-8")
    for path in sorted(DEPLOY.iterdir()):
        assert f"../../deploy/{path.name}" in text, path.name


def test_the_environment_has_variables_that_exist() -> None:
    settings = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    lines = (DEPLOY / "standfirst.env").read_text().splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert "STANDFIRST_BEHIND_TLS_PROXY" in names
    for name in names:
        assert f"| `{name}` |" in settings


def test_the_units_differ_in_what_they_start_alone() -> None:
    web = set((DEPLOY / "standfirst.service").read_text().splitlines())
    clock = set((DEPLOY / "standfirst-scheduler.service").read_text().splitlines())
    kinds = {line.partition("=")[0] for line in web ^ clock if not line.startswith("#")}
    assert kinds == {"Description", "ExecStart", "ExecReload", "Restart", "LimitNOFILE"}
    worker = set((DEPLOY / "standfirst-worker.service").read_text().splitlines())
    kinds = {line.partition("=")[0] for line in worker ^ clock if not line.startswith("#")}
    assert kinds == {"Description", "ExecStart"}


def test_the_worker_is_that_of_the_demonstration() -> None:
    (line,) = [
        line
        for line in (DEPLOY / "standfirst-worker.service").read_text().splitlines()
        if line.startswith("ExecStart=")
    ]
    words = line.partition("manage.py ")[2].split()
    assert all(f'"{word}"' in (ROOT / "cms" / "bootstrap.py").read_text(encoding="utf-8") for word in words)


@dataclass(frozen=True)
class Site:
    """A site, the port of its own server, that of nginx in front of it, and its folder of uploads."""

    direct: int
    port: int
    media: Path


def find_nginx() -> str:
    """Return nginx's path, installing it first if root can. Raises ``StopError``."""
    places = f"{os.environ['PATH']}:/usr/sbin"
    if not shutil.which("nginx", path=places):
        install_debian_package("nginx-light", "nginx, for the tests of its sample,")
    found = shutil.which("nginx", path=places)
    assert found
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run the site behind nginx with the sample, on plain HTTP; nginx tells the site that it is HTTPS."""
    nginx = find_nginx()
    folder = tmp_path_factory.mktemp("nginx")
    data = folder / "data"
    data.mkdir()
    environment = environment_of(
        data,
        STANDFIRST_ALLOWED_HOSTS="www.example.org",
        STANDFIRST_HTTPS="true",
        STANDFIRST_BEHIND_TLS_PROXY="true",
        STANDFIRST_TRUSTED_PROXIES="1",
    )
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "collectstatic", "--noinput", "--verbosity=0")
    media = data / "media"
    (media / "documents").mkdir(parents=True)
    (media / "documents" / "private.pdf").write_text("private")
    (media / "images").mkdir()
    (media / "images" / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    port = find_free_port()
    with served(environment) as direct:
        (folder / "site.conf").write_text(adapted(direct=direct, port=port, media=media))
        # The project keeps its data folder to itself: here nginx reads it as root.
        user = "user root;" if os.geteuid() == 0 else ""
        main = f"""
            {user} daemon off; pid {folder}/pid; error_log {folder}/error.log;
            events {{ worker_connections 4096; }}
            worker_rlimit_nofile 8192;
            http {{
                include /etc/nginx/mime.types; access_log off;
                client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
                include {folder}/site.conf;
            }}
        """
        (folder / "nginx.conf").write_text(main)
        command = [nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)]
        process = subprocess.Popen([*command, "-e", str(folder / "error.log")])
        try:
            wait_for(process, port, folder / "error.log")
            yield Site(direct=direct, port=port, media=media)
        finally:
            process.terminate()
            process.wait(20)


def adapted(*, direct: int, port: int, media: Path) -> str:
    """Return the sample for this machine: other ports, another folder, and no certificate."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    replaced = {
        "    listen 443 ssl;\n": f"    listen {HOST}:{port};\n",
        "    ssl_certificate     /etc/ssl/example.pem;\n": "",
        "    ssl_certificate_key /etc/ssl/example.key;\n": "",
        "/srv/standfirst/data/media/": f"{media}/",
        "http://127.0.0.1:8000": f"http://{HOST}:{direct}",
        "X-Forwarded-Proto $scheme": "X-Forwarded-Proto https",
    }
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    # The other two servers need certificates and reserved ports.
    return text.partition("# For any other name")[0]


def wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text() if log.exists() else "nginx ended by itself."
        with contextlib.suppress(OSError):
            ask(port, "/media/")
            return
        time.sleep(0.05)
    raise AssertionError("nginx does not answer.")


NAME = {"Host": "www.example.org"}


@pytest.mark.long
class TestNginx:
    @pytest.mark.parametrize(
        "path",
        [
            "/media/documents/private.pdf",
            "/media//documents/private.pdf",
            "//media/documents/private.pdf",
            "/media/./documents/private.pdf",
            "/media/images/../documents/private.pdf",
            "/media/%64ocuments/private.pdf",
            "/media/Documents/private.pdf",
            "/media/DOCUMENTS/private.pdf",
            "/media/documents%2fprivate.pdf",
            "/media/images/..%2fdocuments/private.pdf",
            "/media/documents/",
            "/media/documents",
            "/%6dedia/documents/private.pdf",
            "/media../media/documents/private.pdf",
        ],
    )
    def test_documents_are_private_in_every_spelling(self, site: Site, path: str) -> None:
        status, _, body = ask(site.port, path, headers=NAME)
        assert status in (301, 302, 400, 403, 404)
        assert b"private" not in body.replace(path.encode(), b"")

    def test_images_are_public_and_inert(self, site: Site) -> None:
        status, headers, _ = ask(site.port, "/media/images/a.svg", headers=NAME)
        assert status == 200
        assert headers["Content-Type"] == "image/svg+xml"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]

    def test_only_public_answers_are_compressed(self, site: Site) -> None:
        accept = NAME | {"Accept-Encoding": "gzip"}
        _, headers, body = ask(site.port, "/api/v1/openapi.json", headers=accept)
        assert headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(body))["openapi"]
        _, headers, _ = ask(site.port, "/admin/login/", headers=accept)
        assert "Content-Encoding" not in headers
        assert "no-store" in headers["Cache-Control"] or "private" in headers["Cache-Control"]

    def test_conditional_requests(self, site: Site) -> None:
        _, headers, body = ask(site.port, "/api/v1/articles/", headers=NAME)
        assert body
        again = NAME | {"If-None-Match": headers["ETag"]}
        status, _, body = ask(site.port, "/api/v1/articles/", headers=again)
        assert (status, body) == (304, b"")

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Forwarded-Proto": "http"},
            {"X-Forwarded-Host": "evil.example"},
            {"X-Forwarded-Port": "81"},
            {"Forwarded": "host=evil.example;proto=http"},
            {"SCRIPT_NAME": "/evil"},
            {"Host": "WWW.EXAMPLE.ORG"},
            {"Host": "www.example.org:81"},
        ],
    )
    def test_a_clients_headers_change_nothing(self, site: Site, headers: dict[str, str]) -> None:
        path = "/api/v1/articles/?limit=1"
        status, _, expected = ask(site.port, path, headers=NAME)
        assert status == 200
        assert ask(site.port, path, headers=NAME | headers)[::2] == (200, expected)

    def test_another_name_is_not_answered_for(self, site: Site) -> None:
        assert ask(site.port, "/api/v1/articles/", headers={"Host": "evil.example"})[0] == 400

    def test_a_body_that_is_too_large(self, site: Site) -> None:
        large = b"x" * (21 * 1024 * 1024)
        for path, kind in (
            ("/api/v1/comments/", "application/problem+json"),
            ("/comments/post/", "text/html"),
        ):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                status, headers, body = ask(site.port, path, method="POST", headers=NAME, body=large)
                assert status == 413
                assert headers["Content-Type"] == kind
                if kind.endswith("json"):
                    assert json.loads(body)["code"] == "content_too_large"
                continue
            # The client wrote on while nginx had answered: ask as curl does, which waits for leave.
            raise AssertionError("The refusal did not arrive.")

    def test_slow_clients(self, site: Site) -> None:
        allow_connections(CLIENTS)
        for name, behaviour in BEHAVIOURS.items():
            with SlowClients(port=site.port, count=CLIENTS, behaviour=behaviour):
                time.sleep(behaviour.settling_seconds)
                longest = max(time_requests(site.port, headers=NAME))
            assert longest < 5, f"{name}: {longest} s"
