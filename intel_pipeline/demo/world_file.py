"""The note in a demo's data folder that says which world stands in for Instagram there, and what time it is in it."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from intel_pipeline.clock import Clock
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.replacement import replaced
from intel_pipeline.settings import Settings

if TYPE_CHECKING:
    from intel_pipeline.simulator.clock import SharedClock, VirtualClock
    from intel_pipeline.simulator.server import Instagram

SESSION = "demo"
# On a virtual clock waiting costs nothing, so a tick may wait for as many turns as it needs.
LONGEST_WAIT = 900
TICK_SECONDS = 7200
# A simulated account cannot come to harm, and a day of the demo lists more people than a real session should be shown.
REQUESTS_PER_HOUR = 2000
IDENTITIES_PER_DAY = 1_000_000
# What a watched world adds: there a kind of request has no window of its own.
WATCHED = {"requests_per_window": REQUESTS_PER_HOUR}
# And a plain one, which is there to be measured: a tick ends when it is through, and asks as often as the budget of a
# real session lets it, so that the ledger adds up as many requests of a day as it would there.
PLAIN = {"tick_seconds": 10_000_000, "seconds_between_requests": 16, "identities_per_day": 100_000_000}
# Requests that the simulator itself keeps; the ledger keeps them all.
REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Watched:
    """A world that Dagster's daemon drives as it would the real Instagram: how many targets, of how many followers."""

    targets: int
    followers: int
    faulty: bool


@dataclass(frozen=True, slots=True)
class WorldNote:
    """The world's seed and start, and the moment it stands at (all aware UTC).

    `watched`: which world the daemon drives, None for the demo's. There the moment stands in the clock's own file.
    """

    seed: int
    start: datetime
    now: datetime
    watched: Watched | None = None


def read_note(settings: Settings) -> WorldNote:
    """Return the note, or raise DamagedFileError."""
    try:
        note = json.loads(settings.world_file.read_text(encoding="utf-8"))
        watched = Watched(**note["watched"]) if "watched" in note else None
        start, now = (datetime.fromisoformat(note[name]) for name in ("start", "now"))
        return WorldNote(note["seed"], start, now, watched)
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{settings.world_file} is not the note of a simulated world"
        raise DamagedFileError(problem, "start the demo over with `intel-pipeline demo`") from error


def write_note(settings: Settings, note: WorldNote) -> None:
    """Write the note."""
    content: dict[str, object] = {"seed": note.seed, "start": note.start.isoformat(), "now": note.now.isoformat()}
    if note.watched:
        content["watched"] = asdict(note.watched)
    with replaced(settings.world_file) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def remember(settings: Settings, clock: Clock) -> None:
    """Write down what time it is in the world, for the next process that opens it; never an earlier one."""
    note = read_note(settings)
    write_note(settings, replace(note, now=max(note.now, clock.now())))


def told(settings: Settings) -> bool:
    """Tell whether a demo's days pass in the folder, which `intel-pipeline demo` alone lets pass."""
    return settings.world_file.exists() and read_note(settings).watched is None


def open_world(settings: Settings) -> "tuple[VirtualClock | SharedClock, Instagram, Settings]":
    """Open the world of a demo's folder; return its clock, its Instagram, and the settings that a demo runs under."""
    from intel_pipeline.simulator.clock import SharedClock, VirtualClock

    note = read_note(settings)
    # The daemon's processes are at work at the same time, and have to agree on what time it is.
    clock = SharedClock(settings.world_file.with_suffix(".clock"), note.now) if note.watched else VirtualClock(note.now)
    changed = {
        "session": SESSION,
        # Simulated captures must never come to lie among real ones: the world's registry is in its folder.
        "registry_url": None,
        "longest_wait": LONGEST_WAIT,
        "tick_seconds": TICK_SECONDS,
        "requests_per_hour": REQUESTS_PER_HOUR,
        **{f"{surface}_requests_per_hour": REQUESTS_PER_HOUR for surface in SURFACES},
        "identities_per_day": IDENTITIES_PER_DAY,
        **(WATCHED if note.watched else {}),
        **(PLAIN if note.watched and not note.watched.faulty else {}),
    }
    return clock, instagram_of(settings, note, clock), settings.model_copy(update=changed)


def instagram_of(settings: Settings, note: WorldNote, clock: Clock) -> "Instagram":
    """Return what answers for the world of a note."""
    from intel_pipeline.simulator.demo_world import demo_world
    from intel_pipeline.simulator.driven_world import driven_world, faults_of
    from intel_pipeline.simulator.server import Instagram
    from intel_pipeline.simulator.timed_faults import Record

    seen = note.watched
    if seen is None:
        return Instagram(demo_world(note.seed, note.start, clock), remember=REMEMBERED)
    world = driven_world(note.seed, note.start, clock, seen.targets, seen.followers, faulty=seen.faulty)
    if not seen.faulty:
        return Instagram(world, remember=REMEMBERED)
    record = Record(clock, settings.world_file.with_suffix(".requests"))
    return Instagram(world, [*faults_of(note.seed, note.start, clock), record], remember=REMEMBERED)
