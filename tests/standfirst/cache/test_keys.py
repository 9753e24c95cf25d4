"""The parts of a key."""

from urllib.parse import parse_qsl

import pytest
from django.http.request import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from standfirst.cache import conf
from standfirst.cache.keys import choose_encoding, find_varying, sort_parameters

NAMES = ["q", "page", "utm_source", "fbclid", "x", "utm_", "%71", "a+b", ""]
PIECES = st.builds(
    lambda name, value: name if value is None else f"{name}={value}",
    st.sampled_from(NAMES),
    st.none() | st.sampled_from(["1", "", "a%20b", "=", "utm_x"]),
)


@given(pieces=st.lists(PIECES, max_size=6))
def test_what_is_kept_of_a_query_is_what_a_view_would_read(pieces: list[str]) -> None:
    rules = _rules()
    query = "&".join(pieces)
    kept, is_known = sort_parameters(query, rules)
    ignored = {"utm_source", "utm_", "fbclid"}
    expected = [(k, v) for k, values in QueryDict(query).lists() for v in values if k not in ignored]
    assert [(k, v) for k, values in QueryDict(kept).lists() for v in values] == expected
    assert is_known == all(
        name in {"q", "page", *ignored} for name, _ in parse_qsl(query, keep_blank_values=True)
    )
    assert sort_parameters(kept, rules)[0] == kept


def _rules() -> conf.Rules:
    from django.test.utils import override_settings

    with override_settings(
        STANDFIRST_CACHE_PARAMETERS=["q", "page"], STANDFIRST_CACHE_IGNORED_PARAMETERS=["utm_*", "fbclid"]
    ):
        return conf.rules()


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br, gzip;q=0.2", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip ; q = 0.0", "identity"),
        ("*", "gzip"),
        ("*;q=0", "identity"),
        ("gzip;q=0, *", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("x-gzip", "identity"),
        ("deflate, br, zstd", "identity"),
        (",;,=;q", "identity"),
    ],
)
def test_encodings(accepted: str, chosen: str) -> None:
    assert choose_encoding(accepted, ("gzip",)) == chosen


def test_the_sites_best_encoding_comes_first() -> None:
    assert choose_encoding("gzip, br", ("br", "gzip")) == "br"
    assert choose_encoding("gzip", ()) == "identity"


@given(text=st.text(max_size=40))
def test_any_header_gives_an_encoding(text: str) -> None:
    assert choose_encoding(text, ("gzip",)) in {"gzip", "identity"}


@pytest.mark.parametrize(
    ("vary", "names"),
    [
        ("", ()),
        ("Accept-Encoding", ()),
        ("Accept, accept-encoding , Origin", ("accept", "origin")),
        ("Cookie", None),
        ("Accept, *", None),
        ("Authorization", None),
    ],
)
def test_varying(vary: str, names: object) -> None:
    assert find_varying(vary) == names
