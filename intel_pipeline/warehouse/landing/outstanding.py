"""Which follower captures have to be landed: the new ones, and whatever else has changed what is known."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from intel_pipeline.registry.captured import Captured
from intel_pipeline.registry.finishing import finished
from intel_pipeline.warehouse.landing.finished import Finished
from intel_pipeline.warehouse.landing.known import named
from intel_pipeline.warehouse.writer import Transaction

# By which rules changes are derived. One more, and everything is derived again by the next landing of its target.
RULES = 7

# By these rules, and the newest by whichever.
LANDED = """
select target, verdict, count(*) filter (where rules = $1), max((finished_at, capture_id))
from follower_balance semi join asked using (target) group by all
"""
AMONG = """
select capture_id, verdict from follower_balance semi join asked using (capture_id) where rules = $1
"""
ALL_LANDED = "select capture_id, verdict from follower_balance where target = $1 and rules = $2"


@dataclass(frozen=True, slots=True)
class Due:
    """The captures of a target that have to be landed, oldest first; whether something after the first is landed."""

    captures: Sequence[Captured]
    rewinds: bool


def outstanding(transaction: Transaction, registry: Finished, asked: Sequence[Captured]) -> dict[str, Due]:
    """Return what has to be landed of the targets of the captures that are `asked` for.

    The usual case is told by numbers alone: all that was landed before is as it was, and what is new is newer.
    """
    new: dict[str, list[Captured]] = defaultdict(list)
    targets = dict.fromkeys(capture.target for capture in asked)
    ids = pl.DataFrame({"capture_id": [capture.capture_id for capture in asked]}, schema={"capture_id": pl.String()})
    landed = dict(transaction.rows(AMONG, RULES, asked=ids))
    for capture in sorted(asked, key=order):
        if capture.snapshot is not None and landed.get(capture.capture_id) != capture.verdict:
            new[capture.target].append(capture)
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    newest: dict[str, tuple[datetime, str]] = {}
    for target, verdict, number, last in transaction.rows(LANDED, RULES, asked=named(targets)):
        numbers[target][verdict] = number
        newest[target] = max(last, newest.get(target, last))
    known = registry.tallies(list(targets), "followers")
    due = {}
    for target in targets:
        fresh = new[target]
        as_expected = known[target] == numbers[target] + Counter(str(capture.verdict) for capture in fresh)
        if as_expected and (not fresh or target not in newest or order(fresh[0]) > newest[target]):
            found = Due(fresh, rewinds=False)
        else:
            found = from_the_first(transaction, registry, target, newest.get(target))
        if found.captures:
            due[target] = found
    return due


def from_the_first(
    transaction: Transaction, registry: Finished, target: str, newest: tuple[datetime, str] | None
) -> Due:
    """Return the target's captures from the first on that is not landed as it is now."""
    landed = dict(transaction.rows(ALL_LANDED, target, RULES))
    everything = registry.history(target, "followers")
    first = (n for n, capture in enumerate(everything) if landed.get(capture.capture_id) != capture.verdict)
    captures = everything[next(first, len(everything)) :]
    return Due(captures, rewinds=bool(captures) and newest is not None and order(captures[0]) <= newest)


def order(capture: Captured) -> tuple[datetime, str]:
    """Return what captures are sorted by; ValueError for one that is not finished."""
    return finished(capture), capture.capture_id
