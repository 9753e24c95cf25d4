"""What is in the wheel."""

import tarfile
import zipfile
from pathlib import Path

from tests.plugin.conftest import ROOT

APPS = ("articles", "comments")
PACKAGES = (*APPS, "standfirst")


def test_wheel_holds_the_core_and_the_two_apps_and_nothing_else(wheel: Path) -> None:
    """Every file of the packages is in it, the apps' with templates, static files, migrations and locale."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if not name.endswith("/")}
    metadata = {name for name in packed if name.split("/")[0].endswith(".dist-info")}
    source = {
        f"{'standfirst/' if package in APPS else ''}{path.relative_to(ROOT).as_posix()}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed - metadata == source
    for app in APPS:
        for kind in ("templates", "static", "migrations", "locale", "py.typed"):
            assert any(name.startswith(f"standfirst/{app}/{kind}") for name in packed), (
                f"{app} has no {kind} in the wheel"
            )


def test_the_sdist_holds_the_documentation_and_not_the_project(wheel: Path) -> None:
    (path,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    for name in (
        "LICENSE",
        "CHANGELOG.md",
        "docs/how-to/install-the-plugin.md",
        "docs/reference/openapi.json",
    ):
        assert name in packed, name
    assert {name.partition("/")[0] for name in packed if "/" in name} == {
        *PACKAGES,
        "docs",
        "wagtail_standfirst.egg-info",
    }


def test_metadata(wheel: Path) -> None:
    """The licence, the supported Pythons and the dependencies of the apps alone are declared."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    headers = metadata.split("\n\n", 1)[0].splitlines()
    assert "License-Expression: BSD-3-Clause" in headers
    assert "Requires-Python: <3.15,>=3.11" in headers
    required = [line for line in headers if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert any("wagtail" in line for line in required)
    assert not any(name in line for line in required for name in ("gunicorn", "psycopg", "pytest"))
