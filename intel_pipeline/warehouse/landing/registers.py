"""The registry's public part, in the warehouse."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.registry.captured import Captured
from intel_pipeline.registry.finishing import finished
from intel_pipeline.warehouse.writer import Transaction

if TYPE_CHECKING:
    import polars as pl

    from intel_pipeline.registry.models import Target

CAPTURE_COLUMNS = (
    "capture_id",
    "target",
    "surface",
    "round",
    "origin",
    "started_at",
    "finished_at",
    "verdict",
    "reasons",
    "row_count",
    "distinct_count",
    "reported_before",
    "reported_after",
    "page_count",
    "gap_low",
    "gap_high",
    "missing_count",
    "set_aside",
    "ended",
    "limited",
    "held",
    "broken",
)
# By target as well: of a table that lies target by target little is read then.
NO_LONGER = "delete from captures where (target, capture_id) in (select target, capture_id from fresh)"
COUNTS = slice(9, 18)
FLAGS = slice(18, 21)


@dataclass(slots=True)
class Landed:
    """What a batch came to: numbers by name, and in words which captures' snapshots could not be read.

    `columns`: name, type and comment of each column of the table that was landed into, where that was asked for.
    """

    numbers: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    columns: list[tuple[str, str, str | None]] = field(default_factory=list)


def told_of(target: str, error: DamagedFileError) -> str:
    """Return in words whose snapshot could not be read, why, and what now."""
    return f"{target}: {error.problem}. {error.fix}"


def land_targets(transaction: Transaction, targets: "Sequence[Target]") -> None:
    """Put the watchlist in the place of the one that was there."""
    import polars as pl

    schema = {
        "label": pl.String(),
        "username": pl.String(),
        "user_id": pl.Int64(),
        "state": pl.String(),
        "purpose": pl.String(),
        "added_at": pl.Datetime("us", "UTC"),
    }
    rows = [[getattr(target, name) for name in schema] for target in targets]
    transaction.run("delete from targets")
    transaction.append("targets", pl.DataFrame(rows, schema=schema, orient="row").rename({"label": "target"}))


def land_captures(transaction: Transaction, captures: Sequence[Captured]) -> None:
    """Put `captures` in the place of the rows with their ids."""
    if not captures:
        return
    with transaction.registered({"fresh": capture_frame(captures)}):
        if not transaction.being_made:
            transaction.run(NO_LONGER)
        transaction.run("insert into captures by name select * from fresh")


def capture_frame(captures: Sequence[Captured]) -> "pl.DataFrame":
    """Return the captures as rows of the table `captures`."""
    import polars as pl
    import pyarrow as pa

    moment = pa.timestamp("us", "UTC")
    types = {"round": pa.date32(), "reasons": pa.list_(pa.string()), "started_at": moment, "finished_at": moment}
    counts = dict.fromkeys(CAPTURE_COLUMNS[COUNTS], pa.int64())
    flags = dict.fromkeys(CAPTURE_COLUMNS[FLAGS], pa.bool_())
    schema = {name: {**types, **counts, **flags}.get(name, pa.string()) for name in CAPTURE_COLUMNS}
    rows = map(attrgetter(*CAPTURE_COLUMNS), captures)
    columns = zip(*rows, strict=True) if captures else [()] * len(schema)
    # Of lists of Python's objects PyArrow makes columns in a third of the time that Polars takes.
    arrays = [pa.array(values, kind) for values, kind in zip(columns, schema.values(), strict=True)]
    return pl.DataFrame(pa.Table.from_arrays(arrays, [*schema]))


def ref(capture: Captured) -> CaptureRef:
    """Return the capture as the change code sees it."""
    readings = [count for count in (capture.reported_before, capture.reported_after) if count is not None]
    return CaptureRef(
        capture_id=capture.capture_id,
        target=capture.target,
        started_at=capture.started_at,
        finished_at=finished(capture),
        complete=capture.verdict == "complete",
        listed=capture.distinct_count or 0,
        reported=sum(readings) / len(readings) if readings else None,
        moved=max(readings) - min(readings) if readings else 0,
    )
