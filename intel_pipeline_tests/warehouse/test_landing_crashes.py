"""Landing and publication that are killed at any moment; `make crashes` does so 100 times."""

from pathlib import Path

import pytest

from intel_pipeline_tests.warehouse.landing_loop import loop

KILLS = 12


@pytest.mark.timeout(400)
def test_landing_publishing_and_rebuilding_can_be_killed_at_any_moment(tmp_path: Path) -> None:
    record = loop(tmp_path, KILLS, seed=3)
    assert record.broken == []
    assert record.killed == KILLS
    assert 0 < record.landing < KILLS
