"""Settling why somebody left: one look at the account tells whether it is still there."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intel_pipeline.capture.sparing import spares_the_session
from intel_pipeline.instagram.errors import DriftError, GoneError, InstagramError
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
    of how many are done. The first answer that is no answer ends it.
    """
    from intel_pipeline.warehouse.landing.settlements import land_settlements, unsettled
    from intel_pipeline.warehouse.writer import writing

    settled = Settled(stopped=pipeline.not_now() or without_session(pipeline))
    if settled.stopped:
        return settled
    labels = [one.label for one in pipeline.registry.targets.all()]
    with writing(pipeline.settings.warehouse_file) as transaction:
        # What a run that was killed has learned must not be asked again.
        land_settlements(transaction, labels, pipeline.registry.settlements)
        losses = unsettled(transaction, target, most)
    if losses.is_empty():
        return settled
    with pipeline.source() as source:
        look_up(pipeline, source, losses, settled, told)
    with writing(pipeline.settings.warehouse_file) as transaction:
        land_settlements(transaction, labels, pipeline.registry.settlements)
    return settled


def without_session(pipeline: Pipeline) -> str | None:
    """Return why nobody can be looked up where there is no session."""
    return None if pipeline.settings.session else "accounts are only looked up with a session, and none is set"


def look_up(
    pipeline: Pipeline, source: Source, losses: "pl.DataFrame", settled: Settled, told: Callable[[int, int], None]
) -> None:
    """Look the accounts up one after the other, until something goes wrong."""
    trusted = False
    for change_id, target, user_id, username in losses.iter_rows():
        told(settled.asked, losses.height)
        settled.asked += 1
        try:
            gone = is_gone(source, Subject(target, username, user_id))
            # A session that Instagram distrusts is told of everybody that there is no such account.
            if gone and not trusted:
                trusted = not is_gone(source, known_target(pipeline, target))
                if not trusted:
                    settled.stopped = (
                        f"Instagram says of '{target}' too that there is no such account: nothing is told by that"
                    )
                    return
        except InstagramError as error:
            spares_the_session(pipeline, error, logged_in=source.logged_in)
            settled.stopped = error.problem
            if isinstance(error, DriftError):
                # Of this account the answer may always be strange: the next run goes on with the others.
                pipeline.registry.settlements.add(change_id, target, user_id, "unknown")
                settled.causes["unknown"] += 1
            return
        cause = "deactivated" if gone else "unfollowed"
        pipeline.registry.settlements.add(change_id, target, user_id, cause)
        settled.causes[cause] += 1
    told(settled.asked, losses.height)


def is_gone(source: Source, subject: Subject) -> bool:
    """Return whether Instagram says that there is no such account; raises InstagramError where the answer is none.

    Asked by id, so that a rename since does not matter. An account that is still there has unfollowed, or was removed
    by the target; one that is gone is deactivated, or has blocked the session. These cannot be told apart.
    """
    try:
        interpret.profile(source.profile(subject))
    except GoneError:
        return True
    return False


def known_target(pipeline: Pipeline, label: str) -> Subject:
    """Return the target that somebody left, as an account that is known to be there."""
    target = pipeline.registry.targets.get(label)
    return Subject(target.label, target.username, target.user_id)
