"""Finished captures as they are read by the thousand: making entities of rows, and asking those, takes longer than landing."""

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple


class FinishedCapture(NamedTuple):
    """What landing asks of a finished capture; see `Capture`."""

    capture_id: str
    target: str
    surface: str
    round: date | None
    origin: str
    started_at: datetime
    finished_at: datetime
    verdict: str | None
    reasons: list[str]
    row_count: int | None
    distinct_count: int | None
    reported_before: int | None
    reported_after: int | None
    page_count: int | None
    gap_low: int | None
    gap_high: int | None
    missing_count: int | None
    set_aside: int | None
    ended: bool | None
    limited: bool | None
    held: bool
    broken: str | None
    snapshot: str | None


if TYPE_CHECKING:
    from intel_pipeline.registry.models import Capture

    Captured = Capture | FinishedCapture
else:
    # Whoever only learns from captures does without SQLAlchemy, which takes 18 MB and a third of a second.
    Captured = FinishedCapture
