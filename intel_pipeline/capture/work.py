"""Working off what is due: a batch of captures of one surface, of which none stops or hides the others."""

from collections.abc import Sequence
from datetime import date, timedelta

from intel_pipeline.capture.attempt import take
from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.watching import Watch
from intel_pipeline.disk import naming_full_disk
from intel_pipeline.errors import VaultError
from intel_pipeline.instagram.source import Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.finishing import finished
from intel_pipeline.registry.models import Target
from intel_pipeline.session_in_use import SessionInUse


def capture_due(pipeline: Pipeline, surface: Surface, day: date, limits: Limits, watch: Watch) -> Tally:
    """Capture `surface` of the targets that the round of `day` still lacks.

    Raises RoundError where that round cannot be captured, and VaultError where no session can be opened. `watch` is
    told label, surface, rows and the reported number while a capture goes on.
    """
    with naming_full_disk(pipeline.settings.data_dir):
        return work_off(pipeline, surface, day, limits, watch)


def work_off(pipeline: Pipeline, surface: Surface, day: date, limits: Limits, watch: Watch) -> Tally:
    """Do what `capture_due` says: one session after the other, each with what is its share of the targets and the time.

    Not in turns, target by target: each time that a session is taken up, instaloader asks for a page with its tokens.
    """
    registry = pipeline.registry
    registry.rounds.admit(day)
    if limits.targets:
        chosen = [registry.targets.get(label) for label in limits.targets]
        since = limits.since or pipeline.clock.now()
        captured = {one.target for one in registry.captures.of_round(day, surface) if finished(one) > since}
        targets = [target for target in chosen if target.label not in captured]
    else:
        targets = pipeline.lacking(surface, day)
    shares = pipeline.shares(surface, day, targets, limits.most)
    none = pipeline.unread(surface)
    waiting = {**shares.waiting, **(dict.fromkeys(shares.unread, none) if none else {})}
    tally = Tally(surface=surface, day=day, due=len(targets) - len(shares.unread), waiting=waiting)
    by_label = {target.label: target for target in targets}
    seconds = limits.seconds / max(1, len(shares.reads))
    closed: list[VaultError] = []
    for name, labels in shares.reads.items():
        try:
            read(pipeline.session(name), [by_label[label] for label in labels], tally, limits, seconds, watch)
        except VaultError as error:
            tally.halted[name] = error.problem
            closed.append(error)
        if tally.over:
            break
    if closed and len(closed) == len(shares.reads):
        raise closed[0]
    return tally


def read(  # noqa: PLR0913  the batch's own state
    session: SessionInUse, targets: Sequence[Target], tally: Tally, limits: Limits, seconds: float, watch: Watch
) -> None:
    """Capture targets with one session until something speaks against another request with it, or its time is over."""
    clock = session.pipeline.clock
    ends = clock.now() + timedelta(seconds=seconds)
    with session.source() as source:
        for target in targets:
            if limits.until and clock.now() >= limits.until:
                tally.over = f"from {limits.until:%H:%M} UTC on nothing is asked (quiet hours)"
                return
            if clock.now() > ends:
                tally.halted[session.name] = f"{seconds:.0f} s are over; the rest is for the next tick"
                return
            take(session, source, target, tally, limits, watch)
            if tally.over or session.name in tally.halted:
                return
