"""What is known of a target's followers at a moment, between two captures."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import polars as pl

from intel_pipeline.changes.comparison import MEMBER, Listed, listing
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.contracts.change import MOMENT

# Losses that are suspected, with the complete capture that they began with; `position`: the last place in the list, 0
# the newest.
OPEN_LOSS = pl.Schema(
    {
        "user_id": pl.Int64(),
        "username": pl.String(),
        "position": pl.Int64(),
        "not_before": MOMENT,
        "not_after": MOMENT,
        "reason": pl.String(),
        "first_capture_id": pl.String(),
    }
)
# Followers whose loss was confirmed and who have not come back since: their last name, and when they were last listed.
LOST = pl.Schema({"user_id": pl.Int64(), "username": pl.String(), "not_before": MOMENT})


class Row(NamedTuple):
    """What one complete capture enters into the balance, or what incomplete ones teach between two of them.

    `listed`: how many the list holds; `away`: how many it lacks who have flickered, as later captures taught.
    `reported`: the mean of the readings before and after the list, which were `moved` apart. `arrived`: followed and
    refollowed since the row before. `revealed`: listed for the first time, and taken for older followers. `missing`: missing since this capture, and not merely away. `returned`: back from
    a loss that was never confirmed, after `waited` complete captures altogether, although the counts had never let
    them go; `let_go`: back likewise, and the counts alone said that they had left. `let_go_doubt`: the chance that one
    of these had not; `returned_doubt`: how many more are expected to have left. `confirmed`: losses confirmed at this
    capture. `flicker`: absences that flickering explains. `counts`: how many counts tell a loss from somebody's
    becoming hidden, as in `balance.Weighing`; None where that was not asked.
    `edges`: positions in the list above which only those stand who have followed since earlier complete captures.
    """

    capture_id: str
    started_at: datetime
    finished_at: datetime
    listed: int
    reported: float
    away: int = 0
    moved: int = 0
    arrived: int = 0
    revealed: int = 0
    missing: int = 0
    returned: int = 0
    waited: int = 0
    let_go: int = 0
    let_go_doubt: float = 0.0
    returned_doubt: float = 0.0
    confirmed: int = 0
    flicker: int = 0
    counts: float | None = None
    edges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before the next capture.

    `members`: MEMBER columns, sorted by `user_id`: whom the last complete capture listed, and whom incomplete ones
    have shown since; before the first complete capture, whom any has shown. `before`: the last complete capture, or
    the first of all while there was none. `balance`: at most the last KEPT complete captures and, summed up in
    `since`, what incomplete ones taught after them.
    """

    members: Listed
    before: CaptureRef | None
    losses: pl.DataFrame
    lost: pl.DataFrame
    balance: tuple[Row, ...]
    since: "Since"

    @property
    def based(self) -> bool:
        """Whether there was a complete capture: only then can anything change."""
        return self.before is not None and self.before.complete


@dataclass(frozen=True, slots=True)
class Since:
    """What incomplete captures taught since the last complete one, in numbers, as in Row."""

    arrived: int = 0
    revealed: int = 0
    returned: int = 0
    waited: int = 0
    let_go: int = 0
    let_go_doubt: float = 0.0
    returned_doubt: float = 0.0

    def plus(self, row: Row) -> "Since":
        """Return the sum with what one more capture taught."""
        return Since(*(getattr(self, name) + getattr(row, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Case:
    """A capture, and what is known before it but for whom the lists hold: as in Standing."""

    capture: CaptureRef
    before: CaptureRef | None
    balance: tuple[Row, ...]
    since: Since

    @property
    def based(self) -> bool:
        """Whether there was a complete capture: only then can anything change."""
        return self.before is not None and self.before.complete

    @property
    def earlier(self) -> CaptureRef:
        """The capture since which something has happened."""
        return self.before or self.capture


def nothing_known() -> Standing:
    """Return what is known before the first capture."""
    return Standing(
        members=pl.DataFrame(schema=MEMBER),
        before=None,
        losses=pl.DataFrame(schema=OPEN_LOSS),
        lost=pl.DataFrame(schema=LOST),
        balance=(),
        since=Since(),
    )


def brought_up_to_date(members: Listed, taught: pl.DataFrame) -> Listed:
    """Return `members` with what incomplete captures `taught` since (`user_id`, `username`, the newest word last).

    Without this, the next complete capture would report the same follower a second time, or overlook that one who
    returned has left. Where such a follower stands in the list is not known.
    """
    if taught.is_empty():
        return members
    newest = taught.unique("user_id", keep="last", maintain_order=True).sort("user_id").lazy()
    added = listing(newest.with_columns(position=pl.lit(None, pl.Int64)))
    kept = listing(members.lazy()).join(newest, on="user_id", how="anti", maintain_order="left")
    merged = kept.merge_sorted(added, key="user_id")
    return merged.collect() if isinstance(members, pl.DataFrame) else merged
