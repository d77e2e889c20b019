"""Which captures there are, and which are due."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session

from intel_pipeline.capture.cadence import Seen
from intel_pipeline.clock import Clock
from intel_pipeline.errors import CaptureError
from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.registry.models import Capture, Target

FINISHED = select(Capture).where(Capture.finished_at.is_not(None)).order_by(Capture.finished_at, Capture.capture_id)
# What each capture asks, made once: composing these takes longer than they do.
OF_TARGET = (Capture.target == bindparam("target"), Capture.surface == bindparam("surface"))
IN_ROUND = FINISHED.where(Capture.round == bindparam("day"), *OF_TARGET)
LEFT = (*OF_TARGET, Capture.snapshot.is_not(None))
NTH_COMPLETE = (
    select(Capture.finished_at)
    .where(*LEFT, Capture.verdict == "complete")
    .order_by(Capture.finished_at.desc())
    .offset(bindparam("passed_over"))
    .limit(1)
    .scalar_subquery()
)
SINCE_COMPLETE = FINISHED.where(*LEFT, NTH_COMPLETE.is_(None) | (Capture.finished_at >= NTH_COMPLETE))


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture, as far as it matters for who reads the target next. `listed`: distinct rows, `pages`: requests."""

    session: str | None
    day: date | None
    listed: int | None = None
    pages: int | None = None


def newest_of_each(surface: str, *conditions: ColumnElement[bool]) -> ScalarSelect[str]:
    """Return the id of a target's newest finished capture of `surface`: a look into an index, the same after years."""
    return (
        select(Capture.capture_id)
        .where(Capture.target == Target.label, Capture.surface == surface, Capture.finished_at.is_not(None))
        .where(*conditions)
        .order_by(Capture.finished_at.desc(), Capture.capture_id.desc())
        .limit(1)
        .correlate(Target)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class CaptureQueries:
    """Questions about the captures in the registry."""

    engine: Engine
    clock: Clock

    def newest_of_active(self, surface: str, day: date, verdict: str | None = None) -> list[tuple[Target, Seen | None]]:
        """Return each active target with its newest finished capture of `surface` in the round of `day` or one before.

        `verdict`: the newest of those.
        """
        # A clock that stood in the future for an hour must not silence a target until then.
        conditions = [Capture.round <= day, *([] if verdict is None else [Capture.verdict == verdict])]
        newest = newest_of_each(surface, *conditions)
        columns = (Capture.round, Capture.started_at, Capture.verdict, Capture.newest_post_at)
        told = (Capture.finished_at, Capture.reasons)
        query = select(Target, *columns, *told).outerjoin(Capture, Capture.capture_id == newest)
        with Session(self.engine, expire_on_commit=False) as db:
            found = db.execute(query.where(Target.state == "active")).all()
        return [
            (
                row.Target,
                Seen(row.round, row.started_at, row.verdict, row.newest_post_at, row.finished_at, row.reasons)
                if row.round
                else None,
            )
            for row in found
        ]

    def get(self, capture_id: str) -> Capture:
        """Return one capture, or raise CaptureError."""
        with Session(self.engine, expire_on_commit=False) as db:
            capture = db.get(Capture, capture_id)
        if capture is None:
            problem = f"there is no capture '{capture_id}'"
            raise CaptureError(problem, "`intel-pipeline captures list` shows their ids")
        return capture

    def among(self, capture_ids: Sequence[str]) -> list[Capture]:
        """Return those of so many hundred captures that there are, in no order."""
        query = select(Capture).where(Capture.capture_id.in_(capture_ids))
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query))

    def of_round(self, day: date, surface: str, target: str | None = None) -> list[Capture]:
        """Return the finished captures of a round, of one target or of all, oldest first."""
        if target is None:
            return self._finished(Capture.round == day, Capture.surface == surface)
        return self._found(IN_ROUND, day=day, surface=surface, target=target)

    def verdicts(self, day: date) -> dict[tuple[str, str], int]:
        """Return how many finished captures of a round there are by surface and verdict."""
        finished = [Capture.round == day, Capture.finished_at.is_not(None)]
        query = select(Capture.surface, Capture.verdict, func.count()).where(*finished)
        with self.engine.connect() as connection:
            rows = connection.execute(query.group_by(Capture.surface, Capture.verdict))
            return {(surface, str(verdict)): number for surface, verdict, number in rows}

    def history(self, target: str, surface: str) -> list[Capture]:
        """Return the finished captures of one surface of one target that left a snapshot, oldest first."""
        return self._finished(Capture.target == target, Capture.surface == surface, Capture.snapshot.is_not(None))

    def with_snapshot(self, target: str, surface: str, before: tuple[datetime, str] | None, most: int) -> list[Capture]:
        """Return at most so many captures that left a snapshot, newest first, from before the end and id of one."""
        query = select(Capture).where(Capture.target == target, Capture.surface == surface)
        query = query.where(Capture.finished_at.is_not(None), Capture.snapshot.is_not(None))
        if before:
            end, capture_id = before
            same = (Capture.finished_at == end) & (Capture.capture_id < capture_id)
            query = query.where((Capture.finished_at < end) | same)
        with Session(self.engine, expire_on_commit=False) as db:
            ordered = query.order_by(Capture.finished_at.desc(), Capture.capture_id.desc())
            return list(db.scalars(ordered.limit(most)))

    def newest_before(self, capture: Capture, most: int) -> list[Capture]:
        """Return the finished captures of its target and surface up to a capture, `most` of the newest, oldest first."""
        query = select(Capture).where(Capture.target == capture.target, Capture.surface == capture.surface)
        query = query.where(Capture.finished_at <= capture.finished_at, Capture.snapshot.is_not(None))
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query.order_by(Capture.finished_at.desc()).limit(most)))[::-1]

    def tallies(self, targets: Sequence[str], surface: str) -> dict[str, Counter[str]]:
        """Return of each target how many of its captures of a surface left a snapshot, by verdict."""
        query = (
            select(Capture.target, Capture.verdict, func.count())
            .where(Capture.target.in_(targets), Capture.surface == surface, Capture.snapshot.is_not(None))
            .where(Capture.finished_at.is_not(None))
            .group_by(Capture.target, Capture.verdict)
        )
        found: dict[str, Counter[str]] = {target: Counter() for target in targets}
        with self.engine.connect() as connection:
            for target, verdict, number in connection.execute(query):
                found[target][str(verdict)] = number
        return found

    def since_complete(self, target: str, surface: str, number: int) -> list[Capture]:
        """Return the captures that left a snapshot, from the `number`-th last complete one on, oldest first.

        All of them, where fewer are complete.
        """
        return self._found(SINCE_COMPLETE, target=target, surface=surface, passed_over=number - 1)

    def newest(self, target: str | None, verdict: str | None, most: int) -> list[Capture]:
        """Return at most so many finished captures of any surface, newest first; of one target or verdict, or of all."""
        query = select(Capture).where(
            Capture.finished_at.is_not(None),
            *([] if target is None else [Capture.target == target]),
            *([] if verdict is None else [Capture.verdict == verdict]),
        )
        with Session(self.engine, expire_on_commit=False) as db:
            ordered = query.order_by(Capture.finished_at.desc(), Capture.capture_id.desc())
            return list(db.scalars(ordered.limit(most)))

    def in_progress(self) -> list[Capture]:
        """Return the captures that are not finished, oldest first."""
        query = select(Capture).where(Capture.finished_at.is_(None)).order_by(Capture.started_at)
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query))

    def begun(self, surface: str) -> dict[str, Reading]:
        """Return by target the captures of a surface that are not finished."""
        query = select(Capture.target, Capture.session, Capture.round)
        with self.engine.connect() as db:
            rows = db.execute(query.where(Capture.surface == surface, Capture.finished_at.is_(None))).all()
        return {row.target: Reading(row.session, row.round) for row in rows}

    def last_read(self, surface: str) -> dict[str, Reading]:
        """Return by target the newest capture of a surface that a session has finished with a snapshot."""
        newest = newest_of_each(surface, Capture.session.is_not(None), Capture.snapshot.is_not(None))
        columns = (Capture.target, Capture.session, Capture.round, Capture.distinct_count, Capture.page_count)
        with self.engine.connect() as db:
            rows = db.execute(select(*columns).join(Target, Capture.capture_id == newest)).all()
        return {row.target: Reading(row.session, row.round, row.distinct_count, row.page_count) for row in rows}

    def latest(self) -> list[Capture]:
        """Return the newest finished capture of every surface of every target."""
        queries = [select(Capture).join(Target, Capture.capture_id == newest_of_each(surface)) for surface in SURFACES]
        with Session(self.engine, expire_on_commit=False) as db:
            return [capture for query in queries for capture in db.scalars(query.order_by(Capture.target))]

    def _finished(self, *conditions: object) -> list[Capture]:
        return self._found(FINISHED.where(*conditions))  # type: ignore[arg-type]

    def _found(self, query: Select[Capture], **given: object) -> list[Capture]:
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query, given))
