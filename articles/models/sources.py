"""The works that claims rest on."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.search import index

from standfirst.addresses import is_web_address, validate_web_address
from standfirst.plain_migrations import plain_in_migrations

from ..body.naming import read_cited_ids
from ..enums import SourceKind
from ..sources.csl import TEXT_VARIABLES, read_fields, write_fields
from ..sources.identifiers import normalise_doi, normalise_pmid
from ..sources.references import format_names, format_reference
from .usage import ProtectedWhereUsed

_FIELDS = (*TEXT_VARIABLES, "kind", "authors", "year")


@plain_in_migrations
class Source(index.Indexed, ProtectedWhereUsed):
    """A work that claims cite. There is one row per work: what becomes known about it reaches all its claims.

    ``csl`` holds the CSL-JSON item; the other fields are its most common variables, kept in step with it on
    every save (see ``articles.sources.csl``). ``citation_text`` is the formatted reference, plain text.
    """

    kind = models.CharField(_("kind"), max_length=40, choices=SourceKind.choices, default=SourceKind.ARTICLE)
    title = models.TextField(_("title"))
    authors = models.TextField(
        _("authors"),
        blank=True,
        help_text=_("One per line: “Family, Given”. A line without a comma is the name of an organisation."),
    )
    container_title = models.CharField(
        _("published in"), max_length=500, blank=True, help_text=_("The journal, book or web site.")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1000), MaxValueValidator(2999)]
    )
    volume = models.CharField(_("volume"), max_length=60, blank=True)
    issue = models.CharField(_("issue"), max_length=60, blank=True)
    pages = models.CharField(_("pages"), max_length=60, blank=True)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    doi = models.CharField(_("DOI"), max_length=300, blank=True, help_text=_("Such as 10.1000/182."))
    pmid = models.CharField(_("PubMed identifier"), max_length=60, blank=True)
    url = models.URLField(_("web address"), max_length=2000, blank=True)
    csl = models.JSONField(_("CSL-JSON"), default=dict, blank=True, editable=False)
    citation_text = models.TextField(_("reference"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    path_to_pages = "citations__claim__page"
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.SearchField("authors"),
        index.AutocompleteField("authors"),
        index.SearchField("doi"),
        index.AutocompleteField("doi"),
        index.FilterField("kind"),
        index.FilterField("year"),
    ]

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["doi"],
                condition=~Q(doi=""),
                name="standfirst_source_unique_doi",
                violation_error_message=_("There is a source with this DOI already."),
            ),
            models.UniqueConstraint(
                fields=["pmid"],
                condition=~Q(pmid=""),
                name="standfirst_source_unique_pmid",
                violation_error_message=_("There is a source with this PubMed identifier already."),
            ),
        ]

    def __str__(self) -> str:
        authors = format_names(self.csl.get("author"))
        first = authors.split(", ", 1)[0]
        lead = " ".join(part for part in (first, str(self.year or "")) if part)
        return f"{lead}: {self.title}" if lead else self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the source, with its CSL-JSON and its formatted reference in step.

        Raises ``ValidationError`` for an invalid identifier or address, whoever writes it.
        """
        self._fill_gaps()
        self.clean()
        self.csl = write_fields(self.csl, {name: getattr(self, name) for name in _FIELDS})
        self.citation_text = format_reference(self.csl)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {
                *kwargs["update_fields"],
                *_FIELDS,
                "csl",
                "citation_text",
                "updated_at",
            }
        super().save(*args, **kwargs)

    @classmethod
    def find_places(cls, page_model: type[models.Model]) -> Iterator[tuple[str, str]]:
        """Yield the streams, where a citation names its ``source``."""
        for field in page_model._meta.get_fields():
            if isinstance(field, StreamField):
                yield field.name, "source"

    @classmethod
    def read_used_ids(cls, page_model: type[models.Model], content: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the ids of the sources that the claims of a revision cite."""
        return read_cited_ids(page_model, content)

    @classmethod
    def from_csl(cls, csl: Mapping[str, Any]) -> Self:
        """Return an unsaved source of a CSL-JSON item. Raises ``ValidationError`` for a bad identifier."""
        source = cls()
        source.replace_csl(csl)
        return source

    def replace_csl(self, csl: Mapping[str, Any]) -> None:
        """Take over a whole CSL-JSON item; what it leaves out becomes empty."""
        self.csl = dict(csl)
        for name, value in read_fields(csl).items():
            setattr(self, name, value)
        self._fill_gaps()

    def clean(self) -> None:
        """Normalise identifiers, so that duplicates are found before the database finds them."""
        super().clean()
        errors: dict[str, ValidationError] = {}
        for name, normalise in (("doi", normalise_doi), ("pmid", normalise_pmid)):
            try:
                setattr(self, name, normalise(getattr(self, name)))
            except ValidationError as error:
                errors[name] = error
        if self.url:
            try:
                validate_web_address(self.url)
            except ValidationError as error:
                errors["url"] = error
        if errors:
            raise ValidationError(errors)

    def _fill_gaps(self) -> None:
        """Take from the CSL-JSON what a new source's fields don't say."""
        if self._state.adding:
            for name, value in read_fields(self.csl).items():
                if value and not getattr(self, name):
                    setattr(self, name, value)
        if self.kind not in SourceKind.values:
            self.kind = SourceKind.OTHER

    @property
    def authors_display(self) -> str:
        """Return the authors as a reference names them: six, then *et al.*"""
        return format_names(self.csl.get("author"))

    @property
    def doi_url(self) -> str:
        """Return the address that resolves the DOI, or ""."""
        return f"https://doi.org/{self.doi}" if self.doi else ""

    @property
    def pubmed_url(self) -> str:
        """Return the work's address at PubMed, or ""."""
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else ""

    @property
    def safe_url(self) -> str:
        """Return the web address if it may be linked to, else ""."""
        return self.url if is_web_address(self.url) else ""
