"""Who is in a list and was not before: back from a loss, or seen for the first time and then new or only revealed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

import polars as pl

from intel_pipeline.changes.arrivals import (
    NOWHERE,
    Edges,
    doubtful_since,
    edges,
    first_seen,
    newness,
    places_since,
    risen_to_top,
)
from intel_pipeline.changes.cases import KEY, counted
from intel_pipeline.changes.comparison import Compared
from intel_pipeline.changes.events import event
from intel_pipeline.changes.returns import Back, Returns, returned
from intel_pipeline.changes.standing import Case, Row
from intel_pipeline.contracts.change import moments

NAMES = ("case", "user_id", "username", "previous_username", "not_before")


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Who is in the lists and was not before: `back` from suspected losses, and `again` from confirmed ones.

    `balances`, `rows`: of each case, with what those who are back make of them. `events`: what all newcomers teach.
    """

    back: pl.DataFrame
    again: pl.DataFrame
    balances: Sequence[tuple[Row, ...]]
    rows: Sequence[Row]
    events: Sequence[pl.DataFrame]


def newcomers(cases: Sequence[Case], found: Compared, losses: pl.DataFrame, lost: pl.DataFrame) -> Newcomers:
    """Sort out those who are in the lists and were not before.

    `losses`: `case` and OPEN_LOSS, what was suspected. `lost`: `case` and LOST, of those among the newcomers.
    """
    above = edges_of(cases, found.head)
    suspected = losses.rename({"username": "previous_username", "position": "position_before"})
    back = found.arrived.join(suspected, on=KEY, maintain_order="left")
    again = found.arrived.join(lost.rename({"username": "previous_username"}), on=KEY, maintain_order="left")
    known = pl.concat([back.select(KEY), again.select(KEY)])
    earliest = [doubtful_since(case, max(1, len(one))) for case, one in zip(cases, above, strict=True)]
    others, missing = counted(known), counted(found.missing)
    fresh = found.arrived.join(known, on=KEY, how="anti", maintain_order="left")
    fresh = known_as_new(cases, fresh, (others, missing), above, earliest)
    rows = rows_of(cases, (missing, counted(fresh), counted(fresh.filter("likely")), counted(again)), above)
    sorted_out = returned_of(cases, back, rows, above)
    back = back.with_columns(
        pl.Series("absences", [one for of_case in sorted_out.values() for one in of_case.absences], pl.Int32()),
        pl.Series("reason", [one for of_case in sorted_out.values() for one in of_case.reasons], pl.String()),
    )
    events = [
        # Nobody was listed between the two names, so the rename lies anywhere between them.
        event(renamed(pl.concat([part.select(NAMES) for part in (back, again)])), "renamed", "confirmed"),
        event(back, "left", "retracted"),
        *first_seen(cases, fresh, again, earliest),
    ]
    return Newcomers(
        back=back,
        again=again,
        balances=[sorted_out[n].balance if n in sorted_out else case.balance for n, case in enumerate(cases)],
        rows=[sorted_out[n].row if n in sorted_out else row for n, row in enumerate(rows)],
        events=events,
    )


def edges_of(cases: Sequence[Case], head: pl.DataFrame) -> Edges:
    """Return the edges of each case's list, by its `head`, as in Compared."""
    heads = {
        case: (before, positions)
        for case, before, positions in head.group_by("case", maintain_order=True).agg(pl.all()).iter_rows()
    }
    nobody: tuple[list[int], list[int]] = [], []
    return [
        edges(*heads.get(number, nobody), case.balance[-1].edges if case.balance else ())
        for number, case in enumerate(cases)
    ]


def arrived_since(case: Case, first: str) -> int:
    """Return how many have followed since those went missing whom the complete capture `first` did not list, it included."""
    arrived = case.since.arrived
    for row in reversed(case.balance):
        arrived += row.arrived
        if row.capture_id == first:
            break
    return arrived


def known_as_new(
    cases: Sequence[Case],
    fresh: pl.DataFrame,
    numbers: tuple[Counter[int], Counter[int]],
    above: Edges,
    earliest: Sequence[Sequence[datetime]],
) -> pl.DataFrame:
    """Return those seen for the first time with `likely`, `proven` and `not_before`, as `newness` and `places_since` have it.

    `numbers`: by case, of the others who were not listed before, and of those missing. `earliest`: as `doubtful_since`.
    """
    import numpy as np

    others, missing = numbers
    positions = fresh["position"].cast(pl.Int64()).fill_null(NOWHERE).to_numpy()
    likely, proven = np.zeros((2, len(positions)), dtype=bool)
    # The moments of all cases, one after the other: a frame takes numbers a hundred times faster than moments.
    unknown: Sequence[datetime | None] = [None]
    since = moments([one for of_case in earliest for one in of_case or unknown])
    starts = [0, *accumulate(max(1, len(of_case)) for of_case in earliest)]
    place, start = np.zeros(len(positions), dtype=np.int64), 0
    for case, number in fresh.group_by("case", maintain_order=True).len().iter_rows():
        own = slice(start, start + number)
        likely[own], proven[own] = newness(cases[case], positions[own], others[case], missing[case], above[case])
        place[own] = starts[case]
        if earliest[case]:
            place[own] += places_since(positions[own], above[case])
        start += number
    return fresh.with_columns(likely=likely, proven=proven, not_before=since.gather(place))


def rows_of(
    cases: Sequence[Case], numbers: tuple[Counter[int], Counter[int], Counter[int], Counter[int]], above: Edges
) -> list[Row]:
    """Return what each capture alone enters into the balance, but for those who are back.

    `numbers`: by case, of those missing, seen for the first time, likely to be new, and back from a confirmed loss.
    """
    missing, fresh, likely, again = numbers
    return [
        row_of(case, (likely[number], fresh[number], again[number], missing[number]), above[number])
        for number, case in enumerate(cases)
    ]


def row_of(case: Case, numbers: tuple[int, int, int, int], above: tuple[int, ...]) -> Row:
    """Return what a capture alone enters into the balance, but for those who are back.

    `numbers`: of those likely to be new, all seen for the first time, back from a confirmed loss, and missing.
    """
    likely, fresh, again, missing = numbers
    return Row(
        capture_id=case.capture.capture_id,
        started_at=case.capture.started_at,
        finished_at=case.capture.finished_at,
        listed=case.capture.listed,
        reported=case.capture.reported or 0.0,
        moved=case.capture.moved,
        arrived=likely + again,
        revealed=fresh - likely if case.based else 0,
        missing=missing if case.capture.complete else 0,
        edges=above,
    )


def returned_of(cases: Sequence[Case], back: pl.DataFrame, rows: Sequence[Row], above: Edges) -> dict[int, Returns]:
    """Return what became of those who are `back`, by case; cases without any are left out."""
    some: dict[int, list[Back]] = defaultdict(list)
    for case, first, position, before in back.select(
        "case", "first_capture_id", "position", "position_before"
    ).iter_rows():
        some[case].append(back_at(cases[case], first, (before, position), above[case]))
    return {number: returned(cases[number], of_case, rows[number]) for number, of_case in some.items()}


def back_at(case: Case, first: str, positions: tuple[int | None, int | None], above: tuple[int, ...]) -> Back:
    """Return one who is back and went missing at the capture `first`; `positions` in the list, then and now."""
    before, now = positions
    pushed = None if before is None else before + arrived_since(case, first)
    return Back(first, anew=risen_to_top(now, above[0] if above else None, pushed))


def renamed(back: pl.DataFrame) -> pl.DataFrame:
    """Return those who came back under another name."""
    return back.filter(pl.col("username") != pl.col("previous_username"))
