"""The app as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """Articles whose claims are graded and sourced."""

    name = __package__
    label = "standfirst_articles"
    verbose_name = _("Articles")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from standfirst import parts
        from standfirst.going_live import Follower, follow_pages

        from . import checks  # noqa: F401
        from .anchors import ClaimAnchors
        from .models.article_types import article_stream_names
        from .permissions import register_policies
        from .services import follow_publication, follow_showing, follow_unpublication
        from .signal_handlers import connect

        parts.offer_router(
            f"{__package__}.api.router", tags={"articles": "Pages, their claims, and the sources of these."}
        )
        parts.offer_examples(f"{__package__}.api.examples.make_examples")
        parts.offer_anchors(ClaimAnchors())
        parts.offer_parameters("tag", "page")
        # Those of page types need not be named. A new model says here whether readers see anything of it.
        parts.class_tables(
            visible=[
                f"{self.label}_{model}"
                for model in ("articleauthor", "articletag", "claim", "claimcitation", "person", "source")
            ],
            # What it holds is shown only while it is what a reading would make.
            invisible=[f"{self.label}_bodyrendering"],
        )
        register_policies()
        connect()
        follow_pages(
            Follower(
                published=follow_publication,
                unpublished=follow_unpublication,
                shown=follow_showing,
                content_fields=article_stream_names(),
            )
        )
