"""What the delivery API accepts and returns."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from ninja import Field, Schema
from pydantic import (
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from standfirst.delivery.lists import Part, PartQuery

from .extra_schemas import describe_public, describe_submitted, find_errors, has_required_fields
from .models import BODY_MAX_LENGTH, EMAIL_MAX_LENGTH, NAME_MAX_LENGTH, URL_MAX_LENGTH

ExtraScalar = str | int | float | bool
_MOST_DIGITS = 19


class CommentedPage(Schema):
    """The page that a discussion belongs to."""

    type: Literal["commented_page"] = "commented_page"
    id: int
    title: str
    path: str = Field(description="Address relative to the site's root.")
    url: str = Field(description="Absolute address.")


class CommentAuthor(Schema):
    """The author of a comment, as shown to readers."""

    type: Literal["comment_author"] = "comment_author"
    name: str
    url: str | None = Field(description="The author's website, http or https.")
    is_editor: bool = Field(
        description="Whether it was written from an account that works on the site, not just under a name."
    )


class ReaderComment(Schema):
    """An approved comment."""

    type: Literal["comment"] = "comment"
    uid: UUID
    page: CommentedPage
    parent: UUID | None = Field(description="The comment that this one replies to.")
    depth: int = Field(description="Level in the thread: 0 for its first comment.")
    anchor: str | None = Field(
        description="The part of the page it is about; for an article, a claim's `uid`."
    )
    anchor_label: str | None = Field(
        description="What that part is called or, if it is gone, was when the comment was written."
    )
    author: CommentAuthor
    body: str = Field(description="Plain text.")
    body_html: str = Field(description="The text as safe HTML: paragraphs, line breaks and links.")
    extra: dict[str, ExtraScalar | list[ExtraScalar]] = Field(
        description="What the site's own fields of the form were given, as far as readers may see it.",
        json_schema_extra=describe_public,
    )
    reply_count: int = Field(description="Approved comments anywhere below this one.")
    can_reply: bool = Field(description="Whether a reply to it would be taken.")
    created_at: datetime
    path: str = Field(description="The same address, relative to the site's root.")
    url: str = Field(description="Absolute address that leads to the comment where it stands.")


class RemovedComment(Schema):
    """The place of a comment that is no longer shown, kept because approved replies stand below it."""

    type: Literal["removed_comment"] = "removed_comment"
    uid: UUID
    page: CommentedPage
    parent: UUID | None = Field(description="The comment that this one replied to.")
    depth: int = Field(description="Level in the thread: 0 for its first comment.")
    reply_count: int = Field(description="Approved comments anywhere below this one.")


InputType = Literal[
    "checkbox",
    "color",
    "date",
    "datetime-local",
    "email",
    "hidden",
    "number",
    "radio",
    "search",
    "select",
    "tel",
    "text",
    "textarea",
    "time",
    "url",
]
DiscussionItem = Annotated[ReaderComment | RemovedComment, Field(discriminator="type")]


class DiscussionLabels(Schema):
    """Words around a discussion, in the language of its page if they are translated into it."""

    type: Literal["discussion_labels"] = "discussion_labels"
    heading: str = Field(description="With the number of comments in the selection.")
    empty: str = Field(description="In place of comments, if there are none.")
    closed: str = Field(description="In place of the form, if the page takes no new comments.")
    removed: str = Field(description="In place of a removed comment.")
    reply: str = Field(description="On the way to the form that replies.")
    editor: str = Field(description="Beside the name of an author with `is_editor`.")


class CommentAnchorGrade(Schema):
    """How well a part of a page is supported; for an article's claim, its certainty."""

    type: Literal["comment_anchor_grade"] = "comment_anchor_grade"
    value: str = Field(description="For a claim, as in its `certainty`.")
    label: str


class CommentAnchor(Schema):
    """A part of the page that comments are about, as it is now."""

    type: Literal["comment_anchor"] = "comment_anchor"
    anchor: str
    label: str
    grade: CommentAnchorGrade | None = Field(description="Null for parts that are not graded.")
    path: str = Field(description="The same address, relative to the site's root.")
    url: str = Field(description="Absolute address of the part on its page.")


class CommentList(Part[DiscussionItem]):
    """Comments under a page in reading order: each thread's first comment, then its replies."""

    count: int = Field(description="Number of approved comments in the whole selection.")
    is_open: bool = Field(description="Whether the page takes new comments.")
    anchors: list[CommentAnchor] = Field(
        description="The parts that these items are about, each once; parts that are gone are left out."
    )
    labels: DiscussionLabels


class CommentListQuery(PartQuery):
    """The parameters of the list of comments."""

    page: int = Field(description="Id of the page.")
    anchor: str = Field("", max_length=200, description="Only comments on this part of the page.")


class CommentFormQuery(Schema):
    """The parameters of the description of the form."""

    model_config = ConfigDict(extra="forbid")

    page: int = Field(description="Id of the page.")


def _describe_required(schema: dict[str, Any]) -> None:
    """Tell clients which fields the comment form requires.

    The model itself lets them be absent, so that one validator, the form, says what is missing, in the same
    words and with the same codes as on the page.
    """
    schema["required"] = ["page", "comment", "name", "email"]
    properties = schema["properties"]
    for name in schema["required"]:
        properties[name].pop("default", None)
    del properties["page"]["anyOf"]
    properties["page"]["type"] = "integer"
    if has_required_fields():
        schema["required"].append("extra")


def _read_empty_as_absent(value: Any) -> Any:
    """Return None for "", which forms send for what they have no value for."""
    return None if value == "" else value


def _read_number(value: Any) -> Any:
    """Return the number that a form wrote as text; anything else as it is, for the type to judge."""
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
    return int(value) if is_number else _read_empty_as_absent(value)


def _read_empty_as_none_given(value: Any) -> Any:
    """Return no values for "" and null; anything else as it is, for the type to judge."""
    return {} if value in (None, "") else value


class CommentSubmission(Schema):
    """A new comment: as typed JSON, or as a form has it, with numbers as text and "" for what is absent."""

    # Ninja would put the parameter's name into a field's path; errors should name fields as the client did.
    # So values of the wrong type are noted here, and reported by the operation.
    _errors: list[ErrorDetails] = PrivateAttr(default_factory=list)

    model_config = ConfigDict(extra="forbid", json_schema_extra=_describe_required)

    page: Annotated[int | None, BeforeValidator(_read_number)] = Field(
        None, strict=True, description="Id of the page."
    )
    comment: str = Field(
        "",
        description="Plain text.",
        json_schema_extra={"minLength": 1, "maxLength": BODY_MAX_LENGTH},
    )
    name: str = Field("", json_schema_extra={"minLength": 1, "maxLength": NAME_MAX_LENGTH})
    email: str = Field(
        "",
        description="Not published.",
        json_schema_extra={"format": "email", "minLength": 3, "maxLength": EMAIL_MAX_LENGTH},
    )
    website: str = Field("", description="http or https.", json_schema_extra={"maxLength": URL_MAX_LENGTH})
    parent: Annotated[UUID | None, BeforeValidator(_read_empty_as_absent)] = Field(
        None, description="The approved comment that this one replies to."
    )
    anchor: str = Field(
        "", description="The part of the page it is about.", json_schema_extra={"maxLength": 200}
    )

    extra: Annotated[dict[str, Any], BeforeValidator(_read_empty_as_none_given)] = Field(
        default_factory=dict,
        description="Values of the fields that the site has added to the form, by name.",
        json_schema_extra=describe_submitted,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _note_errors(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            submission = handler(value)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=False, include_input=False)
        else:
            errors = find_errors(submission.extra)
            if not errors:
                return submission
        unusable = cls.model_construct()
        unusable._errors = errors
        return unusable

    @property
    def errors(self) -> list[ErrorDetails]:
        """Return what is wrong with the types of the values; if anything is, no value is set."""
        return self._errors


class CommentReceipt(Schema):
    """What was stored. E-mail and IP address are never given out."""

    type: Literal["comment_receipt"] = "comment_receipt"
    uid: UUID
    status: Literal["pending", "approved", "spam", "trash"] = Field(
        description="`pending`: it is shown once a moderator has approved it."
    )
    page: CommentedPage
    parent: UUID | None
    anchor: str | None
    author: CommentAuthor
    body: str = Field(description="Plain text.")
    created_at: datetime
    message: str = Field(description="A sentence for the author.")


class CommentFormChoice(Schema):
    """A value that can be chosen in a field."""

    type: Literal["comment_form_choice"] = "comment_form_choice"
    value: str
    label: str
    group: str | None = Field(description="The heading that it stands under.")


class CommentFormField(Schema):
    """A field of the comment form."""

    type: Literal["comment_form_field"] = "comment_form_field"
    name: str
    label: str
    is_extra: bool = Field(
        description="Whether the site has added it: its value then goes into the object `extra`."
    )
    input_type: InputType
    is_multiple: bool = Field(description="Whether several values can be given, as a list.")
    choices: list[CommentFormChoice] = Field(description="The values to choose from; empty for free input.")
    required: bool
    max_length: int | None
    autocomplete: str | None = Field(description="Value for the HTML attribute `autocomplete`.")
    help: str | None = Field(description="A hint for the author.")
    value: str | list[str] | None = Field(
        description="What to send if nobody changes it, such as the id of the page."
    )


class CommentFormDescription(Schema):
    """The form that takes comments on a page, for clients that draw their own."""

    type: Literal["comment_form"] = "comment_form"
    page: CommentedPage
    is_open: bool = Field(description="Whether the page takes new comments.")
    title: str
    notes: list[str] = Field(description="Sentences to show before the first field.")
    submit_label: str = Field(description="For the button that sends the form.")
    closed_label: str = Field(description="In place of the form, if the page takes no new comments.")
    fields: list[CommentFormField]
    submit_url: str = Field(description="Absolute address to POST a `CommentSubmission` to.")
