"""The finished captures, as landing asks for them: the registry's, or as they were at a moment that is derived again."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from intel_pipeline.registry.captured import Captured


class Finished(Protocol):
    """Questions about finished captures; see `registry.capture_queries`."""

    def get(self, capture_id: str) -> Captured:
        """Return one capture, or raise CaptureError."""

    def finished_among(self, ids: Collection[str]) -> Sequence[Captured]:
        """Return those of some captures that are finished, oldest first."""

    def history(self, target: str, surface: str) -> Sequence[Captured]:
        """Return the captures of one surface of one target that left a snapshot, oldest first."""

    def tallies(self, targets: Sequence[str], surface: str) -> dict[str, Counter[str]]:
        """Return of each target how many of its captures of a surface left a snapshot, by verdict."""

    def before_each(self, captures: Sequence[Captured]) -> Mapping[str, Captured]:
        """Return by the id of each the latest earlier capture of its surface that left a snapshot, if there is one."""

    def after(self, capture: Captured) -> Captured | None:
        """Return the next later capture of the same surface that left a snapshot."""
