"""The wheel as strangers get it, and a new Wagtail site that has installed it by following the docs."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.plugin import crowded_site
from tests.plugin.followed_docs import CommandStep, FileStep, read_steps
from tests.plugin.http_client import HttpClient

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "how-to"
BUILD_INPUT = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "manage.py",
    "standfirst",
    "articles",
    "comments",
    "cms",
    "templates",
    "tests",
    "docs",
    "CHANGELOG.md",
    "MANIFEST.in",
)
START_SECONDS = 60
PASSWORD = "only for this test"


@dataclass(frozen=True)
class Project:
    """A Wagtail site in a folder of its own, with an environment of its own."""

    folder: Path
    python: Path
    variables: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a command in the project's folder and environment; return what it printed."""
        result = subprocess.run(
            command, cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
        return result.stdout.strip()

    def shell(self, code: str) -> str:
        """Run Python code in the project; return what it printed."""
        return self.run("python", "manage.py", "shell", "-v0", "-c", code)


NewSite = Callable[..., Project]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from the sdist as a packager would, with the locked backend and no network."""
    source = tmp_path_factory.mktemp("source")
    for name in BUILD_INPUT:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.exists():
            shutil.copy(path, source)
    target = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--outdir",
        str(target),
        str(source),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def new_site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> NewSite:
    """Return a function that follows how-to pages in a site as `wagtail start` makes it, but for some apps.

    Each gets a copy of one such site, which has its tables already, as any site has that takes up our apps,
    and apps of its own with the names of ours.
    All share one environment: what a page installs is there for the next one.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:  # Made twice, it would take twice as long: see tests/conftest.py.
        (tmp_path_factory.getbasetemp().parent / "new-site-is-made-by-one-process").mkdir()
    folder = tmp_path_factory.mktemp("sites")
    environment = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    constraints = folder / "constraints.txt"
    constraints.write_text(
        _versions_of(ROOT / "requirements.lock") + f"wagtail-standfirst @ {wheel.as_uri()}\n"
    )
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
        "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
        "VIRTUAL_ENV": str(environment),
        # The versions that the rest of the suite runs with, and the wheel where a stranger's pip would
        # fetch the released one.
        "PIP_CONSTRAINT": str(constraints),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }

    bare = Project(
        folder=folder / "bare" / "mysite", python=environment / "bin" / "python", variables=variables
    )
    bare.folder.mkdir(parents=True)
    bare.run("pip", "install", "--quiet", "wagtail", *crowded_site.PACKAGES)
    bare.run("wagtail", "start", "mysite", str(bare.folder))
    crowded_site.write_apps(bare.folder)
    bare.run("python", "manage.py", "makemigrations", "--verbosity=0", "articles", "comments")
    bare.run("python", "manage.py", "migrate", "--verbosity=0")

    def start(*guides: str) -> Project:
        name = "-and-".join(guide.removesuffix(".md") for guide in guides)
        project = replace(bare, folder=folder / name / "mysite")
        shutil.copytree(bare.folder, project.folder)
        for guide in guides:
            for step in read_steps(GUIDES / guide):
                follow(step, project)
        project.run(
            "python",
            "manage.py",
            "createsuperuser",
            "--noinput",
            "--username=editor",
            "--email=e@example.org",
        )
        return project

    return start


@pytest.fixture(scope="session")
def project(new_site: NewSite) -> Project:
    """Return a site that `wagtail start` made and that the installation page was followed in."""
    return new_site("install-the-plugin.md")


def _versions_of(lock: Path) -> str:
    """Return the lock as constraints: with hashes, pip would ask for one of the wheel as well."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return "".join(line.rstrip(" \\") + "\n" for line in lines if re.match(r"[a-z0-9]", line))


def follow(step: FileStep | CommandStep, project: Project) -> None:
    """Do what one step of the how-to page says."""
    if isinstance(step, CommandStep):
        project.run(*step.line.split())
        return
    path = project.folder / step.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(step.text)


@pytest.fixture(scope="session")
def site(project: Project) -> Iterator[str]:
    """Return the address of the site, served by a process of its own."""
    with served(project) as address:
        yield address


@contextmanager
def served(project: Project) -> Iterator[str]:
    """Serve a site from a process of its own, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    log = project.folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [str(project.python), "manage.py", "runserver", "--noreload", address],
            cwd=project.folder,
            env=project.variables,
            stdout=output,
            stderr=output,
        )
        try:
            _wait_for(address, server, log)
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait(30)
            sys.stdout.write(log.read_text())  # pytest shows it when the test failed.


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            HttpClient(f"http://{address}").get("/admin/login/")
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The new site does not start:\n{log.read_text()}")
