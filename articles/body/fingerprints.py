"""The fingerprint of everything that the API's answer about a body is made of.

A body that was rendered beforehand is true as long as nothing of it has changed: the page's own content, the
rows of the sources, images and files that it names, the addresses of the pages that it links to, the words of
the language, the settings, the code. All of it is compared on reading, so it doesn't matter who changed what
in which way. What can't be compared has no fingerprint, and is made anew for each answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.signals import setting_changed
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.utils.translation import get_language, trans_real
from wagtail.blocks import StreamValue

from standfirst.languages import language_of_page

from .. import conf
from ..page_types import adds_fields
from .kept import ACTIONS
from .registry import BlockKind, find_kind
from .richtext import find_targets
from .streams import child_blocks, find_stream_names

if TYPE_CHECKING:
    from wagtail.blocks import Block

    from standfirst.canonical import PublicAddresses

    from .gathering import Gathered
    from .naming import Named
    from .reading import Reading

# What decides what becomes of rich text and of pictures.
_LIBRARIES: Final = ("django", "wagtail", "nh3", "pydantic")
_TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates" / "standfirst_articles"
_SINGLE_TEMPLATES: Final = ("caption", "picture", "references", "source_links")
_DIGEST: Final = "_standfirst_digest"
_OUR_KINDS: Final = f"{__package__}.kinds."


def take_fingerprint(
    page: Any,
    *,
    names: Named,
    gathered: Gathered,
    targets: Mapping[int, Any],
    addresses: PublicAddresses,
) -> str | None:
    """Return the fingerprint of what the API's answer about a body is made of, in the language in use.

    ``targets`` are the pages that the body may link to. None if something in it can't be compared: an alias
    goes by its original, a document's address is the document's, and fields of a site's own are the site's.
    """
    if adds_fields(page):
        return None
    linked = {
        page_id: addresses.of_page(targets[page_id]).url
        for page_id in names.linked_pages
        if page_id in targets
    }
    return _digest(page, names, gathered, linked, [addresses.files_root])


def take_page_fingerprint(page: Any, *, names: Named, gathered: Gathered) -> str | None:
    """Return the fingerprint of what the HTML of a body is made of, in the language in use.

    None if something in it can't be compared, such as templates of a site's own in place of ours.
    """
    templates = describe_templates()
    page_type: Any = type(page)
    if templates is None or not _renders_as_ours(page_type):
        return None
    targets = find_targets(other for other in gathered.linked if other.live)
    linked = {page_id: targets[page_id].get_url() for page_id in names.linked_pages if page_id in targets}
    language = language_of_page(page)
    materials = [
        templates,
        language.code,
        language.direction,
        settings.USE_THOUSAND_SEPARATOR,
        settings.FORMAT_MODULE_PATH,
        list(settings.LANGUAGES_BIDI),
    ]
    return _digest(page, names, gathered, linked, materials)


def _digest(
    page: Any, names: Named, gathered: Gathered, linked: Mapping[int, str | None], more: list[Any]
) -> str | None:
    if page.alias_of_id or names.has_other_links or not page.locale_id:
        return None
    page_type: Any = type(page)
    materials = [
        _stamp(),
        _describe_blocks(page_type),
        get_language(),
        _digest_words(),
        conf.image_widths(),
        conf.words_per_minute(),
        str(page.translation_key),
        page.locale.language_code,
        page.standfirst,
        page.hero_image_id,
        page.hero_alt,
        [_read_stored(page, name) for name in find_stream_names(type(page))],
        gathered.describe(page, names),
        sorted(linked.items()),
        more,
    ]
    return sha256(json.dumps(materials, default=str).encode()).hexdigest()


def can_be_kept(reading: Reading) -> bool:
    """Return whether all of a body is of our own kinds: what others make of a block is theirs to know."""
    placed = [reading.find_child(child) for child in reading.stream]
    return all(block is not None and is_our_kind(block.kind) for block in placed) and all(
        is_our_kind(block.kind) for block in reading.blocks
    )


def html_can_be_kept(reading: Reading) -> bool:
    """Return whether the blocks of the body, in addition, are ours: a subclass may render what it likes."""
    return can_be_kept(reading) and all(_is_ours(child.block) for child in reading.stream)


def is_our_kind(kind: BlockKind) -> bool:
    return type(kind).__module__.startswith(_OUR_KINDS)


def _read_stored(page: Any, name: str) -> Any:
    stream = getattr(page, name)
    return list(stream.raw_data) if isinstance(stream, StreamValue) else None


def _digest_words() -> str:
    """Return a digest of all words of the language in use, made once for each catalogue of a process."""
    catalogue: Any = trans_real.catalog()
    known: str | None = catalogue.__dict__.get(_DIGEST)
    if known is None:
        digest = sha256()
        part = catalogue
        while part is not None:
            catalogs = getattr(part._catalog, "_catalogs", [part._catalog])
            for words in catalogs:
                digest.update(repr(sorted(words.items(), key=str)).encode("utf-8", "surrogatepass"))
            part = getattr(part, "_fallback", None)
        known = catalogue.__dict__[_DIGEST] = digest.hexdigest()
    return known


def describe_templates() -> str | None:
    """Return a digest of the templates that render bodies; None if a site has others in their place."""
    return _describe_templates() if settings.DEBUG else _describe_templates_once()


def _describe_templates() -> str | None:
    digest = sha256()
    for name in _list_templates():
        try:
            found: Any = get_template(name)
            path = Path(found.template.origin.name).resolve()
            source = found.template.source
        except (AttributeError, TemplateDoesNotExist, TemplateSyntaxError):
            return None
        if not path.is_relative_to(_TEMPLATES):
            return None
        digest.update(f"{name}\0{source}\0".encode())
    return digest.hexdigest()


_describe_templates_once = cache(_describe_templates)


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in {"TEMPLATES", "INSTALLED_APPS"}:
        _describe_templates_once.cache_clear()


setting_changed.connect(_forget)


@cache
def _list_templates() -> list[str]:
    """Return the names of our templates of bodies, without what readers can do about a claim."""
    folders = [_TEMPLATES / "blocks", _TEMPLATES / "claims"]
    files = [file for folder in folders for file in sorted(folder.glob("*.html"))]
    names = [file.relative_to(_TEMPLATES.parent).as_posix() for file in files]
    single = [f"{_TEMPLATES.name}/{name}.html" for name in _SINGLE_TEMPLATES]
    return [name for name in [*names, *single] if name != ACTIONS]


@cache
def _renders_as_ours(page_type: Any) -> bool:
    """Return whether the blocks of a page type's body are rendered by our own code and templates."""
    if page_type.article_body not in find_stream_names(page_type):
        return False
    body = page_type._meta.get_field(page_type.article_body)
    return all(
        not _is_ours(block) or block.meta.template in _list_templates()
        for block in body.stream_block.child_blocks.values()
    )


def _is_ours(block: Block) -> bool:
    return type(block).__module__.startswith(_OUR_KINDS)


@cache
def _describe_blocks(page_type: Any) -> list[str]:
    """Return the classes of all blocks that the streams of a page type can hold, and their kinds."""
    lines: list[str] = []
    for name in find_stream_names(page_type):
        _describe(page_type._meta.get_field(name).stream_block, name, lines, depth=0)
    return lines


def _describe(block: Block, path: str, lines: list[str], *, depth: int) -> None:
    kind = find_kind(block)
    classes = [type(part) for part in (block, kind) if part is not None]
    lines.append(" ".join([path, *(f"{part.__module__}.{part.__qualname__}" for part in classes)]))
    for child in child_blocks(block) if depth < 8 else ():
        _describe(child, f"{path}.{child.name}", lines, depth=depth + 1)


@cache
def _stamp() -> str:
    """Return a digest of our own code, and the releases of the libraries: a process never changes them."""
    digest = sha256(" ".join(version(name) for name in _LIBRARIES).encode())
    for file in sorted(_list_modules()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _list_modules() -> Iterable[Path]:
    return Path(__file__).resolve().parent.parent.rglob("*.py")
