"""How each session stands: what it is used for, and whether it is usable, cooling down, or stopped."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intel_pipeline.clock import Clock
from intel_pipeline.errors import SessionError
from intel_pipeline.registry.models import SessionState

# Targets of any session and its own, its own only, or none.
Use = Literal["any", "own", "nothing"]


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

    def get(self, name: str) -> SessionState:
        """Return a session that was logged in or imported, or raise SessionError."""
        state = self.state(name)
        if state.username is None:
            known = ", ".join(one.name for one in self.all() if one.username) or "none"
            problem = f"there is no session '{name}'"
            raise SessionError(problem, f"`intel-pipeline sessions login {name}` makes it; there now: {known}")
        return state

    def uses(self, only: str | None = None) -> dict[str, Use]:
        """Return what each session in use is used for, by name; `only`: the one that alone is, whatever it is for.

        That one reads targets of any session, unless its operator has kept it to its own.
        """
        decided: dict[str, Use] = {state.name: "own" if state.used_for == "own" else "any" for state in self._decided()}
        if only is None:
            return decided
        return {only: decided.get(only, "any")}

    def welcome(self, name: str, username: str, use: Use | None = None) -> None:
        """Note that the operator has just logged in: usable, whatever was before.

        What it is used for is what they say now, have said before, or else targets of any session.
        """
        chosen = use or self.state(name).used_for or "any"
        self._set(name, username=username, cooling_until=None, stopped_because=None, used_for=chosen)

    def use(self, name: str, use: Use) -> None:
        """Use a session for this from now on; raise SessionError where there is none of that name."""
        self.get(name)
        self._set(name, used_for=use)

    def limit(self, name: str, limits: Mapping[str, int]) -> None:
        """Give a session limits of its own, in the place of all that it had; raise SessionError where there is none."""
        self.get(name)
        self._set(name, limits=dict(limits))

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

    def _decided(self) -> list[SessionState]:
        return [state for state in self.all() if state.used_for in ("any", "own")]

    def _set(self, name: str, **values: object) -> None:
        # Only what is said here is written: a cool-down must not undo a stop that another process has just noted.
        with suppress(IntegrityError), Session(self.engine) as db, db.begin():
            if db.get(SessionState, name) is None:
                db.add(SessionState(name=name))
        with Session(self.engine) as db, db.begin():
            db.execute(update(SessionState).where(SessionState.name == name).values(**values))
