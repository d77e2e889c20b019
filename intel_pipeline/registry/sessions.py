"""How each session stands: usable, cooling down, or stopped until its operator acts."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intel_pipeline.clock import Clock
from intel_pipeline.registry.models import SessionState


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions' states in the registry; their cookies lie sealed in the vault."""

    engine: Engine
    clock: Clock

    def state(self, name: str) -> SessionState:
        """Return how the session stands; an unknown one is usable."""
        with Session(self.engine, expire_on_commit=False) as db:
            unknown = SessionState(name=name, username=None, cooling_until=None, stopped_because=None)
            return db.get(SessionState, name) or unknown

    def all(self) -> list[SessionState]:
        """Return every known session by name."""
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(select(SessionState).order_by(SessionState.name)))

    def welcome(self, name: str, username: str) -> None:
        """Note that the operator has just logged in: usable, whatever was before."""
        self._set(name, username=username, cooling_until=None, stopped_because=None)

    def stop(self, name: str, reason: str) -> None:
        """Open the breaker: the session is not used until its operator acts."""
        self._set(name, stopped_because=reason)

    def resume(self, name: str) -> None:
        """Close the breaker: the operator has acted. A cool-down goes on."""
        self._set(name, stopped_because=None)

    def cool(self, name: str, until: datetime) -> None:
        """Use the session no more before `until`."""
        self._set(name, cooling_until=until)

    def forget(self, name: str) -> None:
        """Drop the session's state."""
        with Session(self.engine) as db, db.begin():
            known = db.get(SessionState, name)
            if known:
                db.delete(known)

    def cooling(self, name: str) -> datetime | None:
        """Return the end of a cool-down that is still going on."""
        until = self.state(name).cooling_until
        return until if until and until > self.clock.now() else None

    def _set(self, name: str, **values: object) -> None:
        # Only what is said here is written: a cool-down must not undo a stop that another process has just noted.
        with suppress(IntegrityError), Session(self.engine) as db, db.begin():
            if db.get(SessionState, name) is None:
                db.add(SessionState(name=name))
        with Session(self.engine) as db, db.begin():
            db.execute(update(SessionState).where(SessionState.name == name).values(**values))
