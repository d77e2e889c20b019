"""What the lists of whole histories differ by from those before them, gathered before anything is learned from it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from intel_pipeline.changes.comparison import Compared, Listed
from intel_pipeline.changes.differences import part_of
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.links import Differing
from intel_pipeline.changes.standing import brought_up_to_date
from intel_pipeline.lake import difference_file
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.comparing import comparing
from intel_pipeline.warehouse.landing.known import Known
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed, ref

# Rows of what differs that are read at once, and entries of lists that are compared at once.
ROWS, ENTRIES = 100_000, 40_000
ARRIVED = pl.Schema({"at": pl.Int32(), "user_id": pl.Int64(), "username": pl.String(), "position": pl.Int64()})
RENAMED = pl.Schema(
    {"at": pl.Int32(), "user_id": pl.Int64(), "username": pl.String(), "previous_username": pl.String()}
)
HEAD = pl.Schema({"at": pl.Int32(), "position_before": pl.Int64(), "position": pl.Int64()})
KEPT = ["part", "user_id", "username", "position", "previous_username", "position_before"]
# The frames of one target.
Parts = dict[str, list[pl.DataFrame]]


@dataclass(slots=True)
class Gathered:
    """The captures of a target that could be read, by their place among those that are due, and what they differ by.

    `kept`: places of captures whose difference was found at the capture, and against which one. `shown`: `user_id` and
    `username` of those whom each incomplete capture shows and the list before it does not, or not by that name;
    `sighting`: which of these captures came before any complete one.
    """

    captures: dict[int, Captured] = field(default_factory=dict)
    refs: dict[int, CaptureRef] = field(default_factory=dict)
    kept: dict[int, str] = field(default_factory=dict)
    shown: dict[int, pl.DataFrame] = field(default_factory=dict)
    sighting: set[int] = field(default_factory=set)
    parts: Parts = field(default_factory=lambda: defaultdict(list))

    def take(self, at: int, capture: Captured) -> CaptureRef:
        """Take a capture that can be read."""
        self.captures[at], self.refs[at] = capture, ref(capture)
        return self.refs[at]

    def drop(self, places: Collection[int]) -> None:
        """Forget what was found at captures, since it is not what is asked for."""
        if gone := [at for at in places if self.kept.pop(at, None)]:
            for name, parts in self.parts.items():
                self.parts[name] = [rows.filter(~pl.col("at").is_in(gone)) for rows in parts]

    def differing(self) -> Differing:
        """Return what the lists differ by, once: nothing of it is held twice."""
        heads = together(self.parts.pop("head", ()), HEAD).group_by("at", maintain_order=True).agg(pl.all())
        return Differing(
            arrived=together(self.parts.pop("arrived", ()), ARRIVED),
            missing=together(self.parts.pop("missing", ()), ARRIVED),
            renamed=together(self.parts.pop("renamed", ()), RENAMED),
            heads={at: (before, now) for at, before, now in heads.iter_rows()},
        )


def together(parts: Sequence[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    """Return the rows of all parts by `at`, those of a capture in the order that they have."""
    rows = pl.concat([pl.DataFrame(schema=schema), *(part.select(schema.names()).cast(schema) for part in parts)])
    return rows if rows["at"].is_sorted() else rows.sort("at", maintain_order=True)


def gathered(
    lake: Lake, due: Mapping[str, Sequence[Captured]], known: dict[str, Known], landed: Landed
) -> dict[str, Gathered]:
    """Return what the lists of each target differ by, each from the one before it, of those that are `due`.

    `known`: of each target before; afterwards its `before`, `members` and `whole` are those after the last capture. A
    list that cannot be read neither stops nor hides the others: `landed` says so.
    """
    found = {target: kept_of(lake, captures, known[target]) for target, captures in due.items()}
    for at in range(max(map(len, due.values()), default=0)):
        others = []
        for target, captures in due.items():
            if target not in known or at >= len(captures):
                continue
            one, before = found[target], known[target]
            if before.whole and before.before and one.kept.get(at) == before.before.capture_id:
                known[target] = Known(None, one.take(at, captures[at]), before.balance, before.since, whole=True)
            else:
                one.drop([at])
                others.append(captures[at])
        for some in parcels(((one, one.distinct_count or 0) for one in others), ENTRIES):
            compare(lake, at, some, known, found, landed)
    for one in found.values():
        one.drop(one.kept.keys() - one.captures.keys())
    return found


def kept_of(lake: Lake, captures: Sequence[Captured], known: Known) -> Gathered:
    """Return what was found at the captures of a target, as far as each was held against the one before it."""
    found = Gathered()
    if not lake.compared:
        return found
    against: dict[str, Against] = {}
    places: dict[str, int] = {}
    before = known.before if known.whole else None
    for at, one in enumerate(captures):
        complete = one.verdict == "complete"
        if complete and before is not None:
            path = str(one.snapshot)
            against[path], places[path] = Against(before.capture_id, (one.distinct_count or 0) - before.listed), at
        before = ref(one) if complete else None
    difference_file.fetch_all(lake.folder, against)
    kept = ((path, difference_file.read(lake.folder, one, path)) for path, one in against.items())
    sizes = (((path, rows), rows.num_rows) for path, rows in kept if rows is not None)
    for some in parcels(sizes, ROWS):
        whose = np.array([places[path] for path, _ in some], dtype=np.int32)
        at_each = pl.Series("at", np.repeat(whose, [rows.num_rows for _, rows in some]))
        add(found, difference_file.together([rows for _, rows in some], KEPT).with_columns(at_each))
        found.kept |= {places[path]: against[path].capture_id for path, _ in some}
    return found


def add(found: Gathered, rows: pl.DataFrame) -> None:
    """Add rows (`at`, and of DIFFERENCE what is KEPT) to what a target's lists differ by."""
    for name in ("arrived", "missing", "head"):
        found.parts[name].append(part_of(rows, name).select((HEAD if name == "head" else ARRIVED).names()))
    found.parts["renamed"].append(rows.filter(pl.col("previous_username").is_not_null()).select(RENAMED.names()))


def compare(  # noqa: PLR0913  what is read, and what is changed
    lake: Lake,
    at: int,
    captures: Sequence[Captured],
    known: dict[str, Known],
    found: dict[str, Gathered],
    landed: Landed,
) -> None:
    """Compare the lists of captures, each of another target and at this place, with those before them."""
    comparison = comparing(lake, captures, known, landed)
    parts = by_case(comparison.found)
    for case, capture in enumerate(comparison.captures):
        one, before, complete = found[capture.target], known[capture.target], capture.verdict == "complete"
        now = one.take(at, capture)
        own = {name: rows.get(case, empty) for name, (rows, empty) in parts.items()}
        told = {name: alone(rows).select(pl.lit(at, pl.Int32()).alias("at"), pl.all()) for name, rows in own.items()}
        # Members of the first complete list are no events, and an incomplete one proves nobody's absence.
        wanted = ("renamed", "head", *(["arrived"] if before.based else []), *(["missing"] if complete else []))
        for name in wanted:
            one.parts[name].append(told[name])
        if complete:
            known[capture.target] = Known(None, now, before.balance, before.since, whole=True)
            continue
        shown = pl.concat([own[name].select("user_id", "username") for name in ("arrived", "renamed")])
        one.shown[at] = shown
        if not before.based:
            one.sighting.add(at)
        members = comparison.members.get(capture.capture_id)
        known[capture.target] = after_incomplete(before, now, members, shown)


def alone(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with texts of their own: as they are, they hold those of the whole list that they were taken from."""
    return rows.with_columns(
        *(pl.Series(name, rows[name].to_list(), kind) for name, kind in rows.schema.items() if kind == pl.String())
    )


def after_incomplete(known: Known, capture: CaptureRef, members: Listed | None, shown: pl.DataFrame) -> Known:
    """Return what is known of a target after an incomplete capture; `members`: those before it."""
    before = known.before or capture
    if shown.is_empty() or members is None:
        return replace(known, before=before)
    return Known(brought_up_to_date(members, shown), before, known.balance, known.since, whole=False)


def by_case(found: Compared) -> dict[str, tuple[dict[int, pl.DataFrame], pl.DataFrame]]:
    """Return the rows of each part of what differs, by case, and what they are where a case has none."""
    parts = {}
    for name in ("arrived", "missing", "renamed", "head"):
        rows: pl.DataFrame = getattr(found, name)
        split = rows.partition_by("case", maintain_order=True, include_key=False, as_dict=True)
        parts[name] = {int(str(case)): of_case for (case,), of_case in split.items()}, rows.clear().drop("case")
    return parts
