"""What pyproject.toml says of the wheel, against the source."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tests.test_imports import imported_names

ROOT = Path(__file__).resolve().parent.parent
CORE = "standfirst"
APPS = ("articles", "comments")
# Imported where a page is read from a file; whoever does so installs the extra.
IMPORTING = ROOT / "articles" / "importing"


def pyproject() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def test_every_package_is_in_the_wheel_under_its_name_there() -> None:
    core = packages_of(CORE)
    apps = [name for app in APPS for name in packages_of(app)]
    packages = pyproject()["tool"]["setuptools"]["packages"]
    assert sorted(packages) == sorted([*core, *(f"{CORE}.{name}" for name in apps)])


def test_every_package_that_is_imported_is_declared() -> None:
    project = pyproject()["project"]
    declared = {name_of(line) for line in project["dependencies"]}
    with_extra = declared | {name_of(line) for line in project["optional-dependencies"]["import"]}
    distributions = packages_distributions()
    missing = []
    for app in (CORE, *APPS):
        for path in (ROOT / app).rglob("*.py"):
            allowed = with_extra if path.is_relative_to(IMPORTING) else declared
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for name in imported_names(node):
                    top = name.partition(".")[0]
                    known = {normalise(found) for found in distributions.get(top, ())}
                    if top not in {CORE, *sys.stdlib_module_names} and not known & allowed:
                        missing.append(f"{path.relative_to(ROOT)}: {name}")
    assert missing == []


def packages_of(folder: str) -> list[str]:
    """Return the packages in a folder of the repository, itself included, under their names there."""
    files = (ROOT / folder).rglob("__init__.py")
    return [".".join(path.parent.relative_to(ROOT).parts) for path in files]


def name_of(requirement: str) -> str:
    return normalise(Requirement(requirement).name)


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
