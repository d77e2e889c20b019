"""A round of 20,000 followers that is killed 200 times, and landing that is killed 200 times: `make crashes`.

Or `python -m benchmarks.crashes SEED`.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.report import Report, over, tell
from intel_pipeline_tests.capture.crash_loop import READS, TOKENS
from intel_pipeline_tests.capture.crash_site import crash_site, listed, strays
from intel_pipeline_tests.capture.witness import PAGE
from intel_pipeline_tests.warehouse.landing_loop import loop as landing_loop

FOLLOWERS, KILLS, SEED = 20_000, 200, 7
LANDINGS, ROUNDS = 200, 3


def run(seed: int = SEED) -> Report:
    """Return what the simulator was asked for by the time that the round got through, and what must not have been."""
    with tempfile.TemporaryDirectory() as folder, crash_site(Path(folder), FOLLOWERS) as loop:
        record = loop.run(KILLS, seed)
        snapshot, world = listed(loop)
        broken = [*record.broken, *(f"left behind: {path}" for path in strays(loop.folder))]
    broken += ["the snapshot is not the world's list"] if snapshot != world else []
    asked: list[tuple[str, int, int, int]] = [
        ("pages of followers", record.pages, record.asked[PAGE], record.pages + record.killed),
        *((kind, len(keys), record.asked[kind], len(keys) + record.killed) for kind, keys in READS.items()),
    ]
    broken += [line for what, _, number, limit in asked for line in over(f"requests for {what}", number, limit)]
    rows: list[tuple[object, ...]] = [
        *asked,
        ("instaloader's tokens", 2, record.asked[TOKENS], None),
        ("answers that a kill kept from the disk", 0, record.lost, record.killed),
        ("whatever must not have been", 0, len(record.broken), 0),
    ]
    title = f"A round of {FOLLOWERS:,} followers, killed {record.killed} times in {record.seconds:.0f} s"
    return Report(title, ("what", "without kills", "with", "limit"), rows, broken)


def landings(seed: int = SEED) -> Report:
    """Return what landing, publishing and rebuilding come to that are killed at any moment."""
    with tempfile.TemporaryDirectory() as folder:
        record = landing_loop(Path(folder), LANDINGS, seed, ROUNDS)
    rows: list[tuple[object, ...]] = [
        ("killed while landing and publishing", record.landing),
        ("killed while rebuilding", record.killed - record.landing),
        ("got through", record.lives - record.killed),
        ("whatever must not have been", len(record.broken)),
    ]
    return Report(
        f"Landing, killed {record.killed} times in {record.seconds:.0f} s", ("what", "lives"), rows, record.broken
    )


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    tell(report(chosen) for report in (run, landings))
