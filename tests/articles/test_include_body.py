"""``/articles/?include=body``: whole articles in the list, for those who build static pages."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.services import render_bodies
from tests.articles.builders import (
    block,
    claim_block,
    make_article,
    make_image,
    make_index,
    make_many,
    make_person,
    make_source,
)

pytestmark = pytest.mark.django_db
LIST = "/api/v1/articles/"


def test_each_item_is_what_its_own_address_answers(client: Client) -> None:
    index, image, source = make_index(), make_image(), make_source()
    first = make_article(index, body=[claim_block(sources=[source])], authors=[make_person()], tags=["a"])
    link = f'<p><a linktype="page" id="{first.pk}">x</a></p>'
    second = make_article(index, body=[block("paragraph", link)], hero_image=image, hero_alt="A pot")
    render_bodies(pages=[second])  # One that was rendered ahead, and one that wasn't.
    items = client.get(LIST, {"include": "body"}).json()["items"]
    assert [item["id"] for item in items] == [second.pk, first.pk]
    assert items == [client.get(f"{LIST}{item['id']}/").json() for item in items]


def test_the_parts_lead_to_each_other(client: Client) -> None:
    make_many(5, make_index(), body=lambda _: [claim_block()])
    found: list[int] = []
    address = f"{LIST}?include=body&limit=2"
    while address:
        answer = client.get(address).json()
        found += [item["id"] for item in answer["items"]]
        assert {item["type"] for item in answer["items"]} == {"article"}
        address = answer["next"]
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"include": "body", "limit": "51"}, "too_many_bodies"),
        ({"include": "bodies"}, "literal_error"),
        ({"include": ["body", "body"]}, "too_long"),
    ],
)
def test_what_is_too_much_or_unknown_is_refused(client: Client, query: Any, code: str) -> None:
    answer = client.get(LIST, query)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_it_has_a_validator(client: Client) -> None:
    make_article(body=[claim_block()])
    first = client.get(LIST, {"include": "body", "limit": "50"})
    again = client.get(LIST, {"include": "body", "limit": "50"}, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_it_costs_the_same_however_many_there_are(client: Client) -> None:
    index, image, source = make_index(), make_image(), make_source()
    costs = []
    made = 0
    for number in (1, 10, 50):
        make_many(
            number - made,
            index,
            authors=lambda _: [make_person()],
            tags=["a"],
            hero_image=image,
            body=lambda _: [claim_block(sources=[source])],
        )
        made = number
        client.get(LIST, {"include": "body", "limit": "50"})
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(LIST, {"include": "body", "limit": "50"})
        assert len(answer.json()["items"]) == number
        costs.append(len(queries))
    assert len(set(costs)) == 1
    assert costs[0] <= 8
