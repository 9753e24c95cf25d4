"""The wheel as strangers get it, and the sites that have installed it by following the docs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plugin import crowded_site
from tests.plugin.bakery_site import Bakeries, take_up
from tests.plugin.followed_docs import read_steps
from tests.plugin.projects import PASSWORD, Project, follow, served

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
    return build_wheel(source, tmp_path_factory.mktemp("dist"))


def build_wheel(source: Path, target: Path) -> Path:
    """Build sdist and wheel of a folder into another, with the locked backend and no network."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a folder for sites, and an environment that they share: what is installed is there for the next.

    In it, pip takes the versions that the rest of the suite runs with.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:  # Made twice, it would take twice as long: see tests/conftest.py.
        (tmp_path_factory.getbasetemp().parent / "new-site-is-made-by-one-process").mkdir()
    folder = tmp_path_factory.mktemp("sites")
    virtual = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", str(virtual)], check=True)
    constraints = folder / "constraints.txt"
    constraints.write_text(
        _versions_of(ROOT / "requirements.lock") + f"wagtail-standfirst @ {wheel.as_uri()}\n"
    )
    left_out = ("DJANGO_", "PG")
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(left_out)},
        "PATH": f"{virtual / 'bin'}:{os.environ['PATH']}",
        "VIRTUAL_ENV": str(virtual),
        # The wheel, too, where a stranger's pip would fetch the released one.
        "PIP_CONSTRAINT": str(constraints),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    return Project(folder=folder, python=virtual / "bin" / "python", variables=variables)


@pytest.fixture(scope="session")
def new_site(environment: Project) -> NewSite:
    """Return a function that follows how-to pages in a site as `wagtail start` makes it, but for some apps.

    Each gets a copy of one such site, which has its tables already, as any site has that takes up our apps,
    and apps of its own with the names of ours.
    """
    folder = environment.folder
    bare = replace(environment, folder=folder / "bare" / "mysite")
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
def bakeries(environment: Project, not_run: Callable[[str], None]) -> Iterator[Bakeries]:
    """Return the shop of bakeries: each is a copy of one that has its tables and content already."""
    environment.run("pip", "install", "--quiet", "wagtail-standfirst", "psycopg[binary]")
    with Bakeries(environment, not_run=not_run).opened() as shop:
        yield shop


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Return the database of a bakery."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def bakery(database: str, bakeries: Bakeries) -> Project:
    """Return a bakery that has taken Standfirst up, after it had pages for a while."""
    project = bakeries.copy("bakery", database)
    take_up(project, GUIDES / "install-the-plugin.md")
    return project


@pytest.fixture(scope="session")
def project(new_site: NewSite) -> Project:
    """Return a site that `wagtail start` made and that the installation page was followed in."""
    return new_site("install-the-plugin.md")


def _versions_of(lock: Path) -> str:
    """Return the lock as constraints: with hashes, pip would ask for one of the wheel as well."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return "".join(line.rstrip(" \\") + "\n" for line in lines if re.match(r"[a-z0-9]", line))


@pytest.fixture(scope="session")
def site(project: Project) -> Iterator[str]:
    """Return the address of the site, served by a process of its own."""
    with served(project) as address:
        yield address
