"""The sort keys of the API's lists, as their cursors hold them."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from ..queries.delivery import MAX_ID, MAX_PAGE_ID


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be within the range of the calendar in UTC as well") from error


_Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
_PageKeyId = Annotated[int, Field(ge=0, le=MAX_PAGE_ID)]
_RowKeyId = Annotated[int, Field(ge=0, le=MAX_ID)]
ArticleKey = tuple[_Moment | None, _PageKeyId]
ClaimKey = tuple[_PageKeyId, Annotated[int, Field(ge=0, le=MAX_PAGE_ID)]]
SourceKey = tuple[_RowKeyId]
