"""Changes."""

from typing import Literal

from pydantic import Field

from intel_pipeline.web.models.base import Label, Moment, Number, Told

Kind = Literal["followed", "revealed", "left", "refollowed", "renamed"]
State = Literal["suspected", "confirmed", "retracted"]


class Change(Told):
    """One thing that happened between two moments, which are what is proven."""

    change_id: str = Field(examples=["5f2d…"])
    """The same when it is derived again."""
    target: Label
    not_before: Moment
    """It happened after this moment."""
    not_after: Moment
    """It had happened by this moment."""
    capture_id: str
    """The capture that taught it."""
    before_capture_id: str
    """The last complete capture before that one."""


class FollowerChange(Change):
    """A follower who followed, was first listed, left, came back, or took another name."""

    user_id: Number
    username: str | None = Field(examples=["spruce.hollow"])
    """Their newest name; of a rename, the name that they took then."""
    previous_username: str | None
    """The name before, of a rename."""
    kind: Kind
    state: State
    """A loss is suspected until captures and counts prove it, or the follower is listed again."""
    cause: str | None = Field(examples=["unknown"])
    """Why somebody left: unknown until looked up; null for other kinds."""
    reason: str | None
    """Why a loss is no more than suspected, or was retracted."""
    absences: int | None
    """Complete captures in a row without them."""
    needed: int | None
    """Absences after which 99 in 100 losses are decided."""
    first_capture_id: str
    """The capture in which it first showed."""


class ProfileChange(Change):
    """A field of a profile that differs from the capture before."""

    user_id: Number | None
    field: str = Field(examples=["biography"])
    value_before: str | None
    value_after: str | None
