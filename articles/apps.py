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
        from .models.article_types import article_stream_names
        from .permissions import register_policies
        from .services import follow_publication, follow_showing, follow_unpublication
        from .signal_handlers import connect

        parts.offer_router(
            f"{__package__}.api.router", tags={"articles": "Pages, their claims, and the sources of these."}
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
