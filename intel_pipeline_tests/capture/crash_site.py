"""Where rounds are killed: a world that stands still, a data folder, and a nursery whose lives know only a proxy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.lake import snapshot_file
from intel_pipeline.simulator.adapter import routed
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.front import serve_front
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.world import World
from intel_pipeline.vault_keys import make_key_file
from intel_pipeline_tests.capture.crash_loop import Loop
from intel_pipeline_tests.capture.nursery import SESSION, START, opened, settings_of
from intel_pipeline_tests.capture.witness import Witness

VIEWER = ViewerSpec(username="plain.viewer", password="plain-secret")
# What a round leaves in a data folder that nobody killed it in.
LEFT = (
    *(".gitignore", "registry.db", "registry.db.lock", "vault/key", "vault/desk.json"),
    *("journal/2*.pages", "lake/*/target=tried/2*.parquet", "warehouse/warehouse.duckdb", "warehouse/warehouse.lock"),
    *("publications/intel-*.duckdb", "intel.duckdb"),
)


@contextmanager
def crash_site(folder: Path, followers: int) -> Iterator[Loop]:
    """Yield a loop over one round of a target with so many followers, in a world that stands still."""
    target = TargetSpec(label="tried", username="tide.tables", followers=followers, posts=0)
    world, witness = World(5, START, VirtualClock(START), [target], [VIEWER]), Witness()
    data = folder / "data"
    instagram = Instagram(world, [witness])
    with serve_front(instagram, directory=folder / "papers") as front:
        prepare(data, instagram)
        witness.asked.clear()
        command = [sys.executable, "-m", "intel_pipeline_tests.capture.nursery", str(data)]
        with subprocess.Popen(  # noqa: S603  our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | front.environment()
        ) as nursery:
            yield Loop(data, world, witness, front, nursery)


def prepare(data: Path, instagram: Instagram) -> None:
    """Make a data folder with a sealed session and the target."""
    settings = settings_of(data)
    settings.make_directories()
    make_key_file(settings.vault_dir)
    pipeline = opened(data)
    with routed(instagram):
        cookies = log_in(open_context(settings.request_timeout), VIEWER.username, VIEWER.password, lambda: "")
    pipeline.vault().seal(SESSION, {"username": VIEWER.username, "cookies": cookies})
    pipeline.registry.sessions.welcome(SESSION, VIEWER.username)
    pipeline.registry.targets.add("tide.tables", "tried", None)
    pipeline.registry.close()


def listed(loop: Loop) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Return who the final snapshot lists, and who follows in the world: ids and usernames."""
    pipeline = opened(loop.folder)
    (capture,) = pipeline.registry.captures.history("tried", "followers")
    pipeline.registry.close()
    rows = snapshot_file.read(pipeline.settings.lake_dir, str(capture.snapshot))
    truth = loop.world.followers_of(loop.world.target_id("tried"))
    return {*rows.select("user_id", "username").iter_rows()}, {(person.id, person.username) for person in truth}


def strays(folder: Path) -> list[str]:
    """Return the files in a data folder that a round which was never killed does not leave."""
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()]
    return sorted(path for path in found if not any(fnmatch(path, pattern) for pattern in LEFT))
