import errno
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from intel_pipeline.changes.comparison import compared
from intel_pipeline.contracts.attributes import FINGERPRINT, fingerprints
from intel_pipeline.contracts.follower import SCHEMA, FollowerSnapshot
from intel_pipeline.contracts.validation import validated
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import row_groups, snapshot_file
from intel_pipeline.lake.snapshot_file import FOOTER, Stamp
from intel_pipeline_tests.contracts.rows import FOLLOWER

STAMP = Stamp(
    capture_id="20261124T060000-0a1b2c3d",
    target="desk",
    surface="followers",
    captured_at=datetime(2026, 11, 24, 6, tzinfo=UTC),
    verdict="complete",
    key="user_id",
)
NAME = Path("followers/target=desk/20261124T060000Z-20261124T060000-0a1b2c3d.parquet")
FULL_DISK = """
import resource, sys
from pathlib import Path
from intel_pipeline.lake import snapshot_file
from intel_pipeline_tests.lake.test_snapshot_file import STAMP, followers
frame = followers(20_000)
snapshot_file.write(Path(sys.argv[1]), STAMP, frame.head(10))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    snapshot_file.write(Path(sys.argv[1]), STAMP, frame)
except OSError:
    print("refused")
"""

REFUSED = """
import sys
from pathlib import Path
import polars as pl
from intel_pipeline.changes.comparison import compared
from intel_pipeline.lake import snapshot_file
from intel_pipeline_tests.lake.test_snapshot_file import NAME
scan = snapshot_file.scan(Path(sys.argv[1]), NAME)
try:
    rows = {"user_id": [2, 1] * 600_000, "username": ["a", "b"] * 600_000, "position": [0, 1] * 600_000}
    compared([(scan, pl.LazyFrame(rows))])
except ValueError as error:
    print(error)
"""


def followers(count: int) -> pl.DataFrame:
    rows = [
        {**FOLLOWER, "user_id": 7 * number, "username": f"person.{number}", "position": count - number}
        for number in range(1, count + 1)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("count", [0, 1, 300])
def test_what_was_written_is_read_as_it_was_and_says_that_it_is_sorted(tmp_path: Path, count: int) -> None:
    frame = followers(count)
    assert snapshot_file.write(tmp_path, STAMP, frame) == NAME
    read = snapshot_file.read(tmp_path, NAME)
    assert read.equals(frame)
    assert read.schema == frame.schema
    assert read["user_id"].flags["SORTED_ASC"]
    validated(FollowerSnapshot, read, "followers")


def test_the_file_says_whose_capture_it_is(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(3))
    assert snapshot_file.read_footer(tmp_path / NAME) == {
        "schema_version": 1,
        "capture_id": "20261124T060000-0a1b2c3d",
        "target": "desk",
        "surface": "followers",
        "captured_at": "2026-11-24T06:00:00+00:00",
        "verdict": "complete",
        "rows": 3,
        "sorted_by": "user_id",
    }


def test_sorted_ids_are_kept_in_the_encoding_that_shrinks_them(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(300))
    group = pq.read_metadata(tmp_path / NAME).row_group(0)
    encodings = {group.column(number).path_in_schema: group.column(number).encodings for number in range(7)}
    assert "DELTA_BINARY_PACKED" in encodings["user_id"]
    assert "DELTA_BINARY_PACKED" in encodings["position"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame.reverse(),
        lambda frame: pl.concat([frame, frame.tail(1)]),
        lambda frame: frame.with_columns(user_id=pl.lit(None, pl.Int64)),
    ],
    ids=["backwards", "repeated", "null"],
)
def test_rows_that_are_not_sorted_are_refused_and_leave_nothing(
    tmp_path: Path, spoil: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    with pytest.raises(DamagedFileError, match="0a1b2c3d are not sorted by user_id"):
        snapshot_file.write(tmp_path, STAMP, spoil(followers(3)))
    assert files(tmp_path) == []


def test_frames_make_up_one_file_whose_row_groups_are_all_but_the_last_of_one_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_groups, "ROW_GROUP", 40)
    frame = followers(100)
    assert snapshot_file.write_all(tmp_path, STAMP, frame.iter_slices(7)) == NAME
    assert snapshot_file.read(tmp_path, NAME).equals(frame)
    metadata = pq.read_metadata(tmp_path / NAME)
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [40, 40, 20]


def test_frames_that_are_sorted_each_but_not_from_one_to_the_next_are_refused(tmp_path: Path) -> None:
    frame = followers(4)
    for frames in ([frame[2:], frame[:2]], [frame[:3], frame[:0], frame[2:]]):
        with pytest.raises(DamagedFileError, match="0a1b2c3d are not sorted by user_id"):
            snapshot_file.write_all(tmp_path, STAMP, frames)
        assert files(tmp_path) == []


def test_columns_that_are_asked_for_are_read_alone(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(3))
    assert snapshot_file.read(tmp_path, NAME, ["user_id"]).to_dict(as_series=False) == {"user_id": [7, 14, 21]}


def test_a_false_claim_of_being_sorted_is_found_out_on_reading(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(3))
    metadata = pq.read_metadata(tmp_path / NAME).metadata
    shuffled = followers(3).reverse().to_arrow().replace_schema_metadata(metadata)
    pq.write_table(shuffled, tmp_path / NAME)
    with pytest.raises(DamagedFileError, match="not those that its footer tells of"):
        snapshot_file.read(tmp_path, NAME)


def test_rows_that_went_missing_are_found_out_on_reading(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(3))
    metadata = pq.read_metadata(tmp_path / NAME).metadata
    pq.write_table(followers(2).to_arrow().replace_schema_metadata(metadata), tmp_path / NAME)
    with pytest.raises(DamagedFileError, match="not those that its footer tells of"):
        snapshot_file.read(tmp_path, NAME)


def test_a_file_that_is_cut_anywhere_is_damaged(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(40))
    content = (tmp_path / NAME).read_bytes()
    for size in range(0, len(content), 97):
        (tmp_path / NAME).write_bytes(content[:size])
        with pytest.raises(DamagedFileError, match=NAME.name):
            snapshot_file.read(tmp_path, NAME)


def test_a_missing_file_a_foreign_one_and_one_that_is_no_parquet_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="it is missing"):
        snapshot_file.read(tmp_path, "nothing.parquet")
    followers(3).write_parquet(tmp_path / "foreign.parquet")
    with pytest.raises(DamagedFileError, match="not written by intel_pipeline"):
        snapshot_file.read(tmp_path, "foreign.parquet")
    (tmp_path / "notes.parquet").write_text("user_id\n7\n")
    with pytest.raises(DamagedFileError, match="cut short or no Parquet file"):
        snapshot_file.read(tmp_path, "notes.parquet")


@pytest.mark.parametrize("footer", [b"\xff", b"[]", b"{}", json.dumps({"sorted_by": "nobody", "rows": 3}).encode()])
def test_a_footer_that_is_not_ours_is_damage(tmp_path: Path, footer: bytes) -> None:
    pq.write_table(followers(3).to_arrow().replace_schema_metadata({FOOTER: footer}), tmp_path / "odd.parquet")
    with pytest.raises(DamagedFileError, match=r"odd\.parquet"):
        snapshot_file.read(tmp_path, "odd.parquet")


def test_writing_the_same_capture_again_replaces_its_file(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(3))
    snapshot_file.write(tmp_path, replace(STAMP, verdict="partial"), followers(2))
    assert files(tmp_path) == [NAME]
    assert snapshot_file.read(tmp_path, NAME).height == 2


def test_rows_that_the_format_cannot_hold_leave_nothing(tmp_path: Path) -> None:
    strange = followers(3).with_columns(position=pl.lit("first"))
    with pytest.raises(OSError, match="DELTA_BINARY_PACKED"):
        snapshot_file.write(tmp_path, STAMP, strange)
    assert files(tmp_path) == []


def test_a_full_disk_leaves_the_file_that_was_there_and_no_part_of_the_new_one(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "refused\n"
    assert files(tmp_path) == [NAME]
    assert snapshot_file.read(tmp_path, NAME).height == 10


def test_an_error_of_the_disk_at_the_last_step_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        snapshot_file.write(tmp_path, STAMP, followers(3))
    assert files(tmp_path) == []


def test_followers_are_stored_with_the_fingerprints_of_their_attributes_which_reading_leaves_out(
    tmp_path: Path,
) -> None:
    frame = followers(3)
    snapshot_file.write(tmp_path, STAMP, frame)
    scanned = snapshot_file.scan(tmp_path, NAME).collect()
    assert scanned.drop(FINGERPRINT).equals(frame)
    assert scanned[FINGERPRINT].to_list() == fingerprints(frame).to_list()
    assert snapshot_file.read(tmp_path, NAME).columns == frame.columns


def test_a_scan_reads_what_it_is_asked_for(tmp_path: Path) -> None:
    frame = followers(300)
    snapshot_file.write(tmp_path, STAMP, frame)
    scan = snapshot_file.scan(tmp_path, NAME)
    assert scan.select("position").collect().equals(frame.select("position"))
    named = pl.col("username") == "person.7"
    assert scan.filter(named).select("user_id").collect().rows() == [(49,)]
    assert scan.head(20).filter(pl.col("position") < 290).collect().height == 10
    assert scan.select(pl.len()).collect().item() == 300


def test_a_scan_of_a_file_that_is_cut_anywhere_finds_damage(tmp_path: Path) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(40))
    content = (tmp_path / NAME).read_bytes()
    for size in range(0, len(content), 97):
        (tmp_path / NAME).write_bytes(content[:size])
        with pytest.raises(DamagedFileError, match=NAME.name):
            snapshot_file.scan(tmp_path, NAME)


@pytest.mark.parametrize(
    "query", [pl.LazyFrame.lazy, lambda scan: scan.filter(pl.col("position") < 7)], ids=["whole", "part"]
)
def test_a_scan_of_rows_that_cannot_be_read_ends_as_damage(
    tmp_path: Path, query: Callable[[pl.LazyFrame], pl.LazyFrame]
) -> None:
    snapshot_file.write(tmp_path, STAMP, followers(4000))
    content = bytearray((tmp_path / NAME).read_bytes())
    content[50 : len(content) // 2] = bytes(len(content) // 2 - 50)
    (tmp_path / NAME).write_bytes(content)
    scan = snapshot_file.scan(tmp_path, NAME)
    with pytest.raises(DamagedFileError, match="its rows cannot be read"):
        query(scan).collect(engine="streaming")


def test_a_scan_refuses_missing_foreign_and_incomplete_files(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="it is missing"):
        snapshot_file.scan(tmp_path, "nothing.parquet")
    followers(3).write_parquet(tmp_path / "foreign.parquet")
    with pytest.raises(DamagedFileError, match="not written by intel_pipeline"):
        snapshot_file.scan(tmp_path, "foreign.parquet")
    snapshot_file.write(tmp_path, STAMP, followers(3))
    metadata = pq.read_metadata(tmp_path / NAME).metadata
    for spoiled in (followers(2), followers(3).drop("user_id")):
        pq.write_table(spoiled.to_arrow().replace_schema_metadata(metadata), tmp_path / NAME)
        with pytest.raises(DamagedFileError, match="not those that its footer tells of"):
            snapshot_file.scan(tmp_path, NAME)


def test_a_comparison_names_the_file_that_falsely_claims_to_be_sorted(tmp_path: Path) -> None:
    other = replace(STAMP, capture_id="other")
    good, bad = (snapshot_file.write(tmp_path, stamp, followers(3)) for stamp in (STAMP, other))
    metadata = pq.read_metadata(tmp_path / bad).metadata
    pq.write_table(followers(3).reverse().to_arrow().replace_schema_metadata(metadata), tmp_path / bad)
    before, after = (snapshot_file.scan(tmp_path, path) for path in (good, bad))
    with (
        pytest.raises(DamagedFileError, match=r"other\.parquet is unusable: its rows are not those"),
        snapshot_file.reading(tmp_path, good, bad),
    ):
        compared([(before, after)])


def test_an_error_that_is_no_files_fault_is_not_blamed_on_one(tmp_path: Path) -> None:
    path = snapshot_file.write(tmp_path, STAMP, followers(3))
    with pytest.raises(ValueError, match="invalid literal"), snapshot_file.reading(tmp_path, path):
        int("seven")


def test_a_snapshot_from_before_there_were_fingerprints_is_compared_like_any_other(tmp_path: Path) -> None:
    later = replace(STAMP, capture_id="later")
    old, new = snapshot_file.write(tmp_path, STAMP, followers(3)), snapshot_file.write(tmp_path, later, followers(5))
    metadata = pq.read_metadata(tmp_path / old).metadata
    renamed = followers(3).with_columns(username=pl.col("username").replace("person.2", "somebody"))
    pq.write_table(renamed.to_arrow().replace_schema_metadata(metadata), tmp_path / old)
    found = compared([(snapshot_file.scan(tmp_path, old), snapshot_file.scan(tmp_path, new))])
    assert found.arrived["username"].to_list() == ["person.4", "person.5"]
    assert found.missing.is_empty()
    assert found.renamed.drop("case").rows() == [(14, "person.2", "somebody")]


def test_a_comparison_that_is_refused_in_the_middle_leaves_a_process_that_ends_well(tmp_path: Path) -> None:
    frame = pl.DataFrame({"user_id": range(1, 1_200_001), "username": "a", "position": range(1_200_000)})
    snapshot_file.write(tmp_path, STAMP, frame)
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", REFUSED, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "after is not sorted by key\n")


def test_whatever_lies_in_the_lake_of_some_targets_is_named(tmp_path: Path) -> None:
    written = [
        snapshot_file.write(tmp_path, replace(STAMP, target=name), followers(3)) for name in ("ann", "bob", "cid")
    ]
    found = snapshot_file.lying(tmp_path, ["followers", "posts"], ["ann", "bob", "nobody"])
    assert sorted(found) == [str(tmp_path / path) for path in written[:2]]
