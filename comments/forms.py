"""The comment form: what readers fill in, and what validates a comment wherever it comes from."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import (
    MaxLengthValidator,
    ProhibitNullCharactersValidator,
    URLValidator,
)
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from standfirst.addresses import validate_web_address

from . import conf
from .anchors import ANCHOR_MAX_LENGTH, anchor_labels
from .extra_fields import TEXT_MAX_LENGTH, JsonValue, texts_in, to_json
from .models import BODY_MAX_LENGTH, EMAIL_MAX_LENGTH, NAME_MAX_LENGTH, URL_MAX_LENGTH
from .page_types import as_its_type

TITLE = _("Leave a comment")
NOTES = (
    _("Your email address will not be published."),
    _("Required fields are marked *"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Control characters except tab and line feed: they are invisible, and some would reach terminals and mail
# headers. NUL is left to Django's own validator, so that it is reported instead of dropped.
_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f\ufeff]")

# By the name of the field and whether the other of the two still has a value.
_GONE = {
    ("parent", False): _("That comment is no longer available. Post again to comment on the whole page."),
    ("parent", True): _(
        "That comment is no longer available. Post again to comment on this part of the page."
    ),
    ("anchor", False): _(
        "That part of the page is no longer available. Post again to comment on the whole page."
    ),
    ("anchor", True): _("That part of the page is no longer available. Post again to reply to the comment."),
}


def _reject_surrogates(value: str) -> None:
    """Raise ``ValidationError`` for half of a surrogate pair, which no database can store."""
    if _SURROGATE.search(value):
        raise ValidationError(
            _("This text contains characters that can't be stored."), code="invalid_characters"
        )


def _require_visible(value: str) -> None:
    """Raise ``ValidationError`` for text without a visible character, such as zero-width spaces."""
    if value and not any(unicodedata.category(character)[0] not in "ZC" for character in value):
        raise ValidationError(_("This field is required."), code="required")


def _reject_user_name(value: str) -> None:
    """Raise ``ValidationError`` for an address with a user name; other validators report other faults."""
    try:
        validate_web_address(value)
    except ValidationError as error:
        if error.code == "user_name_in_address":
            raise


def _require_storable(text: str) -> None:
    """Raise ``ValidationError`` for text that is endless, or that some database can't store."""
    _reject_surrogates(text)
    ProhibitNullCharactersValidator()(text)
    MaxLengthValidator(TEXT_MAX_LENGTH)(text)


class PlainTextField(forms.CharField):
    """Text of several lines. Line ends become ``\\n`` before lengths are checked, as browsers count."""

    default_validators = [_reject_surrogates, _require_visible]

    def to_python(self, value: Any) -> str:
        if isinstance(value, str):
            value = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        return super().to_python(value) or ""


class LineField(PlainTextField):
    """Text of one line: every run of white space becomes a space."""

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class EmailField(forms.EmailField):
    """An e-mail address that can be stored."""

    default_validators = [*forms.EmailField.default_validators, _reject_surrogates]


class WebAddressField(forms.URLField):
    """An address that can be linked to: http or https, nothing else."""

    default_validators = [
        _reject_surrogates,
        URLValidator(
            schemes=["http", "https"], message=_("Enter a web address, such as https://example.org.")
        ),
        _reject_user_name,
    ]


class CommentForm(forms.Form):
    """A reader's comment.

    ``pages`` is the queryset of pages that this author may comment on. A valid form has the page in
    ``cleaned_data["page"]``, as its own type, the fields of that type not loaded. ``comments.services``
    decides, under a lock, whether the discussion is open, the parent still shown and the comment new.

    A site adds fields of its own in a subclass, which ``STANDFIRST_COMMENTS_FORM`` names. What they are given
    is stored with the comment. docs/how-to/extend-comments.md shows it.
    """

    error_css_class = "sf-comment-field--error"

    comment = PlainTextField(
        label=_("Comment"),
        max_length=BODY_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": _("Write your comment."),
            "max_length": _("Shorten your comment to %(limit_value)d characters; it has %(show_value)d."),
        },
    )
    name = LineField(
        label=_("Name"),
        max_length=NAME_MAX_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("Enter your name. It is shown with your comment."),
            "max_length": _("Shorten your name to %(limit_value)d characters."),
        },
    )
    email = EmailField(
        label=_("Email"),
        max_length=EMAIL_MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Enter an email address in the form name@example.org."),
            "max_length": _("Enter an email address of at most %(limit_value)d characters."),
        },
    )
    website = WebAddressField(
        label=_("Website"),
        required=False,
        max_length=URL_MAX_LENGTH,
        assume_scheme="https",
        # Not type="url": a browser would refuse "example.org", to which we simply add https://.
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url", "spellcheck": "false"}),
        error_messages={
            "invalid": _("Enter a web address, such as https://example.org."),
            "max_length": _("Enter a web address of at most %(limit_value)d characters."),
        },
    )
    remember = forms.BooleanField(
        label=_("Save my name, email, and website in this browser for the next time I comment."),
        required=False,
    )
    page: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("It is not clear which page you are commenting on."),
            "invalid_choice": _("The page that you are commenting on is no longer available."),
        },
    )
    parent = forms.UUIDField(
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": _("The comment that you are replying to is no longer available.")},
    )
    anchor = LineField(required=False, max_length=ANCHOR_MAX_LENGTH, widget=forms.HiddenInput)

    #: The site's own fields whose values readers may see; those of the others are for moderators alone.
    public_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        pages: QuerySet[Model],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), auto_id="comment-form-%s")
        page_field = self.fields["page"]
        assert isinstance(page_field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        page_field.queryset = pages

    @classmethod
    def extra_fields(cls) -> dict[str, forms.Field]:
        """Return the fields that a subclass has added, by name, in their order."""
        return {name: field for name, field in cls.base_fields.items() if name not in OWN_FIELDS}

    @property
    def extra_values(self) -> dict[str, JsonValue]:
        """Return what a valid form's added fields were given, as JSON has it, without what is empty."""
        values = {
            name: to_json(self.cleaned_data[name])
            for name in self.extra_fields()
            if name in self.cleaned_data
        }
        return {name: value for name, value in values.items() if value not in (None, "", [])}

    def full_clean(self) -> None:
        """Validate, and refuse what can't be stored in the fields that a subclass has added."""
        super().full_clean()
        if not self.is_bound:
            return
        for name, value in self.extra_values.items():
            try:
                for text in texts_in(value):
                    _require_storable(text)
            except ValidationError as error:
                self.add_error(name, error)

    def clean_page(self) -> Model:
        return as_its_type(self.cleaned_data["page"])

    def clean_parent(self) -> UUID | None:
        return self.cleaned_data["parent"] or None

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        anchor = cleaned.get("anchor")
        if anchor and "page" in cleaned and anchor not in anchor_labels(cleaned["page"]):
            self.add_error(
                "anchor",
                ValidationError(
                    _("The part of the page that you are commenting on is no longer available."),
                    code="invalid_anchor",
                ),
            )
        return cleaned

    def drop_place(self, name: str) -> None:
        """Empty the hidden field ``name`` ("parent" or "anchor"), whose place is gone, and say what follows.

        Readers can't correct what they can't see: the next post is about what is left, else the whole page.
        """
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        data[name] = ""
        self.data = data
        left = self.data.get("anchor" if name == "parent" else "parent")
        self.errors.pop(name, None)
        self.add_error(name, ValidationError(_GONE[name, bool(left)], code=f"invalid_{name}"))

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        """Return the fields that readers fill in, in order: all but the hidden ones and ``remember``."""
        known = {*OWN_FIELDS, *self.extra_fields()} - {"remember"}
        return [field for field in self.visible_fields() if field.name in known]

    @property
    def error_list(self) -> list[tuple[str, str]]:
        """Return all errors as (id of the field's element, empty where it has none; message)."""
        entries: list[tuple[str, str]] = []
        for name, messages in self.errors.items():
            field = self[name] if name in self.fields else None
            target = "" if field is None or field.is_hidden else _find_element_id(field)
            # Django's own sentences don't say which field they are about.
            label = f"{field.label}: " if field is not None and name in self.extra_fields() else ""
            entries.extend((target, f"{label}{message}") for message in messages)
        return entries


def _find_element_id(field: forms.BoundField) -> str:
    """Return the id of the element that takes a field's value: of a group of choices, the first."""
    if field.id_for_label:
        return str(field.id_for_label)
    return str(field.subwidgets[0].id_for_label) if field.subwidgets else ""


#: The fields that every form has; what a subclass adds has other names.
OWN_FIELDS = tuple(CommentForm.base_fields)


def find_form_class() -> type[CommentForm]:
    """Return the form that ``STANDFIRST_COMMENTS_FORM`` names. Raises ``ImproperlyConfigured``."""
    path = conf.form()
    if path is None:
        return CommentForm
    try:
        found = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(f"STANDFIRST_COMMENTS_FORM names “{path}”: {error}") from error
    if not isinstance(found, type) or not issubclass(found, CommentForm):
        raise ImproperlyConfigured(f"STANDFIRST_COMMENTS_FORM names “{path}”, which is no CommentForm.")
    return found


def find_public_fields() -> dict[str, forms.Field]:
    """Return the site's own fields of the form whose values readers may see, by name."""
    form_class = find_form_class()
    return {
        name: field for name, field in form_class.extra_fields().items() if name in form_class.public_fields
    }
