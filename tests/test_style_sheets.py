"""Names in style sheets: prefixed where a host's page has others, and none that no template has."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
PROPERTY = re.compile(r"(?<![\w-])--[\w-]+")
SHEETS = sorted(
    path for app in ("articles", "comments", "cms") for path in (ROOT / app).rglob("static/**/*.css")
)
OF_THE_APPS = [path for path in SHEETS if not path.is_relative_to(ROOT / "cms")]
PUBLIC = [path for path in OF_THE_APPS if path.name != "admin.css"]


def selectors(path: Path) -> str:
    """Return a style sheet without its comments and declarations."""
    return re.sub(r"[^{}]*:[^{}]*;", "", COMMENT.sub("", path.read_text("utf-8")))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PUBLIC, ids=name)
def test_what_stands_on_a_hosts_page_has_our_prefix(path: Path) -> None:
    assert {found for found in CLASS.findall(selectors(path)) if not found.startswith("sf-")} == set()
    text = COMMENT.sub("", path.read_text("utf-8"))
    assert {found for found in PROPERTY.findall(text) if not found.startswith("--sf-")} == set()


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_every_class_of_ours_is_in_a_template_or_in_code(path: Path) -> None:
    named = {found.split("__")[0].split("--")[0] for found in CLASS.findall(selectors(path))}
    places = [
        *(ROOT / "templates").rglob("*.html"),
        *(file for app in ("articles", "comments", "standfirst") for file in (ROOT / app).rglob("*.html")),
        *(file for app in ("articles", "comments") for file in (ROOT / app).rglob("*.py")),
    ]
    written = set(re.findall(r"sf-[a-z-]*[a-z]", " ".join(file.read_text("utf-8") for file in places)))
    assert {found for found in named if found.startswith("sf-")} <= written
    assert not {found for found in named if found.startswith(("article-", "comment-"))}
