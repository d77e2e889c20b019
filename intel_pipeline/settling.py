"""Settling why somebody left: one look at the account tells whether it is still there."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from intel_pipeline.capture.sparing import spares_the_session
from intel_pipeline.instagram.errors import DriftError, GoneError, InstagramError
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.source import Source, Subject
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.session_in_use import SessionInUse

# `change_id`, `target`, `user_id`, `username`.
Loss = tuple[str, str, int, str]


@dataclass(slots=True)
class Settled:
    """What came of it: how many losses had which cause.

    `halted`: why a session asked no more, by its name. `waiting`: why a target's were not looked up, by its label.
    """

    asked: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    halted: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)

    @property
    def stopped(self) -> str | None:
        """Why some were left, in words, or None."""
        return "; ".join(dict.fromkeys((*self.halted.values(), *self.waiting.values()))) or None


def settle(pipeline: Pipeline, target: str | None, most: int, told: Callable[[int, int], None]) -> Settled:
    """Look up at most so many of those whose loss is confirmed, of one target or of all, newest first.

    Each costs one request, on the ledger and within the budget like any other, and is durable at once; it is made with
    the session that reads the target. `told` how many of how many are done. The first answer that is no answer ends it
    for that session.
    """
    from intel_pipeline.warehouse.landing.settlements import land_settlements, unsettled
    from intel_pipeline.warehouse.writer import writing

    targets = [one for one in pipeline.registry.targets.all() if target in (None, one.label)]
    shares = pipeline.lookers(targets)
    none = "accounts are only looked up with a session, and none is in use"
    settled = Settled(waiting={**shares.waiting, **dict.fromkeys(shares.unread, none)})
    if not shares.reads:
        return settled
    labels = [one.label for one in targets]
    readable = [label for theirs in shares.reads.values() for label in theirs]
    with writing(pipeline.settings.warehouse_file) as transaction:
        # What a run that was killed has learned must not be asked again.
        land_settlements(transaction, labels, pipeline.registry.settlements)
        losses = unsettled(transaction, readable, most)
    if losses.is_empty():
        return settled
    for name, theirs in shares.reads.items():
        mine: list[Loss] = [row for row in losses.iter_rows() if row[1] in theirs]
        if not mine:
            continue
        session = pipeline.session(name)
        with session.source() as source:
            look_up(session, source, mine, settled, lambda done: told(done, losses.height))
    told(settled.asked, losses.height)
    with writing(pipeline.settings.warehouse_file) as transaction:
        land_settlements(transaction, labels, pipeline.registry.settlements)
    return settled


def look_up(
    session: SessionInUse, source: Source, losses: Sequence[Loss], settled: Settled, told: Callable[[int], None]
) -> None:
    """Look accounts up with one session, one after the other, until something goes wrong."""
    settlements = session.pipeline.registry.settlements
    trusted = False
    for change_id, target, user_id, username in losses:
        told(settled.asked)
        settled.asked += 1
        try:
            gone = is_gone(source, Subject(target, username, user_id))
            # A session that Instagram distrusts is told of everybody that there is no such account.
            if gone and not trusted:
                trusted = not is_gone(source, known_target(session.pipeline, target))
                if not trusted:
                    settled.halted[session.name] = (
                        f"Instagram says of '{target}' too that there is no such account: nothing is told by that"
                    )
                    return
        except InstagramError as error:
            spares_the_session(session, error, logged_in=source.logged_in)
            settled.halted[session.name] = error.problem
            if isinstance(error, DriftError):
                # Of this account the answer may always be strange: the next run goes on with the others.
                settlements.add(change_id, target, user_id, "unknown")
                settled.causes["unknown"] += 1
            return
        cause = "deactivated" if gone else "unfollowed"
        settlements.add(change_id, target, user_id, cause)
        settled.causes[cause] += 1


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
