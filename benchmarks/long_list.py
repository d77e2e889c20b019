"""How much memory it takes to capture two million followers."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

# What a capture imports on its way counts as imports.
import pyarrow.parquet  # noqa: F401

import intel_pipeline.contracts.follower
import intel_pipeline.contracts.profile  # noqa: F401
from benchmarks import limits
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
# Multiplied by the one and divided by the other, a prime, no two places in the list have the same remainder.
FACTOR, PRIME = 22_801_763_489, 68_718_952_447


class Crowd:
    """A source that makes up its pages as they are asked for.

    It stands in for instaloader, whose memory does not grow from page to page, and which takes half an hour for them.
    """

    kind: Literal["instagram", "simulator"] = "simulator"
    logged_in = True

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
        users = [person(place) for place in range(begin, begin + PER_PAGE)]
        more = {} if begin + PER_PAGE >= SIZE else {"next_max_id": str(begin + PER_PAGE)}
        return Answer(friendships_rest.VIA["followers"], {"users": users, "status": "ok", **more})

    def followees(self, subject: Subject, cursor: str | None) -> Answer:
        """Return nobody."""
        del subject, cursor
        return Answer(friendships_rest.VIA["followees"], {"users": [], "status": "ok"})

    def posts(self, subject: Subject, cursor: str | None) -> Answer:
        """Return no posts."""
        del subject, cursor
        return Answer(posts_timeline.VIA, {})

    def post(self, subject: Subject, shortcode: str) -> Answer:
        """Return no post."""
        del subject, shortcode
        return Answer(post_by_code.VIA, {})


def person(place: int) -> dict[str, Any]:
    """Return who stands at a place of the list, with names of a usual length."""
    number = 1 + place * FACTOR % PRIME
    names = {"username": f"some.body_{number:x}", "full_name": f"Somebody Called {number % 99_991}"}
    return {"pk": str(number), **names, "is_private": bool(number % 3), "is_verified": False}


@dataclass(frozen=True, slots=True)
class CrowdedSession(SessionInUse):
    """A session that asks a crowd."""

    @contextmanager
    def source(self) -> Iterator[Crowd]:
        """Yield the crowd."""
        yield Crowd()


@dataclass(frozen=True, slots=True)
class Crowded(Pipeline):
    """A pipeline whose sessions ask a crowd."""

    def session(self, name: str) -> CrowdedSession:
        """Return one of them."""
        return CrowdedSession(self, name)


def run() -> Report:
    """Return CPU and peak memory of capturing SIZE followers, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.long_list"], capture_output=True, text=True, check=True)
    taken = json.loads(done.stdout)
    if taken["rows"] != SIZE:
        message = f"{taken['rows']:,} of {SIZE:,} followers were captured"
        raise ValueError(message)
    limit = limits.CAPTURE_PEAK_MB
    rows: list[tuple[object, ...]] = [("ours: journal to lake", f"{SIZE:,}", taken["cpu"], taken["megabytes"], limit)]
    broken = over(f"megabytes above the imports, capturing {SIZE:,} followers", taken["megabytes"], limit)
    return Report("Memory of a capture", ("what", "size", "CPU s", "peak MB", "limit MB"), rows, broken)


def opened(folder: Path) -> Crowded:
    """Open a pipeline whose one target has a crowd of followers."""
    settings = load_settings(data_dir=folder, session="desk")
    settings.make_directories()
    clock = VirtualClock(datetime(2026, 11, 2, 6, tzinfo=UTC))
    pipeline = Crowded(settings, clock, open_registry(settings.registry_location, clock))
    pipeline.registry.targets.add("crowded.square", "crowd", None)
    pipeline.registry.targets.identify("crowd", USER_ID, "crowded.square")
    return pipeline


def captured(pipeline: Pipeline) -> int:
    """Capture the crowd; return how many rows its snapshot has."""
    chosen = Limits(most=1, seconds=7200)
    tally = capture_due(pipeline, "followers", today(pipeline.clock), chosen, lambda *_: None)
    (capture,) = pipeline.registry.captures.history("crowd", "followers")
    if tally.verdicts != {"crowd": "complete"}:
        raise RuntimeError(tally)
    rows: int = snapshot_file.read_footer(pipeline.settings.lake_dir / str(capture.snapshot))["rows"]
    return rows


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        pipeline = opened(Path(folder))
        base, began = kilobytes("VmRSS"), time.process_time()
        rows = captured(pipeline)
        taken = {"rows": rows, "cpu": time.process_time() - began, "megabytes": (kilobytes("VmHWM") - base) / 1024}
        pipeline.registry.close()
    sys.stdout.write(json.dumps(taken))
