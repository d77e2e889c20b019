"""How much memory it takes to capture two million followers, and to capture them again a day later."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

# What a capture imports on its way counts as imports.
import pyarrow.parquet  # noqa: F401

import intel_pipeline.contracts.follower
import intel_pipeline.contracts.profile  # noqa: F401
from benchmarks import limits
from benchmarks.measure import in_own_process
from benchmarks.memory import kilobytes
from benchmarks.report import Report, over
from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.instagram.readings import friendships_rest, post_by_code, posts_timeline, profile_by_id
from intel_pipeline.instagram.source import Answer, Subject
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.session_in_use import SessionInUse
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock

SIZE, PER_PAGE = 2_000_000, 50
USER_ID = 1_000_000_001
# Of the first list, one place in so many is somebody else a day later: as many leave as come.
MOVING = 100
START = datetime(2026, 11, 2, 6, tzinfo=UTC)
# Multiplied by the one and divided by the other, a prime, no two places in the list have the same remainder.
FACTOR, PRIME = 22_801_763_489, 68_718_952_447


class Crowd:
    """A source that makes up its pages as they are asked for.

    It stands in for instaloader, whose memory does not grow from page to page, and which takes half an hour for them.
    """

    kind: Literal["instagram", "simulator"] = "simulator"
    logged_in = True

    def __init__(self, day: int) -> None:
        """Show the crowd of the `day`, 0 or 1."""
        self.day = day

    def profile(self, subject: Subject) -> Answer:
        """Return the profile with the size of its crowd."""
        user = {
            "pk": str(USER_ID),
            "username": subject.username,
            "full_name": "",
            "biography": "",
            "follower_count": SIZE,
        }
        more = {"is_private": False, "is_verified": True, "following_count": 0, "media_count": 0}
        return Answer(
            profile_by_id.VIA, {"data": {"user": {**user, **more, "friendship_status": {"following": False}}}}
        )

    def followers(self, subject: Subject, cursor: str | None) -> Answer:
        """Return the page that begins at the place `cursor`."""
        del subject
        begin = int(cursor or 0)
        users = [person(self.standing(place)) for place in range(begin, begin + PER_PAGE)]
        more = {} if begin + PER_PAGE >= SIZE else {"next_max_id": str(begin + PER_PAGE)}
        return Answer(friendships_rest.VIA["followers"], {"users": users, "status": "ok", **more})

    def followees(self, subject: Subject, cursor: str | None) -> Answer:
        """Return nobody."""
        del subject, cursor
        return Answer(friendships_rest.VIA["followees"], {"users": [], "status": "ok"})

    def standing(self, place: int) -> int:
        """Return who stands at a place of the list on this day."""
        return place + SIZE if self.day and place % MOVING == 0 else place

    def posts(self, subject: Subject, cursor: str | None) -> Answer:
        """Return no posts."""
        del subject, cursor
        return Answer(posts_timeline.VIA, {})

    def post(self, subject: Subject, shortcode: str) -> Answer:
        """Return no post."""
        del subject, shortcode
        return Answer(post_by_code.VIA, {})


def person(which: int) -> dict[str, Any]:
    """Return one of the crowd, with names of a usual length."""
    number = 1 + which * FACTOR % PRIME
    names = {"username": f"some.body_{number:x}", "full_name": f"Somebody Called {number % 99_991}"}
    return {"pk": str(number), **names, "is_private": bool(number % 3), "is_verified": False}


@dataclass(frozen=True, slots=True)
class CrowdedSession(SessionInUse):
    """A session that asks a crowd."""

    @contextmanager
    def source(self) -> Iterator[Crowd]:
        """Yield the crowd of today."""
        yield Crowd((self.pipeline.clock.now() - START).days)


@dataclass(frozen=True, slots=True)
class Crowded(Pipeline):
    """A pipeline whose sessions ask a crowd."""

    def session(self, name: str) -> CrowdedSession:
        """Return one of them."""
        return CrowdedSession(self, name)


def run() -> Report:
    """Return CPU and peak memory of capturing SIZE followers twice, each time in a process of its own."""
    limit = limits.CAPTURE_PEAK_MB
    rows: list[tuple[object, ...]] = []
    broken = []
    with tempfile.TemporaryDirectory() as folder:
        for day, what in enumerate(("a first list", "a list a day later")):
            taken = measured(folder, day)
            rows.append((f"{what}, journal to lake", f"{SIZE:,}", taken["cpu"], taken["megabytes"], limit))
            broken += over(f"megabytes above the imports, capturing {what} of {SIZE:,}", taken["megabytes"], limit)
    return Report("Memory of a capture", ("what", "size", "CPU s", "peak MB", "limit MB"), rows, broken)


def measured(folder: str, day: int) -> dict[str, Any]:
    """Capture the crowd of `day` in a process of its own; return its CPU seconds and its megabytes above the imports."""
    taken = in_own_process("benchmarks.long_list", folder, day)
    found, lost = SIZE, SIZE // MOVING if day else None
    if (taken["rows"], taken["missing"]) != (found, lost):
        raise ValueError(taken)
    return taken


def opened(folder: Path, day: int) -> Crowded:
    """Open a pipeline whose one target has a crowd of followers, on the morning of `day`."""
    settings = load_settings(data_dir=folder, session="desk", identities_per_day=300_000)
    settings.make_directories()
    clock = VirtualClock(START + timedelta(days=day))
    pipeline = Crowded(settings, clock, open_registry(settings.registry_location, clock))
    if not day:
        pipeline.registry.targets.add("crowded.square", "crowd", None)
        pipeline.registry.targets.identify("crowd", USER_ID, "crowded.square")
    return pipeline


def captured(pipeline: Pipeline) -> dict[str, Any]:
    """Capture the crowd; return how many rows its snapshot has, and how many of the list before it are missing."""
    chosen = Limits(most=1, seconds=7200)
    tally = capture_due(pipeline, "followers", today(pipeline.clock), chosen, lambda *_: None)
    capture = pipeline.registry.captures.history("crowd", "followers")[-1]
    if tally.verdicts != {"crowd": "complete"}:
        raise RuntimeError(tally)
    footer = snapshot_file.read_footer(pipeline.settings.lake_dir / str(capture.snapshot))
    return {"rows": footer["rows"], "missing": capture.missing_count}


if __name__ == "__main__":
    pipeline = opened(Path(sys.argv[1]), int(sys.argv[2]))
    base, began = kilobytes("VmRSS"), time.process_time()
    taken = captured(pipeline)
    taken |= {"cpu": time.process_time() - began, "megabytes": (kilobytes("VmHWM") - base) / 1024}
    pipeline.registry.close()
    sys.stdout.write(json.dumps(taken))
