"""Who is back from a suspected loss: somebody who flickers, or who had left and followed again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from intel_pipeline.changes.losses import absences_since
from intel_pipeline.changes.rows import less
from intel_pipeline.changes.sorting import best_explained, by_counts_before, learned_odds, supposed
from intel_pipeline.changes.standing import Case, Row

CAME_BACK = "the reported count had let them go: they left, and came back before that was proven"
SOME_CAME_BACK = (
    "the reported count had let some go of those who went missing and came back together: as many as bear this reason"
)
LONG_AGO = ""


class Back(NamedTuple):
    """One who is back: the capture that they went missing at, and whether they have followed anew, as the order proves."""

    first_capture_id: str
    anew: bool


@dataclass(frozen=True, slots=True)
class Returns:
    """What those who are back make of the balance and of the capture's own row.

    `absences`, `reasons`: of each of them. The reason is CAME_BACK, or SOME_CAME_BACK where nothing tells who of several,
    for as many as had left. The others flickered: they were counted all the while, so they are taken out of the rows
    that they had been missing since.
    """

    absences: Sequence[int]
    reasons: Sequence[str | None]
    balance: tuple[Row, ...]
    row: Row


def returned(case: Case, back: Sequence[Back], row: Row) -> Returns:
    """Sort out those who are `back`, at least one, by their `user_id`, in the capture of a case and its `row`.

    Whoever has followed `anew`, as the list's order proves, had left. Of the others, whoever flickers
    was counted all the while, and whoever left was not. So the counts tell how many had left of those who went missing
    and came back together: what explains the counts best, the one at their return included, is taken. An incomplete
    capture has no count that its list can be compared with; there the counts while they were missing tell.
    """
    kept = {one.capture_id for one in case.balance}
    ages = {first: absences_since(case.balance, first) for first in {one.first_capture_id for one in back}}
    # Of those who went missing before all that is kept, nothing tells one from the other.
    of = [one.first_capture_id if one.first_capture_id in kept else LONG_AGO for one in back]
    cohorts = Counter(cohort for cohort, one in zip(of, back, strict=True) if not one.anew)
    absences = {cohort: ages[one.first_capture_id] for cohort, one in zip(of, back, strict=True) if not one.anew}
    row = row._replace(arrived=row.arrived + len(back) - cohorts.total())
    odds = {cohort: learned_odds(case.balance, absences[cohort]) for cohort in cohorts}
    complete = case.capture.complete
    found = best_explained(case, cohorts, row, odds) if complete else by_counts_before(case, cohorts, odds)
    reasons = said_of(back, of, cohorts, found.left)
    waited = [ages[one.first_capture_id] for one, reason in zip(back, reasons, strict=True) if reason is None]
    counted = supposed(row, found.left)._replace(
        returned=len(waited),
        waited=sum(waited),
        let_go=cohorts.total() - len(waited),
        let_go_doubt=found.left_doubt,
        returned_doubt=found.flickered_doubt,
    )
    every = [ages[one.first_capture_id] for one in back]
    return Returns(every, reasons, less(case.balance, cohorts, found.left), counted)


def said_of(back: Sequence[Back], of: Sequence[str], cohorts: Counter[str], left: Counter[str]) -> list[str | None]:
    """Return the reason of each who is back: why their loss was none, where so many of each cohort had left.

    `of`: the cohort of each. Which of a cohort they were nothing tells; the first bear the reason, so that their number
    is kept.
    """
    places: Counter[str] = Counter()
    reasons: list[str | None] = []
    for one, cohort in zip(back, of, strict=True):
        if one.anew:
            reasons.append(CAME_BACK)
            continue
        places[cohort] += 1
        had_left = SOME_CAME_BACK if left[cohort] < cohorts[cohort] else CAME_BACK
        reasons.append(had_left if places[cohort] <= left[cohort] else None)
    return reasons
