"""What the admin does with content that is broken: say so, or show what there is of it; lose nothing."""

import functools
import html
import logging
from collections.abc import Callable
from io import BytesIO
from typing import Any

import willow
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.images.forms import BaseImageForm

logger = logging.getLogger(__name__)


class ImageForm(BaseImageForm):
    """Wagtail's form for images, that looks at a picture to its end.

    Wagtail looks at its head alone, and expects few of the errors that a damaged file makes: it would fail at
    this upload, or wherever the image is used.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            field = self.fields["file"]  # The form's own copy.
            field.to_python = functools.partial(_read_to_the_end, field.to_python)


def _read_to_the_end(to_python: Callable[[Any], Any], data: Any) -> Any:
    """Return what the field makes of an upload. Raises ``ValidationError`` if it is not a whole picture."""
    try:
        file = to_python(data)
        if file is not None and file.image.format_name != "svg":
            file.seek(0)
            willow.Image.open(BytesIO(file.read())).resize((1, 1))
            file.seek(0)
    except ValidationError:
        raise
    except Exception as error:
        # Each format's reader has errors of its own: OSError, SyntaxError, struct.error, ValueError, ...
        logger.info("An upload can't be read to its end: %r", error)
        raise ValidationError(
            _("This picture is damaged or cut off. Choose another copy of it."), code="damaged_image"
        ) from error
    return file


class RichTextArea(DraftailRichTextArea):
    """Wagtail's editor of rich text, that opens what another program stored badly nested."""

    def format_value(self, value: str | None) -> Any:
        """Return a text in the editor's format.

        Wagtail takes its own well-formed markup for granted. Anything else is mended as browsers do; what
        can't be read even so is shown as the characters that it is.
        """
        text = value or ""
        for attempt in (str, _mended, _as_characters):
            try:
                return super().format_value(attempt(text))
            except Exception:
                logger.warning("Rich text that is not well-formed is opened as well as it goes.")
        return super().format_value("")


def _mended(text: str) -> str:
    return str(BeautifulSoup(text, "html.parser"))


def _as_characters(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"
