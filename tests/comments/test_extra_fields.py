"""Fields that a site adds to the form: asked, checked, kept, shown and downloaded."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from openpyxl import load_workbook
from wagtail.models import Page

from comments.enums import Status
from comments.extra_fields import find_kind, name_values, say, to_json
from comments.forms import CommentForm, find_form_class
from comments.models import Comment
from comments.services import set_comment_status
from standfirst.delivery.urls import api
from tests.comments.conftest import insert_comments
from tests.comments.extensions import FORM, SurveyForm

Make = Callable[..., Comment]
INDEX = "/admin/standfirst/comments/"
ANSWERS: dict[str, Any] = {
    "topic": "harm",
    "stars": "2",
    "devices": ["pen", "stamp"],
    "agreed": "on",
    "age": "42",
    "weight": "61.50",
    "ratio": "0.25",
    "treated_on": "2026-03-01",
    "treated_at": "09:30",
    "remarks": "=1+1\nTwo lines.",
    "source_code": "news",
}
STORED = {
    "topic": "harm",
    "stars": 2,
    "devices": ["pen", "stamp"],
    "agreed": True,
    "age": 42,
    "weight": "61.50",
    "ratio": 0.25,
    "treated_on": "2026-03-01",
    "treated_at": "09:30:00",
    "remarks": "=1+1\nTwo lines.",
    "source_code": "news",
}
PUBLIC = {"topic": "harm", "devices": ["pen", "stamp"], "agreed": True, "treated_on": "2026-03-01"}


@pytest.fixture(autouse=True)
def survey(settings: Any) -> None:
    """Run with the form of a site that asks more."""
    settings.STANDFIRST_COMMENTS_FORM = FORM


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


class TestForm:
    def test_fields_come_in_order_with_their_marks(self, client: Client, plain_page: Page) -> None:
        form = soup(client.get("/the-page/")).select_one("form#comment-form")
        assert form is not None
        names = [element["name"] for element in form.select("[name]") if element.get("type") != "hidden"]
        assert list(dict.fromkeys(names)) == [
            "comment",
            "name",
            "email",
            "website",
            *[name for name in ANSWERS if name != "source_code"],
            "remember",
        ]
        topic = form.select_one("label[for=comment-form-topic]")
        assert topic is not None
        assert topic.select_one(".sf-comment-required")
        assert [option["value"] for option in form.select("#comment-form-topic option")] == [
            "",
            "dose",
            "harm",
            "cost",
        ]
        group = form.select_one("fieldset:has([name=devices])")
        assert group is not None
        legend = group.select_one("legend")
        assert legend is not None
        assert legend.get_text(" ", strip=True) == "Devices (optional)"
        assert group["aria-describedby"] == "comment-form-devices_helptext"
        assert form.select_one("input[type=hidden][name=source_code]")

    def test_what_is_wrong_is_said_and_everything_is_kept(
        self, post: Callable[..., Any], form_data: dict[str, str]
    ) -> None:
        answer = post({**form_data, **ANSWERS, "topic": "", "age": "0", "stars": "7"})
        assert answer.status_code == 422
        page = soup(answer)
        links = {str(link["href"]): link.get_text() for link in page.select("#comment-errors a")}
        assert links == {
            "#comment-form-topic": "Topic: This field is required.",
            "#comment-form-stars_0": "Stars: Select a valid choice. 7 is not one of the available choices.",
            "#comment-form-age": "Age: Ensure this value is greater than or equal to 1.",
        }
        assert all(page.select_one(target) for target in links)
        ticked = [box["value"] for box in page.select("[name=devices][checked]")]
        assert ticked == ["pen", "stamp"]
        assert page.select_one("[name=agreed][checked]")
        assert page.select_one("[name=remarks]").get_text().strip() == ANSWERS["remarks"]  # type: ignore[union-attr]
        assert not Comment.objects.exists()

    def test_choices_survive_a_comment_that_is_gone(
        self, post: Callable[..., Any], form_data: dict[str, str]
    ) -> None:
        answer = post({**form_data, **ANSWERS, "parent": "nonsense"})
        assert answer.status_code == 422
        assert [box["value"] for box in soup(answer).select("[name=devices][checked]")] == ["pen", "stamp"]

    def test_values_are_stored_as_json(self, post: Callable[..., Any], form_data: dict[str, str]) -> None:
        assert post({**form_data, **ANSWERS}).status_code == 303
        assert Comment.objects.get().extra == STORED

    def test_what_is_empty_is_not_stored(self, post: Callable[..., Any], form_data: dict[str, str]) -> None:
        assert post({**form_data, "topic": "dose"}).status_code == 303
        assert Comment.objects.get().extra == {"topic": "dose", "agreed": False}

    def test_another_order(self, settings: Any) -> None:
        form = type("Reordered", (SurveyForm,), {"field_order": ["topic", "name"]})(pages=Page.objects.none())
        assert [field.name for field in form.asked_fields][:3] == ["topic", "name", "comment"]

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            ("\ud800", "invalid_characters"),
            ("a\0", "null_characters_not_allowed"),
            ("x" * 65_526, "max_length"),
        ],
    )
    def test_what_no_database_keeps(self, form_data: dict[str, str], value: str, code: str) -> None:
        class Free(CommentForm):
            words = forms.CharField(required=False)

            def clean(self) -> dict[str, Any]:
                return self.cleaned_data  # As a site may write it that forgets ours.

        form = Free({**form_data, "words": value}, pages=Page.objects.all())
        assert [error.code for error in form.errors.as_data()["words"]] == [code]
        assert Free({**form_data, "words": "x" * 65_525}, pages=Page.objects.all()).is_valid()

    def test_without_a_setting_there_are_none(self, settings: Any) -> None:
        del settings.STANDFIRST_COMMENTS_FORM
        assert find_form_class() is CommentForm
        assert CommentForm.extra_fields() == {}

    def test_while_the_database_is_away_every_choice_is_kept(
        self, post: Callable[..., Any], form_data: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**kwargs: Any) -> None:
            raise OperationalError("the server closed the connection unexpectedly")

        monkeypatch.setattr("comments.views.receive_comment", fail)
        answer = post({**form_data, **ANSWERS})
        assert answer.status_code == 503
        page = soup(answer)
        assert [box["value"] for box in page.select("[name=devices][checked]")] == ["pen", "stamp"]
        assert [box["value"] for box in page.select("[name=topic] [selected]")] == ["harm"]
        # Where choices are asked of the database, the rest of the form is kept all the same.
        topic = SurveyForm.base_fields["topic"]
        monkeypatch.setattr(topic.widget, "optgroups", lambda *args, **kwargs: fail())
        without = post({**form_data, **ANSWERS})
        assert without.status_code == 503
        assert form_data["comment"] in without.content.decode()
        assert not soup(without).select("[name=topic]")


class TestApi:
    def test_the_form_is_described(self, client: Client, plain_page: Page) -> None:
        fields = client.get(f"/api/comments/form/?page={plain_page.pk}").json()["fields"]
        described = {field["name"]: field for field in fields}
        assert [name for name, field in described.items() if field["is_extra"]] == list(ANSWERS)
        assert [name for name, field in described.items() if not field["is_extra"]] == [
            "comment",
            "name",
            "email",
            "website",
            "page",
            "parent",
            "anchor",
        ]
        kinds = {name: (field["input_type"], field["is_multiple"]) for name, field in described.items()}
        assert kinds["topic"] == ("select", False)
        assert kinds["stars"] == ("radio", False)
        assert kinds["devices"] == ("checkbox", True)
        assert kinds["agreed"] == ("checkbox", False)
        assert kinds["age"] == ("number", False)
        assert kinds["treated_on"] == ("date", False)
        assert kinds["remarks"] == ("textarea", False)
        assert kinds["source_code"] == ("hidden", False)
        assert [
            (choice["value"], choice["label"], choice["group"]) for choice in described["topic"]["choices"]
        ] == [
            ("dose", "Dose", None),
            ("harm", "Harm & pain", "Risks"),
            ("cost", "Cost", "Risks"),
        ]
        assert described["topic"]["required"]
        assert described["comment"]["choices"] == []

    @pytest.mark.parametrize(
        "extra",
        [
            ANSWERS,
            STORED,
            {**STORED, "stars": 2, "weight": 61.5, "age": "42", "agreed": "true"},
        ],
    )
    def test_values_are_taken_as_typed_and_as_a_form_has_them(
        self, post_json: Callable[..., Any], json_data: dict[str, Any], extra: dict[str, Any]
    ) -> None:
        answer = post_json({**json_data, "extra": extra})
        assert answer.status_code == 201, answer.json()
        stored = Comment.objects.get().extra
        assert Decimal(stored.pop("weight")) == Decimal("61.5")
        assert stored == {name: value for name, value in STORED.items() if name != "weight"}

    def test_errors_name_the_field_as_the_client_did(
        self, post_json: Callable[..., Any], json_data: dict[str, Any]
    ) -> None:
        answer = post_json({**json_data, "extra": {"topic": "no such", "age": 131}})
        assert answer.status_code == 422
        assert {(*error["loc"], error["code"]) for error in answer.json()["errors"]} == {
            ("body", "extra", "topic", "invalid_choice"),
            ("body", "extra", "age", "max_value"),
        }
        missing = post_json(json_data).json()["errors"]
        assert [(error["loc"], error["code"]) for error in missing] == [
            (["body", "extra", "topic"], "required")
        ]

    @pytest.mark.parametrize(
        ("extra", "code"),
        [
            ({"topic": {"a": 1}}, "string_type"),
            ({"topic": True}, "string_type"),
            ({"age": [1]}, "int_type"),
            ({"age": True}, "int_type"),
            ({"ratio": True}, "float_type"),
            ({"agreed": "perhaps"}, "bool_type"),
            ({"devices": "pen"}, "list_type"),
            ({"devices": [["pen"]]}, "list_type"),
            ({"stars": []}, "string_type"),
            ({"no_such": 1}, "extra_forbidden"),
            ({"comment": "x"}, "extra_forbidden"),
        ],
    )
    def test_values_of_the_wrong_type(
        self, post_json: Callable[..., Any], json_data: dict[str, Any], extra: dict[str, Any], code: str
    ) -> None:
        answer = post_json({**json_data, "extra": {"topic": "dose", **extra}})
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["loc"], error["code"]) == (["body", "extra", next(iter(extra))], code)

    @pytest.mark.parametrize(("extra", "code"), [([], "dict_type"), ("x", "dict_type")])
    def test_no_object(
        self, post_json: Callable[..., Any], json_data: dict[str, Any], extra: Any, code: str
    ) -> None:
        (error,) = post_json({**json_data, "extra": extra}).json()["errors"]
        assert (error["loc"], error["code"]) == (["body", "extra"], code)

    def test_only_the_fields_of_the_form_are_taken(
        self, settings: Any, post_json: Callable[..., Any], json_data: dict[str, Any]
    ) -> None:
        settings.STANDFIRST_COMMENTS_FORM = None
        refused = post_json({**json_data, "extra": {"topic": "dose"}})
        assert [error["code"] for error in refused.json()["errors"]] == ["extra_forbidden"]
        assert post_json({**json_data, "topic": "dose"}).status_code == 422
        for nothing in ({}, None, ""):
            Comment.objects.all().delete()
            assert post_json({**json_data, "extra": nothing}).status_code == 201

    def test_readers_see_the_public_fields_alone(self, client: Client, approved: Make) -> None:
        comment = approved(extra=STORED)
        assert client.get(f"/api/comments/{comment.uid}/").json()["extra"] == PUBLIC

    def test_by_default_none_is_public(self, client: Client, approved: Make, settings: Any) -> None:
        comment = approved(extra=STORED)
        settings.STANDFIRST_COMMENTS_FORM = None
        assert client.get(f"/api/comments/{comment.uid}/").json()["extra"] == {}

    def test_a_value_from_a_former_field_of_the_name_is_left_out(
        self, client: Client, approved: Make
    ) -> None:
        comment = approved(extra={"topic": 3, "devices": "pen", "agreed": 1, "treated_on": None})
        assert client.get(f"/api/comments/{comment.uid}/").json()["extra"] == {}

    def test_the_description_is_typed_and_true(self, db: None) -> None:
        document = json.loads(json.dumps(api.get_openapi_schema()))
        OpenAPIV31SpecValidator(document).validate()
        schemas = document["components"]["schemas"]
        sent = schemas["CommentSubmission"]["properties"]["extra"]
        assert "extra" in schemas["CommentSubmission"]["required"]
        assert (sent["additionalProperties"], sent["required"]) == (False, ["topic"])
        assert list(sent["properties"]) == list(ANSWERS)
        assert sent["properties"]["topic"] == {
            "title": "Topic",
            "type": "string",
            "enum": ["dose", "harm", "cost"],
        }
        assert sent["properties"]["age"]["anyOf"] == [
            {"type": "integer", "minimum": 1, "maximum": 130},
            {"type": "null"},
        ]
        assert sent["properties"]["devices"]["anyOf"][0] == {
            "type": "array",
            "items": {"type": "string", "enum": ["pen", "roller", "stamp"]},
        }
        seen = schemas["ReaderComment"]["properties"]["extra"]
        assert seen["additionalProperties"] is False
        assert {name: schema["type"] for name, schema in seen["properties"].items()} == {
            "topic": "string",
            "devices": "array",
            "agreed": "boolean",
            "treated_on": "string",
        }


class TestPage:
    def test_public_values_in_words(self, client: Client, approved: Make) -> None:
        approved(extra=STORED)
        shown = soup(client.get("/the-page/")).select_one("dl.sf-comment-extra")
        assert shown is not None
        assert [row.get_text(" ", strip=True) for row in shown.select("div")] == [
            "Topic Harm & pain",
            "Devices Pen, Stamp",
            "I have read the rules Yes",
            "Treated on 1 Mar 2026",
        ]

    def test_nothing_where_there_is_nothing(self, client: Client, approved: Make, settings: Any) -> None:
        approved()
        assert "sf-comment-extra" not in client.get("/the-page/").content.decode()
        Comment.objects.update(extra=STORED)
        settings.STANDFIRST_COMMENTS_FORM = None
        assert "sf-comment-extra" not in client.get("/the-page/").content.decode()

    def test_readers_words_are_escaped(self, client: Client, approved: Make) -> None:
        approved(extra={"topic": "<b>bold</b>"})
        assert "&lt;b&gt;bold" in client.get("/the-page/").content.decode()


class TestAdmin:
    def test_moderators_see_all_values(self, moderator_client: Client, make_comment: Make) -> None:
        comment = make_comment(extra={**STORED, "gone": "of a former form"})
        for address in (INDEX, f"{INDEX}inspect/{comment.pk}/"):
            shown = moderator_client.get(address).content.decode()
            for words in (
                "Harm &amp; pain",
                "Pen, Stamp",
                "61.50",
                "=1+1<br>Two lines.",
                "Gone",
                "of a former form",
            ):
                assert words in shown, (address, words)

    def test_the_list_takes_the_same_number_of_queries(
        self, moderator_client: Client, plain_page: Page
    ) -> None:
        counted = []
        for further in (1, 9, 90):
            insert_comments(plain_page, further)
            Comment.objects.update(extra=STORED)
            moderator_client.get(INDEX)
            with CaptureQueriesContext(connection) as queries:
                moderator_client.get(INDEX)
            counted.append(len(queries))
        assert len(set(counted)) == 1, counted


def read_csv(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def read_xlsx(response: Any) -> list[dict[str, Any]]:
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


class TestExport:
    def test_csv(self, moderator_client: Client, make_comment: Make, approved: Make) -> None:
        parent = approved("Written first.")
        comment = make_comment(
            '=HYPERLINK("https://example.org")',
            parent=parent,
            author_name="@ada",
            extra={**STORED, "gone": ["+1", "2"]},
            ip_address="192.0.2.1",
        )
        response = moderator_client.get(f"{INDEX}?export=csv")
        assert response["Content-Type"] == "text/csv"
        assert response["Content-Disposition"] == 'attachment; filename="comments.csv"'
        row, first = read_csv(response)
        assert row["Uid"] == str(comment.uid)
        assert row["In reply to"] == first["Uid"] == str(parent.uid)
        assert row["Comment"] == '\'=HYPERLINK("https://example.org")'
        assert row["Name"] == "'@ada"
        assert (row["Status"], row["Page"], row["IP address"]) == ("pending", "The page", "192.0.2.1")
        assert row["Email"] == comment.author_email
        assert (row["Topic"], row["Stars"], row["Devices"]) == ("harm", "2", "pen, stamp")
        assert row["I have read the rules"] == "True"
        assert row["Remarks"] == "'=1+1\nTwo lines."
        assert row["Gone"] == "'+1, 2"
        assert first["Topic"] == first["Gone"] == ""

    def test_xlsx(self, moderator_client: Client, make_comment: Make) -> None:
        make_comment("-2+3", extra=STORED, user_agent="a\x01b")
        response = moderator_client.get(f"{INDEX}?export=xlsx")
        assert response["Content-Disposition"] == 'attachment; filename="comments.xlsx"'
        (row,) = read_xlsx(response)
        assert row["Comment"] == "'-2+3"
        assert row["Remarks"] == "'=1+1\nTwo lines."
        assert (row["Age"], row["Weight"], row["Browser"]) == (42, "61.50", "a\N{REPLACEMENT CHARACTER}b")
        assert isinstance(row["Written"], datetime)

    def test_filters_and_search_count(
        self, moderator_client: Client, make_comment: Make, approved: Make
    ) -> None:
        approved("A fish.")
        make_comment("A fish waits.")
        make_comment("A bird waits.")
        fish = read_csv(moderator_client.get(f"{INDEX}?export=csv&status=pending&q=fish"))
        assert [row["Comment"] for row in fish] == ["A fish waits."]

    def test_more_than_a_page_of_the_list(self, moderator_client: Client, plain_page: Page) -> None:
        insert_comments(plain_page, 60)
        assert len(read_csv(moderator_client.get(f"{INDEX}?export=csv"))) == 60

    def test_queries(self, moderator_client: Client, plain_page: Page) -> None:
        counted = []
        for number in (1, 10, 100):
            insert_comments(plain_page, number - Comment.objects.count())
            Comment.objects.update(extra={"gone": "x"})
            moderator_client.get(f"{INDEX}?export=csv")
            with CaptureQueriesContext(connection) as queries:
                assert len(read_csv(moderator_client.get(f"{INDEX}?export=csv"))) == number
            counted.append(len(queries))
        assert len(set(counted)) == 1, counted

    def test_moderators_alone(self, editor_client: Client, client: Client, make_comment: Make) -> None:
        comment = make_comment()
        for browser in (editor_client, client):
            for kind in ("csv", "xlsx"):
                for address in (INDEX, f"{INDEX}results/"):
                    response = browser.get(f"{address}?export={kind}")
                    assert response.status_code == 302
                    assert comment.author_email.encode() not in response.content

    def test_the_list_offers_it(self, moderator_client: Client, make_comment: Make) -> None:
        make_comment()
        shown = moderator_client.get(f"{INDEX}?status=pending").content.decode()
        assert "?status=pending&amp;export=csv" in shown
        assert "?status=pending&amp;export=xlsx" in shown


class TestValues:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (Decimal("1.50"), "1.50"),
            (date(2026, 3, 1), "2026-03-01"),
            (datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC), "2026-03-01T09:30:00.123456+00:00"),
            (time(9, 30), "09:30:00"),
            (timedelta(hours=1), "P0DT01H00M00S"),
            (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
            ({"b"}, ["b"]),
            (("a", 1), ["a", 1]),
            (object, "<class 'object'>"),
        ],
    )
    def test_as_json(self, value: object, expected: object) -> None:
        assert to_json(value) == expected

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False)
            | st.text()
            | st.decimals(),
            lambda inner: st.lists(inner) | st.tuples(inner, inner),
        )
    )
    def test_whatever_it_is_it_can_be_stored_and_read_again(self, value: object) -> None:
        stored = to_json(value)
        assert json.loads(json.dumps(stored)) == stored
        assert isinstance(say(stored), str)

    def test_in_words(self, db: None) -> None:
        fields = SurveyForm.extra_fields()
        assert say(True) == "Yes"
        assert say(False) == "No"
        assert say("2026-03-01", fields["treated_on"]) == "1 Mar 2026"
        assert say("not a date", fields["treated_on"]) == "not a date"
        assert say("2026-02-31", fields["treated_on"]) == "2026-02-31"
        assert say("09:30:00", fields["treated_at"]) == "9:30 a.m."
        assert say("2026-03-01T09:30:00+00:00", forms.DateTimeField()) == "1 Mar 2026, 9:30 a.m."
        assert say(2, fields["stars"]) == "Two"
        assert say(["pen", "unknown"], fields["devices"]) == "Pen, unknown"
        assert say({"a": 1}) == '{"a": 1}'
        assert say(None) == ""

    def test_order_and_labels(self) -> None:
        values = {"zeta": "1", "remarks": "2", "topic": "dose", "ratio": 0.5, "alpha_beta": "3", "age": None}
        found = name_values(values, SurveyForm.extra_fields())
        assert [(value.name, value.label) for value in found] == [
            ("topic", "Topic"),
            ("ratio", "Ratio"),
            ("remarks", "Remarks"),
            ("alpha_beta", "Alpha beta"),
            ("zeta", "Zeta"),
        ]

    def test_every_field_of_django_is_known_or_refused(self) -> None:
        """A new release may bring a field: then somebody has to say what its values are in JSON."""
        kept = {
            name
            for name in forms.fields.__all__
            if (field_class := getattr(forms, name)) is not forms.Field
            and find_kind(field_class.__new__(field_class))
        }
        assert set(forms.fields.__all__) - kept == {
            "Field",
            "FileField",
            "ImageField",
            "ComboField",
            "MultiValueField",
            "SplitDateTimeField",
            "FilePathField",
            "JSONField",
        }


def test_a_decision_keeps_the_values(make_comment: Make) -> None:
    comment = make_comment(extra=STORED)
    set_comment_status(uids=[comment.uid], status=Status.TRASH, actor=None)
    comment.refresh_from_db()
    assert comment.extra == STORED
