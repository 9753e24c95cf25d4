"""What the site registers."""

from django.apps import AppConfig


class HostsConfig(AppConfig):
    """A site of somebody else's."""

    name = "tests.hosts"
    label = "hosts"

    def ready(self) -> None:
        from articles.page_types import register_claim_fields, register_page_type
        from tests.hosts.own_fields import ClaimNotes, ReportType

        register_page_type(ReportType())
        register_claim_fields(ClaimNotes())
