"""What publishing computed of bodies, kept beside the pages; it can be thrown away at any time."""

import swapper
from django.db import models
from django.utils.translation import gettext_lazy as _

from standfirst.plain_migrations import plain_in_migrations


@plain_in_migrations
class BodyRendering(models.Model):
    """What the API says of a page's body and its HTML, each with the fingerprint of all that it was made of.

    Rows are written by ``articles.services.render_bodies`` alone. A row is used only while the fingerprint of
    what the page and the rows that it names say now is the same (see ``articles.body.fingerprints``).
    """

    page = models.OneToOneField(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
    )
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    content = models.TextField(_("content"))
    page_fingerprint = models.CharField(_("fingerprint of the HTML"), max_length=64, blank=True)
    page_content = models.TextField(_("HTML"), blank=True)

    # Derived data: neither usage reports nor deletion warnings should list it beside the page itself.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("rendered body")
        verbose_name_plural = _("rendered bodies")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.page_id)
