"""What a lock requires for this Python, and whether the installed packages fit together.

``bootstrap.py`` runs it with the virtual environment's own Python, whose version decides which markers of the
lock apply. Locks are installed with ``--no-deps``, so pip itself would not notice a lock that is incomplete;
and ``pip check`` ignores extras. It needs the standard library and pip only: pip brings along the
library that reads markers.

``wanted LOCK`` prints a line ``name==version`` for each package that applies, ``faults LOCK EXTRA...`` a
sentence for each one that is missing or unsuitable, seen from pyproject.toml with these extras.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from pip._vendor.packaging.markers import Marker
from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
from pip._vendor.packaging.utils import canonicalize_name

LINE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?: *; *([^\\\n]+))?", re.MULTILINE)


def wanted(lock: Path) -> dict[str, str]:
    """Return the versions, by name, of the packages that the lock requires for this Python."""
    return {
        canonicalize_name(name): version
        for name, version, marker in LINE.findall(lock.read_text(encoding="utf-8"))
        if not marker or Marker(marker.strip()).evaluate()
    }


def faults(lock: Path, project: Path, extras: set[str]) -> Iterator[str]:
    """Yield what is wrong with the installed packages, beginning with what the project itself asks for."""
    versions = wanted(lock)
    for name, version in versions.items():
        found = installed_version(name)
        if found is None:
            yield f"{name} {version} is not installed."
        elif found != version:
            yield f"{name} is installed in version {found} instead of {version}."

    own_name, own_requirements = requirements_of_project(project)
    chosen: dict[str, set[str]] = {name: set() for name in versions}
    chosen[own_name] = extras
    pending = list(chosen)
    said = set()
    while pending:
        name = pending.pop()
        lines = own_requirements if name == own_name else requirements_of(name)
        for requirement in applicable(lines, chosen[name]):
            target = canonicalize_name(requirement.name)
            fault = fault_of(requirement, versions) if target != own_name else ""
            if fault and (name, fault) not in said:
                said.add((name, fault))
                yield f"{name} needs {requirement}, {fault}"
            if target in chosen and not requirement.extras <= chosen[target]:
                chosen[target] = chosen[target] | requirement.extras
                pending.append(target)


def installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def requirements_of(name: str) -> list[str]:
    """Return what an installed package says it needs; nothing if it isn't installed."""
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def requirements_of_project(project: Path) -> tuple[str, list[str]]:
    """Return name and requirements of a pyproject.toml, the optional ones with the marker of their extra."""
    if not project.is_file():
        return "", []
    table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    optional = []
    for extra, lines in table.get("optional-dependencies", {}).items():
        for requirement, _, marker in (line.partition(";") for line in lines):
            condition = f'({marker.strip()}) and extra == "{extra}"' if marker else f'extra == "{extra}"'
            optional.append(f"{requirement} ; {condition}")
    return canonicalize_name(table["name"]), [*table.get("dependencies", []), *optional]


def applicable(lines: list[str], extras: set[str]) -> Iterator[Requirement]:
    """Yield the requirements that hold for this Python with the extras."""
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue  # Older than the standard; pip accepts it, too.
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def fault_of(requirement: Requirement, versions: dict[str, str]) -> str:
    """Return how the lock fails a requirement, or nothing."""
    version = versions.get(canonicalize_name(requirement.name))
    if version is None:
        found = installed_version(requirement.name)
        return "which the lock lacks." if found is None else f"which the lock lacks ({found} is installed)."
    if not requirement.specifier.contains(version, prereleases=True):
        return f"but the lock has {version}."
    return ""


if __name__ == "__main__":
    command, path, *words = sys.argv[1:]
    if command == "wanted":
        lines = [f"{name}=={version}" for name, version in wanted(Path(path)).items()]
    else:
        lines = list(faults(Path(path), Path(path).parent / "pyproject.toml", set(words)))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
