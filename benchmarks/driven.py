"""A data folder whose world is driven by the daemon, and the days that pass in it."""

import os
import subprocess
import sys
import time as machine
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.daemon import Daemon
from intel_pipeline.demo.world_file import SESSION, Watched, WorldNote, write_note
from intel_pipeline.instagram.session import log_in
from intel_pipeline.pipeline import Pipeline, open_pipeline
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import SharedClock
from intel_pipeline.simulator.demo_world import DEMO_VIEWER
from intel_pipeline.simulator.driven_world import targets_of
from intel_pipeline.simulator.world import World
from intel_pipeline.vault_keys import make_key_file

if TYPE_CHECKING:
    from intel_pipeline.defs.running import Instance

CAPTURE_AT = time(6, tzinfo=UTC)
# The owner of the session looks after it once in the morning, and again later where Instagram does not let them in yet.
OPERATOR_AT, AGAIN = time(9, 30, tzinfo=UTC), timedelta(hours=1)
# In which nothing is at work before the world's time is let pass: a run is asked for, queued and started meanwhile.
QUIET, PASSES = 15.0, 300.0
LONGEST_DAY = 900.0


@dataclass(slots=True)
class Driven:
    """A driven folder, open in this process as well."""

    pipeline: Pipeline
    clock: SharedClock
    instance: "Instance"
    daemon: Daemon
    watched: Watched
    acted: int = 0

    @property
    def world(self) -> World:
        """The world, as of now."""
        if self.pipeline.instagram is None:
            raise TypeError(self.pipeline)
        return self.pipeline.instagram.world

    def open_round(self, day: date) -> None:
        """Let the world live until the morning of a day, and open its round as the schedule does."""
        self.clock.set(datetime.combine(day, CAPTURE_AT))
        self.pipeline.registry.rounds.begin(day)

    def in_flight(self) -> int:
        """Return how many runs have not ended."""
        import dagster as dg

        from intel_pipeline.defs.automation.planner import IN_FLIGHT

        return self.instance.get_runs_count(dg.RunsFilter(statuses=IN_FLIGHT))

    def let_pass(self, quiet: float) -> bool:
        """Let time pass in the world where nothing is at work in it, and its operator act; return whether it has.

        `quiet`: for how many of the machine's seconds nothing has been at work.
        """
        now, sessions = self.clock.now(), self.pipeline.registry.sessions
        if self.pipeline.session(SESSION).stopped():
            looked_at = datetime.combine(now.date(), OPERATOR_AT)
            self.clock.set(looked_at if now < looked_at else now + AGAIN)
            self.act()
        elif until := sessions.cooling(SESSION):
            self.clock.set(until + timedelta(seconds=1))
        elif quiet > QUIET:
            self.clock.sleep(PASSES)
        else:
            return False
        return True

    def act(self) -> None:
        """Close the breaker as the session's owner would; it stays open where Instagram does not answer yet."""
        command = [sys.executable, "-m", "intel_pipeline", "breaker", "close", SESSION, "--yes"]
        environment = {**os.environ, **self.daemon.variables}
        subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603  our own words
        self.acted += 1

    def close(self) -> None:
        """Give back what is open."""
        self.pipeline.registry.close()
        self.instance.dispose()


def prepared(  # noqa: PLR0913  what makes it
    folder: Path, watched: Watched, days: int, seed: int, variables: dict[str, str], *, served: bool = False
) -> Driven:
    """Make a folder whose world begins so that so many days end today, with the targets on its watchlist.

    `served`: as of `Daemon`.
    """
    first = datetime.now(UTC).date() - timedelta(days=days)
    variables = {"INTEL_DATA_DIR": str(folder), "INTEL_FIRST_ROUND": first.isoformat(), **variables}
    # Dagster's definitions read the settings of this process when they are imported.
    os.environ.update(variables)
    from intel_pipeline.defs.running import dagster_home, open_instance

    settings = load_settings()
    settings.make_directories()
    start = datetime.combine(first, time(0, tzinfo=UTC))
    write_note(settings, WorldNote(seed, start, start + timedelta(hours=1), watched))
    make_key_file(settings.vault_dir)
    pipeline = open_pipeline(settings)
    if not isinstance(pipeline.clock, SharedClock):
        raise TypeError(pipeline.clock)
    username, password = DEMO_VIEWER
    with pipeline.session(SESSION).context(None, None) as context:
        cookies = log_in(context, username, password, lambda: "")
    pipeline.vault().seal(SESSION, {"username": username, "cookies": cookies})
    pipeline.registry.sessions.welcome(SESSION, username)
    for spec in targets_of(watched.targets, watched.followers, faulty=watched.faulty):
        pipeline.registry.targets.add(spec.username, spec.label, None)
    daemon = Daemon(dagster_home(settings), variables, folder / "daemon.log", served=served)
    return Driven(pipeline, pipeline.clock, open_instance(settings), daemon, watched)


def elapsed(since: float) -> float:
    """Return how many of the machine's seconds have passed."""
    return machine.monotonic() - since
