"""Targets."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from intel_pipeline.web.models.base import Asked, Label, Moment, Number, Told

Cadence = Annotated[
    str,
    StringConstraints(pattern=r"^(hourly|daily|weekly|([1-9]|1[0-9]|2[0-3])h|[1-7]d)$"),
    Field(examples=["6h", "daily", "2d", "weekly"]),
]
# Lists are read once a day at most.
ListCadence = Annotated[
    str, StringConstraints(pattern=r"^(daily|weekly|[1-7]d)$"), Field(examples=["daily", "2d", "weekly"])
]
Purpose = Annotated[
    str,
    # A blank is no purpose, and PostgreSQL stores no NUL.
    StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\s\x00][^\x00]*$"),
    Field(examples=["Own account: growth and churn"]),
]


class Target(Told):
    """An Instagram account on the watchlist, and how it stood in the newest publication."""

    label: Label
    """Its stable name here."""
    username: str = Field(examples=["nasa"])
    """Its present name on Instagram."""
    user_id: Number | None
    """Instagram's number of it; null until its first capture."""
    state: Literal["active", "paused"]
    """Whether it is captured."""
    purpose: str | None = Field(examples=["Own account: growth and churn"])
    """Why it is watched."""
    session: str | None = Field(examples=[None, "desk"])
    """The only session that reads it; null is any."""
    cadence: dict[str, str] = Field(examples=[{"profile": "daily", "followers": "2d", "posts": "12h"}])
    """How often each surface is captured; a surface that is not captured is not in it."""
    added_at: Moment
    """Since when it has been on the watchlist."""
    followers: int | None = Field(examples=[98_000_000])
    """How many followers Instagram last reported."""
    followers_at: Moment | None
    """When that was."""
    listed: int | None = Field(examples=[97_998_812])
    """How many followers its last complete list had."""
    verdict: str | None = Field(examples=["complete"])
    """What its newest follower list proves."""


class NewTarget(Asked):
    """An account to be put on the watchlist."""

    username: Annotated[str, StringConstraints(pattern=r"^@?[A-Za-z0-9._]{1,30}$"), Field(examples=["nasa", "@nasa"])]
    """Its name on Instagram."""
    label: Label | None = None
    """A stable name for it here; made from its username unless given."""
    purpose: Purpose | None = None
    """Why it is watched; kept with the data."""
    session: str | None = Field(None, examples=["desk"], max_length=60)
    """The only session that reads it; any unless given."""


class Cadences(Asked):
    """How often surfaces are captured; those that are not named stay as they are, null gives one the settings' again."""

    profile: Cadence | None = None
    followers: ListCadence | None = None
    followees: ListCadence | None = None
    posts: Cadence | None = None


class TargetChange(Asked):
    """What is to be different about a target; what is not named stays as it is."""

    state: Literal["active", "paused"] | None = None
    """`paused` captures it no more for now, `active` does so again."""
    purpose: Purpose | None = None
    """Why it is watched."""
    cadence: Cadences | None = None
    """How often its surfaces are captured."""
