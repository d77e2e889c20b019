"""Who is missing, and whether that is proof enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.balance import BOUND, coincides
from intel_pipeline.changes.cases import given
from intel_pipeline.changes.patience import FEWEST
from intel_pipeline.changes.rows import KEPT, Weighed, flicker_patience, kept_promises, needed, weighed_all
from intel_pipeline.changes.standing import OPEN_LOSS, Case, Row
from intel_pipeline.contracts.change import MOMENT

WAITING = "more complete captures must agree"
CONTRADICTED = "the reported count does not prove it: it has not fallen by as many as are missing"
UNDECIDED = "the reported counts err too much, or too few of them are known, to prove it"
# From this chance of being hidden on, the count speaks against a loss.
CLEARLY = 0.5
# What losses of a case that went missing at the same capture have in common.
COHORT = ["case", "first_capture_id"]
# What counts say of a cohort: the `chance` that one of it is hidden, and `most`, which it may be; the absences after
# which they decide as a rule, `due`, and those that they have been found to decide after, `needed`.
SAID = {
    "case": pl.Int32(),
    "first_capture_id": pl.String(),
    "chance": pl.Float64(),
    "due": pl.Int32(),
    "needed": pl.Int32(),
    "most": pl.Float64(),
}
Balances = Mapping[int, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the losses at complete captures.

    `confirmed`, `suspected`: `case`, OPEN_LOSS columns, `absences` and `needed`; of the suspected ones only those of
    which something new is to be said. `open`: `case` and OPEN_LOSS, all that stay suspected. `rows`: of each case the
    last row of its balance, completed.
    """

    confirmed: pl.DataFrame
    suspected: pl.DataFrame
    open: pl.DataFrame
    rows: dict[int, Row]


def begun_at(missing: pl.DataFrame, cases: Sequence[Case]) -> pl.DataFrame:
    """Return `case` and OPEN_LOSS rows for those `missing` (`case`, MEMBER columns) from the complete capture of a case."""
    known = given(
        missing,
        first_capture_id=(pl.String(), [case.capture.capture_id for case in cases]),
        not_before=(MOMENT, [case.before.started_at if case.before else None for case in cases]),
        not_after=(MOMENT, [case.capture.finished_at for case in cases]),
    )
    return known.with_columns(reason=pl.lit(None, pl.String)).select("case", *OPEN_LOSS.names())


def aged(losses: pl.DataFrame, balances: Balances) -> pl.DataFrame:
    """Return the losses with `absences`, the complete captures since each began; one more than are kept at most."""
    absences = []
    for case, first in losses.select(COHORT).unique().iter_rows():
        balance = balances[case]
        ages = (len(balance) - number for number, row in enumerate(balance) if row.capture_id == first)
        absences.append((case, first, next(ages, len(balance) + 1)))
    schema = {**{name: losses.schema[name] for name in COHORT}, "absences": pl.Int32()}
    return losses.join(pl.DataFrame(absences, schema=schema, orient="row"), on=COHORT, maintain_order="left")


def judged(losses: pl.DataFrame, balances: Balances) -> Judged:
    """Judge the open losses (`case`, OPEN_LOSS; `reason` null for one that is new) at the last capture of each balance."""
    rows = {case: balance[-1]._replace(flicker=flicker_patience(balance)) for case, balance in balances.items()}
    told = aged(losses, balances).with_columns(needed=pl.lit(None, pl.Int32))
    if told.is_empty():
        return Judged(told, told, losses, rows)
    told = told.with_columns(known="reason", reason=pl.lit(WAITING), proven=pl.lit(value=False))
    oldest = told.group_by("case", maintain_order=True).agg(pl.col("absences").max()).iter_rows()
    ripe = [case for case, absences in oldest if absences >= rows[case].flicker]
    said: list[tuple[object, ...]] = []
    for case, found in zip(ripe, weighed_all([balances[case] for case in ripe]), strict=True):
        rows[case], of_cohorts = weighed_at(case, found, rows[case])
        said += of_cohorts
    if said:
        told = decided(
            told, pl.DataFrame(said, schema=SAID, orient="row"), {case: row.flicker for case, row in rows.items()}
        )
    columns = [*losses.columns, "absences", "needed"]
    suspected = told.filter(~pl.col("proven"))
    news = suspected.filter(pl.col("reason").ne_missing(pl.col("known")))
    proven = told.filter("proven")
    confirmed = proven.with_columns(reason=pl.lit(None, pl.String), not_after=gone_by(proven, balances, rows))
    for case, number in confirmed.group_by("case").len().iter_rows():
        rows[case] = rows[case]._replace(confirmed=number)
    return Judged(confirmed.select(columns), news.select(columns), suspected.select(losses.columns), rows)


def gone_by(confirmed: pl.DataFrame, balances: Balances, rows: Mapping[int, Row]) -> pl.Series:
    """Return by when those who are `confirmed` to have left had done so.

    Where followers flicker, somebody may have been missing for as long as that explains, and have left only then.
    """
    moments = []
    for case, absences in confirmed.select("case", "absences").unique().iter_rows():
        balance, flicker = balances[case], rows[case].flicker
        doubtful = flicker - 1 if flicker > FEWEST else 0
        moments.append((case, absences, balance[max(0, len(balance) - absences) + doubtful].finished_at))
    schema = {"case": confirmed.schema["case"], "absences": pl.Int32(), "by": MOMENT}
    known = confirmed.join(
        pl.DataFrame(moments, schema=schema, orient="row"), on=["case", "absences"], maintain_order="left"
    )
    return known.select(pl.max_horizontal("not_after", "by").alias("not_after")).to_series()


def weighed_at(case: int, found: Weighed, last: Row) -> tuple[Row, list[tuple[object, ...]]]:
    """Return the last row of a balance with the `counts` that it takes, and what the counts say of each cohort: SAID.

    `found`: what the balance comes to.
    """
    coincidence = coincides(found.entries, found.weighing, found.counts)
    counts = float("inf") if coincidence else found.counts
    # Counts that err by more than can be weighed prove nothing, however likely a loss looks.
    allowed = BOUND if found.counts <= KEPT / 2 else -1.0
    absences = needed(found.rows, last.flicker, counts)
    said: list[tuple[object, ...]] = [
        (case, row.capture_id, chance, due, k, allowed)
        for row, chance, due, k in zip(
            found.rows, found.weighing.chances, absences, kept_promises(absences, found), strict=True
        )
    ]
    return last._replace(counts=counts), said


def decided(told: pl.DataFrame, said: pl.DataFrame, flickers: Mapping[int, int]) -> pl.DataFrame:
    """Return the losses with what the counts have `said` of each: `proven`, or the `reason` why not; and `needed`.

    `flickers`: the absences that flickering explains, by case; of a case in which none has so many, nothing is said.
    """
    known = told.drop("needed").join(said, on=COHORT, how="left", maintain_order="left")
    known = known.with_columns(ripe_at=pl.col("case").replace_strict(flickers, return_dtype=pl.Int32))
    waiting = (pl.col("absences") < pl.col("ripe_at")) | (pl.col("absences") < pl.col("due")).fill_null(value=False)
    # What the counts once said against a loss they may fall silent about later: that is not worth another word.
    against = (pl.col("known") == CONTRADICTED).fill_null(value=False) | (pl.col("chance") >= CLEARLY)
    reason = pl.when(waiting).then(pl.lit(WAITING)).when(against).then(pl.lit(CONTRADICTED))
    ripe = pl.col("absences") >= pl.col("ripe_at")
    return known.with_columns(
        proven=(ripe & (pl.col("chance") <= pl.col("most"))).fill_null(value=False),
        reason=reason.otherwise(pl.lit(UNDECIDED)),
    )
