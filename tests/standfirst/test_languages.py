"""In which language a page is said to be, and which way its text runs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.template import Context, Template
from django.utils.translation import override, trans_real

from standfirst.languages import (
    Language,
    describe_language,
    direction_of_text,
    interface_language,
    isolate,
    language_of_document,
    language_of_page,
    same_language,
)

ARABIC = "هل يساعد الوخز؟"


def page_in(code: str, title: str = "A title") -> Any:
    """Return what these functions ask of a page."""
    return SimpleNamespace(title=title, locale_id=1, locale=SimpleNamespace(language_code=code))


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("", None),
        ("2026 (…)!", None),
        ("A title", "ltr"),
        (ARABIC, "rtl"),
        ("שלום", "rtl"),
        (f"PRP: {ARABIC}", "rtl"),
        ("The Arabic word هل is short", "ltr"),
        ("aא", None),
    ],
)
def test_most_letters_decide_the_direction_of_a_text(text: str, direction: str | None) -> None:
    assert direction_of_text(text) == direction


@pytest.mark.parametrize(
    ("page", "language"),
    [
        (page_in("ar", ARABIC), Language("ar", "rtl")),
        (page_in("ar-dz", "COVID-19"), Language("ar-dz", "rtl")),
        (page_in("he"), Language("he", "rtl")),
        (page_in("de-at", "Ein Titel"), Language("de-at", "ltr")),
        (page_in("de-at", "2026"), Language("de-at", "ltr")),
        (page_in("en-gb", ARABIC), Language("", "rtl")),
        (None, Language("en-gb", "ltr")),
        ("", Language("en-gb", "ltr")),
        (SimpleNamespace(title="Not saved", locale_id=None), Language("en-gb", "ltr")),
    ],
)
def test_a_page_has_the_language_of_its_locale_unless_its_title_runs_the_other_way(
    page: Any, language: Language
) -> None:
    assert language_of_page(page) == language


def test_a_document_always_names_a_language() -> None:
    assert language_of_document(page_in("en-gb", ARABIC)) == Language("en-gb", "ltr")
    assert language_of_document(page_in("ar", ARABIC)) == Language("ar", "rtl")


def test_variants_of_a_language_need_no_mark() -> None:
    assert same_language(describe_language("en"), describe_language("en-gb"))
    assert not same_language(describe_language("en"), describe_language("de"))
    assert not same_language(Language("", "rtl"), describe_language("ar"))


class TestInterface:
    def test_without_a_catalogue_it_stays_what_it_is(self) -> None:
        assert interface_language("ar") == Language("en-gb", "ltr")
        with override("ar"):  # A page whose language lacks a catalogue is framed in that of the sources.
            assert interface_language("ar") == Language("en-gb", "ltr")
            assert interface_language("en-us") == Language("en-us", "ltr")

    @pytest.mark.parametrize(
        ("site", "codes", "expected"),
        [
            ("en-gb", ["en-us", "en-gb", "ar"], "en-gb"),
            ("ar", ["ar", "en-us"], "en-us"),
            ("ar", ["ar", "de"], "en"),
        ],
    )
    def test_english_is_the_variety_that_the_site_has_addresses_for(
        self, settings: Any, site: str, codes: list[str], expected: str
    ) -> None:
        settings.LANGUAGE_CODE, settings.LANGUAGES = site, [(code, code) for code in codes]
        with override("ar"):
            assert interface_language("ar").code == expected

    def test_with_one_it_speaks_the_language_of_the_page(self, arabic_catalogue: None) -> None:
        assert interface_language("ar") == Language("ar", "rtl")
        assert interface_language("ar-dz") == Language("ar-dz", "rtl")
        assert interface_language("de") == Language("en-gb", "ltr")
        shown = Template(
            "{% load i18n standfirst_tags %}{% document_language as document_language %}"
            "{% language document_language.interface %}{{ document_language.code }}"
            "{% language_attributes page %}{% interface_attributes page %}{% endlanguage %}"
        ).render(Context({"page": page_in("ar", ARABIC)}))
        assert shown == "ar"


@pytest.fixture
def arabic_catalogue(tmp_path: Path, settings: Any) -> Any:
    """Give the core a translation into Arabic, as a site does by LOCALE_PATHS."""
    from subprocess import run

    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = Path(project_settings.BASE_DIR) / "standfirst/locale/en/LC_MESSAGES/django.po"
    text = source.read_text(encoding="utf-8").replace('msgid "en"\nmsgstr ""', 'msgid "en"\nmsgstr "ar"')
    (folder / "django.po").write_text(text.replace("Language: en", "Language: ar"), encoding="utf-8")
    run(["msgfmt", "-o", folder / "django.mo", folder / "django.po"], check=True)
    settings.LOCALE_PATHS = [str(tmp_path)]
    trans_real._translations.clear()
    yield
    trans_real._translations.clear()


class TestTags:
    def render(self, code: str, **context: Any) -> str:
        return Template("{% load standfirst_tags %}" + code).render(Context(context))

    def test_nothing_is_said_twice(self) -> None:
        page = page_in("en-gb")
        assert self.render("{% language_attributes page %}{% interface_attributes page %}", page=page) == ""
        assert self.render("{% interface_attributes %}") == ""
        assert self.render("{% reader_attributes page %}", page=page) == ' dir="auto"'

    def test_a_page_within_a_document_of_another_language(self) -> None:
        arabic = page_in("ar", ARABIC)
        assert self.render("{% language_attributes page %}", page=arabic) == ' lang="ar" dir="rtl"'
        assert self.render("{% interface_attributes page %}", page=arabic) == ' lang="en-gb" dir="ltr"'
        assert self.render("{% reader_attributes page %}", page=arabic) == ' lang="ar" dir="auto"'
        document = "{% document_language as document_language %}"
        assert self.render(f"{document}{{% language_attributes page %}}", page=arabic) == ""
        assert (
            self.render(f"{document}{{% interface_attributes %}}", page=arabic) == ' lang="en-gb" dir="ltr"'
        )

    def test_codes_are_escaped(self) -> None:
        assert "<" not in self.render("{% language_attributes page %}", page=page_in('x"><script>'))

    def test_what_runs_the_other_way_is_isolated_in_plain_text(self) -> None:
        assert isolate("A title") == "A title"
        assert isolate("2026") == "2026"
        assert isolate(ARABIC) == f"\u2068{ARABIC}\u2069"
        with override("ar"):
            assert isolate(ARABIC) == ARABIC
            assert isolate("A title") == "\u2068A title\u2069"
        assert self.render("{{ title|isolated }}", title="<b>") == "&lt;b&gt;"
