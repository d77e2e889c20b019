"""What is kept of how two lists in the lake differ is what comparing them finds, however long they are."""

import logging
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from intel_pipeline.changes.comparison import Compared, compared
from intel_pipeline.changes.differences import compared_again
from intel_pipeline.contracts.attributes import ATTRIBUTES, FINGERPRINT
from intel_pipeline.differing import keep_difference
from intel_pipeline.lake import difference_file, snapshot_file, snapshots
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.registry.models import Capture
from intel_pipeline.registry.store import Registry
from intel_pipeline_tests.warehouse.lands import captured, followers

BEFORE = {number: f"person_{number}" for number in range(1, 300)}
# From the top: one of the first who is called otherwise, another who is, some who are new, and some of the first are gone.
AFTER = {400: "new", 401: "newer", 5: "renamed", 280: "renamed.too"} | {
    number: name for number, name in BEFORE.items() if number not in (5, 9, 17, 280, 290)
}


@pytest.fixture
def lists(registry: Registry, tmp_path: Path) -> tuple[Capture, Capture]:
    before, after = (captured(registry, tmp_path, day, followers(one)) for day, one in enumerate((BEFORE, AFTER)))
    return before, after


def kept(lake: Path, before: Capture, after: Capture) -> Compared | None:
    against = Against(before.capture_id, len(AFTER) - len(BEFORE))
    rows = difference_file.read(lake, against, str(after.snapshot))
    return None if rows is None else compared_again(difference_file.together([rows]), [rows.num_rows])


def forgotten(lake: Path, after: Capture) -> None:
    (lake / difference_file.path_of(str(after.snapshot))).unlink()


@pytest.mark.parametrize("held", [len(AFTER) - 1, len(BEFORE)], ids=["long", "short"])
def test_it_tells_what_comparing_the_lists_tells(
    lists: tuple[Capture, Capture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    forgotten(tmp_path, lists[1])
    monkeypatch.setattr(snapshots, "HELD", held)
    keep_difference(tmp_path, lists[0], str(lists[1].snapshot))
    found = kept(tmp_path, *lists)
    earlier, later = (snapshot_file.read(tmp_path, str(one.snapshot)) for one in lists)
    wanted = compared([(earlier, later)], ATTRIBUTES[1:])
    assert found is not None
    assert (wanted.arrived.height, wanted.missing.height, wanted.renamed.height) == (2, 3, 2)
    for part in ("arrived", "missing", "altered", "renamed", "head"):
        assert_frame_equal(getattr(found, part), getattr(wanted, part))


def test_lists_of_before_fingerprints_were_kept_are_compared_too(
    lists: tuple[Capture, Capture], tmp_path: Path
) -> None:
    forgotten(tmp_path, lists[1])
    whole = kept_of_files_without(lists, tmp_path)
    assert whole is not None
    assert whole.arrived["user_id"].to_list() == [400, 401]
    assert whole.renamed["previous_username"].to_list() == ["person_5", "person_280"]


def kept_of_files_without(lists: tuple[Capture, Capture], lake: Path) -> Compared | None:
    for one in lists:
        file = lake / str(one.snapshot)
        said = pl.read_parquet_metadata(file)
        pl.read_parquet(file).drop(FINGERPRINT).write_parquet(file, metadata=said)
    keep_difference(lake, lists[0], str(lists[1].snapshot))
    return kept(lake, *lists)


@pytest.mark.parametrize("number", [0, 1])
def test_nothing_is_kept_where_one_of_the_lists_cannot_be_read_and_that_is_said(
    lists: tuple[Capture, Capture], tmp_path: Path, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    forgotten(tmp_path, lists[1])
    file = tmp_path / str(lists[number].snapshot)
    file.write_bytes(file.read_bytes()[:-30])
    with caplog.at_level(logging.WARNING):
        keep_difference(tmp_path, lists[0], str(lists[1].snapshot))
    assert "what differs from it is not kept" in caplog.text
    assert kept(tmp_path, *lists) is None
