import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from intel_pipeline.upkeep.raw_pages import tidy
from intel_pipeline_tests.listed import listed_pipeline, next_list
from intel_pipeline_tests.upkeep.killing import state
from intel_pipeline_tests.worlds import clock_of, next_morning

# Two files made, synced and named, two removed, and six journals.
FEWEST = 18


def test_an_upkeep_that_is_killed_ahead_of_any_write_loses_no_page_and_the_next_one_finishes_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    pipeline = listed_pipeline(folder)
    next_list(pipeline, range(1, 101), 100)
    next_morning(pipeline)
    tidy(pipeline)
    clock_of(pipeline).advance(timedelta(days=31))
    next_list(pipeline, range(1, 101), 100)
    next_list(pipeline, range(1, 91), 90)
    moment = next_morning(pipeline).isoformat() + "T06:00:00+00:00"
    pipeline.registry.close()
    before = state(folder, moment)
    assert len(before["files"]) == 6
    command = [sys.executable, "-m", "intel_pipeline_tests.upkeep.killing", str(folder), moment]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)  # noqa: S603  our own
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    killed, again = lines[:-2:2], lines[1::2]
    final = again[-1]
    assert len(killed) >= FEWEST
    wanted = {name: before["pages"][name] for name in final["pages"]}
    assert (len(before["pages"]), len(wanted)) == (6, 4)
    for left in killed:
        # The oldest ones may be gone already: their time is over.
        assert {name: left["pages"].get(name) for name in wanted} == wanted
    assert all(one == final for one in again)
    assert [name for name in final["files"] if not name.startswith("lake/pages/")] == []
    assert len(final["files"]) == 4
