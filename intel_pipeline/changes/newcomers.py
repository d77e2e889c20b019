"""Who is in a list and was not before: back from a loss, or seen for the first time and then new or only revealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.arrivals import SEEN, SETTLING, Edges, edges, first_seen, likely_new, risen_to_top
from intel_pipeline.changes.cases import KEY, counted, given
from intel_pipeline.changes.comparison import Compared
from intel_pipeline.changes.events import event
from intel_pipeline.changes.returns import Returns, returned
from intel_pipeline.changes.rows import flicker_patience
from intel_pipeline.changes.standing import Case, Row

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
    back = back.with_columns(above=pl.col("position_before") + arrived_since(cases, back))
    back = given(back, top=(pl.Int64(), [one[0] if one else None for one in above]))
    back = back.with_columns(anew=risen_to_top("top")).drop("top")
    again = found.arrived.join(lost.rename({"username": "previous_username"}), on=KEY, maintain_order="left")
    known = pl.concat([back.select(KEY), again.select(KEY)])
    fresh = known_as_new(cases, found, found.arrived.join(known, on=KEY, how="anti", maintain_order="left"), above)
    rows = rows_of(cases, found, fresh, counted(again), above)
    sorted_out = returned_of(cases, back, rows)
    parts = [one.back for one in sorted_out.values()]
    back = pl.concat(parts) if parts else back
    events = [
        # Nobody was listed between the two names, so the rename lies anywhere between them.
        event(renamed(pl.concat([part.select(NAMES) for part in (back, again)])), "renamed", "confirmed"),
        event(back, "left", "retracted"),
        *first_seen(cases, fresh, again, above),
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


def arrived_since(cases: Sequence[Case], back: pl.DataFrame) -> pl.Series:
    """Return how many have followed since the captures that each of `back` was missing first, these included."""
    numbers = []
    for case, first in back.select("case", "first_capture_id").iter_rows():
        arrived = cases[case].since.arrived
        for row in reversed(cases[case].balance):
            arrived += row.arrived
            if row.capture_id == first:
                break
        numbers.append(arrived)
    return pl.Series(numbers, dtype=pl.Int64)


def known_as_new(cases: Sequence[Case], found: Compared, fresh: pl.DataFrame, above: Edges) -> pl.DataFrame:
    """Return those seen for the first time with `likely`, whether they are new, and `proven`, whether that is certain.

    While not everybody who flickers has been seen, it takes counts that leave no room for anybody hidden, or that have
    risen by as many as appear.
    """
    arrived, missing, first_seen_now = counted(found.arrived), counted(found.missing), counted(fresh)
    settled, certain, room = [], [], []
    for number, case in enumerate(cases):
        known, patience = len(case.balance), flicker_patience(case.balance) if case.balance else 0
        risen = None
        if case.based and case.capture.complete and case.capture.reported is not None:
            others = arrived[number] - first_seen_now[number]
            risen = case.capture.reported - case.balance[-1].reported - case.since.arrived - others
        no_room = all(row.reported <= row.listed for row in case.balance)
        told_by_count = risen is not None and first_seen_now[number] <= risen
        settled.append(known >= max(SETTLING, min(patience, SEEN)))
        certain.append(known >= max(SETTLING, patience) or no_room or told_by_count)
        room.append(0.0 if risen is None else max(0.0, risen + missing[number]))
    fresh = given(
        fresh,
        settled=(pl.Boolean(), settled),
        certain=(pl.Boolean(), certain),
        based=(pl.Boolean(), [case.based for case in cases]),
        room=(pl.Float64(), room),
        last_edge=(pl.Int64(), [one[-1] if one else None for one in above]),
    )
    likely = pl.col("based") & likely_new("last_edge")
    fresh = fresh.with_columns(likely=likely)
    return fresh.with_columns(proven=pl.col("likely") & pl.col("certain")).drop(
        "settled", "certain", "room", "last_edge"
    )


def rows_of(
    cases: Sequence[Case], found: Compared, fresh: pl.DataFrame, again: Mapping[int, int], above: Edges
) -> list[Row]:
    """Return what each capture alone enters into the balance, but for those who are back."""
    likely, revealed = counted(fresh.filter("likely")), counted(fresh.filter(pl.col("based") & ~pl.col("likely")))
    missing = counted(found.missing)
    return [
        Row(
            capture_id=case.capture.capture_id,
            started_at=case.capture.started_at,
            finished_at=case.capture.finished_at,
            listed=case.capture.listed,
            reported=case.capture.reported or 0.0,
            moved=case.capture.moved,
            arrived=likely[number] + again.get(number, 0),
            revealed=revealed[number],
            missing=missing[number] if case.capture.complete else 0,
            edges=above[number],
        )
        for number, case in enumerate(cases)
    ]


def returned_of(cases: Sequence[Case], back: pl.DataFrame, rows: Sequence[Row]) -> dict[int, Returns]:
    """Return what became of those who are `back`, by case; cases without any are left out."""
    parts = back.partition_by("case", maintain_order=True)
    numbers = [part["case"][0] for part in parts]
    return {number: returned(cases[number], part, rows[number]) for number, part in zip(numbers, parts, strict=True)}


def renamed(back: pl.DataFrame) -> pl.DataFrame:
    """Return those who came back under another name."""
    return back.filter(pl.col("username") != pl.col("previous_username"))
