"""What the documentation says is there is there, and what is there is documented."""

import ast
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.management import load_command_class
from django.core.management.base import BaseCommand
from django.dispatch import Signal

import articles.conf
import comments.conf
import comments.signals
import standfirst.cache.conf
import standfirst.cache.version_conf
import standfirst.delivery.conf
import standfirst.outbox.conf
from articles.body import ArticleBodyBlock
from articles.enums import Certainty, Relation
from comments.errors import CommentRefused
from standfirst.delivery.problems import CODES, OTHER_CODE
from standfirst.delivery.urls import api
from tests.docs.floors import draw
from tests.docs.markdown import ROOT, Document, find_documents, table_keys, table_rows

REFERENCE = ROOT / "docs" / "reference"
DOCUMENTS = find_documents()
APPS = ("articles", "comments")
SETTINGS = {
    "standfirst": {
        **standfirst.cache.conf.DEFAULTS,
        **standfirst.cache.version_conf.DEFAULTS,
        **standfirst.delivery.conf.DEFAULTS,
        **standfirst.outbox.conf.DEFAULTS,
    },
    "articles": articles.conf.DEFAULTS,
    "comments": comments.conf.DEFAULTS,
}
ENVIRONMENT = re.compile(r"(?:STANDFIRST|DEMO)_[A-Z_]+|DATABASE_URL|PORT")
# Where things are that only exist on somebody's machine or network.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|tmp|root|Users|home/\w+)/\S*")
REGISTRY = re.compile(
    r"pypi|pythonhosted|npmjs|artifactory|devpi|jfrog|nexus|(?<!emit-)index-url|\b(?:10|192\.168|172\.\d+)(?:\.\d+){2,3}\b",
    re.IGNORECASE,
)

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


def app_label(app: str) -> str:
    return app if app == "standfirst" else f"standfirst_{app}"


def reference(name: str) -> Document:
    return Document(REFERENCE / name)


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def string_constants(*folders: str) -> set[str]:
    """Return all texts that stand in the code of the folders."""
    return {
        node.value
        for path in python_files(*folders)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def commands() -> dict[str, BaseCommand]:
    """Return the management commands of the apps and the project by name."""
    return {
        path.stem: load_command_class(folder, path.stem)
        for folder in (*APPS, "standfirst", "cms")
        for path in (ROOT / folder / "management" / "commands").glob("[!_]*.py")
    }


class TestSettings:
    def test_environment_variables(self) -> None:
        """The variables that the project reads are those in the table."""
        section = reference("settings.md").sections(2)["Environment variables of the project"]
        read = {text for text in string_constants("cms") if ENVIRONMENT.fullmatch(text)}
        # The settings of Django that only look alike are none of ours.
        assert sorted(table_keys(section)) == sorted(read)

    @pytest.mark.parametrize("app", SETTINGS)
    def test_settings_of_an_app(self, app: str) -> None:
        """Each setting of an app is documented with the default that it has."""
        defaults = SETTINGS[app]
        section = reference("settings.md").sections(2)[f"Settings of {app}"]
        documented = {row[0].strip("`"): row[2].strip("`") for row in table_rows(section)}
        assert documented == {name: str(value) for name, value in defaults.items()}

    @pytest.mark.parametrize("app", SETTINGS)
    def test_an_app_reads_its_settings_in_one_place(self, app: str) -> None:
        """No module reads a setting of the app that `conf.py` does not know."""
        prefix = "STANDFIRST_" if app == "standfirst" else f"STANDFIRST_{app.upper()}_"
        named = {text for text in string_constants(app) if re.fullmatch(rf"{prefix}[A-Z_]*[A-Z]", text)}
        assert named == set(SETTINGS[app])


class TestCommands:
    def test_every_command_has_a_section(self) -> None:
        """Each command of the apps and the project is described, and no other."""
        assert {title.strip("`") for title in reference("commands.md").sections(2)} == set(commands())

    @pytest.mark.parametrize("name", sorted(commands()))
    def test_arguments(self, name: str) -> None:
        """Each argument that a command adds is in its table, and no other."""
        parser = commands()[name].create_parser("manage.py", name)
        common = BaseCommand().create_parser("manage.py", name)
        inherited = {action.dest for action in common._actions}
        taken = {
            action.option_strings[-1] if action.option_strings else action.dest
            for action in parser._actions
            if action.dest not in inherited
        }
        section = reference("commands.md").sections(2)[f"`{name}`"]
        assert {key.split()[0] for key in table_keys(section)} == taken


class TestChecks:
    @pytest.mark.parametrize("app", [*APPS, "standfirst"])
    def test_every_id_is_documented(self, app: str) -> None:
        """The ids of an app's system checks are those in its table, errors and warnings told apart."""
        pattern = re.compile(rf"{app_label(app)}\.[EWI]\d{{3}}")
        ids = {text for text in string_constants(app) if pattern.fullmatch(text)}
        rows = table_rows(reference("checks.md").sections(2)[app])
        assert {row[0].strip("`") for row in rows} == ids
        assert all(row[1] == ("error" if ".E" in row[0] else "warning") for row in rows)


class TestApi:
    def test_every_operation_has_a_section(self) -> None:
        """Each operation of the delivery API is described, and no other."""
        sections = reference("api.md").sections(3)
        described = {title.strip("`") for title in sections if title.startswith(("`GET", "`POST"))}
        paths = api.get_openapi_schema()["paths"]
        served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
        assert described == served

    def test_parameters(self) -> None:
        """Each query parameter, and each field of a body, is in the table of its operation."""
        document = api.get_openapi_schema()
        sections = reference("api.md").sections(3)
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                taken = {item["name"] for item in operation.get("parameters", []) if item["in"] == "query"}
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    name = content["schema"]["$ref"].rpartition("/")[2]
                    taken |= set(document["components"]["schemas"][name]["properties"])
                described = table_keys(sections[f"`{method.upper()} {path}`"])
                assert sorted(described) == sorted(taken), f"{method} {path}"

    def test_error_codes(self) -> None:
        """Each code that an answer as a whole can have is in the table, with its status."""
        section = reference("api.md").sections(2)["Errors"]
        described = {
            (int(row[0]), row[1].strip("`"))
            for line in section.splitlines()
            if re.match(r"\| \d{3} ", line)
            for row in [[cell.strip() for cell in line.strip("|").split("|")]]
        }
        raised = {(refusal.http_status, refusal.code) for refusal in CommentRefused.__subclasses__()}
        assert OTHER_CODE in section
        assert described == set(CODES.items()) | {pair for pair in raised if pair[0] != 422}
        assert {code for status, code in raised if status == 422} <= set(table_keys(section))


class TestOtherReferences:
    def test_signals(self) -> None:
        """Each signal of the comments has a section, and no other. Arguments: tests/comments/test_signals."""
        there = {name for name, value in vars(comments.signals).items() if isinstance(value, Signal)}
        assert {title.strip("`") for title in reference("signals.md").sections(2)} == there

    def test_blocks(self) -> None:
        """Each block of the body has a section, with the fields that the API gives it."""
        sections = reference("blocks.md").sections(2)
        assert {title.strip("`") for title in sections} == {*ArticleBodyBlock().child_blocks, "custom"}
        schemas = api.get_openapi_schema()["components"]["schemas"]
        by_type = {
            schema["properties"]["type"]["const"]: schema
            for name, schema in schemas.items()
            if name.endswith("BlockItem")
        }
        for title, section in sections.items():
            (row,) = [line for line in section.splitlines() if line.startswith("| JSON ")]
            fields = set(by_type[title.strip("`")]["properties"]) - {"type", "id"}
            assert fields <= set(re.findall(r"`(\w+)`", row)), title

    def test_vocabularies(self) -> None:
        """The tables of certainty and relations have the values, in the words that readers are shown."""
        rows = table_rows(Document(ROOT / "docs" / "explanation" / "claims-and-certainty.md").text)
        certainties = [
            [f"`{choice}`", f"{choice.symbol} {choice.label}", str(choice.meaning)] for choice in Certainty
        ]
        assert [row for row in rows if row[0].strip("`") in Certainty] == certainties
        relations = {row[0].strip("`"): row[1] for row in rows if row[0].strip("`") in Relation}
        assert relations == {choice.value: str(choice.label) for choice in Relation}
        assert len(rows) == len(certainties) + len(relations)

    @pytest.mark.django_db
    def test_permissions(self) -> None:
        """Each permission on a model that the admin of ours asks for is documented."""
        asked = {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in Permission.objects.filter(
                content_type__app_label__in=map(app_label, SETTINGS),
                content_type__model__in=["comment", "source", "person", "frontendsettings", "outboxmessage"],
            ).select_related("content_type")
        }
        assert set(table_keys(reference("permissions.md").text)) == asked

    @pytest.mark.parametrize("app", APPS)
    def test_templates(self, app: str) -> None:
        """Each template that a site can override is listed, and no other. Those of the admin are our own."""
        folder = ROOT / app / "templates"
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
        section = reference("templates.md").sections(2)[f"Templates of {app}"]
        assert set(table_keys(section)) == {name for name in there if "/admin/" not in name}


class TestEveryPage:
    @every_document
    def test_links_lead_somewhere(self, document: Document) -> None:
        """Each relative link names a file of the repository, and a heading in it where it has an anchor."""
        broken = [
            target
            for target, path, anchor in document.linked_files()
            if not path.exists()
            or not path.is_relative_to(ROOT)
            or (anchor and path.suffix == ".md" and anchor not in Document(path).anchors)
        ]
        assert broken == []

    @every_document
    def test_names_no_registry_and_no_machine(self, document: Document) -> None:
        """Nothing is said that holds on one machine or one network only."""
        assert MACHINE_PATH.findall(document.text) == []
        assert REGISTRY.findall(document.text) == []

    @every_document
    def test_commands_of_make_exist(self, document: Document) -> None:
        """Each `make …` in code is a target of the Makefile."""
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
        code = re.findall(r"^```\w*\n(.*?)^```$", document.text, flags=re.MULTILINE | re.DOTALL)
        code += re.findall(r"`([^`\n]+)`", document.prose)
        named = {name for text in code for name in re.findall(r"(?<![\w-])make ([a-z][a-z-]*)", text)}
        assert named <= targets

    def test_commands_of_pytest_select_tests(self) -> None:
        """Each `pytest …` in code finds a test to run."""
        named = {
            arguments
            for document in DOCUMENTS
            for arguments in re.findall(r"`(?:\S*/)?pytest ([^`]+)`", document.prose)
        }
        assert named
        # One process: what takes long is to load Django and Wagtail.
        collect = (
            "import json, sys, pytest\n"
            "common = ['--collect-only', '-q', '-p', 'no:cacheprovider']\n"
            "sys.exit([words for words in json.loads(sys.argv[1]) if pytest.main([*common, *words])] or 0)"
        )
        words = json.dumps([shlex.split(arguments) for arguments in named])
        result = subprocess.run(
            [sys.executable, "-c", collect, words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, (result.stdout[-500:], result.stderr[-500:])

    def test_the_index_lists_every_page(self) -> None:
        """Each page under docs/ is linked from its index, decisions from theirs."""
        listed = {path for _, path, _ in Document(ROOT / "docs" / "README.md").linked_files()}
        listed |= {path for _, path, _ in Document(ROOT / "docs" / "decisions" / "README.md").linked_files()}
        pages = set((ROOT / "docs").rglob("*.md")) - {ROOT / "docs" / "README.md"}
        assert {path.relative_to(ROOT).as_posix() for path in pages - listed} == set()

    def test_decisions_are_numbered_without_a_gap(self) -> None:
        """Each decision has the number of its file in its title."""
        files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
        numbers = [int(path.name.partition("-")[0]) for path in files]
        assert numbers == list(range(1, len(files) + 1))
        for path, number in zip(files, numbers, strict=True):
            assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path.name


class TestMarkdown:
    """The reader of Markdown that all of the above rests on."""

    def test_anchors(self, tmp_path: Path) -> None:
        path = tmp_path / "page.md"
        path.write_text("# A `claim`, again\n## Same\n## Same\n```sh\n# not a heading\n```\n")
        assert Document(path).anchors == {"a-claim-again", "same", "same-1"}

    def test_links(self, tmp_path: Path) -> None:
        path = tmp_path / "page.md"
        path.write_text("[a](b.md#c) `[no](link)` ![d](e.png) [f](https://example.org/)\n```\n[g](h)\n```\n")
        assert [target for target, _, _ in Document(path).linked_files()] == ["b.md#c", "e.png"]

    def test_sections(self, tmp_path: Path) -> None:
        path = tmp_path / "page.md"
        path.write_text("# T\n## A\none\n### B\ntwo\n## C\nthree\n")
        assert Document(path).sections(2) == {"A": "one\n### B\ntwo\n", "C": "three\n"}
        assert Document(path).sections(3) == {"B": "two\n"}


def test_the_picture_of_the_floors_is_that_of_the_imports() -> None:
    """Renew it with ``python -m tests.docs.floors``."""
    page = Document(ROOT / "docs" / "explanation" / "architecture.md")
    assert draw() in page.text
