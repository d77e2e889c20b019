"""Scores: claims held against what happened."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from intel_pipeline.accuracy.claims import KINDS, Claim, Kind
from intel_pipeline.accuracy.truth import Happening, Truth

DAY = 86_400
HOUR = 3_600


@dataclass(slots=True)
class Score:
    """Numbers of one kind of change, over any number of trials.

    `claimed`, `untrue`: claims made, and those of them that did not happen within their bounds. `happened`, `found`:
    what the captures show, and as much of it as was claimed; `lasting`, `found_lasting`: of that, losses that lasted k;
    `provable`, `proven`: of those again, the ones that something Instagram shows can prove. `days`: from what happened
    to the claim. `hours`: from the earliest moment that a true claim leaves open to the latest.
    """

    claimed: int = 0
    untrue: int = 0
    happened: int = 0
    found: int = 0
    lasting: int = 0
    found_lasting: int = 0
    provable: int = 0
    proven: int = 0
    days: list[float] = field(default_factory=list)
    hours: list[float] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Add another score's numbers."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def precision(self) -> float | None:
        """The share of claims that are true."""
        return share(self.claimed - self.untrue, self.claimed)

    @property
    def confirmed(self) -> float | None:
        """The share of everything the captures show that was claimed."""
        return share(self.found, self.happened)

    @property
    def recall(self) -> float | None:
        """The share of what lasted k that was claimed."""
        return share(self.found_lasting, self.lasting)

    @property
    def recall_of_provable(self) -> float | None:
        """The share of what lasted k and can be proven that was claimed."""
        return share(self.proven, self.provable)

    def count(self, happening: Happening, found: Claim | None) -> None:
        """Count something that happened, and the claim that it did."""
        self.happened += 1
        self.lasting += happening.lasting
        self.provable += (provable := happening.lasting and not happening.clouded)
        if found is not None:
            self.found += 1
            self.found_lasting += happening.lasting
            self.proven += provable
            self.days.append((found.made_at - happening.at).total_seconds() / DAY)


def share(part: int, whole: int) -> float | None:
    """Return the part as a share of the whole, None of nothing."""
    return part / whole if whole else None


Scores = dict[Kind, Score]


def scored(truth: Truth, happenings: Iterable[Happening], claims: Iterable[Claim]) -> Scores:
    """Return the scores by kind of what was claimed."""
    scores: Scores = {kind: Score() for kind in KINDS}
    true: dict[tuple[Kind, int], list[Claim]] = defaultdict(list)
    for claim in claims:
        score = scores[claim.kind]
        score.claimed += 1
        if truth.happened(claim.kind, claim.user_id, claim.not_before, claim.not_after):
            true[claim.kind, claim.user_id].append(claim)
            score.hours.append((claim.not_after - claim.not_before).total_seconds() / HOUR)
        else:
            score.untrue += 1
    for happening in happenings:
        made = true[happening.kind, happening.user_id]
        found = (claim for claim in made if claim.not_before < happening.at <= claim.not_after)
        scores[happening.kind].count(happening, next(found, None))
    return scores
