"""Who is back from a suspected loss: somebody who flickers, or who had left and followed again."""

from collections import Counter
from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.losses import aged
from intel_pipeline.changes.rows import less
from intel_pipeline.changes.sorting import best_explained, by_counts_before, learned_odds, supposed
from intel_pipeline.changes.standing import Case, Row

CAME_BACK = "the reported count had let them go: they left, and came back before that was proven"
SOME_CAME_BACK = (
    "the reported count had let some go of those who went missing and came back together: as many as bear this reason"
)
LONG_AGO = ""


@dataclass(frozen=True, slots=True)
class Returns:
    """Those who are back, and what that makes of the balance and of the capture's own row.

    `back`: `case`, OPEN_LOSS columns and `absences`; `reason` is CAME_BACK, or SOME_CAME_BACK where nothing tells who of several,
    for as many as had left. The others flickered: they
    were counted all the while, so they are taken out of the rows that they had been missing since.
    """

    back: pl.DataFrame
    balance: tuple[Row, ...]
    row: Row


def returned(case: Case, back: pl.DataFrame, row: Row) -> Returns:
    """Sort out those who are `back` (OPEN_LOSS columns, and `anew`), at least one, in the capture of a case and its `row`.

    Whoever has followed `anew`, as the list's order proves, had left. Of the others, whoever flickers
    was counted all the while, and whoever left was not. So the counts tell how many had left of those who went missing
    and came back together: what explains the counts best, the one at their return included, is taken. An incomplete
    capture has no count that its list can be compared with; there the counts while they were missing tell.
    """
    known = aged(back, {back["case"][0]: case.balance})
    kept = [one.capture_id for one in case.balance]
    # Of those who went missing before all that is kept, nothing tells one from the other.
    first = pl.col("first_capture_id")
    known = known.with_columns(cohort=pl.when(first.is_in(kept)).then(first).otherwise(pl.lit(LONG_AGO)))
    doubtful = known.filter(~pl.col("anew"))
    row = row._replace(arrived=row.arrived + known.height - doubtful.height)
    cohorts = Counter(doubtful["cohort"])
    absences = dict(doubtful.select("cohort", "absences").iter_rows())
    odds = {cohort: learned_odds(case.balance, absences[cohort]) for cohort in cohorts}
    complete = case.capture.complete
    found = best_explained(case, cohorts, row, odds) if complete else by_counts_before(case, cohorts, odds)
    known = known.with_columns(reason=said_of(cohorts, found.left))
    flickered = known.filter(pl.col("reason").is_null())
    counted = supposed(row, found.left)._replace(
        returned=flickered.height,
        waited=int(flickered["absences"].sum()),
        let_go=doubtful.height - flickered.height,
        let_go_doubt=found.left_doubt,
        returned_doubt=found.flickered_doubt,
    )
    return Returns(known, less(case.balance, cohorts, found.left), counted)


def said_of(cohorts: Counter[str], left: Counter[str]) -> pl.Expr:
    """Return the `reason` of those who are back: why their loss was none, where so many of each cohort had left.

    Which of a cohort they were nothing tells; the first by `user_id` bear the reason, so that their number is kept.
    """
    some = [cohort for cohort, number in left.items() if number < cohorts[cohort]]
    numbers = pl.col("cohort").replace_strict(dict(left), default=0, return_dtype=pl.Int64)
    place = (~pl.col("anew")).cum_sum().over("cohort", order_by="user_id")
    had_left = pl.when(pl.col("cohort").is_in(some)).then(pl.lit(SOME_CAME_BACK)).otherwise(pl.lit(CAME_BACK))
    return pl.when("anew").then(pl.lit(CAME_BACK)).when(place <= numbers).then(had_left)
