"""Events: what captures taught, one row each, in the columns of FOLLOWER_CHANGE."""

from collections.abc import Sequence

import polars as pl

from intel_pipeline.changes.cases import given
from intel_pipeline.changes.standing import Case
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT


def event(rows: pl.DataFrame, kind: str, state: str) -> pl.DataFrame:
    """Return `rows` as events of one kind and state: `case`, and those columns of FOLLOWER_CHANGE that they tell of."""
    if rows.is_empty():
        # Most captures teach little, and each empty frame costs as much as a full one.
        return rows.clear()
    silent = set() if kind == "renamed" else {"previous_username"}
    known = [column for column in rows.columns if column in FOLLOWER_CHANGE and column not in silent]
    return rows.select("case", *known).with_columns(kind=pl.lit(kind), state=pl.lit(state))


def told(parts: Sequence[pl.DataFrame], cases: Sequence[Case]) -> pl.DataFrame:
    """Return the events as FOLLOWER_CHANGE with what they have in common, sorted by case, kind and state.

    `parts`: events of one kind and state each, which stay in their order.
    """
    nothing = pl.DataFrame(schema={"case": pl.Int32(), **FOLLOWER_CHANGE})
    # Sorted as parts: comparing the words of every row would take most of what all this does.
    some = sorted((part for part in parts if part.height), key=lambda part: part.select("kind", "state").row(0))
    found = pl.concat([nothing, *some], how="diagonal").sort("case", maintain_order=True)
    captures, before = [case.capture for case in cases], [case.earlier for case in cases]
    common = given(
        found.select("case"),
        since=(MOMENT, [one.started_at for one in before]),
        until=(MOMENT, [one.finished_at for one in captures]),
        target=(pl.String(), [one.target for one in captures]),
        capture_id=(pl.String(), [one.capture_id for one in captures]),
        before_capture_id=(pl.String(), [one.capture_id for one in before]),
    )
    return found.with_columns(
        target=common["target"],
        not_before=pl.coalesce("not_before", common["since"]),
        not_after=pl.coalesce("not_after", common["until"]),
        learned_at=common["until"],
        capture_id=common["capture_id"],
        before_capture_id=common["before_capture_id"],
        first_capture_id=pl.coalesce("first_capture_id", common["capture_id"]),
    )
