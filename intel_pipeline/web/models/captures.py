"""Captures and snapshots."""

from datetime import date
from typing import Literal

from pydantic import Field

from intel_pipeline.capture.outcome import Verdict
from intel_pipeline.web.models.base import Label, Moment, Told

Surface = Literal["profile", "followers", "followees", "posts"]


class Capture(Told):
    """One reading of one surface of one target, with what it proves and why."""

    capture_id: str = Field(examples=["20261108T060000-49493706"])
    target: Label
    surface: Surface
    round: date | None
    """The day whose capture it is; null for an import."""
    origin: str = Field(examples=["instagram"])
    """instagram, simulator or archive."""
    started_at: Moment
    """Its first page."""
    finished_at: Moment
    """Its last page."""
    verdict: Verdict | None
    """What it proves: only a complete one proves that somebody left."""
    reasons: list[str] = Field(examples=[["the list ended 40 accounts early"]])
    """Why it is not complete."""
    held: bool
    """Whether it is held back for a mass loss."""
    listed: int | None = Field(examples=[230])
    """Distinct rows."""
    reported_before: int | None = Field(examples=[231])
    """What Instagram counted before."""
    reported_after: int | None = Field(examples=[231])
    """What Instagram counted after."""
    pages: int | None = Field(examples=[5])
    """Pages that it took."""
    gap_low: int | None
    """The least of the band in which the gap was expected."""
    gap_high: int | None
    """The most of it."""
    missing: int | None
    """How many of the complete list before are not in it."""
    set_aside: int | None
    """Rows that broke the contract and lie in quarantine; null for none."""


class Snapshot(Told):
    """A capture's rows after validation, which never change."""

    capture_id: str = Field(examples=["20261108T060000-49493706"])
    target: Label
    surface: Surface
    captured_at: Moment
    """The end of its capture."""
    verdict: Verdict | None
    listed: int | None = Field(examples=[230])
    """Rows that its capture counted."""


class SnapshotRows(Told):
    """Some rows of a snapshot, by its key."""

    columns: list[str] = Field(examples=[["user_id", "username"]])
    """In the order of each row."""
    rows: list[list[object]] = Field(examples=[[["528817151", "nasa"]]])
    """Moments as text in ISO 8601, and numbers that are names (`user_id`) as text."""
    next: str | None
    """What to send as `cursor` for the rows after these; null where these are the last."""
