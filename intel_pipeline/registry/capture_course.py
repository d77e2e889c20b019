"""Captures in the order in which they were finished, for whoever derives them all, or looks for what was left out."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intel_pipeline.registry.capture_queries import CaptureQueries
from intel_pipeline.registry.models import Capture

# Fewer than the values that a statement may have, whichever database it is sent to.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CaptureCourse(CaptureQueries):
    """Questions about all finished captures."""

    def finished_days(self) -> Counter[date]:
        """Return how many captures of whatever surface and origin were finished on each day (UTC)."""
        with self.engine.connect() as db:
            moments = db.execute(select(Capture.finished_at).where(Capture.finished_at.is_not(None))).scalars()
            return Counter(moment.date() for moment in moments if moment is not None)

    def finished_on(self, day: date) -> list[Capture]:
        """Return the captures that were finished on a day (UTC), oldest first."""
        begins = datetime.combine(day, time(), UTC)
        return self._finished(Capture.finished_at >= begins, Capture.finished_at < begins + timedelta(days=1))

    def finished_ids(self, surface: str) -> set[str]:
        """Return the ids of the finished captures of a surface."""
        with self.engine.connect() as db:
            query = select(Capture.capture_id).where(Capture.surface == surface, Capture.finished_at.is_not(None))
            return set(db.execute(query).scalars())

    def finished_number(self, surface: str) -> int:
        """Return how many captures of a surface are finished."""
        with self.engine.connect() as db:
            query = select(func.count()).where(Capture.surface == surface, Capture.finished_at.is_not(None))
            return db.execute(query).scalar_one()

    def finished_among(self, ids: Collection[str]) -> list[Capture]:
        """Return those of some captures that are finished, oldest first."""
        wanted = sorted(ids)
        found: list[Capture] = []
        for place in range(0, len(wanted), AT_ONCE):
            found += self._finished(Capture.capture_id.in_(wanted[place : place + AT_ONCE]))
        return sorted(found, key=lambda capture: (capture.finished_at, capture.capture_id))

    def after(self, capture: Capture) -> Capture | None:
        """Return the next later capture of the same surface that left a snapshot."""
        query = select(Capture).where(
            Capture.target == capture.target,
            Capture.surface == capture.surface,
            Capture.finished_at > capture.finished_at,
            Capture.snapshot.is_not(None),
        )
        with Session(self.engine, expire_on_commit=False) as db:
            return db.scalars(query.order_by(Capture.finished_at, Capture.capture_id).limit(1)).first()
