"""The warehouse made anew from lake and registry, against the one that grew day by day."""

from pathlib import Path
from random import Random

import pytest

from intel_pipeline.errors import DamagedFileError, SettingsError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.warehouse import rebuilding
from intel_pipeline.warehouse.landing import learning
from intel_pipeline.warehouse.landing.surfaces import SURFACES
from intel_pipeline.warehouse.rebuilding import rebuild
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.warehouse.course import Course
from intel_pipeline_tests.warehouse.folder import everything, landed, quiet
from intel_pipeline_tests.warehouse.lands import rows

DAYS = 12


def test_rebuilt_from_lake_and_registry_it_equals_the_one_that_grew_day_by_day_and_the_one_that_grew_in_disorder(
    pipeline: Pipeline, lived: Course, tmp_path: Path
) -> None:
    file = pipeline.settings.warehouse_file
    captures = []
    for of_day in lived.days(DAYS):
        landed(pipeline, file, of_day)
        captures += of_day
    # A list that was accepted later is derived by the next landing of its target, as after any tick.
    again = [pipeline.registry.captures.get(capture.capture_id) for capture in captures]
    landed(pipeline, file, again)
    disorderly = tmp_path / "disorderly.duckdb"
    shuffled = Random(1).sample(again, len(again))
    for place in range(0, len(shuffled), 20):
        landed(pipeline, disorderly, shuffled[place : place + 20])
    grown = everything(file)
    assert all(
        grown[name] for name in ("lesson_followers", "renames", "open_losses", "lost", "profile_changes", "followees")
    )
    assert everything(disorderly) == grown
    told: list[tuple[int, int]] = []
    rebuilt = rebuild(pipeline, None, lambda done, number, _: told.append((done, number)))
    assert everything(file) == grown
    targets = {capture.target for capture in captures}
    assert (rebuilt.file, rebuilt.targets, rebuilt.captures) == (file, len(targets), len(captures))
    assert told[-1][0] < told[-1][1] == len(captures)
    assert sorted(path.name for path in file.parent.iterdir()) == ["warehouse.duckdb", "warehouse.lock"]


@pytest.mark.parametrize("entries", [1, 500])
def test_histories_that_are_too_long_to_be_held_are_learned_part_by_part(
    pipeline: Pipeline, lived: Course, monkeypatch: pytest.MonkeyPatch, entries: int
) -> None:
    file = pipeline.settings.warehouse_file
    for of_day in lived.days(DAYS):
        landed(pipeline, file, of_day)
    everybody = [capture for part in pipeline.registry.captures.histories() for capture in part]
    landed(pipeline, file, everybody)
    grown = everything(file)
    monkeypatch.setattr(learning, "HELD", entries)
    rebuild(pipeline, None, quiet)
    assert everything(file) == grown


def test_targets_are_learned_from_alone_or_together(
    pipeline: Pipeline, lived: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for of_day in lived.days(DAYS):
        landed(pipeline, pipeline.settings.warehouse_file, of_day)
    together, alone = (tmp_path / name for name in ("together.duckdb", "alone.duckdb"))
    rebuild(pipeline, together, quiet)
    monkeypatch.setattr(rebuilding, "TARGETS", 1)
    assert rebuild(pipeline, alone, quiet).targets > 1
    assert everything(alone) == everything(together)


def test_targets_are_put_together_as_far_as_their_captures_and_the_entries_of_their_lists_may_be_held() -> None:
    numbers = {"a": 3, "b": 3, "c": 3, "long": 3, "many": rebuilding.TOGETHER, "z": 3}
    entries = {"b": 60, "long": rebuilding.TOGETHER * rebuilding.ENTRIES}
    groups = [[*group] for group in rebuilding.grouped(numbers, entries)]
    assert groups == [["a"], ["b", "c"], ["long"], ["many"], ["z"]]


def test_into_another_file_the_warehouse_is_left_alone(pipeline: Pipeline, lived: Course, tmp_path: Path) -> None:
    for of_day in lived.days(2):
        landed(pipeline, pipeline.settings.warehouse_file, of_day)
    before = pipeline.settings.warehouse_file.read_bytes()
    other = tmp_path / "elsewhere" / "anew.duckdb"
    rebuild(pipeline, other, quiet)
    assert pipeline.settings.warehouse_file.read_bytes() == before
    assert everything(other) == everything(pipeline.settings.warehouse_file)
    with pytest.raises(SettingsError, match="is there already"):
        rebuild(pipeline, other, quiet)


def test_a_snapshot_that_cannot_be_read_is_named_and_nothing_is_put_in_the_place_of_what_it_taught(
    pipeline: Pipeline, lived: Course
) -> None:
    file = pipeline.settings.warehouse_file
    for of_day in lived.days(4):
        landed(pipeline, file, of_day)
    (second,) = [one for one in of_day if one.surface == "followers" and one.target == "desk-1"]
    (pipeline.settings.lake_dir / str(second.snapshot)).unlink()
    before = everything(file)
    with pytest.raises(DamagedFileError, match=f"{second.capture_id}.parquet is unusable: it is missing") as caught:
        rebuild(pipeline, None, quiet)
    assert "--incomplete" in caught.value.fix
    assert everything(file) == before
    rebuilt = rebuild(pipeline, None, quiet, incomplete=True)
    assert len(rebuilt.unreadable) == 1
    assert rows(file, "select count(*) from follower_balance where capture_id = ?", second.capture_id) == [(0,)]


def test_what_is_captured_while_it_is_rebuilt_is_in_it(pipeline: Pipeline, lived: Course) -> None:
    file = pipeline.settings.warehouse_file
    days = lived.days(3)
    for of_day in (next(days), next(days)):
        landed(pipeline, file, of_day)

    def go_on(*_: object) -> None:
        for of_day in days:
            landed(pipeline, file, of_day)

    # At the first surface a tick comes in between, and is not held up.
    rebuilt = rebuild(pipeline, None, go_on)
    assert rebuilt.captures == sum(pipeline.registry.captures.finished_number(surface) for surface in SURFACES)
    grown = everything(file)
    rebuild(pipeline, None, quiet)
    assert everything(file) == grown


def test_a_log_that_a_killed_writer_left_is_not_taken_for_the_new_files(pipeline: Pipeline, lived: Course) -> None:
    file = pipeline.settings.warehouse_file
    for of_day in lived.days(2):
        landed(pipeline, file, of_day)
    log = file.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"of another file")
    rebuild(pipeline, None, quiet)
    assert not log.exists()
    assert everything(file)["captures"]


def test_a_file_that_cannot_be_opened_at_all_is_made_anew(pipeline: Pipeline, lived: Course) -> None:
    (of_day,) = lived.days(1)
    pipeline.settings.warehouse_file.write_text("not a database " * 1000)
    rebuild(pipeline, None, quiet)
    assert rows(pipeline.settings.warehouse_file, "select count(*) from captures") == [(len(of_day),)]


def test_a_warehouse_of_a_newer_program_is_not_replaced_by_an_older_one(pipeline: Pipeline) -> None:
    file = pipeline.settings.warehouse_file
    landed(pipeline, file, [])
    with connected(file) as connection:
        connection.execute("insert into schema_migrations values (999, null, null)")
    with pytest.raises(DamagedFileError, match="has schema 999"):
        rebuild(pipeline, None, quiet)
    assert rows(file, "select max(number) from schema_migrations") == [(999,)]
