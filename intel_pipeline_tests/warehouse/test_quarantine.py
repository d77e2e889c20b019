from pathlib import Path

import polars as pl

from intel_pipeline.lake import quarantine_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.equality import compare_rebuilt
from intel_pipeline.warehouse.rebuilding import rebuild
from intel_pipeline.warehouse.verification import verify
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.warehouse.folder import landed, quiet
from intel_pipeline_tests.warehouse.lands import START, captured, followers, rows

ASIDE = pl.DataFrame({"column": ["username"], "rule": ["not null"], "value": [None], "row": ['{"user_id":9}']})
KEPT = [("desk", "followers", "desk-followers-0", START, "username", "not null", None, '{"user_id":9}')]


def set_aside(pipeline: Pipeline) -> Capture:
    """Return a capture of which one row was set aside."""
    lake = pipeline.settings.lake_dir
    pipeline.registry.targets.add("museum", "desk", None)
    capture = captured(pipeline.registry, lake, 0, followers({7: "ann"}), verdict="partial", set_aside=1)
    file = lake / quarantine_file.path_of(str(capture.snapshot))
    file.parent.mkdir(parents=True)
    ASIDE.write_parquet(file)
    return capture


def test_what_was_set_aside_is_in_the_warehouse_once_however_often_it_is_landed(pipeline: Pipeline) -> None:
    capture, file = set_aside(pipeline), pipeline.settings.warehouse_file
    for _ in range(2):
        landed(pipeline, file, [capture])
    assert rows(file, "from quarantine") == KEPT
    assert rows(file, "select set_aside from captures") == [(1,)]


def test_a_rebuilt_warehouse_has_it_too_and_verifying_misses_it(pipeline: Pipeline, tmp_path: Path) -> None:
    capture, file = set_aside(pipeline), pipeline.settings.warehouse_file
    landed(pipeline, file, [capture])
    rebuild(pipeline, tmp_path / "anew.duckdb", quiet)
    assert rows(tmp_path / "anew.duckdb", "from quarantine") == KEPT
    assert not compare_rebuilt(pipeline, quiet).differences
    assert verify(pipeline, quiet).holds
    with connected(file) as connection:
        connection.execute("delete from quarantine")
    (found,) = verify(pipeline, quiet).differences
    assert (found.what, found.target, found.expected, found.found) == ("rows in quarantine", "desk", 1, 0)


def test_a_quarantine_that_cannot_be_read_hides_nothing_else(pipeline: Pipeline) -> None:
    capture, file = set_aside(pipeline), pipeline.settings.warehouse_file
    (pipeline.settings.lake_dir / quarantine_file.path_of(str(capture.snapshot))).unlink()
    landed(pipeline, file, [capture])
    assert rows(file, "select count(*) from follower_balance") == [(1,)]
    assert rows(file, "from quarantine") == []
