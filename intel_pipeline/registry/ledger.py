"""The ledger: every request of every process, so that limits hold for their sum and over restarts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, insert, select

from intel_pipeline.clock import Clock
from intel_pipeline.registry.models import Request

# instaloader's own window is 660 s with 6 s on top; its limits are the most that was ever found to be borne.
WINDOW = timedelta(seconds=666)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The requests in the registry."""

    engine: Engine
    clock: Clock

    def wait(self, session: str, bucket: str, limit: int) -> float:
        """Return the seconds until one more request of this kind keeps within `limit` per window."""
        now = self.clock.now()
        newest_first = (
            select(Request.sent_at)
            .where(Request.session == session, Request.bucket == bucket, Request.sent_at > now - WINDOW)
            .order_by(Request.sent_at.desc())
            .offset(limit - 1)
            .limit(1)
        )
        with self.engine.connect() as connection:
            blocking = connection.execute(newest_first).scalar()
        return 0.0 if blocking is None else max(0.0, (blocking + WINDOW - now).total_seconds())

    def record(self, session: str, bucket: str) -> None:
        """Write a request down, before it is sent: one that is never sent costs budget, one unrecorded costs trust."""
        with self.engine.begin() as connection:
            connection.execute(insert(Request).values(session=session, bucket=bucket, sent_at=self.clock.now()))

    def spent(self, session: str) -> int:
        """Return the number of requests in the present window, of all kinds."""
        since = self.clock.now() - WINDOW
        counting = select(func.count()).where(Request.session == session, Request.sent_at > since)
        with self.engine.connect() as connection:
            return connection.execute(counting).scalar_one()

    def newest(self) -> datetime | None:
        """Return when the last request was made."""
        with self.engine.connect() as connection:
            return connection.execute(select(func.max(Request.sent_at))).scalar()

    def total(self) -> int:
        """Return the number of requests ever made."""
        with self.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(Request)).scalar_one()
