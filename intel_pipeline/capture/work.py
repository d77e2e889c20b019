"""Working off what is due: a batch of captures of one surface, of which none stops or hides the others."""

from datetime import date, timedelta

from intel_pipeline.capture.attempt import take
from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.watching import Watch
from intel_pipeline.disk import naming_full_disk
from intel_pipeline.instagram.source import Surface
from intel_pipeline.pipeline import Pipeline


def capture_due(pipeline: Pipeline, surface: Surface, day: date, limits: Limits, watch: Watch) -> Tally:
    """Capture `surface` of the targets that the round of `day` still lacks.

    Raises RoundError where that round cannot be captured. `watch` is told label, surface, rows and the reported
    number while a capture goes on.
    """
    with naming_full_disk(pipeline.settings.data_dir):
        return work_off(pipeline, surface, day, limits, watch)


def work_off(pipeline: Pipeline, surface: Surface, day: date, limits: Limits, watch: Watch) -> Tally:
    """Do what `capture_due` says."""
    registry = pipeline.registry
    registry.rounds.admit(day)
    if surface not in pipeline.surfaces:
        return Tally(surface=surface, day=day, stopped=pipeline.withheld(surface))
    if limits.targets:
        targets = [registry.targets.get(label) for label in limits.targets]
    else:
        targets = registry.captures.due(surface, day)
    tally = Tally(surface=surface, day=day, due=len(targets))
    tally.stopped = pipeline.not_now() or pipeline.resting(surface)
    if tally.stopped or not targets:
        return tally
    ends = pipeline.clock.now() + timedelta(seconds=limits.seconds)
    with pipeline.source() as source:
        for target in targets[: limits.most]:
            if pipeline.clock.now() > ends:
                tally.stopped = f"{limits.seconds:.0f} s are over; the rest is for the next tick"
                break
            take(pipeline, source, target, tally, limits, watch)
            if tally.stopped:
                break
    return tally
