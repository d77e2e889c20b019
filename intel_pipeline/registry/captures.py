"""Captures: begun under a lease, finished with a verdict."""

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intel_pipeline.capture.verdict import Outcome
from intel_pipeline.clock import Clock
from intel_pipeline.errors import BusyError
from intel_pipeline.registry.models import Capture, Target

# More than twice the longest that one page can take: the wait for its turn, its pause and its answer.
LEASE = timedelta(minutes=45)
SHELF_LIFE = timedelta(days=2)
PROCESS = secrets.token_hex(3)


@dataclass(frozen=True, slots=True)
class Captures:
    """The captures in the registry."""

    engine: Engine
    clock: Clock

    def due(self, surface: str, day: date) -> list[Target]:
        """Return the active targets whose `surface` the round of `day` still lacks, longest uncaptured first.

        One that was begun and interrupted is due until it is finished, whatever else the round has of it.
        """
        finished = select(Capture.target, func.max(Capture.finished_at).label("last")).where(Capture.surface == surface)
        last = finished.group_by(Capture.target).subquery()
        done = select(Capture.target).where(
            Capture.surface == surface, Capture.round == day, Capture.finished_at.is_not(None)
        )
        begun = select(Capture.target).where(Capture.surface == surface, Capture.finished_at.is_(None))
        query = (
            select(Target)
            .outerjoin(last, last.c.target == Target.label)
            .where(Target.state == "active", Target.label.not_in(done) | Target.label.in_(begun))
            .order_by(last.c.last.asc().nulls_first(), Target.label)
        )
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query))

    def begin(self, target: Target, surface: str, day: date, origin: str) -> Capture:
        """Begin a capture, or take over one that was interrupted; raise BusyError while another run holds it."""
        now, holder = self.clock.now(), new_holder()
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            running = select(Capture).where(
                Capture.target == target.label, Capture.surface == surface, Capture.finished_at.is_(None)
            )
            found = db.scalars(running).first()
            leased = found and found.leased_until and found.leased_until > now
            if found and leased and alive(found.holder):
                raise busy(target.label, surface)
            if found and now - found.started_at <= SHELF_LIFE:
                held = Capture.holder.is_(found.holder) if found.holder is None else Capture.holder == found.holder
                mine = update(Capture).where(Capture.capture_id == found.capture_id, held).returning(Capture.capture_id)
                if not db.scalars(mine.values(holder=holder, leased_until=now + LEASE, round=day)).all():
                    raise busy(target.label, surface)
                db.refresh(found)
                return found
            if found:
                found.finished_at, found.verdict = now, "failed"
                found.reasons = [f"interrupted and not resumed within {SHELF_LIFE.days} days; its cursor is dead"]
                found.holder = found.leased_until = None
            fresh = Capture(
                capture_id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
                target=target.label,
                surface=surface,
                round=day,
                origin=origin,
                holder=holder,
                leased_until=now + LEASE,
                started_at=now,
                user_id=target.user_id,
                username=target.username,
                reasons=[],
            )
            db.flush()
            db.add(fresh)
            try:
                db.flush()
            except IntegrityError as error:
                raise busy(target.label, surface) from error
        return fresh

    def extend(self, capture: Capture) -> None:
        """Keep the lease while the capture goes on; raise BusyError where another run has taken it over meanwhile."""
        now = self.clock.now()
        if capture.leased_until and capture.leased_until - now > LEASE / 2:
            return
        if not self._set(capture, leased_until=now + LEASE):
            raise busy(capture.target, capture.surface)

    def release(self, capture: Capture) -> None:
        """Let go of a capture that goes on later."""
        self._set(capture, holder=None, leased_until=None)

    def finish(self, capture: Capture, outcome: Outcome, snapshot: str | None) -> None:
        """Write down what the capture proved, and where its snapshot lies.

        Raises BusyError where another run has taken it over meanwhile.
        """
        finished = self._set(
            capture,
            holder=None,
            leased_until=None,
            started_at=outcome.started_at or capture.started_at,
            finished_at=outcome.finished_at or self.clock.now(),
            user_id=outcome.user_id or capture.user_id,
            username=outcome.username or capture.username,
            verdict=outcome.verdict,
            reasons=list(outcome.reasons),
            row_count=outcome.rows,
            distinct_count=outcome.distinct,
            reported_before=outcome.reported_before,
            reported_after=outcome.reported_after,
            page_count=outcome.pages,
            snapshot=snapshot,
        )
        if not finished:
            raise busy(capture.target, capture.surface)

    def add_imported(self, captures: Sequence[Capture]) -> int:
        """Add finished captures of an import that are not there yet; return how many were new."""
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            ids = [capture.capture_id for capture in captures]
            known = set(db.scalars(select(Capture.capture_id).where(Capture.capture_id.in_(ids))))
            fresh = [capture for capture in captures if capture.capture_id not in known]
            db.add_all(fresh)
        return len(fresh)

    def of_round(self, day: date, surface: str) -> list[Capture]:
        """Return the finished captures of a round, oldest first."""
        return self._finished(Capture.round == day, Capture.surface == surface)

    def history(self, target: str, surface: str) -> list[Capture]:
        """Return the finished captures of one surface of one target that left a snapshot, oldest first."""
        return self._finished(Capture.target == target, Capture.surface == surface, Capture.snapshot.is_not(None))

    def profiles_since(self, target: str, moment: datetime) -> list[Capture]:
        """Return a target's profile captures finished at or after `moment`, oldest first."""
        return self._finished(Capture.target == target, Capture.surface == "profile", Capture.finished_at >= moment)

    def before(self, capture: Capture, *, complete: bool) -> Capture | None:
        """Return the latest earlier capture of the same surface that left a snapshot (and was complete)."""
        conditions = [
            Capture.target == capture.target,
            Capture.surface == capture.surface,
            Capture.finished_at < capture.finished_at,
            Capture.snapshot.is_not(None),
        ]
        if complete:
            conditions.append(Capture.verdict == "complete")
        query = select(Capture).where(*conditions).order_by(Capture.finished_at.desc()).limit(1)
        with Session(self.engine, expire_on_commit=False) as db:
            return db.scalars(query).first()

    def in_progress(self) -> list[Capture]:
        """Return the captures that are not finished, oldest first."""
        query = select(Capture).where(Capture.finished_at.is_(None)).order_by(Capture.started_at)
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query))

    def latest(self) -> list[Capture]:
        """Return the newest finished capture of every surface of every target."""
        newest = (
            select(Capture.target, Capture.surface, func.max(Capture.finished_at).label("last"))
            .where(Capture.finished_at.is_not(None))
            .group_by(Capture.target, Capture.surface)
            .subquery()
        )
        same = (
            (newest.c.target == Capture.target)
            & (newest.c.surface == Capture.surface)
            & (newest.c.last == Capture.finished_at)
        )
        query = select(Capture).join(newest, same).order_by(Capture.target, Capture.surface)
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query))

    def all_finished(self) -> list[Capture]:
        """Return every finished capture, oldest first."""
        return self._finished()

    def _finished(self, *conditions: object) -> list[Capture]:
        query = select(Capture).where(Capture.finished_at.is_not(None), *conditions)  # type: ignore[arg-type]
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query.order_by(Capture.finished_at, Capture.capture_id)))

    def _set(self, capture: Capture, **values: object) -> bool:
        """Write `values`, unless the capture is somebody else's by now; return whether it was ours."""
        ours = (Capture.capture_id == capture.capture_id) & (Capture.holder == capture.holder)
        with Session(self.engine) as db, db.begin():
            held = db.scalars(update(Capture).where(ours).values(**values).returning(Capture.capture_id)).all()
        if held:
            for name, value in values.items():
                setattr(capture, name, value)
        return bool(held)


def new_holder() -> str:
    """Return a name for the run that holds a lease, by which others can tell whether it is still at work."""
    return f"{socket.gethostname()}:{os.getpid()}:{PROCESS}{secrets.token_hex(3)}"


def alive(holder: str | None) -> bool:
    """Tell whether the holder of a lease may still be at work: not if it ran on this machine and has ended."""
    host, pid, mark = (holder or "::").split(":")
    if host != socket.gethostname():
        return True
    if int(pid) == os.getpid():
        # In a container every process that is started anew has the number of the one before.
        return mark.startswith(PROCESS)
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def busy(label: str, surface: str) -> BusyError:
    """Return the error for a surface that another run is capturing."""
    problem = f"the {surface} of '{label}' are being captured by another run"
    return BusyError(problem, "let it finish; this run leaves that target alone")
