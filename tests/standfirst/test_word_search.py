"""Search by words."""

import pytest
from django.contrib.auth.models import Group, User

from standfirst.word_search import MAX_WORDS, match_words

pytestmark = pytest.mark.django_db

FIELDS = ["username", "first_name", "email", "groups__name"]


@pytest.fixture(autouse=True)
def people() -> None:
    ada = User.objects.create_user("ada.núñez", "ada@example.org", first_name="Ada O'Neill")
    ada.groups.add(Group.objects.create(name="Écrivains 100%"))
    User.objects.create_user("ben", "ben@example.org", first_name="Ben")


def found(search: str) -> list[str]:
    rows = User.objects.filter(match_words(search, fields=FIELDS)).order_by("username")
    return [user.username[:3] for user in rows]


@pytest.mark.parametrize(
    "search",
    [
        "ada",
        "ADA example",
        "example ada",
        " ada  vains ",
        "NÚÑEZ",
        "écrivains Ada",
        "O'Neill",
        "100%",
        "“Ada”: (o'neill);",
        "example.org ada",
        "da núñ",
    ],
)
def test_all_words_in_any_order_anywhere(search: str) -> None:
    assert found(search) == ["ada"]


@pytest.mark.parametrize("search", ["ada ben", "ad%", "a_a", "nunez", "adaexample", "1::2"])
def test_what_lacks_a_word_is_not_found(search: str) -> None:
    assert found(search) == []


def test_what_all_rows_hold() -> None:
    assert found("example") == found("  ") == found("") == ["ada", "ben"]


def test_punctuation_alone_is_looked_for() -> None:
    assert found("'") == ["ada"]


def test_the_words_are_limited() -> None:
    words = [f"w{number}" for number in range(MAX_WORDS)]
    assert found(" ".join(["ada"] * 5000)) == ["ada"]
    assert found(" ".join(["ada", *words])) == []
    User.objects.update(first_name=" ".join(words))
    assert found(" ".join([*words, "absent"])) == ["ada", "ben"]
