"""Captures beside those before them: what was gained or changed is told by two snapshots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from intel_pipeline.changes.cases import NUMBER
from intel_pipeline.lake.snapshots import read_all
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.finished import Finished
from intel_pipeline.warehouse.landing.registers import Landed, told_of

# Rows and snapshots that are held at once.
ROWS, SNAPSHOTS = 200_000, 500


@dataclass(frozen=True, slots=True)
class Pairs:
    """Captures, of each the one before it, and the rows of both, by the number of the capture in `case`.

    Of a capture that is the first of its kind, `before` has no rows.
    """

    captures: Sequence[Captured]
    earlier: Sequence[Captured | None]
    before: pl.DataFrame
    after: pl.DataFrame


def pairs(  # noqa: PLR0913  what is read, and how
    lake: Path, registry: Finished, captures: Sequence[Captured], schema: pl.Schema, key: str, landed: Landed
) -> Iterator[Pairs]:
    """Yield those of the captures that left a snapshot, each once, in parts whose rows may be held.

    One of which either snapshot is damaged is left out, and neither stops nor hides the others: `landed` says so.
    """
    chosen = list({capture.capture_id: capture for capture in captures if capture.snapshot is not None}.values())
    before = registry.before_each(chosen)
    for part in parcels(((one, one.distinct_count or 0) for one in chosen), ROWS, SNAPSHOTS):
        yield read(lake, part, [before.get(one.capture_id) for one in part], schema, key, landed)


def read(  # noqa: PLR0913  what is read, and how
    lake: Path,
    captures: Sequence[Captured],
    earlier: Sequence[Captured | None],
    schema: pl.Schema,
    key: str,
    landed: Landed,
) -> Pairs:
    """Return the captures whose snapshots can be read."""
    paths = dict.fromkeys(str(one.snapshot) for one in [*captures, *earlier] if one is not None)
    found, damaged = read_all(lake, paths, schema, key)
    places = found.places()
    sound: list[tuple[Captured, Captured | None]] = []
    for capture, other in zip(captures, earlier, strict=True):
        both = [str(one.snapshot) for one in (capture, other) if one is not None]
        damage = next((damaged[path] for path in both if path in damaged), None)
        if damage is None:
            sound.append((capture, other))
        else:
            landed.unreadable.append(told_of(capture.target, damage))

    def together(chosen: Sequence[Captured | None]) -> pl.DataFrame:
        of_case = [(case, *places[str(one.snapshot)]) for case, one in enumerate(chosen) if one is not None]
        cases, starts, numbers = np.array(of_case, np.int64).reshape(-1, 3).T
        within = np.arange(numbers.sum()) - np.repeat(numbers.cumsum() - numbers, numbers)
        rows: pl.DataFrame = found.rows[np.repeat(starts, numbers) + within]
        return rows.insert_column(0, pl.Series("case", np.repeat(cases, numbers), NUMBER))

    later, before = [one for one, _ in sound], [other for _, other in sound]
    return Pairs(later, before, together(before), together(later))
