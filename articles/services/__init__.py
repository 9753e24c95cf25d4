"""What the app writes, as verbs. Services know nothing of HTTP."""

from .article_import import ImportRefusedError, ImportReport, Outcome, import_article
from .claim_index import RebuildReport, index_claims, rebuild_claims
from .renditions import make_renditions

__all__ = [
    "ImportRefusedError",
    "ImportReport",
    "Outcome",
    "RebuildReport",
    "import_article",
    "index_claims",
    "make_renditions",
    "rebuild_claims",
]
