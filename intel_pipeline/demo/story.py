"""The demo's course: prepare a folder, let days pass, run their ticks."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from intel_pipeline.capture.watching import Watch
from intel_pipeline.clock import today
from intel_pipeline.demo.world_file import SESSION, WorldNote, remember, write_note
from intel_pipeline.errors import IntelError, SettingsError
from intel_pipeline.instagram.session import log_in
from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.pipeline import Pipeline, open_pipeline
from intel_pipeline.settings import Settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.demo_world import DEMO_TARGETS, DEMO_VIEWER
from intel_pipeline.vault_keys import make_key_file
from intel_pipeline.warehouse.publication import withdraw

if TYPE_CHECKING:
    from intel_pipeline.defs.running import Instance

# The world is quiet in the early morning, so what a round captures is one moment of it.
CAPTURE_AT = time(6, tzinfo=UTC)
# Days left between the fortnight and today, for `demo --resume`.
SPARE_DAYS = 7
PURPOSE = "demo: a simulated account"


class DemoError(IntelError):
    """The demo cannot go on."""

    exit_code = 10


@dataclass(frozen=True, slots=True)
class Day:
    """What one simulated day came to; `incomplete`: targets that were not captured whole, with the reason."""

    day: date
    ticks: int
    captured: int
    incomplete: dict[str, str]
    requests: int


def prepare(settings: Settings, seed: int, days: int, real_today: date) -> Pipeline:
    """Make `settings.data_dir` a demo's folder whose world begins so that `days` rounds end shortly before today.

    Raises SettingsError for a folder that holds anything but a demo's data.
    """
    settings.make_directories()
    if not settings.world_file.exists() and in_use(settings):
        problem = f"{settings.data_dir} holds captures of real targets, which a demo must not mix with"
        raise SettingsError(problem, "give the demo a folder of its own: INTEL_DATA_DIR=data-demo intel-pipeline demo")
    clear(settings)
    settings.make_directories()
    first = max(settings.first_round, real_today - timedelta(days=SPARE_DAYS + days - 1))
    start = datetime.combine(first, time(0, tzinfo=UTC))
    write_note(settings, WorldNote(seed, start, start + timedelta(hours=1)))
    make_key_file(settings.vault_dir)
    pipeline = open_pipeline(settings)
    username, password = DEMO_VIEWER
    with pipeline.session(SESSION).context(None, None) as context:
        cookies = log_in(context, username, password, lambda: "")
    pipeline.vault().seal(SESSION, {"username": username, "cookies": cookies})
    pipeline.registry.sessions.welcome(SESSION, username)
    for label, name in DEMO_TARGETS.items():
        pipeline.registry.targets.add(name, label, PURPOSE)
    return pipeline


def in_use(settings: Settings) -> bool:
    """Tell whether the folder holds what is not a demo's; its registry may be elsewhere, in PostgreSQL."""
    folders = (settings.journal_dir, settings.lake_dir, settings.warehouse_file.parent, settings.vault_dir)
    registries = (settings.registry_file, settings.moved_registry_file)
    return any(file.exists() for file in registries) or any(any(folder.iterdir()) for folder in folders)


def clear(settings: Settings) -> None:
    """Remove what an earlier demo left."""
    for folder in (
        settings.journal_dir,
        settings.lake_dir,
        settings.warehouse_file.parent,
        settings.publications_dir,
        settings.dagster_dir,
        settings.vault_dir,
    ):
        shutil.rmtree(folder, ignore_errors=True)
    for file in settings.data_dir.glob(f"{settings.registry_file.name}*"):
        file.unlink()
    withdraw(settings.publication)
    settings.world_file.unlink(missing_ok=True)


def resume(settings: Settings) -> Pipeline:
    """Open the demo that is there, or raise DemoError."""
    if not settings.world_file.exists():
        problem = f"{settings.data_dir} holds no demo to resume"
        raise DemoError(problem, "run `intel-pipeline demo` first")
    return open_pipeline(settings)


def next_day(pipeline: Pipeline, real_today: date) -> date:
    """Return the day that the world lives next, or raise DemoError once it has caught up with today."""
    last = pipeline.registry.rounds.open()
    day = last + timedelta(days=1) if last else today(pipeline.clock)
    if day > real_today:
        problem = f"the demo's world has reached today, {real_today}"
        raise DemoError(problem, "start it over with `intel-pipeline demo`")
    return day


def live(
    pipeline: Pipeline, instance: "Instance", days: int, real_today: date, watch: Watch | None = None
) -> Iterator[Day]:
    """Let `days` days pass, each with its round; yield what each came to."""
    for _ in range(days):
        yield live_day(pipeline, instance, next_day(pipeline, real_today), watch)


def live_day(pipeline: Pipeline, instance: "Instance", day: date, watch: Watch | None) -> Day:
    """Open the round of `day` in its early morning and run ticks until nothing is due."""
    from intel_pipeline.defs.running import failure_of, run_tick

    clock, captures = pipeline.clock, pipeline.registry.captures
    if not isinstance(clock, VirtualClock):
        raise TypeError(clock)
    clock.set(max(clock.now(), datetime.combine(day, CAPTURE_AT)))
    remember(pipeline.settings, clock)
    pipeline.registry.rounds.begin(day)
    spent = pipeline.registry.ledger.total()
    ticks = 0
    while due := pipeline.due(day):
        result = run_tick(pipeline, instance, day, watch=watch)
        ticks += 1
        remember(pipeline.settings, clock)
        if not result.success or due <= pipeline.due(day):
            why = pipeline.idle(day) or (
                failure_of(result) if not result.success else "nothing that is due was captured"
            )
            problem = f"the tick of {day} got nowhere: {why}"
            raise DemoError(problem, f"look at the run {result.run_id} with `make dev`")
    taken = [capture for surface in SURFACES for capture in captures.of_round(day, surface)]
    poor = {capture.target: "; ".join(capture.reasons) for capture in taken if capture.verdict != "complete"}
    return Day(day, ticks, len(taken), poor, pipeline.registry.ledger.total() - spent)
