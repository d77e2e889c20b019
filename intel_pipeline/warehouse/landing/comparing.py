"""What the lists of a wave differ by from those before: as it was found at the capture, or found by comparing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from intel_pipeline.changes.comparison import MEMBER, Compared, Listed, Lists, compared
from intel_pipeline.changes.differences import DIFFERENCE, SHOWN, compared_again, merged
from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import difference_file, snapshot_file
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.lake.snapshots import lists_at
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.known import Known
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed, told_of

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of lists that are held at once where they have to be compared. At least one target, however long its list.
AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Captures, each of another target, whose lists could be read, and what they differ by from those before.

    `members`: by the ids of incomplete ones, the members before, where they were read.
    """

    captures: Sequence[Captured]
    found: Compared
    members: Mapping[str, Listed]


def comparing(lake: Lake, captures: Sequence[Captured], known: dict[str, Known], landed: Landed) -> Comparison:
    """Return what the lists of captures, each of another target, differ by from those before.

    A list that cannot be read neither stops nor hides the others: `landed` says so. One of a target whose members
    before cannot be read is left alone, and the target is not `known` any more.
    """
    captures = [capture for capture in captures if capture.target in known]
    told = differences(lake, captures, known)
    kept = [one for one in captures if one.capture_id in told]
    parts, sizes = [found_before([*told.values()])], [len(kept)]
    members: dict[str, Listed] = {}
    others = ((one, one.distinct_count or 0) for one in captures if one.capture_id not in told)
    for some in parcels(others, AT_ONCE):
        lists, again = compared_of(lake, readable(lake, some, known, landed), landed)
        kept += [one for one, _ in lists]
        parts.append(again)
        sizes.append(len(lists))
        members |= {one.capture_id: before for one, (before, _) in lists if one.verdict != "complete"}
    return Comparison(kept, merged(parts, sizes), members)


def compared_of(
    lake: Lake, lists: list[tuple[Captured, Lists]], landed: Landed
) -> tuple[list[tuple[Captured, Lists]], Compared]:
    """Return those of the lists that are sorted as their files say, and what they differ by; of others, say so."""
    if not lists:
        return [], found_before([])
    try:
        return lists, compared([pair for _, pair in lists], ATTRIBUTES[1:])
    except ValueError:
        # Only a long list is found unsorted as late as this; which one it was is looked up, and left out.
        rest = sound(lake, lists, landed)
        if len(rest) == len(lists):
            raise
    return compared_of(lake, rest, landed)


def differences(lake: Lake, captures: Sequence[Captured], known: Mapping[str, Known]) -> "dict[str, pa.Table]":
    """Return by capture what was kept of how a complete list differs from the complete one before it, as they come."""
    if not lake.compared:
        return {}
    wanted = {
        one.capture_id: (Against(before.capture_id, (one.distinct_count or 0) - before.listed), str(one.snapshot))
        for one in captures
        if one.verdict == "complete" and known[one.target].whole and (before := known[one.target].before)
    }
    found = {capture_id: difference_file.read(lake.folder, *against) for capture_id, against in wanted.items()}
    return {capture_id: rows for capture_id, rows in found.items() if rows is not None}


def found_before(differences: "Sequence[pa.Table]") -> Compared:
    """Return what differs in many cases by what was kept of each."""
    rows = difference_file.together(differences) if differences else pl.DataFrame(schema=DIFFERENCE)
    return compared_again(rows, [one.num_rows for one in differences])


def readable(
    lake: Lake, captures: Sequence[Captured], known: dict[str, Known], landed: Landed
) -> list[tuple[Captured, Lists]]:
    """Return the captures of which both the members before and those listed can be read, and these; of others, say why."""
    befores = unread(lake, captures, known)
    after = lists_at(lake.folder, {str(one.snapshot): one.distinct_count or 0 for one in captures}, [*SHOWN])
    found = []
    for one in captures:
        members, listed = befores.get(one.target, known[one.target].members), after[str(one.snapshot)]
        if isinstance(members, DamagedFileError):
            landed.unreadable.append(told_of(one.target, members))
            del known[one.target]
        elif isinstance(listed, DamagedFileError):
            landed.unreadable.append(told_of(one.target, listed))
        elif members is not None:
            found.append((one, (members, listed)))
    return found


def unread(
    lake: Lake, captures: Sequence[Captured], known: Mapping[str, Known]
) -> dict[str, Listed | DamagedFileError]:
    """Return by its target each last complete list that is wanted and was not read yet, or why it cannot be."""
    wanted = [before for one in captures if known[one.target].members is None and (before := known[one.target].before)]
    ids = {one.capture_id for one in wanted}
    snapshots = {one.capture_id: str(one.snapshot) for one in lake.registry.finished_among(ids)}
    lists = lists_at(lake.folder, {snapshots[one.capture_id]: one.listed for one in wanted}, [*MEMBER])
    return {one.target: lists[snapshots[one.capture_id]] for one in wanted}


def sound(lake: Lake, lists: list[tuple[Captured, Lists]], landed: Landed) -> list[tuple[Captured, Lists]]:
    """Return those of the lists that are sorted as their files say; of others, say so.

    Those that are held have been looked at when they were read.
    """
    return [(one, pair) for one, pair in lists if isinstance(pair[1], pl.DataFrame) or sorted_well(lake, one, landed)]


def sorted_well(lake: Lake, capture: Captured, landed: Landed) -> bool:
    """Tell whether a capture's list is as its file says; say so where it is not."""
    try:
        snapshot_file.read(lake.folder, str(capture.snapshot), ["user_id"])
    except DamagedFileError as error:
        landed.unreadable.append(told_of(capture.target, error))
        return False
    return True
