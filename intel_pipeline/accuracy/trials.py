"""What is tried: one target for so many days, misleading in ways that have names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from intel_pipeline.simulator.fault_names import FAULTS, with_faults
from intel_pipeline.simulator.specs import TargetSpec

FOLLOWERS = 300
EVERYTHING = "all at once"
NOTHING = "none"
# In a combination of all, a fault that ends or suspends the target would leave nothing to be seen of the others.
ENDING = frozenset({"target_vanishing"})


@dataclass(frozen=True, slots=True)
class Trial:
    """A target of FOLLOWERS in the world of `seed`, captured daily; `faults` are strengths by name."""

    name: str
    seed: int
    days: int
    faults: Mapping[str, float]

    def spec(self) -> TargetSpec:
        """Return the target: two follow and one and a half leave on an average day, one in two days renames."""
        plain = TargetSpec(
            label="tried",
            username="tried",
            followers=FOLLOWERS,
            posts=0,
            posts_per_day=0.0,
            follows_per_day=2.0,
            leaves_per_day=1.5,
            renames_per_day=0.5,
            returns_per_day=0.2,
            rest_days=1.0,
        )
        return with_faults(plain, self.faults)


def singly() -> dict[str, dict[str, float]]:
    """Return no fault, and each by itself, by name."""
    return {NOTHING: {}, **{name: {name: 1.0} for name in FAULTS}}


def in_pairs() -> dict[str, dict[str, float]]:
    """Return every pair of faults, by name."""
    return {combination((one, other)): {one: 1.0, other: 1.0} for one, other in combinations(FAULTS, 2)}


def all_at_once() -> dict[str, dict[str, float]]:
    """Return all faults in one, but for those that leave nothing to be seen of the others."""
    return {EVERYTHING: {name: 1.0 for name in FAULTS if name not in ENDING}}


def combination(faults: Iterable[str]) -> str:
    """Return what a combination of faults is called."""
    return " + ".join(faults) or NOTHING


def trials(faults: Mapping[str, Mapping[str, float]], seeds: Sequence[int], days: int) -> Iterator[Trial]:
    """Yield a trial of each of `faults` in the world of each seed."""
    for name, strengths in faults.items():
        for seed in seeds:
            yield Trial(name, seed, days, strengths)
