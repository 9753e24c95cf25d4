"""What the templates of both apps say of a page: its language, and its canonical address."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from standfirst.canonical import canonical_url
from standfirst.languages import (
    Language,
    current_language,
    describe_language,
    interface_language,
    isolate,
    language_of_document,
    language_of_page,
    same_language,
)

register = template.Library()

_CANONICAL_DONE = "standfirst_canonical_link"


@dataclass(frozen=True, slots=True)
class DocumentLanguage:
    """What a base template needs: ``lang`` and ``dir`` of the document, and the language to speak in it."""

    code: str
    direction: str
    interface: str


@register.simple_tag(takes_context=True)
def document_language(context: Context) -> DocumentLanguage:
    """Return the language of a document about the context's ``page``.

    A base template begins with ``{% document_language as document_language %}`` and
    ``{% language document_language.interface %}``: what stands within finds it under this name.
    """
    page = context.get("page")
    language = language_of_document(page)
    interface = interface_language(language.code)
    if not getattr(page, "locale_id", None):  # An error, say: a document of nothing but the interface.
        language = interface
    return DocumentLanguage(code=language.code, direction=language.direction, interface=interface.code)


@register.simple_tag(takes_context=True)
def language_attributes(context: Context, page: Any) -> SafeString:
    """Return ``lang`` and ``dir`` of an element with a page's own text; nothing if the document has them."""
    language = language_of_page(page)
    return _attributes(language, within=_document(context))


@register.simple_tag(takes_context=True)
def interface_attributes(context: Context, page: Any = None) -> SafeString:
    """Return ``lang`` and ``dir`` of words of the interface; nothing if they agree with what is around them.

    That is the document or, with a page, an element that has this page's ``language_attributes``.
    """
    around = language_of_page(page) if page else _document(context)
    return _attributes(current_language(), within=around)


@register.simple_tag
def reader_attributes(page: Any = None) -> SafeString:
    """Return the attributes of an element that holds what a reader wrote, amid words of the interface.

    Readers write as they like: each text runs as its first letter does. Most use the language of the page.
    """
    language = language_of_page(page)
    if not language.code or same_language(language, current_language()):
        return mark_safe(' dir="auto"')
    return format_html(' lang="{}" dir="auto"', language.code)


@register.filter
def isolated(text: object) -> str:
    """Return a text that can stand within a sentence of the other direction where no element may stand."""
    return isolate(str(text))


@register.simple_tag(takes_context=True)
def canonical_link(context: Context) -> SafeString:
    """Render the page's ``<link rel="canonical">``: ``{% canonical_link %}`` in the head.

    For an alias it names the original if everybody may see that, else the alias itself. The context's
    ``canonical_query`` (with its question mark) is added to the page's own address, for the further pages of
    a list. Only the first tag of a page renders anything, so that a base template and the template of a page
    may both have it; a context without a page that Wagtail serves has no canonical address.
    """
    page = context.get("self")
    if context.render_context.get(_CANONICAL_DONE) or not getattr(page, "pk", None):
        return SafeString()
    url = canonical_url(page, request=context.get("request"), query=str(context.get("canonical_query", "")))
    if not url:
        return SafeString()
    context.render_context[_CANONICAL_DONE] = True
    return format_html('<link rel="canonical" href="{}">', url)


def _document(context: Context) -> Language:
    document = context.get("document_language")
    if isinstance(document, DocumentLanguage):
        return describe_language(document.code)
    # Somebody else's base template: as they come, these say the language in use.
    return current_language()


def _attributes(language: Language, *, within: Language) -> SafeString:
    if same_language(language, within):
        return SafeString()
    return format_html(' lang="{}" dir="{}"', language.code, language.direction)
