"""Web addresses that somebody typed: which may be stored, and which may be linked to."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def is_web_address(value: str) -> bool:
    """Return whether a value may be put into a link: an absolute http or https address without user name.

    What precedes an @ in the host part isn't part of the host (RFC 3986, section 3.2.1), but looks like
    it: ``https://bank.example@evil.example/`` leads to evil.example.
    """
    try:
        parts = urlsplit((value or "").strip())
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(parts.netloc) and "@" not in parts.netloc


def validate_web_address(value: str) -> None:
    """Raise ``ValidationError``, with a sentence that says what to change, unless ``is_web_address``."""
    if is_web_address(value):
        return
    if _has_user_name(value):
        raise ValidationError(
            _("Leave out the part before the @: an address with a user name in it misleads readers."),
            code="user_name_in_address",
        )
    raise ValidationError(_("The address must start with http:// or https://."), code="invalid")


def _has_user_name(value: str) -> bool:
    try:
        return "@" in urlsplit(value.strip()).netloc
    except ValueError:
        return False
