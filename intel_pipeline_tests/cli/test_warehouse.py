import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from intel_pipeline.cli.warehouse import UntrueError
from intel_pipeline.warehouse.derive import derive_followers, derive_profiles, publish_now
from intel_pipeline.warehouse.schema import migrations
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.cli.commands import answer, run
from intel_pipeline_tests.listed import ListedPipeline, listed_pipeline, next_list
from intel_pipeline_tests.warehouse.folder import everything

EVERYBODY = range(1, 41)


@pytest.fixture(autouse=True)
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ListedPipeline]:
    """A target of whose followers somebody has left, landed and published."""
    monkeypatch.setenv("INTEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    made = listed_pipeline(tmp_path / "data")
    for members in (EVERYBODY, EVERYBODY, range(1, 40)):
        capture = next_list(made, members, len(members))
        assert capture.round is not None
        derive_profiles(made, capture.round)
        derive_followers(made, capture.round)
    publish_now(made)
    yield made
    made.registry.close()


def spoil(pipeline: ListedPipeline, sql: str) -> None:
    with connected(pipeline.settings.warehouse_file) as connection:
        connection.execute(sql)


def test_migrating_says_what_it_applied_and_the_next_time_nothing(pipeline: ListedPipeline) -> None:
    assert "has every migration already" in run("warehouse", "migrate").stdout
    pipeline.settings.warehouse_file.unlink()
    shown = run("warehouse", "migrate").stdout
    assert [one.name for one in migrations() if one.name not in shown] == []


def test_a_warehouse_that_holds_is_told_by_counts_and_row_for_row() -> None:
    shown = run("warehouse", "verify", "--deep").stdout
    assert "The warehouse holds what 6 captures prove" in shown
    assert "are the same" in shown
    found = answer("warehouse", "verify", "--json")
    assert (found["holds"], found["awaiting"], found["tables"]["members"]) == (True, {}, 39)


def test_what_differs_is_told_with_both_numbers_and_the_way_out(
    pipeline: ListedPipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(pipeline, "delete from members where user_id = (select min(user_id) from members)")
    with pytest.raises(UntrueError) as caught:
        run("warehouse", "verify")
    assert "intel-pipeline warehouse rebuild" in caught.value.fix
    assert caught.value.exit_code == 17
    run("warehouse", "rebuild")
    assert answer("warehouse", "verify", "--json")["differences"] == []


def test_a_row_that_no_count_tells_is_found_by_deriving_everything_again(pipeline: ListedPipeline) -> None:
    spoil(pipeline, "update members set username = 'somebody.else'")
    assert answer("warehouse", "verify", "--json")["holds"]
    with pytest.raises(UntrueError):
        run("warehouse", "verify", "--deep")


def test_a_rebuilt_warehouse_is_published(pipeline: ListedPipeline) -> None:
    before = everything(pipeline.settings.warehouse_file)
    pipeline.settings.warehouse_file.unlink()
    shown = run("warehouse", "rebuild").stdout
    assert "Rebuilt from 6 captures of 1 target:" in shown
    assert "intel-000002.duckdb" in shown
    assert everything(pipeline.settings.warehouse_file) == before
    assert json.loads(run("sql", "select count(*) as n from followers", "--json").stdout) == [{"n": 39}]


def test_rebuilding_into_a_file_of_ones_own_publishes_nothing(pipeline: ListedPipeline, tmp_path: Path) -> None:
    shown = run("warehouse", "rebuild", "--into", "anew.duckdb").stdout
    assert "anew.duckdb" in shown
    assert everything(tmp_path / "anew.duckdb") == everything(pipeline.settings.warehouse_file)
    assert [path.name for path in pipeline.settings.publications_dir.iterdir()] == ["intel-000001.duckdb"]
