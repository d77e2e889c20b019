"""Trying: a world lives, its target is captured every morning, and what was found is scored."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context, parent_process
from threading import Thread

from intel_pipeline.accuracy import baselines, claims
from intel_pipeline.accuracy.course import Course
from intel_pipeline.accuracy.reading import read
from intel_pipeline.accuracy.scores import Scores, scored
from intel_pipeline.accuracy.trials import Trial
from intel_pipeline.accuracy.truth import Truth
from intel_pipeline.process_environment import ONE_CORE
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.world import World

OURS = "intel_pipeline"
START = datetime(2026, 1, 1, tzinfo=UTC)
CAPTURE_AT = timedelta(hours=6)


def tried(trial: Trial) -> dict[str, Scores]:
    """Return the scores of ours and of the baselines in one trial."""
    clock = VirtualClock(START)
    spec = trial.spec()
    world = World(trial.seed, START, clock, [spec])
    target_id = world.target_id(spec.label)
    course = Course()
    for day in range(1, trial.days + 1):
        clock.set(START + timedelta(days=day) + CAPTURE_AT)
        reading = read(world, clock, target_id)
        if reading is not None:
            course.take(reading)
    founders = {person.id for person in world.followers_of(target_id, START)}
    truth = Truth(founders, world.truth(target_id, START, clock.now()), course)
    happenings = list(truth.happenings())
    found = {OURS: scored(truth, happenings, claims.ours(course))}
    return found | {name: scored(truth, happenings, baselines.claims(course, name)) for name in baselines.BASELINES}


def end_with_parent() -> None:
    """Let this process end when the one that started it does: a killed one would leave workers at it for an hour."""
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


def tried_in_parallel(trials: Iterable[Trial], workers: int) -> Iterator[tuple[Trial, dict[str, Scores]]]:
    """Yield the scores of each trial as it is done, in no order; each worker is a process that uses one core."""
    before = {name: os.environ.get(name) for name in ONE_CORE}
    os.environ.update(ONE_CORE)
    try:
        with ProcessPoolExecutor(workers, get_context("spawn"), end_with_parent) as pool:
            running = {pool.submit(tried, trial): trial for trial in trials}
            for done in as_completed(running):
                yield running.pop(done), done.result()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
