"""How the apps import: relatively, since each has two names."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("app", ["articles", "comments"])
def test_an_app_does_not_say_its_own_name(app: str) -> None:
    """Under a second name an absolute import makes a second copy, whose errors no ``except`` catches."""
    absolute = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in imported_names(node)
        if name.partition(".")[0] == app
    ]
    assert absolute == []


def imported_names(node: ast.AST) -> list[str]:
    """Return the absolute names of the modules that a node of a syntax tree imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("import comments.models", ["comments.models"]),
        ("from comments import models", ["comments"]),
        ("from . import models", []),
        ("from .comments import models", []),
        ("comments = 1", []),
    ],
)
def test_an_import_is_seen(line: str, names: list[str]) -> None:
    assert imported_names(ast.parse(line).body[0]) == names
