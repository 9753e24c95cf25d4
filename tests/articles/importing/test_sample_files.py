"""Whole files, each compared with the exact article that an editor would want of it."""

from pathlib import Path

import pytest

from articles.importing.files import read_file
from tests.articles.importing.expected import EXPECTED

FILES = Path(__file__).parent / "files"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_file_becomes_the_expected_article(name: str) -> None:
    assert read_file((FILES / name).read_bytes(), name) == EXPECTED[name]


def test_every_file_has_its_expected_article() -> None:
    assert sorted(path.name for path in FILES.iterdir() if not path.name.startswith(".")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", ["wordpress_post.html", "front_matter.md", "pasted_windows.txt"])
def test_the_format_is_told_without_the_name(name: str) -> None:
    assert read_file((FILES / name).read_bytes()) == EXPECTED[name]
