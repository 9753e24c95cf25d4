"""Writes an imported article as a page, and merges later versions with what editors made of it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

import swapper
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.text import slugify
from wagtail.blocks import StreamValue
from wagtail.log_actions import log
from wagtail.models import PageLogEntry

from standfirst.write_lock import writing

from ..body.parts import block_of, digest_block
from ..importing import ImportedArticle, ListPart
from ..importing.characters import shorten
from ..importing.merging import Incoming, Merged, Standing, Written, merge
from ..models import ArticleIndexPage, ArticlePage
from .imported_fields import describe_fields, merge_fields, write_fields

LOG_ACTION = "standfirst_articles.import"
_SLUG_LENGTH = 200


class ImportRefusedError(Exception):
    """The article was read but may not be written; `str(error)` is a whole sentence that says why."""


class Outcome(StrEnum):
    """What an import did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(kw_only=True)
class ImportReport:
    """What an import made: the page, its state, the parts of the file by kind, and sentences on the rest."""

    page: ArticlePage
    outcome: Outcome
    is_published: bool
    counts: Counter[str]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What is to be imported, where and for whom. ``key`` is the slug that identifies it below its parent."""

    article: ImportedArticle
    parent: Any
    key: str
    user: Any
    file_name: str


@dataclass(frozen=True, kw_only=True)
class _Record:
    """What the last import of a page wrote, as its log entry tells."""

    revision_id: int | None
    blocks: tuple[Written, ...]
    fields: dict[str, Any]
    holds_editors_draft: bool


def import_article(
    *,
    article: ImportedArticle,
    parent_slug: str = "",
    publish: bool = False,
    user: Any = None,
    file_name: str = "",
) -> ImportReport:
    """Make a page of `article`, or update the page that an earlier import of it made.

    The page goes under the page with `parent_slug`, or under the only article index. An article is the same
    as an earlier one if its parent and its slug are: the slug that the file names, else that of its title;
    the page may since have been renamed or moved. What editors did to the page since stays: see
    `articles.importing.merging`. With `publish` the page goes live, unless an editor's draft would go live
    with it.

    Raises `ImportRefusedError`; nothing is written then.
    """
    try:
        with writing():
            parent = find_parent(slug=parent_slug)
            # Of two simultaneous imports, the second must find the page that the first makes.
            type(parent)._default_manager.select_for_update().get(pk=parent.pk)
            order = _Order(
                article=article, parent=parent, key=_make_key(article), user=user, file_name=file_name
            )
            page, record = _find_imported(order)
            if page is None or record is None:
                report, revision, record = _create(order)
            else:
                report, revision, record = _update(order, live_page=page, record=record)
            if publish:
                _publish(report, revision=revision, record=record, user=user)
    except ValidationError as error:
        # Other apps may have rules of their own for pages.
        raise ImportRefusedError(f"The page can't be saved like this: {' '.join(error.messages)}") from error
    return report


def find_parent(*, slug: str = "") -> Any:
    """Return the page that articles are imported under: the one named by `slug`, or the only article index.

    Raises `ImportRefusedError` if there is none, or more than one.
    """
    if not slug:
        indexes = list(ArticleIndexPage.objects.order_by("path")[:20])
        if len(indexes) == 1:
            return indexes[0]
        if indexes:
            named = ", ".join(index.slug for index in indexes)
            raise ImportRefusedError(
                f"There are several article indexes: name one of them as the parent ({named})."
            )
        raise ImportRefusedError("There is no article index to put the article under: make one first.")
    page_model = swapper.load_model("wagtailcore", "Page")
    found = list(page_model.objects.filter(slug=slug).specific())
    if not found:
        raise ImportRefusedError(f"There is no page with the slug “{slug}”.")
    parents = [page for page in found if ArticlePage.can_create_at(page)]
    if not parents:
        raise ImportRefusedError(f"The page “{slug}” can't have articles under it.")
    if len(parents) > 1:
        raise ImportRefusedError(f"There are {len(parents)} pages with the slug “{slug}”.")
    return parents[0]


def _make_key(article: ImportedArticle) -> str:
    allow_unicode = getattr(settings, "WAGTAIL_ALLOW_UNICODE_SLUGS", True)
    slug = slugify(article.slug or article.title, allow_unicode=allow_unicode)[:_SLUG_LENGTH].strip("-")
    # A title without a letter or digit, or in a script that slugs may not have.
    return slug or f"article-{hashlib.sha256(article.title.encode()).hexdigest()[:8]}"


def _find_imported(order: _Order) -> tuple[ArticlePage | None, _Record | None]:
    parent, key = order.parent, order.key
    entries = PageLogEntry.objects.filter(action=LOG_ACTION, data__key=key, data__parent=parent.pk)
    for entry in entries.order_by("-timestamp", "-pk"):
        page = ArticlePage.objects.filter(pk=entry.page_id).first()
        if page is not None:
            return page, _Record(
                revision_id=entry.revision_id,
                blocks=tuple(Written(*block) for block in entry.data["blocks"]),
                fields=entry.data["fields"],
                holds_editors_draft=entry.data["holds_editors_draft"],
            )
    taken = parent.get_children().filter(slug=key).first()
    if taken is not None:
        raise ImportRefusedError(
            f"“{taken.title}” (page {taken.pk}) already has the address “{key}” and was not imported: "
            "it was left as it is. Give the file another title, or rename that page."
        )
    return None, None


def _create(order: _Order) -> tuple[ImportReport, Any, _Record]:
    article, user = order.article, order.user
    notes = list(article.notes)
    fields = describe_fields(article=article, notes=notes)
    blocks = [(str(uuid4()), block_of(part)) for part in article.parts]
    page = ArticlePage(slug=order.key, owner=user, live=False, has_unpublished_changes=True)
    write_fields(page=page, fields=fields, notes=notes)
    page.body = _stream(page, [_raw(block_id, block) for block_id, block in blocks])
    order.parent.add_child(instance=page)
    revision = page.save_revision(user=user, log_action=True)
    written = tuple(Written(block_id, digest_block(*block)) for block_id, block in blocks)
    record = _Record(revision_id=revision.pk, blocks=written, fields=fields, holds_editors_draft=False)
    _remember(order, page=page, revision=revision, record=record)
    report = ImportReport(
        page=page, outcome=Outcome.CREATED, is_published=False, counts=_count(article), notes=notes
    )
    return report, revision, record


def _update(order: _Order, *, live_page: ArticlePage, record: _Record) -> tuple[ImportReport, Any, _Record]:
    article, user = order.article, order.user
    _refuse_if_busy(live_page)
    page: ArticlePage = live_page.get_latest_revision_as_object()
    latest = live_page.get_latest_revision()
    latest_id = latest.pk if latest else None
    holds_draft = live_page.has_unpublished_changes and (
        record.holds_editors_draft or latest_id != record.revision_id
    )
    notes = list(article.notes)
    fields = describe_fields(article=article, notes=notes)
    standing = list(page.body.raw_data)
    merged = merge(
        written=record.blocks,
        standing=[
            Standing(str(raw.get("id") or ""), digest_block(raw["type"], raw["value"]), raw)
            for raw in standing
        ],
        incoming=[Incoming(digest_block(*block), _raw("", block)) for block in map(block_of, article.parts)],
        new_id=lambda: str(uuid4()),
    )
    body = [{**raw, "id": block_id} if block_id else raw for block_id, raw in merged.body]
    changed = merge_fields(page=page, before=record.fields, now=fields, notes=notes)
    notes += _tell(merged, standing)
    outcome = Outcome.UNCHANGED
    if changed or body != standing:
        outcome = Outcome.UPDATED
        page.body = _stream(page, body)
        latest = page.save_revision(user=user, log_action=True)
    if outcome is Outcome.UPDATED or fields != record.fields or tuple(merged.written) != record.blocks:
        record = _Record(
            revision_id=latest.pk if outcome is Outcome.UPDATED and latest else record.revision_id,
            blocks=tuple(merged.written),
            fields=fields,
            holds_editors_draft=holds_draft,
        )
        _remember(order, page=page, revision=latest, record=record)
    elif holds_draft:
        record = _Record(
            revision_id=record.revision_id, blocks=record.blocks, fields=fields, holds_editors_draft=True
        )
    if page.get_parent().pk != order.parent.pk:
        notes.append("The page has been moved since it was imported and was updated where it is now.")
    report = ImportReport(page=page, outcome=outcome, is_published=False, counts=_count(article), notes=notes)
    return report, latest, record


def _refuse_if_busy(page: ArticlePage) -> None:
    if page.locked:
        raise ImportRefusedError(
            f"“{page.title}” (page {page.pk}) is locked by an editor and was left as it is."
        )
    if page.alias_of_id:
        raise ImportRefusedError(f"“{page.title}” (page {page.pk}) is an alias of another page.")
    if page.workflow_in_progress:
        raise ImportRefusedError(
            f"“{page.title}” (page {page.pk}) is being reviewed in a workflow and was left as it is."
        )


def _publish(report: ImportReport, *, revision: Any, record: _Record, user: Any) -> None:
    page = report.page
    if report.outcome is Outcome.UNCHANGED and page.live and not page.has_unpublished_changes:
        report.is_published = True
        return
    if record.holds_editors_draft:
        report.notes.append(
            "Not published: the page holds an editor's unpublished changes, which would go live as well. "
            "Publish it in the admin."
        )
        return
    revision.publish(user=user)
    page.refresh_from_db()
    report.is_published = page.live


def _remember(order: _Order, *, page: ArticlePage, revision: Any, record: _Record) -> None:
    log(
        instance=page,
        action=LOG_ACTION,
        user=order.user,
        revision=revision,
        content_changed=True,
        data={
            "key": order.key,
            "parent": order.parent.pk,
            "file": order.file_name,
            "fields": record.fields,
            "blocks": [[block.id, block.digest] for block in record.blocks],
            "holds_editors_draft": record.holds_editors_draft,
        },
    )


def _raw(block_id: str, block: tuple[str, Any]) -> dict[str, Any]:
    return {"type": block[0], "value": block[1], "id": block_id}


def _stream(page: ArticlePage, raw: list[dict[str, Any]]) -> StreamValue:
    return StreamValue(page.body.stream_block, raw, is_lazy=True)


def _count(article: ImportedArticle) -> Counter[str]:
    return Counter("list" if isinstance(part, ListPart) else block_of(part)[0] for part in article.parts)


def _tell(merged: Merged[dict[str, Any]], standing: Sequence[dict[str, Any]]) -> list[str]:
    """Report what became of the editors' work."""
    told = []
    file_ids = {block.id for block in merged.written}
    own = [raw for raw in standing if str(raw.get("id") or "") not in file_ids and raw["type"]]
    stayed = {block_id for block_id, _ in merged.body}
    claims = sum(raw["type"] == "claim" and str(raw.get("id") or "") in stayed for raw in own)
    if claims:
        told.append(f"{claims} claim{'' if claims == 1 else 's'} that editors added stayed in place.")
    if merged.kept:
        named = ", ".join(f"“{_beginning(raw)}”" for raw in merged.kept[:5])
        told.append(
            f"An editor had changed {len(merged.kept)} of the blocks that the file changes or drops; "
            f"the editor's words were kept: {named}."
        )
    if merged.missing:
        told.append(
            f"{merged.missing} block{'' if merged.missing == 1 else 's'} of the file stayed away, "
            "because an editor had removed them from the page."
        )
    return told


def _beginning(raw: dict[str, Any]) -> str:
    value = raw["value"]
    text = value.get("text") or value.get("caption") or raw["type"] if isinstance(value, dict) else str(value)
    return shorten(strip_tags(str(text)), 50)
