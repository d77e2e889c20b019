"""The whole histories of some targets' captures, held while everything they taught is derived again."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from intel_pipeline.errors import CaptureError
from intel_pipeline.registry.captured import Captured
from intel_pipeline.registry.finishing import finished


class Histories:
    """Answers what landing asks about finished captures, as if there were only these."""

    def __init__(self, captures: Sequence[Captured]) -> None:
        """Hold captures that are finished, of whole targets."""
        self.captures = {capture.capture_id: capture for capture in captures}
        self.listed: dict[tuple[str, str], list[Captured]] = defaultdict(list)
        for capture in self.finished_among(self.captures):
            if capture.snapshot is not None:
                self.listed[capture.target, capture.surface].append(capture)

    def get(self, capture_id: str) -> Captured:
        """Return one capture, or raise CaptureError."""
        if capture_id not in self.captures:
            problem = f"the capture '{capture_id}' is not among those that are derived again"
            raise CaptureError(problem, "run this again: it was finished or erased in the meantime")
        return self.captures[capture_id]

    def finished_among(self, ids: Collection[str]) -> list[Captured]:
        """Return those of some captures that are finished, oldest first."""
        found = (self.captures[one] for one in ids if one in self.captures)
        return sorted(found, key=lambda capture: (finished(capture), capture.capture_id))

    def history(self, target: str, surface: str) -> list[Captured]:
        """Return the captures of one surface of one target that left a snapshot, oldest first."""
        return self.listed[target, surface]

    def tallies(self, targets: Sequence[str], surface: str) -> dict[str, Counter[str]]:
        """Return of each target how many of its captures of a surface left a snapshot, by verdict."""
        return {target: Counter(str(one.verdict) for one in self.listed[target, surface]) for target in targets}

    def before_each(self, captures: Sequence[Captured]) -> dict[str, Captured]:
        """Return by the id of each the latest earlier capture of its surface that left a snapshot, if there is one."""
        found = {}
        for capture in captures:
            listed = self.listed[capture.target, capture.surface]
            if place := bisect_left(listed, finished(capture), key=finished):
                found[capture.capture_id] = listed[place - 1]
        return found

    def after(self, capture: Captured) -> Captured | None:
        """Return the next later capture of the same surface that left a snapshot."""
        listed = self.listed[capture.target, capture.surface]
        later = listed[bisect_right(listed, finished(capture), key=finished) :]
        return later[0] if later else None
