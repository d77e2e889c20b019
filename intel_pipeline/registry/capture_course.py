"""All finished captures, for whoever derives them all, or looks for what was left out."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.capture_queries import CaptureQueries
from intel_pipeline.registry.captured import Captured, FinishedCapture
from intel_pipeline.registry.models import Capture, table_of

READ = [table_of(Capture).c[name] for name in FinishedCapture._fields]
# Fewer than the values that a statement may have, whichever database it is sent to.
AT_ONCE = 500
# How many captures are held at once: a year of two targets. While what they taught is landed, the next ones are learned
# from; more would not leave a rebuild within the memory that is promised.
HELD = 2_400


@dataclass(frozen=True, slots=True)
class CaptureCourse(CaptureQueries):
    """Questions about all finished captures."""

    def finished_targets(self) -> Counter[str]:
        """Return how many captures of whatever surface and origin are finished, by target."""
        with self.engine.connect() as db:
            query = select(Capture.target, func.count()).where(Capture.finished_at.is_not(None))
            numbers = Counter[str]()
            for target, number in db.execute(query.group_by(Capture.target)):
                numbers[target] = number
            return numbers

    def follower_entries(self) -> dict[str, int]:
        """Return how many entries the finished follower lists of each target have together."""
        with self.engine.connect() as db:
            query = select(Capture.target, func.sum(Capture.distinct_count))
            of_followers = query.where(Capture.surface == "followers", Capture.finished_at.is_not(None))
            return {target: int(entries or 0) for target, entries in db.execute(of_followers.group_by(Capture.target))}

    def histories(self) -> Iterator[list[Capture]]:
        """Yield all finished captures, oldest first, those of some whole targets at a time.

        Some thousands, or all of one target: that is as much as is held.
        """
        for part in parcels(sorted(self.finished_targets().items()), HELD, AT_ONCE):
            yield self._finished(Capture.target.in_(part), Capture.surface.in_(SURFACES))

    def histories_of(self, numbers: Mapping[str, int], surfaces: Collection[str]) -> Iterator[list[FinishedCapture]]:
        """Yield the finished captures of some surfaces of targets, as `histories`; `numbers`: how many each has."""
        query = select(*READ).where(Capture.finished_at.is_not(None), Capture.surface.in_(surfaces))
        ordered = query.order_by(Capture.finished_at, Capture.capture_id)
        for part in parcels(sorted(numbers.items()), HELD, AT_ONCE):
            with self.engine.connect() as db:
                found = db.execute(ordered.where(Capture.target.in_(part))).all()
                captures = [FinishedCapture._make(row) for row in found]
            yield captures

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

    def before_each(self, captures: Sequence[Captured]) -> dict[str, Capture]:
        """Return by the id of each the latest earlier capture of its surface that left a snapshot, if there is one."""
        later, earlier = aliased(Capture), aliased(Capture)
        latest = (
            select(earlier.capture_id)
            .where(earlier.target == later.target, earlier.surface == later.surface)
            .where(earlier.finished_at < later.finished_at, earlier.snapshot.is_not(None))
            .order_by(earlier.finished_at.desc(), earlier.capture_id.desc())
            .limit(1)
            .scalar_subquery()
        )
        ids = [capture.capture_id for capture in captures]
        before: dict[str, str] = {}
        with self.engine.connect() as db:
            for place in range(0, len(ids), AT_ONCE):
                query = select(later.capture_id, latest).where(later.capture_id.in_(ids[place : place + AT_ONCE]))
                before |= {one: other for one, other in db.execute(query) if other is not None}
        found = {capture.capture_id: capture for capture in self.finished_among({*before.values()})}
        return {one: found[other] for one, other in before.items()}

    def after(self, capture: Captured) -> Capture | None:
        """Return the next later capture of the same surface that left a snapshot."""
        query = select(Capture).where(
            Capture.target == capture.target,
            Capture.surface == capture.surface,
            Capture.finished_at > capture.finished_at,
            Capture.snapshot.is_not(None),
        )
        with Session(self.engine, expire_on_commit=False) as db:
            return db.scalars(query.order_by(Capture.finished_at, Capture.capture_id).limit(1)).first()
