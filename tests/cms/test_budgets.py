"""What a page of the project and an answer of its API may cost, while no answer is kept: queries."""

from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.models import HomePage
from comments.enums import Status
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import (
    block,
    claim_block,
    make_article,
    make_image,
    make_index,
    make_many,
    make_person,
    make_source,
    without_indexes,
)

pytestmark = pytest.mark.django_db

# All that is planned may take the page of an article to 12.
PAGE: Final = 8
LIST: Final = 5
INDEX: Final = 8
FRONT_PAGE: Final = 10


@pytest.mark.parametrize("number", [1, 10, 100])
def test_no_answer_takes_more_queries_than_its_budget(
    client: Client, home: HomePage, settings: Any, number: int
) -> None:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    index, image = make_index(home, show_in_menus=True), make_image()
    with without_indexes():
        linked = [make_article(index) for _ in range(min(number, 10))]
        links = [
            block("paragraph", f'<p><a linktype="page" id="{linked[place % len(linked)].pk}">x</a></p>')
            for place in range(number)
        ]
        claims = [claim_block(f"Claim {place}", sources=[make_source()]) for place in range(number)]
        picture = {"image": image.pk, "alt_text": "a", "decorative": False}
        page = make_article(
            index,
            body=[*links, *claims, *(block("image", {"image": picture}) for _ in range(number))],
            authors=[make_person() for _ in range(number)],
            tags=[f"tag {place}" for place in range(number)],
            hero_image=image,
        )
    make_many(
        number,
        index,
        authors=lambda _: [make_person()],
        tags=lambda place: [f"tag {place}"],
        hero_image=image,
        body=lambda _: [claim_block(sources=[make_source()])],
    )
    for place in range(number):
        comment = submit_comment(
            page=page, body=f"Comment {place}", author_name="Rosa", author_email=f"r{place}@example.org"
        )
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    api = "/api/v1"
    budgets = {
        page.url: PAGE,
        f"{api}/articles/{page.pk}/": PAGE,
        f"{api}/articles/?limit=100": LIST,
        f"{api}/articles/?limit=50&include=body": PAGE,
        f"{api}/claims/?limit=100": LIST,
        f"{api}/sources/?limit=100": LIST,
        index.url: INDEX,
        "/": FRONT_PAGE,
    }
    costs = {}
    for address in budgets:
        assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        costs[address] = len(queries)
    assert {address: cost for address, cost in costs.items() if cost > budgets[address]} == {}
