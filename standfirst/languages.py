"""Which language a page is written in, which one the words around it come in, and which way both run."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.conf import settings
from django.utils.translation import get_language, override, pgettext

Direction = Literal["ltr", "rtl"]

# Unicode's strong types of characters (UAX #9, table 4); digits and punctuation take sides with neither.
_STRONG: dict[str, Direction] = {"L": "ltr", "R": "rtl", "AL": "rtl"}
# First strong isolate and pop directional isolate: <bdi> for places that take no elements.
_FSI, _PDI = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the attributes ``lang`` and ``dir`` name it. The code is empty if it is not known."""

    code: str
    direction: Direction


def describe_language(code: str) -> Language:
    """Return a language by its code, such as ``pt-br``."""
    return Language(code=code, direction="rtl" if _primary(code) in settings.LANGUAGES_BIDI else "ltr")


def current_language() -> Language:
    """Return the language in use: that of the words of the interface, as far as they are translated."""
    return describe_language(get_language() or settings.LANGUAGE_CODE)


def language_of_page(page: object) -> Language:
    """Return the language of a page's own text: that of its locale; of no page, the one in use.

    A site with one locale can hold a page in Arabic all the same. Its title gives it away, so it is set from
    right to left, and its language is unknown. (The reverse proves nothing: a title of Latin letters, such as
    the name of a substance, can stand over a text in Arabic.)
    """
    language = _locale_language(page)
    if language.direction == "ltr" and direction_of_text(str(getattr(page, "title", ""))) == "rtl":
        return Language(code="", direction="rtl")
    return language


def language_of_document(page: object) -> Language:
    """Return what the element ``html`` says of a document about a page: there, a language must be named."""
    language = language_of_page(page)
    return language if language.code else _locale_language(page)


def interface_language(wanted: str) -> Language:
    """Return the language in which the words of the interface come for a page in the language ``wanted``.

    That is ``wanted`` if the texts of the core are translated into it, else the language in use, else that of
    the sources, English.
    """
    for code in (wanted, current_language().code):
        if code and _is_translated(code):
            return describe_language(code)
    return describe_language(_english())


def words_for(page: Any) -> override:
    """Return a context in which gettext answers as for readers of a page: in its language, if it is known."""
    return override(interface_language(_locale_language(page).code).code)


def same_language(one: Language, other: Language) -> bool:
    """Return whether text in one language needs no mark within text in the other; variants don't count."""
    return _primary(one.code) == _primary(other.code) and one.direction == other.direction


@lru_cache(maxsize=1024)
def direction_of_text(text: str) -> Direction | None:
    """Return the direction of most letters of a text; None if there are no letters, or as many of each."""
    letters = [_STRONG[kind] for kind in map(unicodedata.bidirectional, text) if kind in _STRONG]
    rtl = letters.count("rtl")
    ltr = len(letters) - rtl
    if rtl == ltr:
        return None
    return "rtl" if rtl > ltr else "ltr"


def isolate(text: str) -> str:
    """Return a text that can stand within a sentence of the other direction, in a title or an attribute."""
    direction = direction_of_text(text)
    if direction is None or direction == describe_language(current_language().code).direction:
        return text
    return f"{_FSI}{text}{_PDI}"


def _locale_language(page: Any) -> Language:
    if not getattr(page, "locale_id", None):
        return current_language()
    return describe_language(page.locale.language_code)


def _is_translated(code: str) -> bool:
    with override(code):
        # Translators put the code of their language here: it says which catalogue the words really come from.
        found = pgettext("the code of the language of this translation", "en")
    return _primary(found) == _primary(code)


def _english() -> str:
    """Return the site's own variety of English, such as ``en-gb``, "en" if it has none.

    While another variety is in use, Wagtail writes it into the addresses of pages, and ``/en/`` leads nowhere
    on a site in British English.
    """
    codes = [settings.LANGUAGE_CODE, *(code for code, _name in settings.LANGUAGES)]
    return next((code for code in codes if _primary(code) == "en"), "en")


def _primary(code: str) -> str:
    return code.partition("-")[0].lower()
