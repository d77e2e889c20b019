"""A target's captures in memory: lists are sets of ids, and each is judged by those before it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from intel_pipeline.capture.gap import Band, nearest_gap
from intel_pipeline.capture.history import Past, days_between, learned
from intel_pipeline.capture.mass_loss import Held, Loss, Losses
from intel_pipeline.capture.verdict import Assessment, Evidence, assess


@dataclass(slots=True)
class Entry:
    """One capture: what it listed, what was found of it then, and what the registry says of it now."""

    listed: frozenset[int]
    past: Past
    assessed: Assessment
    held: bool


@dataclass(slots=True)
class Diary:
    """The captures by id, "1", "2" and so on, oldest first."""

    entries: dict[str, Entry] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 1, 6, tzinfo=UTC)

    def take(self, listed: Iterable[int], reported: int, days: float = 1, **evidence: object) -> Assessment:
        """Judge a list read `days` after the one before it."""
        self.now += timedelta(days=days)
        ids, capture_id = frozenset(listed), str(len(self.entries) + 1)
        seen = Evidence(len(ids), len(ids), reported, reported, 1, **{"ended": True, **evidence})  # type: ignore[arg-type]
        history = learned([entry.past for entry in self.entries.values()])
        found = assess(capture_id, seen, history, lambda: self.losses(ids))
        gap = nearest_gap(len(ids), seen.reported, found.band or Band(0, 0))
        past = Past(self.now, found.verdict, gap, found.band, found.missing_count, found.missing_limit)
        for resolution in found.resolved:
            entry = self.entries[resolution.capture_id]
            entry.past, entry.held = replace(entry.past, verdict=resolution.verdict), False
        self.entries[capture_id] = Entry(ids, past, found, found.held)
        return found

    def losses(self, ids: frozenset[int]) -> Losses:
        """Compare a list with the last complete one and those held back."""
        last = next((one for one in reversed(self.entries.values()) if one.past.verdict == "complete"), None)
        if last is None:
            return Losses(None)
        held = []
        for capture_id, entry in self.entries.items():
            if entry.held:
                lacked = last.listed - entry.listed
                held.append(Held(capture_id, len(lacked), self.loss(entry, ids), len(lacked & ids)))
        return Losses(self.loss(last, ids), tuple(held))

    def loss(self, entry: Entry, ids: frozenset[int]) -> Loss:
        """Count whom of the entry the list lacks."""
        return Loss(len(entry.listed), len(entry.listed - ids), days_between(entry.past.finished_at, self.now))

    @property
    def verdicts(self) -> list[str]:
        """The verdicts as they are now."""
        return [entry.past.verdict for entry in self.entries.values()]
