"""Limits hold for the sum of all processes that share a registry; what the simulators saw is the witness."""

import subprocess
import sys
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from intel_pipeline.registry.limits import DAY, HOUR, WINDOW
from intel_pipeline.registry.store import open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.instagram.spender import LIMITS, START

REQUESTS = 25
PER_PAGE = 50


def spend(url: str, processes: int) -> list[tuple[datetime, str]]:
    """Let so many processes spend at once; return when their requests were seen, and where they went."""
    command = [sys.executable, "-m", "intel_pipeline_tests.instagram.spender", url, str(REQUESTS)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=100)[0].splitlines() for process in started]
    assert [process.returncode for process in started] == [0] * processes
    seen = [line.split() for lines in told for line in lines]
    return [(datetime.fromisoformat(moment), path) for moment, path in seen]


def most_within(moments: list[datetime], duration: timedelta) -> int:
    """Return the most moments that any stretch of this length, its end excluded, holds."""
    return max(sum(first <= one < first + duration for one in moments) for first in moments)


@pytest.mark.parametrize("registry_url", ["sqlite", "postgresql"], indirect=True)
def test_two_processes_and_one_that_starts_after_them_keep_every_limit_together(registry_url: str) -> None:
    witnessed = sorted([*spend(registry_url, 2), *spend(registry_url, 1)])
    seen = [moment for moment, _ in witnessed]
    assert len(seen) == 3 * REQUESTS
    registry = open_registry(registry_url, VirtualClock(START))
    assert registry.ledger.total() == len(seen)
    registry.close()
    # The test of a session after its login is of another kind than all else.
    of_a_kind = [moment for moment, path in witnessed if path != "/graphql/query"]
    assert most_within(of_a_kind, WINDOW) == LIMITS.window
    assert most_within(seen, HOUR) == LIMITS.hour
    assert min(later - earlier for earlier, later in pairwise(seen)) >= timedelta(seconds=LIMITS.interval)
    pages = [moment for moment, path in witnessed if path.endswith("/followers/")]
    assert most_within(pages, DAY) == LIMITS.day // PER_PAGE
