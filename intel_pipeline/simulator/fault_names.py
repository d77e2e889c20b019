"""The ways in which a follower list misleads, by name: each makes of a target one that misleads so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil

from intel_pipeline.simulator.specs import TargetSpec

LONGEST_STEM = 24


@dataclass(frozen=True, slots=True)
class NamedFault:
    """One way, described in a line at strength 1. Strength scales its pace, chance, share or length; 0 is nothing."""

    description: str
    applied: Callable[[TargetSpec, float], TargetSpec]

    def __call__(self, spec: TargetSpec, strength: float = 1.0) -> TargetSpec:
        """Return `spec` with the fault; raises ValueError for a negative strength."""
        if strength < 0:
            msg = f"a fault cannot have the strength {strength}"
            raise ValueError(msg)
        return self.applied(spec, strength) if strength else spec


def with_faults(spec: TargetSpec, faults: Mapping[str, float]) -> TargetSpec:
    """Return `spec` with each of `faults`, strengths by name; raises ValueError for a name that is not in FAULTS."""
    for name in faults:
        if name not in FAULTS:
            msg = f"there is no fault {name!r}; there are {', '.join(FAULTS)}"
            raise ValueError(msg)
    for name, fault in FAULTS.items():
        spec = fault(spec, faults.get(name, 0.0))
    return spec


def _capped(chance: float) -> float:
    return min(1.0, chance)


def _renaming_itself(spec: TargetSpec, _: float) -> TargetSpec:
    stem = spec.username[:LONGEST_STEM]
    return replace(spec, renames_on=(*spec.renames_on, (40, f"{stem}.now"), (90, f"{stem}.later")))


FAULTS: dict[str, NamedFault] = {
    "hidden": NamedFault(
        "1 % of the followers are counted but never listed",
        lambda spec, strength: replace(spec, hidden_share=_capped(0.01 * strength)),
    ),
    "hiding": NamedFault(
        "0.05 followers a day are listed no more, for good, though they still follow",
        lambda spec, strength: replace(spec, hides_per_day=0.05 * strength),
    ),
    "flickering": NamedFault(
        "5 % of the followers are each missing from a listing with a chance of 25 %",
        lambda spec, strength: replace(spec, flickering_share=_capped(0.05 * strength), flickering_chance=0.25),
    ),
    "deactivating": NamedFault(
        "0.3 followers a day lose their account, and most are back at their old place after about ten days",
        lambda spec, strength: replace(spec, deactivates_per_day=0.3 * strength),
    ),
    "visiting": NamedFault(
        "1 person a day follows and leaves again the same day",
        lambda spec, strength: replace(spec, visits_per_day=1.0 * strength),
    ),
    "renaming": NamedFault(
        "1 follower a day renames, or more where more do anyway",
        lambda spec, strength: replace(spec, renames_per_day=max(spec.renames_per_day, 1.0 * strength)),
    ),
    "name_passing": NamedFault(
        "0.3 followers a day rename, and somebody else takes the old name the same day",
        lambda spec, strength: replace(spec, name_passings_per_day=0.3 * strength),
    ),
    "target_renaming": NamedFault("the target renames on the days 40 and 90, at any strength", _renaming_itself),
    "target_private": NamedFault(
        "the target is private from day 60 to day 70",
        lambda spec, strength: replace(spec, private_between=(60, 60 + ceil(10 * strength))),
    ),
    "target_away": NamedFault(
        "the target's account is gone from day 100 to day 106, then back with its followers",
        lambda spec, strength: replace(spec, away_between=(100, 100 + ceil(6 * strength))),
    ),
    "target_vanishing": NamedFault(
        "the target's account is gone for good on day 150, at any strength",
        lambda spec, _: replace(spec, vanishes_on=150),
    ),
    "cut": NamedFault(
        "1 in 10 listings ends, as if that were all, after 60 % of its entries",
        lambda spec, strength: replace(spec, cuts=(*spec.cuts, (_capped(0.1 * strength), 0.6))),
    ),
    "cut_slightly": NamedFault(
        "1 in 10 listings ends, as if that were all, 0.5 % of its entries early, at least one",
        lambda spec, strength: replace(spec, cuts=(*spec.cuts, (_capped(0.1 * strength), 0.995))),
    ),
    "limited": NamedFault(
        "1 in 10 listings shows half of its entries, and says that it is limited",
        lambda spec, strength: replace(spec, limits=(_capped(0.1 * strength), 0.5)),
    ),
    "dead": NamedFault(
        "1 in 20 listings is empty", lambda spec, strength: replace(spec, deaths=_capped(0.05 * strength))
    ),
    "duplicated": NamedFault(
        "1 in 10 listings shows a page twice, in place of the page that comes next",
        lambda spec, strength: replace(spec, duplications=_capped(0.1 * strength)),
    ),
    "overlapping": NamedFault(
        "1 in 2 listings begins each page with the last five of the page before",
        lambda spec, strength: replace(spec, overlaps=_capped(0.5 * strength)),
    ),
    "empty_page": NamedFault(
        "1 in 10 listings has an empty page in the middle",
        lambda spec, strength: replace(spec, empty_pages=_capped(0.1 * strength)),
    ),
    "repeated_cursor": NamedFault(
        "1 in 10 listings gives a cursor a second time and so never ends",
        lambda spec, strength: replace(spec, repeated_cursors=_capped(0.1 * strength)),
    ),
    "shuffled": NamedFault(
        "every listing has an order of its own, at any strength", lambda spec, _: replace(spec, order="shuffled")
    ),
    "lagging": NamedFault(
        "the follower count is that of 12 hours ago", lambda spec, strength: replace(spec, count_lag=12 * strength)
    ),
    "wobbling": NamedFault(
        "the follower count is off by up to 1, anew at every look",
        lambda spec, strength: replace(spec, count_wobble=round(strength)),
    ),
}
