"""The vocabularies of evidence: what editors choose from and what the API answers with."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Certainty(models.TextChoices):
    """How sure we can be of a claim, in GRADE's four levels (Guyatt et al., BMJ 2008;336:924-6).

    ``not_assessed`` is not a level: it says that nobody has graded the claim yet.
    """

    HIGH = "high", _("High certainty")
    MODERATE = "moderate", _("Moderate certainty")
    LOW = "low", _("Low certainty")
    VERY_LOW = "very_low", _("Very low certainty")
    NOT_ASSESSED = "not_assessed", _("Certainty not assessed")

    @property
    def level(self) -> int:
        """Return the number of filled circles, 4 for high down to 1 for very low; 0 if not assessed."""
        return _CERTAINTY_LEVELS[self]

    @property
    def symbol(self) -> str:
        """Return GRADE's own notation, such as ``⊕⊕◯◯``."""
        return "⊕" * self.level + "◯" * (4 - self.level)

    @property
    def meaning(self) -> Promise:
        return _CERTAINTY_MEANINGS[self]


_CERTAINTY_LEVELS = {
    Certainty.HIGH: 4,
    Certainty.MODERATE: 3,
    Certainty.LOW: 2,
    Certainty.VERY_LOW: 1,
    Certainty.NOT_ASSESSED: 0,
}

_CERTAINTY_MEANINGS = {
    Certainty.HIGH: _("Further research is very unlikely to change this."),
    Certainty.MODERATE: _("Further research may well refine this, and could change it."),
    Certainty.LOW: _("Further research is likely to change this."),
    Certainty.VERY_LOW: _("We can say very little: the true answer may be quite different."),
    Certainty.NOT_ASSESSED: _("Nobody has graded the evidence for this yet."),
}


class Direction(models.TextChoices):
    """Which way the evidence points. Separate from certainty: weak evidence can have a direction, too."""

    SUPPORTS = "supports", _("Evidence supports this")
    MIXED = "mixed", _("Evidence is mixed")
    NO_EFFECT = "no_effect", _("Evidence shows no effect")
    AGAINST = "against", _("Evidence is against this")


class Relation(models.TextChoices):
    """What a source does for a claim. The values are property names of CiTO, the Citation Typing Ontology."""

    SUPPORTS = "obtainsSupportFrom", _("supports")
    EVIDENCE = "citesAsEvidence", _("evidence for")
    DISPUTES = "disputes", _("disputes")
    REFUTES = "refutes", _("refutes")
    LIMITS = "qualifies", _("limits")
    INFORMATION = "citesForInformation", _("information")
    BACKGROUND = "obtainsBackgroundFrom", _("background")


class CalloutKind(models.TextChoices):
    """The purpose of a passage set apart from the text."""

    NOTE = "note", _("Note")
    WARNING = "warning", _("Warning")
    SAFETY = "safety", _("Safety")

    @classmethod
    def read(cls, value: object) -> "CalloutKind":
        """Return the kind named by a stored value; a note for none or an unknown one."""
        return cls(value) if value in cls.values else cls.NOTE


class HeadingLevel(models.TextChoices):
    """The levels of headings inside an article; the title is the page's only ``h1``."""

    H2 = "h2", _("Section")
    H3 = "h3", _("Subsection")


class SourceKind(models.TextChoices):
    """The kinds of work that a source can be. The values are types of CSL 1.0.2."""

    ARTICLE = "article-journal", _("Journal article")
    BOOK = "book", _("Book")
    CHAPTER = "chapter", _("Book chapter")
    REPORT = "report", _("Report or guideline")
    THESIS = "thesis", _("Thesis")
    DATASET = "dataset", _("Data set")
    NEWS = "article-newspaper", _("News article")
    WEB = "webpage", _("Web page")
    OTHER = "document", _("Other document")
