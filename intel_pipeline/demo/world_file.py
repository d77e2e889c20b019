"""The note in a demo's data folder that says which world stands in for Instagram there, and what time it is in it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from intel_pipeline.clock import Clock
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.replacement import replaced
from intel_pipeline.settings import Settings

if TYPE_CHECKING:
    from intel_pipeline.simulator.clock import VirtualClock
    from intel_pipeline.simulator.server import Instagram

SESSION = "demo"
# On a virtual clock waiting costs nothing, so a tick may wait for as many turns as it needs.
LONGEST_WAIT = 900
TICK_SECONDS = 7200
# A simulated account cannot come to harm, and a day of the demo lists more people than a real session should be shown.
REQUESTS_PER_HOUR = 2000
IDENTITIES_PER_DAY = 1_000_000
# Requests that the simulator itself keeps; the ledger keeps them all.
REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class WorldNote:
    """The world's seed and start, and the moment it stands at (all aware UTC)."""

    seed: int
    start: datetime
    now: datetime


def read_note(settings: Settings) -> WorldNote:
    """Return the note, or raise DamagedFileError."""
    try:
        note = json.loads(settings.world_file.read_text(encoding="utf-8"))
        return WorldNote(note["seed"], datetime.fromisoformat(note["start"]), datetime.fromisoformat(note["now"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{settings.world_file} is not the note of a simulated world"
        raise DamagedFileError(problem, "start the demo over with `intel-pipeline demo`") from error


def write_note(settings: Settings, note: WorldNote) -> None:
    """Write the note."""
    content = {"seed": note.seed, "start": note.start.isoformat(), "now": note.now.isoformat()}
    with replaced(settings.world_file) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def remember(settings: Settings, clock: Clock) -> None:
    """Write down what time it is in the world, for the next process that opens it; never an earlier one."""
    note = read_note(settings)
    write_note(settings, WorldNote(note.seed, note.start, max(note.now, clock.now())))


def open_world(settings: Settings) -> "tuple[VirtualClock, Instagram, Settings]":
    """Open the world of a demo's folder; return its clock, its Instagram, and the settings that a demo runs under."""
    from intel_pipeline.simulator.clock import VirtualClock
    from intel_pipeline.simulator.demo_world import demo_world
    from intel_pipeline.simulator.server import Instagram

    note = read_note(settings)
    clock = VirtualClock(note.now)
    changed = {
        "session": SESSION,
        # Simulated captures must never come to lie among real ones: the world's registry is in its folder.
        "registry_url": None,
        "longest_wait": LONGEST_WAIT,
        "tick_seconds": TICK_SECONDS,
        "requests_per_hour": REQUESTS_PER_HOUR,
        **{f"{surface}_requests_per_hour": REQUESTS_PER_HOUR for surface in SURFACES},
        "identities_per_day": IDENTITIES_PER_DAY,
    }
    return (
        clock,
        Instagram(demo_world(note.seed, note.start, clock), remember=REMEMBERED),
        settings.model_copy(update=changed),
    )
