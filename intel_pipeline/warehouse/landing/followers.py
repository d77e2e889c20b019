"""Followers: who they are now, and everything learned about their comings and goings."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from intel_pipeline.changes.followers import Lesson, learn
from intel_pipeline.changes.standing import Row, Standing
from intel_pipeline.contracts.change import FOLLOWER_CHANGE
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, ref
from intel_pipeline.warehouse.landing.standing import standing_before
from intel_pipeline.warehouse.writer import Transaction

LANDED = "select capture_id, verdict from follower_balance where target = ?"
LOGGED = "from follower_change_log where capture_id = ? order by user_id, kind, state"
BALANCED = "from follower_balance where capture_id = ?"
LAST_COMPLETE = "select max(started_at) as last from follower_balance where target = ? and verdict = 'complete'"
LISTED = """
create or replace temp table listed as
select user_id, username, full_name, is_private, is_verified from read_parquet(?)
"""
# The members of a complete capture; who was there before keeps the moment of being first seen.
MEMBERS = """
insert into followers by name
select ? as target, listed.*,
    coalesce(old.first_seen_at, ?) as first_seen_at, ? as last_seen_at, ? as capture_id
from listed left join members_before as old using (user_id)
"""
# Columns whose type one row may not show.
UNCERTAIN = {"reported": pl.Float64(), "counts": pl.Float64(), "edges": pl.List(pl.Int64)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where follower lists are landed from and to."""

    transaction: Transaction
    lake: Path
    registry: Captures


def land_followers(transaction: Transaction, lake: Path, captures: Sequence[Capture], registry: Captures) -> Landed:
    """Derive and land what these follower captures teach; counts the rows of `captures` by kind and state.

    What a capture teaches depends on those before it. So whichever of a target were never landed, or have another
    verdict by now, are landed with them, and whatever follows one that teaches something else than before is derived
    again: the result is the same in whatever order captures come in.
    """
    place, landed = Place(transaction, lake, registry), Landed()
    land_captures(transaction, captures)
    asked = {capture.capture_id for capture in captures}
    for target in dict.fromkeys(capture.target for capture in captures):
        land_target(place, target, asked, landed)
    return landed


def land_target(place: Place, target: str, asked: set[str], landed: Landed) -> None:
    """Land the captures of one target that are `asked` for or outstanding, oldest first."""
    known = dict(place.transaction.query(LANDED, target).iter_rows())
    stale, standing = False, None
    for capture in history(place.registry, target, asked, known):
        due = capture.capture_id in asked or known.get(capture.capture_id) != capture.verdict
        if not (stale or due):
            standing = None
            continue
        try:
            standing = standing or standing_before(place.transaction, place.lake, capture, place.registry)
            lesson, differs = land_list(place, capture, standing)
        except DamagedFileError as error:
            landed.unreadable.append(f"{target}: {error.problem}. {error.fix}")
            standing = None
            continue
        standing, stale = lesson.standing, stale or differs
        if capture.capture_id in asked:
            landed.numbers.update(
                f"{kind} {state}" for kind, state in lesson.changes.select("kind", "state").iter_rows()
            )


def history(registry: Captures, target: str, asked: set[str], known: dict[str, str]) -> Iterable[Capture]:
    """Return the target's captures with a snapshot, oldest first, from the first that may have to be landed on."""
    everything = registry.history(target, "followers")
    due = (
        number
        for number, capture in enumerate(everything)
        if capture.capture_id in asked or known.get(capture.capture_id) != capture.verdict
    )
    return everything[next(due, len(everything)) :]


def land_list(place: Place, capture: Capture, standing: Standing) -> tuple[Lesson, bool]:
    """Land one follower list and what it teaches; return that, and whether it differs from what was landed before.

    The list is never held as a whole, however long it is. All of it is read before anything is written.
    """
    transaction, complete = place.transaction, capture.verdict == "complete"
    listed = snapshot_file.scan(place.lake, str(capture.snapshot))
    with snapshot_file.reading(place.lake, *snapshots(place, capture, standing)):
        lesson = learn(standing, ref(capture), listed)
    seen = sightings(capture, listed, standing)
    if complete:
        with snapshot_file.unreadable(place.lake / str(capture.snapshot)):
            transaction.run(LISTED, str(place.lake / str(capture.snapshot)))
    before = transaction.query(LOGGED, capture.capture_id).select(FOLLOWER_CHANGE.names()).cast(FOLLOWER_CHANGE)
    row = balance_row(capture, lesson.row)
    balanced = transaction.query(BALANCED, capture.capture_id)
    differs = not (
        before.equals(lesson.changes) and balanced.equals(row.select(balanced.columns).cast(balanced.schema))
    )
    if differs:
        land_captures(transaction, [capture])
        transaction.replace("follower_change_log", lesson.changes, capture_id=capture.capture_id)
        transaction.replace("follower_balance", row, capture_id=capture.capture_id)
        transaction.replace("sightings", seen, capture_id=capture.capture_id)
    if complete:
        land_members(transaction, capture)
    return lesson, differs


def snapshots(place: Place, capture: Capture, standing: Standing) -> list[str]:
    """Return the paths of the snapshots that are compared."""
    before = [] if standing.before is None else [place.registry.get(standing.before.capture_id).snapshot]
    return [str(path) for path in (capture.snapshot, *before) if path]


def balance_row(capture: Capture, row: Row) -> pl.DataFrame:
    """Return the capture's row of `follower_balance`."""
    shown = {"target": capture.target, "verdict": capture.verdict, **asdict(row), "reported": ref(capture).reported}
    # Who was merely not shown is only known later, from the changes.
    del shown["away"]
    return pl.DataFrame([shown], schema_overrides=UNCERTAIN)


def sightings(capture: Capture, listed: pl.LazyFrame, standing: Standing) -> pl.DataFrame:
    """Return the rows of `sightings` that an incomplete capture before the first complete one adds."""
    seen = listed.select("user_id", "username")
    if standing.based or capture.verdict == "complete":
        seen = pl.LazyFrame(schema=seen.collect_schema())
    fresh = seen.join(standing.members, on=["user_id", "username"], how="anti").with_columns(
        target=pl.lit(capture.target),
        seen_at=pl.lit(capture.finished_at, pl.Datetime("us", "UTC")),
        capture_id=pl.lit(capture.capture_id),
    )
    return fresh.collect()


def land_members(transaction: Transaction, capture: Capture) -> None:
    """Let those `listed` be the target's followers, unless a later capture has been landed already."""
    if transaction.query(LAST_COMPLETE, capture.target)["last"][0] > capture.started_at:
        return
    transaction.run("create or replace temp table members_before as from followers where target = ?", capture.target)
    transaction.run("delete from followers where target = ?", capture.target)
    transaction.run(MEMBERS, capture.target, capture.started_at, capture.started_at, capture.capture_id)
