import multiprocessing
import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from intel_pipeline.clock import SystemClock
from intel_pipeline.defs.running import open_instance
from intel_pipeline.demo import story
from intel_pipeline.demo.comparison import compare
from intel_pipeline.errors import SettingsError
from intel_pipeline.pipeline import open_pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.registry.targets import Target
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.demo_world import DEMO_TARGETS
from intel_pipeline_tests.demo.conftest import TODAY
from intel_pipeline_tests.worlds import settings_of

# Three days of 20,000 followers are lived before the first test, which takes a busy machine minutes.
pytestmark = pytest.mark.timeout(600)


def test_the_demo_finds_all_that_happened_and_nothing_else(lived):
    lines = compare(open_pipeline(lived))
    assert all(line.right for line in lines)
    assert sum(line.happened for line in lines) > 200
    assert {line.kind for line in lines if line.found} >= {"followed", "left", "renamed"}
    assert all(line.confirmed == line.found for line in lines if line.kind != "left")


def test_the_comparison_notices_a_change_that_was_missed_and_one_that_was_made_up(lived, tmp_path):
    pipeline = open_pipeline(lived)
    forged = tmp_path / "intel.duckdb"
    shutil.copy(lived.publication.resolve(), forged)
    with duckdb.connect(forged) as connection:
        connection.execute(
            "delete from lesson_followers where rowid = (select min(lesson_followers.rowid) from lesson_followers"
            " join lessons using (lesson_id) where kind = 'followed')"
        )
        connection.execute(
            "insert into lessons by name select * replace (1 as lesson_id, 'left' as kind, 'confirmed' as state)"
            " from lessons limit 1"
        )
        connection.execute(
            "insert into lesson_followers by name select * replace (1 as lesson_id, 4711 as user_id)"
            " from lesson_followers limit 1"
        )
    pipeline.settings.__dict__["publication"] = forged
    lines = compare(pipeline)
    assert (sum(line.missed for line in lines), sum(line.invented for line in lines)) == (1, 1)


def test_the_demo_leaves_runs_that_the_ui_can_show(lived):
    with open_instance(lived) as instance:
        runs = instance.get_runs()
        assert [run.job_name for run in runs] == ["tick"] * 3
        assert {run.tags["dagster/partition"] for run in runs} == {"2026-11-14", "2026-11-15", "2026-11-16"}
    assert (lived.dagster_dir / "history").is_dir()


def test_another_day_is_lived_and_published_while_a_reader_in_another_process_holds_the_publication(lived):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    reader = context.Process(target=hold, args=(lived.publication, theirs))
    reader.start()
    before = ours.recv()
    pipeline = story.resume(lived)
    with open_instance(lived) as instance:
        days = list(story.live(pipeline, instance, 1, TODAY))
    ours.send("go on")
    held, fresh = ours.recv()
    reader.join()
    assert (len(days), held) == (1, before)
    assert fresh > before
    assert all(line.right for line in compare(pipeline))
    pipeline.registry.close()


def hold(publication: Path, pipe) -> None:
    counting = "select count(*) from captures"
    with duckdb.connect(publication.resolve(), read_only=True) as connection:
        pipe.send(connection.execute(counting).fetchall()[0][0])
        pipe.recv()
        held = connection.execute(counting).fetchall()[0][0]
    with duckdb.connect(publication.resolve(), read_only=True) as connection:
        pipe.send((held, connection.execute(counting).fetchall()[0][0]))


def test_the_demo_stops_where_its_world_has_caught_up_with_today(lived):
    pipeline = story.resume(lived)
    last = pipeline.registry.rounds.open()
    with pytest.raises(story.DemoError, match="reached today"):
        story.next_day(pipeline, last)
    assert story.next_day(pipeline, last + timedelta(days=1)) == last + timedelta(days=1)


def test_the_demo_keeps_out_of_a_folder_with_real_captures(tmp_path):
    settings = settings_of(tmp_path)
    pipeline = open_pipeline(settings)
    target: Target = pipeline.registry.targets.add("nasa", None, None)
    with pytest.raises(SettingsError, match="real targets"):
        story.prepare(settings, 7, 1, TODAY)
    assert pipeline.registry.targets.get("nasa").label == target.label


def test_the_demo_keeps_out_of_a_folder_whose_real_captures_are_in_postgresql(tmp_path, postgresql):
    with postgresql.registry() as url:
        settings = load_settings(data_dir=tmp_path / "data", registry_url=url)
        open_pipeline(settings).registry.close()
        kept = settings.lake_dir / "followers" / "snapshot.parquet"
        kept.parent.mkdir()
        kept.touch()
        with pytest.raises(SettingsError, match="real targets"):
            story.prepare(settings, 7, 1, TODAY)
        assert kept.exists()


def test_the_demos_world_stays_out_of_the_operators_postgresql(tmp_path, postgresql):
    with postgresql.registry() as url:
        settings = load_settings(data_dir=tmp_path / "data", registry_url=url)
        for opened in (story.prepare(settings, 7, 1, TODAY), story.resume(settings)):
            assert len(opened.registry.targets.all()) == len(DEMO_TARGETS)
            assert opened.registry.place == f"SQLite file {settings.registry_file}"
            opened.registry.close()
        real = open_registry(url, SystemClock())
        assert real.targets.all() == []
        assert real.ledger.total() == 0
        assert real.sessions.all() == []
        real.close()


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path):
    with pytest.raises(story.DemoError, match="no demo to resume"):
        story.resume(settings_of(tmp_path))
