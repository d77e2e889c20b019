"""Rounds: one day's due captures, open only while they can still be taken."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intel_pipeline.clock import Clock, today
from intel_pipeline.errors import RoundError
from intel_pipeline.registry.models import Round


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds in the registry."""

    engine: Engine
    clock: Clock

    def open(self) -> date | None:
        """Return the day of the open round, or None."""
        with Session(self.engine) as db:
            return db.scalars(select(Round.day).where(Round.closed_at.is_(None)).order_by(Round.day.desc())).first()

    def admit(self, day: date) -> None:
        """Let snapshots be taken for `day`, opening today's round if need be; or raise RoundError saying why not."""
        now = today(self.clock)
        if day > now:
            problem = f"the round {day} has not begun: it is {now} (UTC)"
            raise RoundError(problem, f"capture the round {now}, or wait for the schedule `daily_round`")
        if day == now:
            self.begin(day)
        if self.open() != day:
            problem = (
                f"the round {day} is closed: Instagram only tells how things are now, so what was not captured on "
                f"{day} cannot be captured any more"
            )
            fix = (
                f"materialize the snapshots of the open round {self.open() or now} instead; changes and metrics of "
                f"past rounds can be re-run at any time"
            )
            raise RoundError(problem, fix)

    def begin(self, day: date) -> None:
        """Open the round of `day` and close every earlier one; no change where it is open already."""
        # The schedule and a command may both come first; the second one finds the round there.
        with suppress(IntegrityError), Session(self.engine) as db, db.begin():
            if db.get(Round, day) is None:
                db.add(Round(day=day, opened_at=self.clock.now(), closed_at=None))
        with Session(self.engine) as db, db.begin():
            earlier = update(Round).where(Round.day < day, Round.closed_at.is_(None))
            db.execute(earlier.values(closed_at=self.clock.now()))
