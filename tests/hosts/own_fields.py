"""What the site adds to the API's answers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from articles.models import Claim
from articles.page_types import ClaimFields, PageType
from tests.hosts.models import ReportPage


class ReportFields(BaseModel):
    """A report, and where it was made."""

    place: str


class ReportType(PageType):
    model = ReportPage
    name = "report"
    fields = ReportFields

    def read(self, pages: Sequence[Any]) -> list[ReportFields]:
        return [ReportFields(place=page.place) for page in pages]


class NoteFields(BaseModel):
    """What the site knows of a claim."""

    words: int | None = None


class ClaimNotes(ClaimFields):
    fields = NoteFields

    def read(self, uids: Sequence[UUID]) -> Mapping[UUID, NoteFields]:
        claims = Claim.objects.filter(uid__in=uids).exclude(statement="Unknown.")
        return {claim.uid: NoteFields(words=len(claim.statement.split())) for claim in claims}
