"""What is known of a target's followers at a moment, between two captures."""

from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.comparison import MEMBER
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT

# Losses that are suspected, with the complete capture that they began with.
OPEN_LOSS = pl.Schema(
    {
        name: FOLLOWER_CHANGE[name]
        for name in ("change_id", "user_id", "username", "not_before", "not_after", "reason", "first_capture_id")
    }
)
# Followers whose loss was confirmed and who have not come back since, under their last name.
LOST = pl.Schema({"user_id": pl.Int64(), "username": pl.String()})
# One row per complete capture, oldest first: what the count was, and what was learned at it.
BALANCE = pl.Schema(
    {
        "capture_id": pl.String(),
        "started_at": MOMENT,
        "finished_at": MOMENT,
        "reported": pl.Float64(),  # mean of the readings before and after the list
        "arrived": pl.Int64(),  # followed and refollowed since the row before
        "missing": pl.Int64(),  # missing since this capture, and not back
        "returned": pl.Int64(),  # back before their loss was confirmed, since the row before
        "waited": pl.Int64(),  # complete captures that those had been missing from, altogether
        "confirmed": pl.Int64(),  # losses confirmed at this capture
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before the next capture.

    `members`: MEMBER columns, sorted by `user_id`: whom the last complete capture listed, and whom incomplete ones
    have shown since; before the first complete capture, whom any has shown. `before`: the last complete capture, or
    the first of all while there was none. `balance`: at most the last WEIGHED complete captures and, summed up in
    `since`, what incomplete ones taught after them.
    """

    members: pl.LazyFrame
    before: CaptureRef | None
    losses: pl.DataFrame
    lost: pl.DataFrame
    balance: pl.DataFrame
    since: "Since"

    @property
    def based(self) -> bool:
        """Whether there was a complete capture: only then can anything change."""
        return self.before is not None and self.before.complete


@dataclass(frozen=True, slots=True)
class Since:
    """What incomplete captures taught since the last complete one, in numbers, as in BALANCE."""

    arrived: int = 0
    returned: int = 0
    waited: int = 0


def nothing_known() -> Standing:
    """Return what is known before the first capture."""
    return Standing(
        members=pl.LazyFrame(schema=MEMBER),
        before=None,
        losses=pl.DataFrame(schema=OPEN_LOSS),
        lost=pl.DataFrame(schema=LOST),
        balance=pl.DataFrame(schema=BALANCE),
        since=Since(),
    )
