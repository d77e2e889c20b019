"""A round that is killed at any moment, over the proxy and real instaloader; `make crashes` does so 200 times."""

from pathlib import Path

from intel_pipeline_tests.capture.crash_site import crash_site, listed, strays

KILLS = 25


def test_a_round_that_is_killed_over_and_over_asks_for_nothing_twice_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with crash_site(tmp_path, followers=2_000) as loop:
        record = loop.run(KILLS, seed=7)
        snapshot, world = listed(loop)
        left = strays(loop.folder)
    assert record.broken == []
    assert record.killed == KILLS
    assert record.asked["followers"] <= record.pages + KILLS
    assert snapshot == world
    assert left == []
