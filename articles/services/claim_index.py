"""Writes the index of published claims."""

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet

from standfirst.aliases import page_model
from standfirst.write_lock import writing

from ..body.reading import read_claims
from ..claims.cards import ClaimCard
from ..models import Claim, ClaimCitation, article_page_models

_FIELDS = (
    "page_id",
    "group",
    "block_id",
    "position",
    "statement",
    "certainty",
    "direction",
    "caveat",
)


@dataclass(kw_only=True)
class RebuildReport:
    """What differed between the index and the published pages, in numbers of claims."""

    pages: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.added or self.changed or self.removed)


def index_claims(*, page: Any, write: bool = True) -> RebuildReport:
    """Bring the index into line with the body of a live page.

    Takes an article as it was saved; a page that isn't live, and an alias (whose claims are its original's),
    have no claims here. Returns what differed. With ``write`` false, only looks.
    """
    report = RebuildReport(pages=1)
    if not page.live or page.alias_of_id:
        report.removed = Claim.objects.filter(page=page.pk).count()
        if write:
            drop_claims(page=page)
        return report
    cards = {card.uid: card for card in read_claims(page)[0]}
    with transaction.atomic():
        known = {
            claim.uid: claim
            for claim in Claim.objects.filter(Q(page_id=page.pk) | Q(uid__in=cards)).prefetch_related(
                "citations"
            )
        }
        for surplus in [claim for uid, claim in known.items() if uid not in cards]:
            report.removed += 1
            if write:
                surplus.delete()
        for card in cards.values():
            row = known.get(card.uid)
            if row is not None and _describe_row(row) == _describe_card(card, page):
                continue
            report.added += row is None
            report.changed += row is not None
            if write:
                _write(row or Claim(uid=card.uid), card, page)
    return report


def drop_claims(*, page: Any) -> None:
    """Take the claims of a page that readers can no longer see out of the index."""
    Claim.objects.filter(page=page.pk).delete()


def rebuild_claims(*, check: bool = False) -> RebuildReport:
    """Bring the index into line with all published pages, one by one; return what differed.

    With ``check`` nothing is written.
    """
    total = RebuildReport()
    for model in article_page_models():
        for pk in model._default_manager.filter(alias_of=None).live().values_list("pk", flat=True):
            with transaction.atomic() if check else writing():
                # The row is locked, so that a page published meanwhile isn't overwritten with its past.
                page = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
                if page is not None:
                    _add(total, index_claims(page=page, write=not check))
    stray = _find_stray()
    total.removed += stray.count()
    if not check:
        stray.delete()
    return total


def _find_stray() -> QuerySet[Claim]:
    """Return the claims of pages that have none to show. The database compares: pages only grow in number."""
    content_types = ContentType.objects.get_for_models(*article_page_models(), for_concrete_models=False)
    published = page_model()._default_manager.filter(
        content_type__in=content_types.values(), live=True, alias_of=None
    )
    return Claim.objects.exclude(page__in=published.order_by().values("pk"))


def _add(total: RebuildReport, report: RebuildReport) -> None:
    total.pages += report.pages
    total.added += report.added
    total.changed += report.changed
    total.removed += report.removed


def _describe_card(card: ClaimCard, page: Any) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    fields = {
        "page_id": page.pk,
        "group": card.group,
        "block_id": card.block_id[:255],
        "position": card.position,
        "statement": card.statement,
        "certainty": card.certainty.value,
        "direction": card.direction.value if card.direction else "",
        "caveat": card.caveat,
    }
    return fields, [(mark.source.pk, mark.relation.value) for mark in card.citations]


def _describe_row(claim: Claim) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    citations = sorted(claim.citations.all(), key=lambda citation: citation.position)
    return (
        {name: getattr(claim, name) for name in _FIELDS},
        [(citation.source_id, citation.relation) for citation in citations],
    )


def _write(claim: Claim, card: ClaimCard, page: Any) -> None:
    fields, citations = _describe_card(card, page)
    for name, value in fields.items():
        setattr(claim, name, value)
    if claim.pk:
        claim.citations.all().delete()
    claim.save()
    ClaimCitation.objects.bulk_create(
        ClaimCitation(claim=claim, source_id=source_id, relation=relation, position=position)
        for position, (source_id, relation) in enumerate(citations, start=1)
    )
