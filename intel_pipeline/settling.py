"""Settling why somebody left: one look at the account tells whether it is still there."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intel_pipeline.capture.sparing import spares_the_session
from intel_pipeline.instagram.errors import GoneError, InstagramError
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.source import Source, Subject
from intel_pipeline.pipeline import Pipeline

if TYPE_CHECKING:
    import polars as pl


@dataclass(slots=True)
class Settled:
    """What came of it: how many losses had which cause; why the rest was left, if it was."""

    asked: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    stopped: str | None = None


def settle(pipeline: Pipeline, target: str | None, most: int, told: Callable[[int, int], None]) -> Settled:
    """Look up at most so many of those whose loss is confirmed, of one target or of all, newest first.

    Each costs one request, on the ledger and within the budget like any other, and is durable at once. `told` how many
    of how many are done. What cannot be told stays unknown.
    """
    from intel_pipeline.warehouse.landing.settlements import land_settlements, unsettled
    from intel_pipeline.warehouse.writer import writing

    settled = Settled(stopped=pipeline.not_now())
    with writing(pipeline.settings.warehouse_file) as transaction:
        losses = unsettled(transaction, target, most)
    if settled.stopped or losses.is_empty():
        return settled
    with pipeline.source() as source:
        look_up(pipeline, source, losses, settled, told)
    with writing(pipeline.settings.warehouse_file) as transaction:
        land_settlements(transaction, losses["target"].unique().to_list(), pipeline.registry.settlements)
    return settled


def look_up(
    pipeline: Pipeline, source: Source, losses: "pl.DataFrame", settled: Settled, told: Callable[[int, int], None]
) -> None:
    """Look the accounts up one after the other, until the session must be spared."""
    for change_id, target, user_id, username in losses.iter_rows():
        told(settled.asked, losses.height)
        settled.asked += 1
        try:
            cause = cause_of(source, Subject(target, username, user_id))
        except InstagramError as error:
            if spares_the_session(pipeline, source, error):
                settled.stopped = error.problem
                return
            settled.causes["unknown"] += 1
            continue
        pipeline.registry.settlements.add(change_id, target, user_id, cause)
        settled.causes[cause] += 1
    told(settled.asked, losses.height)


def cause_of(source: Source, subject: Subject) -> str:
    """Return `unfollowed` where the account is still there, `deactivated` where it is gone.

    By id, so that a rename since does not matter. Who was removed by the target, or has blocked the session, cannot be
    told apart from these; raises InstagramError where the answer tells nothing.
    """
    try:
        interpret.profile(source.profile(subject))
    except GoneError:
        return "deactivated"
    return "unfollowed"
