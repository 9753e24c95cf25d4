"""The index of published claims: it answers questions across articles, and can be rebuilt at any time."""

import swapper
from django.db import models
from django.utils.translation import gettext_lazy as _

from standfirst.plain_migrations import plain_in_migrations

from ..enums import Certainty, Direction, Relation


@plain_in_migrations
class Claim(models.Model):
    """A claim of a page's published body.

    Rows are written by ``articles.services.index_claims`` alone. A row does not say whether the page
    can be seen: queries on behalf of readers are limited to pages that are live and public.
    """

    uid = models.UUIDField(_("uid"), unique=True, editable=False)
    group = models.UUIDField(
        _("group"), db_index=True, editable=False, help_text=_("Shared with the claim's translations.")
    )
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="indexed_claims",
    )
    block_id = models.CharField(_("block id"), max_length=255)
    position = models.PositiveIntegerField(_("position"))
    statement = models.TextField(_("statement"))
    certainty = models.CharField(_("certainty"), max_length=20, choices=Certainty.choices)
    direction = models.CharField(_("direction"), max_length=20, choices=Direction.choices, blank=True)
    caveat = models.TextField(_("caveat"), blank=True)

    # Derived data: neither usage reports nor deletion warnings should list it beside the page itself.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["page", "position"]
        indexes = [
            models.Index(fields=["page", "position"], name="standfirst_claim_position"),
            models.Index(fields=["certainty"], name="standfirst_claim_certainty"),
        ]

    def __str__(self) -> str:
        return self.statement


@plain_in_migrations
class ClaimCitation(models.Model):
    """A published claim's reference to a source."""

    claim = models.ForeignKey(
        Claim, verbose_name=_("claim"), on_delete=models.CASCADE, related_name="citations"
    )
    source = models.ForeignKey(
        "standfirst_articles.Source",
        verbose_name=_("source"),
        on_delete=models.PROTECT,
        related_name="citations",
    )
    position = models.PositiveIntegerField(_("position"))
    relation = models.CharField(_("relation"), max_length=40, choices=Relation.choices)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["claim", "position"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="standfirst_citation_unique_position")
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.get_relation_display()} {self.source_id}"
