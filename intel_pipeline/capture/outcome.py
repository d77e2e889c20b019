"""What becomes of a capture."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from intel_pipeline.capture.mass_loss import Resolution

Verdict = Literal["complete", "partial", "limited", "suspect", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with its reasons in words, its counts, and whom and when it is about.

    `failure`: the kind of error that it failed with. `newest_post_at`: when the newest of the posts was published.
    What follows is known of follower lists only: their evidence, the band that the gap was held
    against, how many members of the complete list before it are missing and how many may be, whether it is `held`
    back for that, and what becomes of those that were.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    rows: int | None = None
    distinct: int | None = None
    reported_before: int | None = None
    reported_after: int | None = None
    pages: int | None = None
    user_id: int | None = None
    username: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    failure: str | None = None
    newest_post_at: datetime | None = None
    ended: bool | None = None
    limited: bool | None = None
    broken: str | None = None
    gap_low: int | None = None
    gap_high: int | None = None
    missing_count: int | None = None
    missing_limit: int | None = None
    held: bool = False
    resolved: tuple[Resolution, ...] = ()
