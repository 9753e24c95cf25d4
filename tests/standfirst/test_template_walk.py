"""What a template shows once all that it extends is put together."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from standfirst.template_walk import find_lost_blocks, walk_shown_nodes

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, settings: Any) -> Write:
    """Return a function that writes templates, which come before those of the apps."""
    templates = copy.deepcopy(django_settings.TEMPLATES)
    templates[0]["DIRS"] = [tmp_path / "first", tmp_path / "second"]
    settings.TEMPLATES = templates

    def write_templates(folder: str = "first", /, **sources: str) -> None:
        (tmp_path / folder).mkdir(exist_ok=True)
        for name, source in sources.items():
            (tmp_path / folder / f"{name}.html").write_text(source)

    return write_templates


def lost(name: str) -> list[tuple[str, str, str]]:
    """Return the lost blocks of a template: name, the template that fills it, the one that lacks it."""
    return [(block.name, block.template, block.root) for block in find_lost_blocks(name)]


def shown(name: str) -> str:
    """Return the texts that a template shows."""
    return "".join(getattr(node, "s", "") for node in walk_shown_nodes(name))


def test_a_block_that_nothing_has_is_lost(write: Write) -> None:
    write(
        root="{% block content %}{% endblock %}",
        middle="{% extends 'root.html' %}{% block side %}Side{% endblock %}",
        page="{% extends 'middle.html' %}{% block content %}C{% endblock %}{% block after %}A{% endblock %}",
    )
    assert lost("page.html") == [("after", "page.html", "root.html"), ("side", "middle.html", "root.html")]
    assert lost("root.html") == []
    assert shown("page.html") == "C"


def test_a_block_inside_one_that_is_shown_is_shown(write: Write) -> None:
    write(
        root="{% if x %}{% block css %}R{% endblock %}{% endif %}",
        base="{% extends 'root.html' %}{% block css %}{{ block.super }}{% block head %}H{% endblock %}"
        "{% endblock %}",
        page="{% extends 'base.html' %}{% block head %}P{% endblock %}",
    )
    assert lost("page.html") == []
    assert shown("page.html") == "PR"


def test_a_block_inside_one_that_is_replaced_is_lost(write: Write) -> None:
    sources = {
        "root": "{% block outer %}{% block inner %}{% endblock %}{% endblock %}",
        "page": "{% extends 'root.html' %}{% block outer %}O{% endblock %}{% block inner %}I{% endblock %}",
    }
    write(**sources)
    assert lost("page.html") == [("inner", "page.html", "root.html")]
    write(other=sources["page"].replace("O{%", "O{{ block.super }}{%", 1))
    assert lost("other.html") == []


@pytest.mark.parametrize(
    "content",
    ["", " \n", "{% comment %}later{% endcomment %}", "{# later #}", "{% load i18n %}", "{{ block.super }}"],
)
def test_an_empty_block_loses_nothing(write: Write, content: str) -> None:
    write(root="<html>", page=f"{{% extends 'root.html' %}}{{% block after %}}{content}{{% endblock %}}")
    assert lost("page.html") == []


def test_a_template_that_extends_its_own_name(write: Write) -> None:
    write("first", page="{% extends 'page.html' %}{% block after %}A{% endblock %}")
    write("second", page="{% extends 'root.html' %}{% block content %}C{% endblock %}")
    write(root="{% block content %}{% endblock %}{% block after %}{% endblock %}")
    assert lost("page.html") == []
    assert shown("page.html") == "CA"


def test_what_only_a_request_can_tell_is_passed_over(write: Write) -> None:
    write(
        page="{% extends base %}{% block after %}A{% endblock %}",
        filtered="{% extends 'root.html'|lower %}{% block after %}A{% endblock %}",
    )
    assert lost("page.html") == lost("filtered.html") == []


def test_what_is_included_is_shown(write: Write) -> None:
    write(
        root="{% include 'part.html' %}{% include 'absent.html' %}{% include unknown %}",
        part="{% extends 'frame.html' %}{% block text %}P{% endblock %}",
        frame="{% for x in y %}{% block text %}{% endblock %}{% empty %}E{% endfor %}"
        "{% include 'part.html' %}",
        page="{% extends 'root.html' %}{% block text %}not a block of the root{% endblock %}",
    )
    assert shown("page.html") == "PE"
    assert lost("page.html") == [("text", "page.html", "root.html")]


def test_a_template_that_cannot_be_loaded(write: Write) -> None:
    write(page="{% extends 'absent.html' %}", broken="{% extends 'wrong.html' %}", wrong="{% if %}")
    with pytest.raises(TemplateDoesNotExist, match="absent"):
        find_lost_blocks("page.html")
    with pytest.raises(TemplateSyntaxError):
        find_lost_blocks("broken.html")


def test_another_engine(write: Write, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write(page="$title")
    engine = {"BACKEND": "django.template.backends.dummy.TemplateStrings", "APP_DIRS": False}
    settings.TEMPLATES = [{**engine, "DIRS": settings.TEMPLATES[0]["DIRS"]}]
    assert lost("page.html") == []
    assert shown("page.html") == ""
