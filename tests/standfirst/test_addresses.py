"""Which typed addresses are web addresses."""

import pytest
from django.core.exceptions import ValidationError

from standfirst.addresses import is_web_address, validate_web_address


@pytest.mark.parametrize(
    "value",
    [
        "https://example.org",
        "HTTP://EXAMPLE.ORG/a",
        " https://example.org/a@b ",
        "https://e.org/?mail=a@b.org",
    ],
)
def test_web_addresses(value: str) -> None:
    assert is_web_address(value)
    validate_web_address(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "invalid"),
        ("x", "invalid"),
        ("javascript:alert(1)", "invalid"),
        ("//example.org", "invalid"),
        ("data:text/html,x", "invalid"),
        ("http://", "invalid"),
        ("http://[", "invalid"),
        ("ftp://example.org/", "invalid"),
        ("http://javascript:alert(1)@e.org/", "user_name_in_address"),
        ("https://bank.example@evil.example/", "user_name_in_address"),
        ("https://@evil.example/", "user_name_in_address"),
    ],
)
def test_everything_else(value: str, code: str) -> None:
    assert not is_web_address(value)
    with pytest.raises(ValidationError) as caught:
        validate_web_address(value)
    assert caught.value.code == code
