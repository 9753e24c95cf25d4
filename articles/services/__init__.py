"""What the app writes, as verbs. Services know nothing of HTTP."""

from .article_import import ImportRefusedError, ImportReport, Outcome, import_article
from .claim_index import RebuildReport, index_claims, rebuild_claims
from .publication import follow_publication, follow_showing, follow_unpublication
from .renderings import RenderReport, render_all_bodies, render_bodies, render_what_refers_to
from .renditions import make_renditions

__all__ = [
    "ImportRefusedError",
    "ImportReport",
    "Outcome",
    "RebuildReport",
    "RenderReport",
    "follow_publication",
    "follow_showing",
    "follow_unpublication",
    "import_article",
    "index_claims",
    "make_renditions",
    "rebuild_claims",
    "render_all_bodies",
    "render_bodies",
    "render_what_refers_to",
]
