"""Who is back from a suspected loss: somebody who flickers, or who had left and followed again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log

import polars as pl

from intel_pipeline.changes.losses import aged, entered, flicker_patience, less, weighed
from intel_pipeline.changes.patience import missing_again
from intel_pipeline.changes.standing import Row, Standing

CAME_BACK = "the reported count had let them go: they left, and came back before that was proven"
# Whoever is back at the old place is believed to have flickered unless the counts speak so many to one against it.
ODDS = 3.0
LIMITS = 1e-3, 1e4
LONG_AGO = ""


@dataclass(frozen=True, slots=True)
class Returns:
    """Those who are back, and what that makes of the balance and of the capture's own row.

    `back`: OPEN_LOSS columns and `absences`; `reason` is CAME_BACK for those who had left. The others flickered: they
    were counted all the while, so they are taken out of the rows that they had been missing since.
    """

    back: pl.DataFrame
    balance: tuple[Row, ...]
    row: Row


def returned(standing: Standing, back: pl.DataFrame, row: Row, *, complete: bool) -> Returns:
    """Sort out those who are `back` (OPEN_LOSS columns, and `anew`) in the capture of `row`.

    Whoever has followed `anew`, as the list's order proves, had left. Of the others, whoever flickers
    was counted all the while, and whoever left was not. So the counts tell them apart, of those who went missing
    together all or none: what explains the counts best, the one at their return included, is taken. An incomplete
    capture has no count that its list can be compared with; there the counts while they were missing tell.
    """
    known = aged(back, standing.balance)
    if back.is_empty():
        return Returns(known, standing.balance, row)
    weighed = [one.capture_id for one in standing.balance]
    # Of those who went missing before all that is weighed, nothing tells one from the other.
    first = pl.col("first_capture_id")
    known = known.with_columns(cohort=pl.when(first.is_in(weighed)).then(first).otherwise(pl.lit(LONG_AGO)))
    doubtful = known.filter(~pl.col("anew"))
    row = replace(row, arrived=row.arrived + known.height - doubtful.height)
    cohorts = Counter(doubtful["cohort"])
    absences = dict(doubtful.select("cohort", "absences").iter_rows())
    odds = {cohort: learned_odds(standing.balance, absences[cohort]) for cohort in cohorts}
    left = best_explained(standing, cohorts, row, odds) if complete else had_left(standing, odds)
    anew = pl.col("anew") | pl.col("cohort").is_in([*left])
    known = known.with_columns(reason=pl.when(anew).then(pl.lit(CAME_BACK)).otherwise(None))
    flickered = known.filter(pl.col("reason").is_null())
    counted = replace(
        supposed(row, cohorts, left),
        returned=flickered.height,
        waited=int(flickered["absences"].sum()),
        let_go=doubtful.height - flickered.height,
    )
    return Returns(known, less(standing.balance, cohorts, left), counted)


def learned_odds(balance: tuple[Row, ...], absences: int) -> float:
    """Return how many to one the counts must speak against somebody's having flickered through so many absences.

    Ten, times as many as flickered at this target for each whom the counts had let go, times the chance of staying away
    for longer than flickering explains; within limits.
    """
    returned, waited, let_go = (
        sum(numbers) for numbers in zip(*((row.returned, row.waited, row.let_go) for row in balance), strict=True)
    )
    longer = max(0, absences - flicker_patience(balance))
    odds = ODDS * (1 + returned) / (1 + let_go) * missing_again(returned, waited) ** longer
    return float(min(max(odds, LIMITS[0]), LIMITS[1]))


def had_left(standing: Standing, odds: Mapping[str, float]) -> frozenset[str]:
    """Return which cohorts, by the capture they went missing at, had left by the counts so far."""
    chances = dict(zip((row.capture_id for row in standing.balance), weighed(standing.balance).chances, strict=True))
    return frozenset(cohort for cohort, most in odds.items() if chances.get(cohort, 1.0) * (1 + most) <= 1)


def best_explained(standing: Standing, cohorts: Counter[str], row: Row, odds: Mapping[str, float]) -> frozenset[str]:
    """Return which of `cohorts` had left, so that the counts up to the complete capture of `row` are explained best."""

    def evidence(left: frozenset[str]) -> float:
        balance = less(standing.balance, cohorts, left)
        return weighed(entered(balance, supposed(row, cohorts, left), standing.since)).evidence

    left: frozenset[str] = frozenset()
    best = evidence(left)
    while rest := [cohort for cohort in cohorts if cohort not in left]:
        # The one that explains most first: another may look likelier only while that is not known.
        gain, chosen = max((evidence(left | {cohort}) - log(odds[cohort]), cohort) for cohort in rest)
        if gain <= best:
            break
        left |= {chosen}
        best = evidence(left)
    return left


def supposed(row: Row, cohorts: Counter[str], left: frozenset[str]) -> Row:
    """Return the row where those of the cohorts that had `left` have followed again."""
    return replace(row, arrived=row.arrived + sum(cohorts[cohort] for cohort in left))
