"""Telling what a part of a target's history taught, as rows of tables: each table when it is asked for, since they are large."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.spans import spans_of
from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.contracts.change import MOMENT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.warehouse.landing.learning import Learned, of_target
from intel_pipeline.warehouse.landing.lessons import lessons_of
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.spans import ENDED_LIE, MEMBERS_LIE, NOBODY

NOBODY_SEEN = pl.DataFrame(schema={**NOBODY.schema, "seen_at": MOMENT, "capture_id": pl.String()})


@dataclass(frozen=True, slots=True)
class Told:
    """What a part of a target's history taught, as rows of tables.

    `fresh`: table by table, the name of the one that they are added to before them; to be gone through once. `restated`:
    rows of RESTATED_COLUMNS. `back`: LOST of those who had left before and have come back. `losses`: `target` and
    OPEN_LOSS, those that are suspected now. `shown`: `target`, `user_id` and `username` of those whom incomplete captures
    have shown since the last complete one of this part; `listed`: there is one. `usable`: the list that the next one is
    held against can be read. `spans`: those of all followers are among what is fresh.
    """

    target: str
    fresh: Iterable[tuple[str, pl.DataFrame]]
    restated: pl.DataFrame
    back: pl.DataFrame
    losses: pl.DataFrame
    shown: pl.DataFrame
    listed: bool
    usable: bool
    spans: bool = False


def told(part: Learned) -> Told:
    """Return what a part of a history teaches."""
    target = part.target
    shown = [of_target(target, rows) for at, rows in sorted(part.shown.items()) if part.last is None or at > part.last]
    return Told(
        target,
        fresh=lessons_in(part),
        restated=part.restated,
        back=part.back,
        losses=of_target(target, part.losses),
        shown=pl.concat([NOBODY, *shown]).unique("user_id", keep="last", maintain_order=True),
        listed=part.last is not None,
        usable=part.usable,
    )


def told_with_spans(lake: Lake, part: Learned) -> Told:
    """Return what a history taught of which nothing was known before, with the spans of all followers, if it is whole.

    Without them where the last complete list cannot be read: whoever makes them from the log will say so.
    """
    rows = told(part)
    if part.listed is None or not (part.whole and part.usable):
        return rows
    try:
        listed = snapshot_file.read(lake.folder, part.listed, ["user_id", *ATTRIBUTES])
    except DamagedFileError:
        return rows
    return replace(rows, fresh=chain(rows.fresh, spans_in(part, listed, rows.shown)), spans=True)


def lessons_in(part: Learned) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield what a part of a history teaches, table by table."""
    yield from lessons_of(part.target, part.taught, part.captures).items()
    yield "follower_balance", part.balance
    yield "lost", of_target(part.target, part.lost)
    sightings = sightings_in(part)
    if sightings.height:
        yield "sightings", sightings


def spans_in(part: Learned, listed: pl.DataFrame, shown: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the spans of all followers, table by table; `listed` and `shown` as in `spans_of`."""
    found = spans_of(part.taught, part.captures, listed, part.losses, part.lost, shown, sightings_in(part))
    packed = pl.lit(value=True).alias("packed")
    yield "members", of_target(part.target, sorted_by(found.members, MEMBERS_LIE)).with_columns(packed)
    yield "unlisted_spans", of_target(part.target, found.unlisted)
    yield "closed_spans", of_target(part.target, sorted_by(found.closed, ENDED_LIE)).with_columns(packed)


def sorted_by(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return rows sorted by several columns of numbers or moments, none of them null: in half of what Polars takes."""
    keys = [rows[name].to_physical().to_numpy() for name in reversed(columns)]
    return rows[np.lexsort(keys)]


def sightings_in(part: Learned) -> pl.DataFrame:
    """Return whom captures before the first complete one show, as rows of `sightings`."""
    seen = [sighted(part.target, part.captures[at], part.shown[at]) for at in sorted(part.sighting)]
    return pl.concat([NOBODY_SEEN, *seen])


def sighted(target: str, capture: CaptureRef, shown: pl.DataFrame) -> pl.DataFrame:
    """Return whom a capture before the first complete one shows, as rows of `sightings`."""
    return shown.select(
        pl.lit(target).alias("target"),
        "user_id",
        "username",
        pl.lit(capture.finished_at, MOMENT).alias("seen_at"),
        pl.lit(capture.capture_id).alias("capture_id"),
    )
