from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intel_pipeline.demo.world_file import Watched, WorldNote, read_note, remember, write_note
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.pipeline import open_pipeline
from intel_pipeline.settings import Settings, load_settings
from intel_pipeline.simulator.clock import VirtualClock

START = datetime(2026, 11, 2, tzinfo=UTC)
FAULTY = Watched(targets=8, followers=40, faulty=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = load_settings(data_dir=tmp_path / "data")
    made.make_directories()
    return made


@pytest.mark.parametrize("watched", [None, FAULTY])
def test_a_note_is_read_as_it_was_written(settings: Settings, watched: Watched | None) -> None:
    note = WorldNote(7, START, START + timedelta(hours=1), watched)
    write_note(settings, note)
    assert read_note(settings) == note
    remember(settings, VirtualClock(START + timedelta(days=2)))
    assert read_note(settings) == WorldNote(7, START, START + timedelta(days=2), watched)


def test_a_note_of_another_kind_of_world_is_damaged(settings: Settings) -> None:
    settings.world_file.write_text(
        '{"seed": 7, "start": "2026-11-02T00:00:00+00:00", "now": "2026-11-02T01:00:00+00:00", "watched": {"people": 3}}'
    )
    with pytest.raises(DamagedFileError):
        read_note(settings)


def test_all_who_open_a_world_that_the_daemon_drives_have_the_same_time(settings: Settings) -> None:
    write_note(settings, WorldNote(7, START, START + timedelta(hours=1), FAULTY))
    one, other = open_pipeline(settings), open_pipeline(settings)
    one.clock.sleep(3600)
    assert other.clock.now() == START + timedelta(hours=2)
    assert (one.driven, one.told) == (True, False)
    assert one.instagram is not None
    assert len(one.instagram.world.labels) == FAULTY.targets
    for pipeline in (one, other):
        pipeline.registry.close()


def test_a_demo_stands_still_until_it_is_resumed(settings: Settings) -> None:
    write_note(settings, WorldNote(7, START, START + timedelta(hours=1)))
    pipeline = open_pipeline(settings)
    assert (pipeline.driven, pipeline.told) == (False, True)
    pipeline.registry.close()
