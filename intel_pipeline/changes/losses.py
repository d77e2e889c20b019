"""Who is missing, and whether that is proof enough."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

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
Balances = Mapping[int, tuple[Row, ...]]


class Cohort(NamedTuple):
    """Those who went missing at the same complete capture and are suspected to have left: all are judged alike.

    `reason`: why they are no more than suspected, by the newest word on them; None for new ones. `number`: of them.
    """

    not_before: datetime
    not_after: datetime
    reason: str | None
    number: int


# Of each case, by the capture that they went missing at.
Cohorts = Mapping[int, Mapping[str, Cohort]]


class Finding(NamedTuple):
    """What is found of a cohort at a complete capture.

    `absences`: the complete captures since it went missing, one more than are kept at most; `needed`: after how many
    losses like these have been found to be decided. `reason`: why they are no more than suspected; None where it is
    proven that they have left, by `not_after`.
    """

    absences: int
    needed: int | None
    reason: str | None
    not_after: datetime


class Told(NamedTuple):
    """What the counts say of a cohort.

    The `chance` that one of it is hidden, and `most`, which it may be; the absences after which they decide as a rule,
    `due`, and those that they have been found to decide after, `needed`.
    """

    chance: float
    due: int | None
    needed: int | None
    most: float


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


def absences_since(balance: Sequence[Row], first: str) -> int:
    """Return the complete captures since that one, itself included; one more than are kept, for one before them."""
    ages = (age for age, row in enumerate(reversed(balance), 1) if row.capture_id == first)
    return next(ages, len(balance) + 1)


def judged(losses: pl.DataFrame, balances: Balances) -> Judged:
    """Judge the open losses (`case`, OPEN_LOSS; `reason` null for one that is new) at the last capture of each balance."""
    found, rows = findings(cohorts_of(losses, balances), balances)
    said = [(case, first, *one) for case, of_case in found.items() for first, one in of_case.items()]
    schema = {
        **{name: losses.schema[name] for name in COHORT},
        "absences": pl.Int32(),
        "needed": pl.Int32(),
        "found": pl.String(),
        "by": MOMENT,
    }
    told = losses.join(pl.DataFrame(said, schema=schema, orient="row"), on=COHORT, maintain_order="left")
    columns = [*losses.columns, "absences", "needed"]
    proven = pl.col("found").is_null()
    confirmed = told.filter(proven).with_columns(reason=pl.lit(None, pl.String), not_after="by")
    suspected = told.filter(~proven).with_columns(known="reason", reason="found")
    news = suspected.filter(pl.col("reason").ne_missing(pl.col("known")))
    return Judged(confirmed.select(columns), news.select(columns), suspected.select(losses.columns), rows)


def cohorts_of(losses: pl.DataFrame, balances: Balances) -> Cohorts:
    """Return the cohorts of each case, by its open losses (`case`, OPEN_LOSS)."""
    cohorts: dict[int, dict[str, Cohort]] = {case: {} for case in balances}
    alike = pl.col("not_before", "not_after", "reason").first()
    whole = losses.group_by(COHORT, maintain_order=True).agg(alike, number=pl.len())
    for case, first, *values in whole.iter_rows():
        cohorts[case][first] = Cohort(*values)
    return cohorts


def findings(cohorts: Cohorts, balances: Balances) -> tuple[dict[int, dict[str, Finding]], dict[int, Row]]:
    """Return what is found of the cohorts of each case at the last capture of its balance, and that row, completed."""
    rows = {case: balance[-1]._replace(flicker=flicker_patience(balance)) for case, balance in balances.items()}
    ages = {
        case: {first: absences_since(balances[case], first) for first in of_case} for case, of_case in cohorts.items()
    }
    ripe = [case for case, of_case in ages.items() if of_case and max(of_case.values()) >= rows[case].flicker]
    said: dict[int, dict[str, Told]] = {}
    for case, weighed in zip(ripe, weighed_all([balances[case] for case in ripe]), strict=True):
        rows[case], said[case] = weighed_at(weighed, rows[case], ages[case])
    found = {}
    for case, of_case in cohorts.items():
        told, row = said.get(case, {}), rows[case]
        found[case] = {
            first: decided(cohort, ages[case][first], told.get(first), row.flicker, balances[case])
            for first, cohort in of_case.items()
        }
        confirmed = sum(of_case[first].number for first, one in found[case].items() if one.reason is None)
        if confirmed:
            rows[case] = row._replace(confirmed=confirmed)
    return found, rows


def decided(cohort: Cohort, absences: int, told: Told | None, flicker: int, balance: Sequence[Row]) -> Finding:
    """Return what is found of a cohort after so many absences; `told`: what the counts say of it, if they say anything.

    `flicker`: the absences that flickering explains.
    """
    needed_then = told.needed if told else None
    if told and absences >= flicker and told.chance <= told.most:
        return Finding(absences, needed_then, None, max(cohort.not_after, gone_by(balance, absences, flicker)))
    if absences < flicker or (told and told.due is not None and absences < told.due):
        reason = WAITING
    # What the counts once said against a loss they may fall silent about later: that is not worth another word.
    elif cohort.reason == CONTRADICTED or (told and told.chance >= CLEARLY):
        reason = CONTRADICTED
    else:
        reason = UNDECIDED
    return Finding(absences, needed_then, reason, cohort.not_after)


def gone_by(balance: Sequence[Row], absences: int, flicker: int) -> datetime:
    """Return by when those who are confirmed to have left after so many `absences` had done so.

    Where followers flicker, somebody may have been missing for as long as that explains, and have left only then.
    """
    doubtful = flicker - 1 if flicker > FEWEST else 0
    return balance[max(0, len(balance) - absences) + doubtful].finished_at


def weighed_at(found: Weighed, last: Row, firsts: Collection[str]) -> tuple[Row, dict[str, Told]]:
    """Return the last row of a balance with the `counts` that it takes, and what the counts say of each cohort.

    `found`: what the balance comes to; `firsts`: the captures that the cohorts went missing at.
    """
    coincidence = coincides(found.weighing, found.counts)
    counts = float("inf") if coincidence else found.counts
    # Counts that err by more than can be weighed prove nothing, however likely a loss looks.
    allowed = BOUND if found.counts <= KEPT / 2 else -1.0
    absences = needed(found.rows, last.flicker, counts)
    kept = kept_promises(absences, found)
    chances = found.weighing.chances
    told = {
        row.capture_id: Told(chances[place], absences[place], kept[place], allowed)
        for place, row in enumerate(found.rows)
        if row.capture_id in firsts
    }
    return last._replace(counts=counts), told
