"""The people who write and review articles."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.models import get_all_child_relations
from wagtail.images import get_image_model_string
from wagtail.search import index

from standfirst.addresses import is_web_address, validate_web_address
from standfirst.plain_migrations import plain_in_migrations

from .usage import ProtectedWhereUsed


@plain_in_migrations
class Person(index.Indexed, ProtectedWhereUsed):  # type: ignore[django-manager-missing]
    """Someone named in the byline of an article."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(
        _("slug"),
        max_length=200,
        unique=True,
        blank=True,
        allow_unicode=True,
        help_text=_("Identifies the person in addresses; made from the name if left empty."),
    )
    credentials = models.CharField(
        _("credentials"),
        max_length=200,
        blank=True,
        help_text=_("Degrees and memberships as they follow a name, such as “MD, PhD”."),
    )
    role = models.CharField(
        _("role"), max_length=200, blank=True, help_text=_("Such as “Dermatologist” or “Science editor”.")
    )
    bio = models.TextField(_("biography"), blank=True, help_text=_("A few sentences in plain text."))
    url = models.URLField(_("web page"), max_length=500, blank=True)
    photo = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("photo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    path_to_pages = "bylines__page"
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("role"),
    ]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the person, with a free slug if there is none yet."""
        if not self.slug:
            self.slug = self._find_slug()
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a web page that isn't an http or https address, because it becomes a link."""
        super().clean()
        if self.url:
            try:
                validate_web_address(self.url)
            except ValidationError as error:
                raise ValidationError({"url": error}) from error

    @classmethod
    def find_places(cls, page_model: type[models.Model]) -> Iterator[tuple[str, str]]:
        """Yield the child objects that name people, our bylines and a site's own, with the field's name."""
        for relation in get_all_child_relations(page_model):
            for field in relation.related_model._meta.fields:
                if field.related_model is cls:
                    yield relation.get_accessor_name(), field.name

    @classmethod
    def read_used_ids(cls, page_model: type[models.Model], content: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the ids of the people that a revision names, in our bylines or in a site's own."""
        for key, name in cls.find_places(page_model):
            for part in content.get(key) or []:
                yield part.get(name)

    def _find_slug(self) -> str:
        base = slugify(self.name, allow_unicode=True)[:180] or "person"
        taken = set(
            type(self)
            .objects.filter(slug__startswith=base)
            .exclude(pk=self.pk)
            .values_list("slug", flat=True)
        )
        candidate, number = base, 2
        while candidate in taken:
            candidate, number = f"{base}-{number}", number + 1
        return candidate

    @property
    def byline(self) -> str:
        """Return the name with the credentials after it."""
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    @property
    def safe_url(self) -> str:
        """Return the web page if it may be linked to, else ""."""
        return self.url if is_web_address(self.url) else ""
