"""Keeping what one capture each of some targets taught, in a handful of statements for all of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import polars as pl

from intel_pipeline.changes.cases import KEY, NUMBER
from intel_pipeline.changes.followers import Lessons
from intel_pipeline.changes.standing import LOST, Case
from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.members import restate_members
from intel_pipeline.warehouse.landing.outstanding import RULES
from intel_pipeline.warehouse.landing.spans import keep_spans
from intel_pipeline.warehouse.writer import Transaction

AMONG_LOST = "select target, user_id, username, not_before from lost semi join asked using (target, user_id)"
RESTATED = """
update follower_balance set still_missing = fresh.still_missing, away = fresh.away
from fresh where follower_balance.target = fresh.target and follower_balance.capture_id = fresh.capture_id
"""
BACK = "delete from lost using gone where lost.target = gone.target and lost.user_id = gone.user_id"
GONE = "delete from members using gone where members.target = gone.target and members.user_id = gone.user_id"
ALTERED = """
update members set username = fresh.username, full_name = fresh.full_name,
    is_private = fresh.is_private, is_verified = fresh.is_verified
from fresh where members.target = fresh.target and members.user_id = fresh.user_id
"""
# Columns whose type the rows may not show.
UNCERTAIN = {"reported": pl.Float64(), "counts": pl.Float64(), "edges": pl.List(pl.Int64)}


@dataclass(frozen=True, slots=True)
class Wave:
    """Captures, of each its case, what they taught together, and whether its target's `members` were `whole` before."""

    captures: Sequence[Capture]
    cases: Sequence[Case]
    lessons: Lessons
    whole: Sequence[bool]

    @property
    def targets(self) -> list[str]:
        """The target of each case."""
        return [capture.target for capture in self.captures]

    def of(self, rows: pl.DataFrame, chosen: Sequence[bool] | None = None) -> pl.DataFrame:
        """Return `rows` with their `target` in the place of their `case`; only those of the `chosen` cases."""
        places = places_of(self.targets)
        some = places if chosen is None else places.filter(pl.Series(chosen, dtype=pl.Boolean))
        return rows.join(some, on="case", maintain_order="left").drop("case")


def places_of(targets: Sequence[str]) -> pl.DataFrame:
    """Return `case` and `target` of each of the targets, the cases in their order."""
    return pl.DataFrame(
        {"case": range(len(targets)), "target": targets}, schema={"case": NUMBER, "target": pl.String()}
    )


def lost_among(transaction: Transaction, newcomers: pl.DataFrame, targets: Sequence[str]) -> pl.DataFrame:
    """Return `case` and LOST of those `newcomers` (`case`, `user_id`) of whom it is known that they had left."""
    places = places_of(targets)
    nobody = pl.DataFrame(schema={"case": pl.Int32(), **LOST})
    if newcomers.is_empty():
        return nobody
    asked = newcomers.join(places, on="case").select("target", "user_id")
    found = transaction.query(AMONG_LOST, asked=asked)
    return found.join(places, on="target").select(nobody.columns).cast(nobody.schema).sort(KEY)


def keep(transaction: Transaction, lake: Lake, wave: Wave) -> None:
    """Write down what the captures of a wave taught, and how their targets stand now."""
    lessons = wave.lessons
    transaction.append("follower_change_log", lessons.changes.select(FOLLOWER_CHANGE.names()))
    transaction.append("follower_balance", balance_rows(wave))
    restated = restated_rows(wave)
    if restated.height:
        transaction.run(RESTATED, fresh=restated)
    asked = pl.DataFrame({"target": wave.targets})
    transaction.run("delete from open_losses where target in (from asked)", asked=asked)
    transaction.append("open_losses", wave.of(lessons.open))
    if lessons.again.height:
        transaction.run(BACK, gone=wave.of(lessons.again))
    transaction.append("lost", wave.of(lessons.confirmed))
    transaction.append("sightings", sightings(wave))
    keep_members(transaction, lake, wave)
    based = [case.capture.target for case in wave.cases if case.capture.complete and not case.based]
    keep_spans(transaction, lessons.changes, based)


def balance_rows(wave: Wave) -> pl.DataFrame:
    """Return the captures' rows of `follower_balance`."""
    rows = []
    for capture, case, row in zip(wave.captures, wave.cases, wave.lessons.rows, strict=True):
        shown = {"target": capture.target, "verdict": capture.verdict, **asdict(row), "reported": case.capture.reported}
        rows.append({**shown, "still_missing": row.missing, "away": row.away, "rules": RULES})
    return pl.DataFrame(rows, schema_overrides=UNCERTAIN)


def restated_rows(wave: Wave) -> pl.DataFrame:
    """Return the earlier captures of which something else is known now: who of those missing was merely away."""
    found = []
    for number, case in enumerate(wave.cases):
        known = {id(row) for row in case.balance}
        earlier = wave.lessons.balances[number][: -1 if case.capture.complete else None]
        found += [
            (case.capture.target, row.capture_id, row.missing, row.away) for row in earlier if id(row) not in known
        ]
    schema = {"target": pl.String(), "capture_id": pl.String(), "still_missing": pl.Int64(), "away": pl.Int64()}
    return pl.DataFrame(found, schema=schema, orient="row")


def sightings(wave: Wave) -> pl.DataFrame:
    """Return whom incomplete captures before the first complete one show."""
    chosen = [not (case.based or case.capture.complete) for case in wave.cases]
    seen = wave.lessons.shown.with_columns(
        pl.Series("seen_at", [wave.cases[case].capture.finished_at for case in wave.lessons.shown["case"]], MOMENT),
        pl.Series("capture_id", [wave.captures[case].capture_id for case in wave.lessons.shown["case"]], pl.String),
    )
    return wave.of(seen, chosen)


def keep_members(transaction: Transaction, lake: Lake, wave: Wave) -> None:
    """Let the table `members` hold the complete lists of the wave."""
    complete = [case.capture.complete for case in wave.cases]
    for number, capture in enumerate(wave.captures):
        if complete[number] and not wave.whole[number]:
            restate_members(transaction, lake, capture.target)
    step = [done and whole for done, whole in zip(complete, wave.whole, strict=True)]
    gone = wave.of(wave.lessons.missing, step)
    if gone.height:
        transaction.run(GONE, gone=gone)
    altered = wave.of(wave.lessons.altered, step)
    if altered.height:
        transaction.run(ALTERED, fresh=altered)
    began = pl.Series([case.capture.started_at for case in wave.cases], dtype=MOMENT)
    arrived = wave.lessons.arrived
    first_seen = arrived.with_columns(
        first_seen_at=began.gather(arrived["case"]) if arrived.height else pl.lit(None, MOMENT)
    )
    transaction.append("members", wave.of(first_seen, step).select("target", "user_id", *ATTRIBUTES, "first_seen_at"))
