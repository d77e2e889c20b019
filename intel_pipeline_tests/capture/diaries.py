"""A target's captures in memory: lists are sets of ids, and each is judged by those before it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import polars as pl

from intel_pipeline.capture.gap import Band, nearest_gap
from intel_pipeline.capture.history import Past
from intel_pipeline.capture.lacking import Earlier, judged
from intel_pipeline.capture.verdict import Assessment, Evidence


@dataclass(slots=True)
class Diary:
    """The captures by id, "1", "2" and so on, oldest first: as the registry has them now, and as they were judged."""

    entries: dict[str, Earlier] = field(default_factory=dict)
    judgements: dict[str, Assessment] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 1, 6, tzinfo=UTC)

    def take(self, listed: Iterable[int], reported: int, days: float = 1, **evidence: object) -> Assessment:
        """Judge a list read `days` after the one before it."""
        self.now += timedelta(days=days)
        ids, capture_id = sorted(listed), str(len(self.entries) + 1)
        rows = pl.DataFrame({"user_id": ids}, schema={"user_id": pl.Int64})
        seen = Evidence(len(ids), len(ids), reported, reported, 1, **{"ended": True, **evidence})  # type: ignore[arg-type]
        found = judged(capture_id, seen, [*self.entries.values()], rows, self.now)
        gap = nearest_gap(len(ids), seen.reported, found.band or Band(0, 0))
        past = Past(self.now, found.verdict, gap, found.band, found.missing_count, found.missing_limit)
        for resolution in found.resolved:
            one = self.entries[resolution.capture_id]
            released = replace(one, held=False, past=replace(one.past, verdict=resolution.verdict))
            self.entries[resolution.capture_id] = released
        self.judgements[capture_id] = found
        self.entries[capture_id] = Earlier(
            capture_id, past, found.held, len(ids), found.missing_count or 0, partial(rows.clone)
        )
        return found

    @property
    def verdicts(self) -> list[str]:
        """The verdicts as they are now."""
        return [one.past.verdict for one in self.entries.values()]
