"""Figures: the scores of many trials by what was tried and by who claimed, and whether they are good enough."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from intel_pipeline.accuracy.claims import KINDS
from intel_pipeline.accuracy.scores import Score, Scores

# What is promised, of each thing tried and of all of them.
LEAST_RECALL = 0.99
MOST_UNTRUE_FOLLOWS = 0.001


@dataclass(slots=True)
class Figures:
    """Scores by (what was tried, who claimed)."""

    scores: dict[tuple[str, str], Scores] = field(default_factory=lambda: defaultdict(nothing))

    def add(self, tried: str, found: dict[str, Scores]) -> None:
        """Add what one trial came to."""
        for claimant, scores in found.items():
            for kind, score in scores.items():
                self.scores[tried, claimant][kind].add(score)

    def total(self, claimant: str, tried: Iterable[str]) -> Scores:
        """Return the sum of what a claimant reached in several trials."""
        total = nothing()
        for name in tried:
            for kind, score in self.scores[name, claimant].items():
                total[kind].add(score)
        return total


def nothing() -> Scores:
    """Return scores of no trial."""
    return {kind: Score() for kind in KINDS}


def shortcomings(tried: str, scores: Scores) -> Iterator[str]:
    """Yield in words what `scores` lack of what is promised."""
    left, followed, renamed = (scores[kind] for kind in ("left", "followed", "renamed"))
    if left.untrue:
        yield f"{tried}: {left.untrue:,} of {left.claimed:,} confirmed losses are untrue"
    if left.recall_of_provable is not None and left.recall_of_provable < LEAST_RECALL:
        yield f"{tried}: {left.recall_of_provable:.2%} of the provable losses that lasted k were confirmed"
    if followed.untrue > MOST_UNTRUE_FOLLOWS * followed.claimed:
        yield f"{tried}: {followed.untrue:,} of {followed.claimed:,} reported follows are untrue"
    if renamed.found < renamed.happened:
        yield f"{tried}: {renamed.happened - renamed.found:,} of {renamed.happened:,} renames were missed"
    if renamed.untrue:
        yield f"{tried}: {renamed.untrue:,} of {renamed.claimed:,} renames are untrue"
