"""Captures: begun under a lease, finished with a verdict."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Connection, Update, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intel_pipeline.capture.mass_loss import Resolution
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.capture.shelf_life import why_ended
from intel_pipeline.errors import CaptureError, RegistryError
from intel_pipeline.registry.audit import Actor, record
from intel_pipeline.registry.capture_course import CaptureCourse
from intel_pipeline.registry.lease import LEASE, abandoned, alive, busy, new_holder
from intel_pipeline.registry.models import Capture, Target, table_of

CAPTURES = table_of(Capture)
# Whose row is written, as parameters.
OURS, HELD_BY = "ours", "held_by"
# Made once: composing them takes longer than they do.
BEGUN = insert(CAPTURES)
GOING_ON = select(CAPTURES.c.capture_id).where(
    CAPTURES.c.target == bindparam("target"),
    CAPTURES.c.surface == bindparam("surface"),
    CAPTURES.c.finished_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class Captures(CaptureCourse):
    """The captures in the registry."""

    def begin(self, target: Target, surface: str, day: date, origin: str, session: str | None = None) -> Capture:
        """Begin a capture, or take over one that was interrupted; raise BusyError while another run holds it.

        Nor does `session` go on with what another one has begun: that is ended first, with `take_over_to_end`.
        """
        now = self.clock.now()
        row = {
            "capture_id": f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            "target": target.label,
            "surface": surface,
            "round": day,
            "origin": origin,
            "holder": new_holder(),
            "leased_until": now + LEASE,
            "started_at": now,
            "user_id": target.user_id,
            "username": target.username,
            "reasons": [],
            "held": False,
            "session": session,
        }
        # Written first, and looked for only where one goes on: nearly every capture begins and ends in one go.
        try:
            with self.engine.begin() as connection:
                connection.execute(BEGUN, row)
        except IntegrityError:
            return self._resume(target.label, surface, day, session)
        return Capture(**row)

    def _resume(self, target: str, surface: str, day: date, session: str | None) -> Capture:
        """Take over the capture that was interrupted; raise BusyError where there is none that `session` may go on with."""
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            found = _going_on(db, target, surface)
            if found is None or (session and found.session not in (None, session)):
                raise busy(target, surface)
            return _taken_over(db, found, self.clock.now(), round=day, session=session or found.session)

    def goes_on(self, target: str, surface: str) -> bool:
        """Return whether a capture of a target's surface was begun and is not finished."""
        with self.engine.connect() as connection:
            return connection.execute(GOING_ON, {"target": target, "surface": surface}).first() is not None

    def take_over_to_end(
        self, target: str, surface: str, session: str | None, per_day: int
    ) -> tuple[Capture, str] | None:
        """Take over a capture that `session` does not go on with, to end it, and why; None where there is no such one.

        It was not completed within its shelf life, or another session has begun it: Instagram may show two accounts
        two lists. `per_day`: identities that lists may show in a day. Raises BusyError while another run holds it.
        """
        now = self.clock.now()
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            found = _going_on(db, target, surface)
            if found is None:
                return None
            why = why_ended(now - found.started_at, found.reported_before, per_day, found.session, session)
            return (_taken_over(db, found, now), why) if why else None

    def expect(self, capture: Capture, reported: int | None) -> None:
        """Write down how long the list will be; raise BusyError where another run has taken it over meanwhile."""
        if not self._set(capture, reported_before=reported):
            raise busy(capture.target, capture.surface)

    def extend(self, capture: Capture) -> None:
        """Keep the lease while the capture goes on; raise BusyError where another run has taken it over meanwhile."""
        now, until = self.clock.now(), capture.leased_until
        if until and until - now > LEASE / 2:
            return
        if not self._set(capture, leased_until=now + LEASE):
            raise busy(capture.target, capture.surface)

    def note(self, capture: Capture) -> None:
        """Write down how far a capture that goes on has come, in `row_count` and `reported_before`."""
        self._set(capture, row_count=capture.row_count, reported_before=capture.reported_before)

    def release(self, capture: Capture) -> None:
        """Let go of a capture that goes on later, at the latest when the lease ends; note how far it has come."""
        try:
            self._set(
                capture,
                holder=None,
                leased_until=None,
                row_count=capture.row_count,
                reported_before=capture.reported_before,
            )
        except RegistryError:
            # The same process may try again before that, when the registry's server is back.
            abandoned.add(capture.holder or "")
            raise

    def finish(self, capture: Capture, outcome: Outcome, snapshot: str | None, set_aside: int = 0) -> None:
        """Write down what the capture proved, where its snapshot lies, and what becomes of those held back before it.

        `set_aside`: how many rows broke the contract and lie in quarantine.
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
            ended=outcome.ended,
            limited=outcome.limited,
            broken=outcome.broken,
            gap_low=outcome.gap_low,
            gap_high=outcome.gap_high,
            missing_count=outcome.missing_count,
            missing_limit=outcome.missing_limit,
            set_aside=set_aside or None,
            held=outcome.held,
            newest_post_at=outcome.newest_post_at,
            failure=outcome.failure,
            resolved=outcome.resolved,
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

    def accept(self, actor: Actor, capture_id: str) -> Capture:
        """Let a capture that is held back count as complete, on somebody's word; raise CaptureError for another."""
        capture = self.get(capture_id)
        reason = f"held back for {capture.missing_count} missing at once; accepted by the operator"
        with Session(self.engine) as db, db.begin():
            was_held = _resolve(db.connection(), Resolution(capture_id, "complete", reason))
            if was_held:
                record(db, actor, "capture accepted", f"{capture.surface} of {capture.target}: {capture_id}")
        if not was_held:
            problem = f"the capture '{capture_id}' is {capture.verdict or 'in progress'} and not held back"
            fix = "nothing: only one held back for a mass loss waits for a word; its reasons say so"
            raise CaptureError(problem, fix)
        return self.get(capture_id)

    def _set(self, capture: Capture, resolved: Sequence[Resolution] = (), **values: object) -> bool:
        """Write `values`, unless the capture is somebody else's by now; return whether it was ours.

        What it resolves goes with it: a capture before the last complete one is never looked at again.
        """
        # A row of the table, not an entity: that is a third of the time, and eight times for each target of a day.
        ours = {OURS: capture.capture_id, HELD_BY: capture.holder}
        with self.engine.begin() as connection:
            mine = connection.execute(setting(tuple(values)), {**values, **ours}).rowcount > 0
            for resolution in resolved if mine else ():
                _resolve(connection, resolution)
        if mine:
            for name, value in values.items():
                setattr(capture, name, value)
        return mine


@cache
def setting(names: tuple[str, ...]) -> Update:
    """Return the statement that writes these columns of the capture OURS, as long as HELD_BY has its lease."""
    ours = (CAPTURES.c.capture_id == bindparam(OURS)) & (CAPTURES.c.holder == bindparam(HELD_BY))
    return update(CAPTURES).where(ours).values({name: bindparam(name) for name in names})


def _going_on(db: Session, target: str, surface: str) -> Capture | None:
    """Return the capture in progress of a target's surface, None where there is none."""
    going_on = (Capture.target == target) & (Capture.surface == surface) & Capture.finished_at.is_(None)
    return db.scalars(select(Capture).where(going_on)).first()


def _taken_over(db: Session, found: Capture, now: datetime, **values: object) -> Capture:
    """Take the lease of a capture in progress, writing `values`; raise BusyError while another run holds it."""
    if found.leased_until and found.leased_until > now and alive(found.holder):
        raise busy(found.target, found.surface)
    held = Capture.holder.is_(found.holder) if found.holder is None else Capture.holder == found.holder
    still = (Capture.capture_id == found.capture_id) & held & Capture.finished_at.is_(None)
    mine = update(Capture).where(still).returning(Capture.capture_id)
    if not db.scalars(mine.values(holder=new_holder(), leased_until=now + LEASE, **values)).all():
        raise busy(found.target, found.surface)
    db.refresh(found)
    return found


def _resolve(connection: Connection, resolution: Resolution) -> bool:
    """Write down what becomes of a capture, unless it is not held back any more; return whether it was."""
    held = (CAPTURES.c.capture_id == resolution.capture_id) & CAPTURES.c.held
    values = {"verdict": resolution.verdict, "reasons": [resolution.reason], "held": False}
    return connection.execute(update(CAPTURES).where(held).values(**values)).rowcount > 0
