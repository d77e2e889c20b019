"""Keeping what captures of many targets taught, in a handful of statements for all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from intel_pipeline.changes.cases import NUMBER
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.followers import Lessons
from intel_pipeline.changes.standing import Case, Row
from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT, moments
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.lessons import append_lessons
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.members import keep_members
from intel_pipeline.warehouse.landing.outstanding import RULES
from intel_pipeline.warehouse.writer import Transaction

RESTATED = """
update follower_balance set still_missing = fresh.still_missing, away = fresh.away
from fresh where follower_balance.target = fresh.target and follower_balance.capture_id = fresh.capture_id
"""
RESTATED_COLUMNS = {"target": pl.String(), "capture_id": pl.String(), "still_missing": pl.Int64(), "away": pl.Int64()}
NOTHING_ELSE: Mapping[str, Row] = {}
# Columns whose type the rows may not show: no number at all, or a sum of nothing, which is a whole one.
UNCERTAIN = {
    **dict.fromkeys(("reported", "let_go_doubt", "returned_doubt", "counts"), pl.Float64()),
    "edges": pl.List(pl.Int64),
}


@dataclass(frozen=True, slots=True)
class Wave:
    """Captures, of each its case, what they taught together, and whether its target's `members` were `whole` before."""

    captures: Sequence[Captured]
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


@dataclass(slots=True)
class Notes:
    """What waves taught and is not written down yet: frames, by what they are for.

    Each statement goes through its table, so it is worth waiting for what other targets teach. Before anything is asked
    about a target that is in here, it has to be written down.
    """

    frames: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    # Targets whose members and spans have to be made anew.
    anew: list[str] = field(default_factory=list)
    rows: int = 0

    def take(self, wave: Wave) -> None:
        """Take down what the captures taught, but for how their targets stand now."""
        lessons = wave.lessons
        self._add(
            log=lessons.changes.select(FOLLOWER_CHANGE.names()),
            balance=balance_rows(
                [
                    (capture, case.capture, row)
                    for capture, case, row in zip(wave.captures, wave.cases, lessons.rows, strict=True)
                ]
            ),
            restated=restated_rows(wave),
            sightings=sightings(wave),
        )

    def take_standing(self, wave: Wave) -> None:
        """Take down how the targets stand now: who is a member, who has left, and since when."""
        lessons = wave.lessons
        complete = [case.capture.complete for case in wave.cases]
        step = [done and whole for done, whole in zip(complete, wave.whole, strict=True)]
        for number, case in enumerate(wave.cases):
            if complete[number] and not wave.whole[number]:
                self.anew.append(case.capture.target)
        self._add(
            gone=wave.of(lessons.missing, step),
            altered=wave.of(lessons.altered, step),
            arrived=wave.of(arrived(wave), step).select("target", "user_id", *ATTRIBUTES, "first_seen_at"),
            turns=lessons.changes.select(FOLLOWER_CHANGE.names()),
        )

    def take_losses(self, targets: Sequence[str], losses: pl.DataFrame) -> None:
        """Take down which losses of the targets are suspected now: `target` and OPEN_LOSS."""
        self._add(losses_of=pl.DataFrame({"target": targets}, schema={"target": pl.String()}), losses=losses)

    def _add(self, **frames: pl.DataFrame) -> None:
        for name, rows in frames.items():
            if rows.height:
                self.frames[name].append(rows)
                self.rows += rows.height

    def write(self, transaction: Transaction, lake: Lake) -> None:
        """Write everything down."""
        noted = {name: pl.concat(frames) for name, frames in self.frames.items()}
        if "log" in noted:
            append_lessons(transaction, noted["log"])
        for table, name in (("follower_balance", "balance"), ("sightings", "sightings")):
            append(transaction, table, noted.get(name))
        if "restated" in noted:
            # Of a capture that was restated several times the last word counts.
            newest = noted["restated"].unique(["target", "capture_id"], keep="last", maintain_order=True)
            transaction.run(RESTATED, fresh=newest)
        if "losses_of" in noted:
            transaction.run("delete from open_losses where target in (from asked)", asked=noted["losses_of"])
            append(transaction, "open_losses", noted.get("losses"))
        keep_members(transaction, lake, self.anew, noted)
        self.frames.clear()
        self.anew, self.rows = [], 0


def append(transaction: Transaction, table: str, rows: pl.DataFrame | None) -> None:
    """Add the rows to a table, if there are any."""
    if rows is not None:
        transaction.append(table, rows)


def places_of(targets: Sequence[str]) -> pl.DataFrame:
    """Return `case` and `target` of each of the targets, the cases in their order."""
    return pl.DataFrame(
        {"case": range(len(targets)), "target": targets}, schema={"case": NUMBER, "target": pl.String()}
    )


def balance_rows(
    rows: Sequence[tuple[Captured, CaptureRef, Row]], restated: Mapping[str, Row] = NOTHING_ELSE
) -> pl.DataFrame:
    """Return captures' rows of `follower_balance`; of those that are `restated`, by their ids, what is known now."""
    if not rows:
        return pl.DataFrame()
    captures, refs, own = zip(*rows, strict=True)
    now = [restated.get(capture.capture_id, row) for capture, row in zip(captures, own, strict=True)]
    columns: dict[str, Any] = dict(zip(Row._fields, zip(*own, strict=True), strict=True))
    # Column by column: Polars takes thrice as long for rows.
    columns |= {
        "target": [capture.target for capture in captures],
        "verdict": [capture.verdict for capture in captures],
        "started_at": moments(columns["started_at"]),
        "finished_at": moments(columns["finished_at"]),
        "reported": [one.reported for one in refs],
        "still_missing": [row.missing for row in now],
        "away": [row.away for row in now],
        "edges": [[*row.edges] for row in own],
        "rules": [RULES] * len(rows),
    }
    return pl.DataFrame(columns, schema_overrides=UNCERTAIN, strict=False)


def restated_rows(wave: Wave) -> pl.DataFrame:
    """Return the earlier captures of which something else is known now: who of those missing was merely away."""
    found = []
    for number, case in enumerate(wave.cases):
        known = {id(row) for row in case.balance}
        earlier = wave.lessons.balances[number][: -1 if case.capture.complete else None]
        found += [
            (case.capture.target, row.capture_id, row.missing, row.away) for row in earlier if id(row) not in known
        ]
    return pl.DataFrame(found, schema=RESTATED_COLUMNS, orient="row")


def sightings(wave: Wave) -> pl.DataFrame:
    """Return whom incomplete captures before the first complete one show."""
    chosen = [not (case.based or case.capture.complete) for case in wave.cases]
    seen = wave.lessons.shown.with_columns(
        pl.Series("seen_at", [wave.cases[case].capture.finished_at for case in wave.lessons.shown["case"]], MOMENT),
        pl.Series("capture_id", [wave.captures[case].capture_id for case in wave.lessons.shown["case"]], pl.String),
    )
    return wave.of(seen, chosen)


def arrived(wave: Wave) -> pl.DataFrame:
    """Return those who are in the lists and were not before, with when that was."""
    began = pl.Series([case.capture.started_at for case in wave.cases], dtype=MOMENT)
    rows = wave.lessons.arrived
    return rows.with_columns(first_seen_at=began.gather(rows["case"]) if rows.height else pl.lit(None, MOMENT))
