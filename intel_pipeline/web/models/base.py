"""What all models share: how they are described, and the few types that they are made of."""

import re
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

LABEL = r"^[a-z0-9][a-z0-9_-]{0,59}$"
CAPTURE_ID = r"^[A-Za-z0-9._-]{1,60}$"
# SQLite and DuckDB hold no larger numbers.
MOST = 2**63 - 1


def aware(moment: datetime) -> datetime:
    """Return a moment that says its zone; raise ValueError for another: it may mean any hour."""
    if moment.tzinfo is None:
        message = "say the zone, for example 2026-11-01T00:00:00Z"
        raise ValueError(message)
    return moment


def written(given: object) -> object:
    """Return what is written as year, month and day, and what is no text; raise ValueError for bare numbers."""
    if isinstance(given, int | float) or (isinstance(given, str) and not re.match(r"\d{4}-\d\d-\d\d", given)):
        message = "write it as in ISO 8601, for example 2026-11-01T00:00:00Z, or 2026-11-01 for a day"
        raise ValueError(message)
    return given


def digits(value: object) -> object:
    """Return a number as its digits: JavaScript would round what has more than fifteen of them."""
    return str(value) if isinstance(value, int) else value


Label = Annotated[str, StringConstraints(pattern=LABEL), Field(examples=["nasa"])]
Number = Annotated[
    str, BeforeValidator(digits), StringConstraints(pattern=r"^\d{1,19}$"), Field(examples=["528817151"])
]
Day = Annotated[date, BeforeValidator(written), Field(examples=["2026-11-01"])]
Moment = Annotated[datetime, BeforeValidator(written), AfterValidator(aware), Field(examples=["2026-11-01T06:00:00Z"])]


class Told(BaseModel):
    """What the API says. What a newer server says besides, an older client passes over."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Asked(BaseModel):
    """What the API is asked for; what it does not know, it refuses rather than to pass it over."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, extra="forbid")


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """Some of a list."""

    # Where it is given its item, pydantic would read the lines around that for docstrings of attributes, and fail.
    model_config = ConfigDict(frozen=True)

    items: list[Item] = Field(description="In the order that the list's description says.")
    next: str | None = Field(
        description="What to send as `cursor` for the ones after these; null where these are the last.",
        examples=["WyIyMDI2LTExLTAxIl0", None],
    )


class ProblemDocument(Told):
    """What was refused, as of RFC 9457: `detail` names the culprit, `fix` says what to do about it."""

    type: str = Field(examples=["about:blank"])
    """Always about:blank: the status says which kind of problem it is."""
    title: str = Field(examples=["Not Found"])
    """The status in words."""
    status: int = Field(examples=[404])
    """The HTTP status."""
    detail: str = Field(examples=["there is no target 'nasaa'"])
    """What is the matter."""
    fix: str = Field(examples=["GET /api/v1/targets lists them"])
    """What to do about it."""
    instance: str = Field(examples=["/api/v1/targets/nasaa"])
    """The address that was asked for."""
