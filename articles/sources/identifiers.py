"""Normalises identifiers of works, so that they can be compared."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# The DOI Handbook (2.2) sets no limits; Crossref's advice for matching is a registrant of 4 to 9 digits.
_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+")
_DOI_PREFIX: Final = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_PMID: Final = re.compile(r"[1-9]\d{0,8}")
_PMID_PREFIX: Final = re.compile(r"^(?:https?://pubmed\.ncbi\.nlm\.nih\.gov/|pmid:?\s*)", re.IGNORECASE)


def normalise_doi(value: str) -> str:
    """Return a DOI in lower case and without resolver or prefix; "" for an empty value.

    DOIs are case-insensitive (DOI Handbook, 2.4). Raises ``ValidationError`` for what isn't a DOI.
    """
    doi = _DOI_PREFIX.sub("", (value or "").strip()).lower()
    if doi and not _DOI.fullmatch(doi):
        raise ValidationError(
            _("“%(value)s” is not a DOI. A DOI starts with “10.” and has a slash, as in 10.1000/182."),
            code="invalid_doi",
            params={"value": value},
        )
    return doi


def normalise_pmid(value: str | int) -> str:
    """Return a PubMed identifier as its digits; "" for an empty value. Raises ``ValidationError``."""
    pmid = _PMID_PREFIX.sub("", str(value or "").strip()).rstrip("/")
    if pmid and not _PMID.fullmatch(pmid):
        raise ValidationError(
            _("“%(value)s” is not a PubMed identifier: it is a number of up to nine digits."),
            code="invalid_pmid",
            params={"value": value},
        )
    return pmid
