"""Who is missing, and whether that is proof enough."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from intel_pipeline.changes.balance import BOUND, coincides
from intel_pipeline.changes.events import named
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.patience import FEWEST
from intel_pipeline.changes.rows import KEPT, Weighed, flicker_patience, needed, weighed
from intel_pipeline.changes.standing import OPEN_LOSS, Row
from intel_pipeline.contracts.change import MOMENT

WAITING = "more complete captures must agree"
CONTRADICTED = "the reported count does not prove it: it has not fallen by as many as are missing"
UNDECIDED = "the reported counts err too much, or too few of them are known, to prove it"
# From this chance of being hidden on, the count speaks against a loss.
CLEARLY = 0.5


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the losses at a complete capture.

    `confirmed`, `suspected`: OPEN_LOSS columns, `absences` and `needed`; of the suspected ones only those of which
    something new is to be said. `open`: OPEN_LOSS, all that stay suspected. `row`: the last of the balance, completed.
    """

    confirmed: pl.DataFrame
    suspected: pl.DataFrame
    open: pl.DataFrame
    row: Row


def begun_at(capture: CaptureRef, missing: pl.DataFrame, before: CaptureRef | None) -> pl.DataFrame:
    """Return OPEN_LOSS rows for those `missing` (MEMBER columns) from the complete `capture`."""
    return missing.select(
        change_id=named("left", missing["user_id"], capture),
        user_id="user_id",
        username="username",
        position="position",
        not_before=pl.lit(before.started_at if before else None, MOMENT),
        not_after=pl.lit(capture.finished_at, MOMENT),
        reason=pl.lit(None, pl.String),
        first_capture_id=pl.lit(capture.capture_id),
    ).cast(OPEN_LOSS)


def aged(losses: pl.DataFrame, balance: Sequence[Row]) -> pl.DataFrame:
    """Return the losses with `absences`, the complete captures since each began; one more than are kept at most."""
    ages = {row.capture_id: len(balance) - number for number, row in enumerate(balance)}
    absences = [ages.get(capture_id, len(balance) + 1) for capture_id in losses["first_capture_id"]]
    return losses.with_columns(pl.Series("absences", absences, pl.Int32))


def judged(losses: pl.DataFrame, balance: tuple[Row, ...]) -> Judged:
    """Judge the open losses (OPEN_LOSS; `reason` null for one that is new) at the last capture of `balance`."""
    flicker = flicker_patience(balance)
    last = replace(balance[-1], flicker=flicker)
    told = aged(losses, balance).with_columns(needed=pl.lit(None, pl.Int32))
    if told.is_empty():
        return Judged(told, told, losses, last)
    told = told.with_columns(known="reason", reason=pl.lit(WAITING), proven=pl.lit(value=False))
    if told["absences"].max() >= flicker:  # type: ignore[operator]
        found = weighed(balance)
        coincidence = coincides(found.entries, found.weighing, found.counts)
        last = replace(last, counts=float("inf") if coincidence else found.counts)
        told = decided(told, found, last)
        # Counts that err by more than can be weighed prove nothing, however likely a loss looks.
        if found.counts > KEPT / 2:
            told = told.with_columns(proven=pl.lit(value=False))
    columns = [*losses.columns, "absences", "needed"]
    suspected = told.filter(~pl.col("proven"))
    news = suspected.filter(pl.col("reason").ne_missing(pl.col("known")))
    proven = told.filter("proven")
    confirmed = proven.with_columns(reason=pl.lit(None, pl.String), not_after=gone_by(proven, balance, flicker))
    return Judged(
        confirmed.select(columns),
        news.select(columns),
        suspected.select(losses.columns),
        replace(last, confirmed=confirmed.height),
    )


def gone_by(confirmed: pl.DataFrame, balance: Sequence[Row], flicker: int) -> pl.Series:
    """Return by when those who are `confirmed` to have left had done so.

    Where followers flicker, somebody may have been missing for as long as that explains, and have left only then.
    """
    doubtful = flicker - 1 if flicker > FEWEST else 0
    moments = [
        max(known, balance[max(0, len(balance) - absences) + doubtful].finished_at)
        for known, absences in confirmed.select("not_after", "absences").iter_rows()
    ]
    return pl.Series("not_after", moments, MOMENT)


def decided(told: pl.DataFrame, found: Weighed, last: Row) -> pl.DataFrame:
    """Return the losses with what the counts say of each: `proven`, or the `reason` why not; and `needed`."""
    flicker, counts = last.flicker, last.counts if last.counts is not None else float("inf")
    by_capture = pl.DataFrame(
        {
            "first_capture_id": [row.capture_id for row in found.rows],
            "chance": found.weighing.chances,
            "needed": pl.Series(needed(found.rows, flicker, counts), dtype=pl.Int32),
        }
    )
    known = told.drop("needed").join(by_capture, on="first_capture_id", how="left", maintain_order="left")
    waiting = (pl.col("absences") < flicker) | (pl.col("absences") < pl.col("needed")).fill_null(value=False)
    # What the counts once said against a loss they may fall silent about later: that is not worth another word.
    against = (pl.col("known") == CONTRADICTED).fill_null(value=False) | (pl.col("chance") >= CLEARLY)
    reason = pl.when(waiting).then(pl.lit(WAITING)).when(against).then(pl.lit(CONTRADICTED))
    return known.with_columns(
        proven=((pl.col("absences") >= flicker) & (pl.col("chance") <= BOUND)).fill_null(value=False),
        reason=reason.otherwise(pl.lit(UNDECIDED)),
    )
