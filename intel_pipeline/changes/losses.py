"""Who is missing, and whether that is proof enough."""

from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.balance import WEIGHED, Entry, Weighing, weigh
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.patience import BOUND, FEWEST, count_absences, flicker_absences
from intel_pipeline.changes.standing import BALANCE, Since

WAITING = "more complete captures must agree"
CONTRADICTED = "the reported count does not prove it: it has not fallen by as many as are missing"


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the losses at a complete capture.

    `confirmed`, `suspected`: OPEN_LOSS columns and `absences`; of the suspected ones only those of which something
    new is to be said. `open`: OPEN_LOSS, all that stay suspected. `balance`: BALANCE, with this capture in it.
    """

    confirmed: pl.DataFrame
    suspected: pl.DataFrame
    open: pl.DataFrame
    balance: pl.DataFrame


def flicker_patience(balance: pl.DataFrame) -> int:
    """Return how many absences it takes before somebody missing does not merely flicker, as `balance` has taught."""
    returned, waited, confirmed = balance.select(pl.col("returned", "waited", "confirmed").sum()).row(0)
    return flicker_absences(returned, waited, confirmed)


def entered(  # noqa: PLR0913  what a row is made of
    balance: pl.DataFrame, capture: CaptureRef, since: Since, returned: pl.DataFrame, arrived: int, missing: int
) -> pl.DataFrame:
    """Return the balance with a row for the complete `capture`.

    `returned`: `first_capture_id` and `absences` of those who came back at it, who are taken out of the rows that
    they had been missing since.
    """
    row = {
        "capture_id": capture.capture_id,
        "started_at": capture.started_at,
        "finished_at": capture.finished_at,
        "reported": capture.reported,
        "arrived": since.arrived + arrived,
        "missing": missing,
        "returned": since.returned + returned.height,
        "waited": since.waited + int(returned["absences"].sum()),
        "confirmed": 0,
    }
    both = pl.concat([less(balance, returned), pl.DataFrame([row], schema=BALANCE)])
    return both.tail(WEIGHED + 1)


def less(balance: pl.DataFrame, returned: pl.DataFrame) -> pl.DataFrame:
    """Return the balance without those in `returned` (`first_capture_id`), who were not lost after all."""
    if returned.is_empty():
        return balance
    back = returned.group_by(capture_id="first_capture_id").agg(back=pl.len().cast(pl.Int64))
    kept = balance.join(back, on="capture_id", how="left", maintain_order="left")
    return kept.with_columns(missing=pl.col("missing") - pl.col("back").fill_null(0)).select(BALANCE.names())


def aged(losses: pl.DataFrame, balance: pl.DataFrame) -> pl.DataFrame:
    """Return the losses with `absences`, the complete captures since each began; at least as many as are weighed."""
    ages = balance.select("capture_id", absences=pl.len() - pl.int_range(pl.len()))
    joined = losses.join(ages, left_on="first_capture_id", right_on="capture_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("absences").fill_null(balance.height + 1).cast(pl.Int32))


def judged(losses: pl.DataFrame, balance: pl.DataFrame) -> Judged:
    """Judge the open losses (OPEN_LOSS; `reason` null for one that is new) at the last capture of `balance`."""
    flicker = flicker_patience(balance)
    losses = aged(losses, balance).with_columns(
        # Whoever flickers may have been missing once or more before they left.
        not_after=pl.when(pl.col("absences") < flicker).then(balance["finished_at"][-1]).otherwise("not_after"),
        known=pl.struct("reason", "not_after"),
    )
    if losses["absences"].max() is None or int(losses["absences"].max()) < flicker:  # type: ignore[arg-type]
        needed, chances = flicker, [1.0] * balance.height
    else:
        weighing = weighed(balance, flicker)
        needed = flicker - 1 + count_absences(weighing.error_rate, weighing.hiding)
        chances = weighing.chances
    by_capture = pl.DataFrame({"first_capture_id": balance["capture_id"], "chance": chances})
    enough = pl.col("absences") >= needed
    told = losses.join(by_capture, on="first_capture_id", how="left", maintain_order="left").with_columns(
        proven=enough & (pl.col("chance") <= BOUND),
        reason=pl.when(enough).then(pl.lit(CONTRADICTED)).otherwise(pl.lit(WAITING)),
    )
    confirmed = told.filter("proven").with_columns(reason=pl.lit(None, pl.String))
    suspected = told.filter(~pl.col("proven").fill_null(value=False))
    news = suspected.filter(pl.struct("reason", "not_after").ne_missing(pl.col("known")))
    last = balance.height - 1
    counted = balance.with_columns(
        confirmed=pl.when(pl.int_range(pl.len()) == last).then(confirmed.height).otherwise("confirmed")
    )
    columns = losses.drop("known").columns
    return Judged(
        confirmed.select(columns), news.select(columns), suspected.drop("absences").select(columns[:-1]), counted
    )


def weighed(balance: pl.DataFrame, flicker: int) -> Weighing:
    """Return what the counts say; those missing for less than `flicker` captures may merely flicker."""
    age = balance.height
    rows = balance.select("reported", "arrived", "missing").iter_rows()
    return weigh(
        [
            Entry(reported, arrived, missing, ripe=age - number >= max(flicker, FEWEST))
            for number, (reported, arrived, missing) in enumerate(rows)
        ]
    )
