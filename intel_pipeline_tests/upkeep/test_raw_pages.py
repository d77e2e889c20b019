from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import event

from intel_pipeline.capture.frames import records_in
from intel_pipeline.capture.page import Record, opened
from intel_pipeline.capture.raw_pages import journal_path, kept_until, place_of, records_of
from intel_pipeline.errors import BusyError, CaptureError
from intel_pipeline.lake import page_file
from intel_pipeline.registry.models import Capture
from intel_pipeline.upkeep.raw_pages import tidy
from intel_pipeline_tests.listed import ListedPipeline, listed_pipeline, next_list, tick
from intel_pipeline_tests.sources import follower_page, user
from intel_pipeline_tests.worlds import clock_of, next_morning

MEMBERS = range(1, 101)


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[ListedPipeline]:
    pipeline = listed_pipeline(tmp_path / "data")
    yield pipeline
    pipeline.registry.close()


def captures(pipeline: ListedPipeline) -> list[Capture]:
    return sorted(pipeline.registry.captures.newest(None, None, 100), key=lambda capture: capture.capture_id)


def kept(pipeline: ListedPipeline) -> dict[str, list[Record]]:
    return {capture.capture_id: list(records_of(pipeline.settings, capture)) for capture in captures(pipeline)}


def files(pipeline: ListedPipeline) -> list[str]:
    folder = pipeline.settings.data_dir
    found = [*pipeline.settings.journal_dir.rglob("*"), *(pipeline.settings.lake_dir / "pages").rglob("*")]
    return sorted(path.relative_to(folder).as_posix() for path in found if path.is_file())


def days_pass(pipeline: ListedPipeline, days: int) -> None:
    clock_of(pipeline).advance(timedelta(days=days))


def test_journals_of_a_day_are_packed_by_surface_once_it_is_over_and_read_as_before(pipeline: ListedPipeline) -> None:
    next_list(pipeline, MEMBERS, 100)
    before, names = kept(pipeline), files(pipeline)
    assert tidy(pipeline).waiting == len(before) == 2
    assert files(pipeline) == names
    next_morning(pipeline)
    told = tidy(pipeline)
    assert (told.packed, told.waiting, told.left) == (2, 0, {})
    assert [name.rsplit("-", 1)[0] for name in files(pipeline)] == [
        "lake/pages/followers/2026-11-03",
        "lake/pages/profile/2026-11-03",
    ]
    assert kept(pipeline) == before
    assert (told.packed_bytes, told.became_bytes) > (0, 0)
    assert tidy(pipeline).packed == 0


def test_pages_are_removed_when_their_days_are_over_and_the_capture_says_so(pipeline: ListedPipeline) -> None:
    capture = next_list(pipeline, MEMBERS, 100)
    assert capture.finished_at is not None
    until = kept_until(capture.finished_at, 30)
    assert until == datetime(2026, 12, 4, tzinfo=UTC)
    next_morning(pipeline)
    tidy(pipeline)
    clock_of(pipeline).set(until - timedelta(seconds=1))
    assert tidy(pipeline).removed == 0
    assert place_of(pipeline.settings, capture) is not None
    clock_of(pipeline).set(until)
    told = tidy(pipeline)
    assert (told.removed, told.removed_bytes > 0) == (2, True)
    assert files(pipeline) == []
    with pytest.raises(CaptureError, match="not kept any more"):
        list(records_of(pipeline.settings, capture))


def test_a_journal_that_nobody_packed_is_removed_after_the_same_time(pipeline: ListedPipeline) -> None:
    next_list(pipeline, MEMBERS, 100)
    days_pass(pipeline, 31)
    told = tidy(pipeline)
    assert (told.packed, told.removed) == (0, 2)
    assert files(pipeline) == []


def test_with_no_days_pages_go_as_soon_as_their_capture_is_finished(pipeline: ListedPipeline) -> None:
    pipeline.settings.raw_pages_days = 0
    capture = next_list(pipeline, MEMBERS, 100)
    assert (capture.verdict, capture.distinct_count) == ("complete", 100)
    assert files(pipeline) == []


def test_with_no_days_what_a_killed_process_left_is_removed_by_the_upkeep(pipeline: ListedPipeline) -> None:
    next_list(pipeline, MEMBERS, 100)
    next_list(pipeline, MEMBERS, 100)
    tidy(pipeline)
    assert len(files(pipeline)) == 4
    pipeline.settings.raw_pages_days = 0
    assert tidy(pipeline).removed == 4
    assert files(pipeline) == []


@pytest.mark.parametrize("days", [0, 30])
def test_a_capture_in_progress_is_never_touched_and_goes_on(pipeline: ListedPipeline, days: int) -> None:
    pipeline.settings.raw_pages_days = days
    next_morning(pipeline)
    pages = {None: follower_page(range(1, 51), "second"), "second": follower_page(range(51, 101), None)}
    pipeline.listed.profiles = [user(follower_count=100)]
    pipeline.listed.pages["followers"] = pages
    pipeline.listed.stumble_at = f"followers of {user()['pk']} at second"
    tick(pipeline)
    (going_on,) = pipeline.registry.captures.in_progress()
    days_pass(pipeline, 1)
    journal = journal_path(pipeline.settings, going_on.capture_id)
    content = journal.read_bytes()
    assert tidy(pipeline).going_on == 1
    assert journal.read_bytes() == content
    tick(pipeline)
    assert pipeline.listed.asked.count(f"followers of {user()['pk']} at None") == 1
    assert pipeline.registry.captures.get(going_on.capture_id).verdict == "complete"


def test_pages_of_a_capture_without_the_snapshot_that_it_should_have_are_kept_whatever_their_age(
    pipeline: ListedPipeline,
) -> None:
    capture = next_list(pipeline, MEMBERS, 100)
    (pipeline.settings.lake_dir / str(capture.snapshot)).unlink()
    for days in (1, 60):
        days_pass(pipeline, days)
        told = tidy(pipeline)
        assert list(told.left) == [capture.capture_id]
        assert "it is missing" in told.left[capture.capture_id]
        assert journal_path(pipeline.settings, capture.capture_id).exists()


def test_the_page_that_a_capture_drifted_on_is_kept_as_long_as_the_others(pipeline: ListedPipeline) -> None:
    next_morning(pipeline)
    pipeline.listed.profiles = [user(follower_count=100)]
    pipeline.listed.pages["followers"] = {None: {"people": []}}
    tick(pipeline)
    (drifted,) = [one for one in captures(pipeline) if one.surface == "followers"]
    assert (drifted.verdict, drifted.snapshot) == ("failed", None)
    next_morning(pipeline)
    tidy(pipeline)
    assert list(records_of(pipeline.settings, drifted))[-1].body == b'{"people":[]}'


@pytest.mark.parametrize("place", [20, -20])
def test_a_damaged_journal_is_left_alone_and_named_and_does_not_hinder_the_others(
    pipeline: ListedPipeline, place: int
) -> None:
    damaged = next_list(pipeline, MEMBERS, 100)
    journal = journal_path(pipeline.settings, damaged.capture_id)
    content = bytearray(journal.read_bytes())
    content[place] ^= 1
    journal.write_bytes(content)
    next_morning(pipeline)
    told = tidy(pipeline)
    assert (told.packed, list(told.left)) == (1, [damaged.capture_id])
    assert journal.read_bytes() == content


def test_a_journal_of_no_capture_is_left_alone_and_named(pipeline: ListedPipeline) -> None:
    stray = journal_path(pipeline.settings, "20260101T000000-stray")
    stray.write_bytes(b"")
    assert "no capture of this name" in tidy(pipeline).left["20260101T000000-stray"]
    assert stray.exists()


def test_captures_that_come_late_for_a_day_get_a_file_of_their_own(pipeline: ListedPipeline) -> None:
    late = next_list(pipeline, MEMBERS, 100)
    journal = journal_path(pipeline.settings, late.capture_id)
    content = journal.read_bytes()
    journal.rename(journal.with_suffix(".hidden"))
    next_morning(pipeline)
    tidy(pipeline)
    journal.write_bytes(content)
    tidy(pipeline)
    journal.with_suffix(".hidden").unlink()
    assert not journal.exists()
    assert len(kept(pipeline)) == 2


def test_a_journal_whose_pages_are_in_the_lake_already_is_removed_and_not_packed_twice(
    pipeline: ListedPipeline,
) -> None:
    capture = next_list(pipeline, MEMBERS, 100)
    journal = journal_path(pipeline.settings, capture.capture_id)
    content, before = journal.read_bytes(), kept(pipeline)
    next_morning(pipeline)
    tidy(pipeline)
    names = files(pipeline)
    journal.write_bytes(content)
    tidy(pipeline)
    assert files(pipeline) == names
    assert kept(pipeline) == before


def test_telling_what_would_be_done_does_nothing(pipeline: ListedPipeline) -> None:
    next_list(pipeline, MEMBERS, 100)
    next_list(pipeline, MEMBERS, 100)
    names = files(pipeline)
    told = tidy(pipeline, dry_run=True)
    assert (told.packed, told.waiting, told.became_bytes) == (2, 2, 0)
    days_pass(pipeline, 31)
    assert tidy(pipeline, dry_run=True).removed == 4
    assert files(pipeline) == names


def test_two_do_not_do_it_at_once(pipeline: ListedPipeline) -> None:
    with FileLock(pipeline.settings.data_dir / "upkeep.lock"), pytest.raises(BusyError, match="another process"):
        tidy(pipeline)


def test_what_it_asks_of_the_registry_does_not_grow_with_the_captures_of_the_past(pipeline: ListedPipeline) -> None:
    asked: list[tuple[str, int]] = []

    def take_note(_connection: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement.rsplit("WHERE", maxsplit=1)[-1][:40], len(list(given))))  # type: ignore[call-overload]

    event.listen(pipeline.registry.engine, "before_cursor_execute", take_note)
    told = []
    for _ in range(4):
        next_list(pipeline, MEMBERS, 100)
        asked.clear()
        tidy(pipeline)
        told.append([*asked])
    assert told[1] == told[2] == told[3]


def test_many_pages_of_one_list_take_less_room_packed_together(pipeline: ListedPipeline) -> None:
    next_morning(pipeline)
    numbers = [*range(1, 3001, 50)]
    pipeline.listed.profiles = [user(follower_count=3000)]
    pipeline.listed.pages["followers"] = {
        (None if begin == 1 else str(begin)): follower_page(
            range(begin, begin + 50), str(begin + 50) if begin != numbers[-1] else None
        )
        for begin in numbers
    }
    tick(pipeline)
    before = kept(pipeline)
    next_morning(pipeline)
    told = tidy(pipeline)
    assert told.became_bytes < told.packed_bytes / 2
    assert kept(pipeline) == before


def test_a_file_in_the_lake_that_is_damaged_is_named_and_journals_are_packed_all_the_same(
    pipeline: ListedPipeline,
) -> None:
    capture = next_list(pipeline, MEMBERS, 100)
    journal = journal_path(pipeline.settings, capture.capture_id)
    content, before = journal.read_bytes(), kept(pipeline)
    next_morning(pipeline)
    tidy(pipeline)
    path = place_of(pipeline.settings, capture)
    assert path is not None
    path.write_bytes(b"PAR1")
    journal.write_bytes(content)
    assert [opened(record) for record in records_in(journal)] == before[capture.capture_id]
    assert list(tidy(pipeline).left) == [path.name]
    assert kept(pipeline) == before
    assert page_file.numbers_in(path) == {capture.capture_id: len(before[capture.capture_id])}


def test_what_a_killed_upkeep_left_half_written_is_swept_also_where_nothing_is_to_be_packed(
    pipeline: ListedPipeline,
) -> None:
    folder = pipeline.settings.lake_dir / "pages" / "followers"
    folder.mkdir(parents=True)
    (folder / ".2026-11-03-0a.parquet.1f.tmp").write_bytes(b"PAR1")
    tidy(pipeline)
    assert files(pipeline) == []
