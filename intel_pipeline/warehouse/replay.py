"""The registry's captures as they were on one day after the other, while everything is derived again."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from intel_pipeline.registry.capture_course import CaptureCourse
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.finished import finished

Key = tuple[str, str]


@dataclass(slots=True)
class Replay:
    """What was finished by the end of the day that was told last. Nothing is asked of the registry for a day but its list.

    `only`: the ids of those that count at all, None for all.
    """

    registry: CaptureCourse
    only: Collection[str] | None = None
    # By target and surface: how many left a snapshot, by verdict; those of the day, and the last ones before them.
    numbers: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    recent: dict[Key, list[Capture]] = field(default_factory=lambda: defaultdict(list))
    told: dict[str, Capture] = field(default_factory=dict)

    def days(self) -> Iterator[tuple[date, list[Capture]]]:
        """Yield each day on which something was finished, and what, oldest first."""
        for day in sorted(self.registry.finished_days()):
            captures = [
                one for one in self.registry.finished_on(day) if self.only is None or one.capture_id in self.only
            ]
            self._tell(captures)
            yield day, captures

    def _tell(self, captures: Sequence[Capture]) -> None:
        for key, known in self.recent.items():
            complete = [one for one in known if one.verdict == "complete"][-1:]
            self.recent[key] = complete if known[-1:] == complete else [*complete, *known[-1:]]
        for capture in captures:
            if capture.snapshot is not None:
                key = (capture.target, capture.surface)
                self.numbers[key][str(capture.verdict)] += 1
                self.recent[key].append(capture)
        self.told = {one.capture_id: one for known in self.recent.values() for one in known}

    def get(self, capture_id: str) -> Capture:
        """Return one capture, or raise CaptureError."""
        return self.told.get(capture_id) or self.registry.get(capture_id)

    def finished_among(self, ids: Collection[str]) -> list[Capture]:
        """Return those of some captures that are finished, oldest first."""
        others = self.registry.finished_among([one for one in ids if one not in self.told])
        found = [*(self.told[one] for one in ids if one in self.told), *others]
        return sorted(found, key=lambda capture: (finished(capture), capture.capture_id))

    def history(self, target: str, surface: str) -> list[Capture]:
        """Return the captures of one surface of one target that left a snapshot, oldest first."""
        known = self.recent[target, surface]
        everything = self.registry.history(target, surface) if known else []
        return [
            one
            for one in everything
            if finished(one) <= finished(known[-1]) and (self.only is None or one.capture_id in self.only)
        ]

    def tallies(self, targets: Sequence[str], surface: str) -> dict[str, Counter[str]]:
        """Return of each target how many of its captures of a surface left a snapshot, by verdict."""
        return {target: Counter(self.numbers[target, surface]) for target in targets}

    def before(self, capture: Capture, *, complete: bool) -> Capture | None:
        """Return the latest earlier capture of the same surface that left a snapshot (and was complete)."""
        earlier = [
            one
            for one in self.recent[capture.target, capture.surface]
            if finished(one) < finished(capture) and (one.verdict == "complete" or not complete)
        ]
        return earlier[-1] if earlier else None

    def after(self, capture: Capture) -> Capture | None:
        """Return the next later capture of the same surface that left a snapshot."""
        later = (one for one in self.recent[capture.target, capture.surface] if finished(one) > finished(capture))
        return next(later, None)
