"""The conventions that every list of the delivery API keeps."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from ninja.errors import ValidationError

from standfirst.delivery.lists import decode_cursor, encode_cursor, next_part
from standfirst.delivery.parameters import refuse_unknown_parameters

Key = tuple[datetime | None, int]
KEY = (datetime(2026, 1, 2, 3, 4, 5, 6, UTC), 7)


def asked(address: str = "/api/v1/articles/") -> HttpRequest:
    return RequestFactory().get(address)


class TestCursor:
    @given(key=st.tuples(st.none() | st.datetimes(timezones=st.just(UTC)), st.integers()))
    def test_is_what_it_was_made_of(self, key: Any) -> None:
        assert decode_cursor(asked(), encode_cursor(asked(), key), Key) == key

    def test_of_nothing_is_the_beginning(self) -> None:
        assert decode_cursor(asked(), "", Key) is None

    @pytest.mark.parametrize(
        "address",
        [
            "/api/v1/claims/",
            "/api/v1/articles/?tag=skin",
            "/api/v1/articles/?locale=de",
            "/api/v1/articles/?tag=",
        ],
    )
    def test_of_another_list_or_of_other_filters_is_refused(self, address: str) -> None:
        cursor = encode_cursor(asked(), KEY)
        with pytest.raises(ValidationError) as refusal:
            decode_cursor(asked(address), cursor, Key)
        assert refusal.value.errors[0]["type"] == "invalid_cursor"
        assert refusal.value.errors[0]["loc"] == ["query", "cursor"]

    def test_is_taken_whatever_the_limit_and_in_whatever_order_the_filters_come(self) -> None:
        cursor = encode_cursor(asked("/api/v1/articles/?tag=a&author=2&limit=1"), KEY)
        again = asked(f"/api/v1/articles/?limit=9&author=2&tag=a&cursor={cursor}")
        assert decode_cursor(again, cursor, Key) == KEY

    @given(text=st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.hex()))
    def test_that_was_made_up_is_refused(self, text: str) -> None:
        if text:
            with pytest.raises(ValidationError):
                decode_cursor(asked(), text, Key)

    def test_of_another_shape_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            decode_cursor(asked(), encode_cursor(asked(), ("a", "b", "c")), Key)


class TestNextPart:
    def test_nothing_follows_the_end(self) -> None:
        assert next_part(asked(), None) == {"next": None, "next_cursor": None}

    def test_keeps_every_filter_and_takes_the_place_of_the_cursor(self) -> None:
        first = asked("/api/v1/articles/?tag=a&tag=b&limit=5&cursor=old")
        part = next_part(first, KEY)
        query = parse_qs(urlsplit(part["next"] or "").query)
        assert query == {"tag": ["a", "b"], "limit": ["5"], "cursor": [part["next_cursor"]]}
        assert decode_cursor(asked(part["next"] or ""), part["next_cursor"] or "", Key) == KEY


class TestUnknownParameters:
    def test_each_is_named(self) -> None:
        with pytest.raises(ValidationError) as refusal:
            refuse_unknown_parameters(asked("/?limit=1&tga=x&limt=2"), {"limit"})
        assert [error["loc"] for error in refusal.value.errors] == [["query", "tga"], ["query", "limt"]]

    @pytest.mark.parametrize("known", [set(), {"limit"}])
    def test_without_parameters_there_is_none(self, known: set[str]) -> None:
        refuse_unknown_parameters(asked(), known)

    def test_where_none_is_known_all_are_refused(self) -> None:
        request = asked()
        request.GET = QueryDict("limit=1")
        with pytest.raises(ValidationError):
            refuse_unknown_parameters(request, set())
