"""The version that the upgrade test begins with, kept as an archive of what its wheel is built from.

``python -m tests.plugin.baseline make`` writes the archive from this tree, ``make COMMIT`` from a commit. It
holds the packages, what setuptools needs to build them, and the page that says how to install that version.
"""

import ast
import io
import lzma
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[3]
ARCHIVE = Path(__file__).parent / "sources.tar.xz"
GUIDE = "docs/how-to/install-the-plugin.md"
PACKAGES = ("standfirst", "articles", "comments")
INPUT = ("pyproject.toml", "LICENSE", "MANIFEST.in", "docs/package.md", GUIDE, *PACKAGES)
FOLDER_OF_MIGRATIONS = "migrations"


def write_archive(files: Mapping[str, bytes], archive: Path = ARCHIVE) -> None:
    """Write files, by path, into an archive: the same files make the same bytes."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            tar.addfile(member, io.BytesIO(files[name]))
    archive.write_bytes(lzma.compress(content.getvalue(), preset=9 | lzma.PRESET_EXTREME))


def read_archive(archive: Path = ARCHIVE) -> dict[str, bytes]:
    """Return the files of an archive by path."""
    with tarfile.open(archive, "r:xz") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


def read_tree(root: Path = ROOT) -> dict[str, bytes]:
    """Return what goes into the archive, from a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for name in INPUT
        for path in ([root / name] if (root / name).is_file() else sorted((root / name).rglob("*")))
        if path.is_file() and "__pycache__" not in path.parts
    }


def read_commit(commit: str, root: Path = ROOT) -> dict[str, bytes]:
    """Return what goes into the archive, from a commit."""
    packed = subprocess.run(
        ["git", "archive", "--format=tar", commit, "--", *INPUT], cwd=root, capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


def unpack(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def find_changed_migrations(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with the later migrations: each earlier one must still do what it did.

    A site that has run a migration never runs it again. Comments and layout may change.
    """
    for name in filter(is_migration, sorted(before)):
        if name not in after:
            yield f"{name} is gone."
        elif _parsed(before[name]) != _parsed(after[name]):
            yield f"{name} has changed: write a further migration instead."


def is_migration(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix == ".py" and path.parent.name == FOLDER_OF_MIGRATIONS


def _parsed(source: bytes) -> str:
    return ast.dump(ast.parse(source))
