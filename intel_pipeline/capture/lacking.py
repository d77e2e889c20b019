"""What a follower list lacks of those before it: of the last complete one, and of those held back since."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from intel_pipeline.capture.history import Past, days_between, learned
from intel_pipeline.capture.mass_loss import Held, Loss, Losses
from intel_pipeline.capture.verdict import Assessment, Evidence, assess

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier capture that left a list.

    `lacked`: members of the complete list before it that it lacks. `members`: its list, with `user_id`, None where it
    cannot be read any more; asked for only where lists are compared.
    """

    capture_id: str
    past: Past
    held: bool
    listed: int
    lacked: int
    members: "Callable[[], pl.DataFrame | None]"


def judged(
    capture_id: str, evidence: Evidence, earlier: Sequence[Earlier], rows: "pl.DataFrame", finished_at: datetime
) -> Assessment:
    """Return what the list of `capture_id` proves: `rows`, distinct by `user_id`, read until `finished_at`.

    `earlier`: the target's captures before it that left a list, oldest first.
    """
    history = learned([one.past for one in earlier])
    return assess(capture_id, evidence, history, partial(lacking, earlier, rows, finished_at))


def lacking(earlier: Sequence[Earlier], rows: "pl.DataFrame", finished_at: datetime) -> Losses:
    """Return what `rows` lack of the last complete capture's list, and of the lists held back since."""
    complete = [place for place, one in enumerate(earlier) if one.past.verdict == "complete"]
    if not complete:
        return Losses(None)
    last, *since = earlier[complete[-1] :]
    held = [one for one in since if one.held]
    before = last.members()
    if before is None:
        return Losses(None, tuple(unlike(one, finished_at) for one in held))
    return Losses(loss(before, last, rows, finished_at), tuple(against(one, before, rows, finished_at) for one in held))


def against(one: Earlier, before: "pl.DataFrame", rows: "pl.DataFrame", finished_at: datetime) -> Held:
    """Compare `rows` with the list of a held capture, which lacks members of the list `before`."""
    there = one.members()
    if there is None:
        return unlike(one, finished_at)
    lacked = before.join(there, on="user_id", how="anti")
    returned = lacked.join(rows, on="user_id", how="semi").height
    return Held(one.capture_id, lacked.height, loss(there, one, rows, finished_at), returned)


def unlike(one: Earlier, finished_at: datetime) -> Held:
    """Return the comparison with a held capture that there is nothing left to compare with: nothing agrees with it."""
    nothing_left = Loss(one.listed, one.listed, days_between(one.past.finished_at, finished_at))
    return Held(one.capture_id, one.lacked, nothing_left, one.lacked)


def loss(before: "pl.DataFrame", one: Earlier, rows: "pl.DataFrame", finished_at: datetime) -> Loss:
    """Return how many of the members `before`, as the earlier capture found them, are not among `rows`."""
    missing = before.join(rows, on="user_id", how="anti").height
    return Loss(before.height, missing, days_between(one.past.finished_at, finished_at))
