import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from intel_pipeline.errors import DiskFullError
from intel_pipeline.warehouse.publication import generations, newest_of, point, publish, withdraw
from intel_pipeline.warehouse.reading import reading
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.warehouse.lands import rows

READ = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    print(connection.execute("select count(*) from targets").fetchall()[0][0], flush=True)
"""


class Desk:
    """A data folder with a warehouse and its publications."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = folder / "warehouse" / "warehouse.duckdb"
        self.folder = folder / "publications"
        self.name = folder / "intel.duckdb"
        self.warehouse.parent.mkdir()
        self.folder.mkdir()

    def land(self) -> None:
        with writing(self.warehouse) as transaction:
            transaction.run("insert into targets values ('x', 'x', null, 'active', null, now())")

    def publish(self, keep: int = 3) -> Path:
        return publish(self.warehouse, self.folder, self.name, keep)

    def count(self) -> int:
        count: int = rows(self.name, "select count(*) from targets")[0][0]
        return count

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_readers_find_the_newest_publication_by_its_name(desk: Desk) -> None:
    for number in (1, 2):
        desk.land()
        assert desk.publish() == desk.folder / f"intel-00000{number}.duckdb"
        assert desk.count() == number
    assert desk.name.readlink() == Path("publications/intel-000002.duckdb")


def test_a_link_that_a_killed_run_left_is_not_in_the_way(desk: Desk) -> None:
    desk.land()
    (desk.name.parent / ".intel.duckdb.link").symlink_to("publications/intel-000009.duckdb")
    desk.publish()
    assert desk.count() == 1
    assert sorted(path.name for path in desk.name.parent.iterdir()) == ["intel.duckdb", "publications", "warehouse"]


def test_the_data_folder_can_be_moved_and_its_publication_is_still_found(desk: Desk, tmp_path: Path) -> None:
    desk.land()
    desk.publish()
    moved = tmp_path.with_name(f"{tmp_path.name}-moved")
    tmp_path.rename(moved)
    assert rows(moved / "intel.duckdb", "select count(*) from targets") == [(1,)]


def test_a_warehouse_that_never_landed_anything_is_published_with_all_its_tables(desk: Desk) -> None:
    desk.publish()
    assert desk.count() == 0


def test_a_reader_in_another_process_neither_blocks_nor_loses_its_generation(desk: Desk) -> None:
    desk.land()
    desk.publish(keep=1)
    command = [sys.executable, "-c", READ, str(desk.name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:  # noqa: S603
        assert reader.stdin is not None
        assert reader.stdout is not None

        def read() -> str:
            assert reader.stdin is not None
            assert reader.stdout is not None
            reader.stdin.write("\n")
            reader.stdin.flush()
            return reader.stdout.readline()

        assert read() == "1\n"
        for number in (2, 3):
            desk.land()
            desk.publish(keep=1)
            assert read() == "1\n"
            assert desk.count() == number
        assert desk.names() == ["intel-000003.duckdb"]
        assert read() == "1\n"


def test_only_the_newest_generations_are_kept_and_other_files_are_left_alone(desk: Desk) -> None:
    (desk.folder / "notes.txt").write_text("mine")
    (desk.folder / "intel-1.duckdb").write_text("not ours")
    for _ in range(4):
        desk.publish(keep=2)
    assert desk.names() == ["intel-000003.duckdb", "intel-000004.duckdb", "intel-1.duckdb", "notes.txt"]


def test_generations_are_ordered_by_number_beyond_six_digits_too(desk: Desk) -> None:
    for name in ("intel-1000000.duckdb", "intel-999999.duckdb"):
        (desk.folder / name).touch()
    assert [path.name for path in generations(desk.folder)] == ["intel-999999.duckdb", "intel-1000000.duckdb"]
    assert desk.publish().name == "intel-1000001.duckdb"


def test_a_publication_that_fails_leaves_the_one_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.land()
    desk.publish()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    desk.land()
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(DiskFullError, match="publications is full"):
        desk.publish()
    assert desk.names() == ["intel-000001.duckdb"]
    assert desk.count() == 1


def test_the_name_is_swapped_in_one_step(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.land()
    first = desk.publish()
    second = desk.publish()
    point(desk.name, first)
    seen = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append((desk.name.readlink().name, self.readlink().name))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    point(desk.name, second)
    assert seen == [("intel-000001.duckdb", "intel-000002.duckdb")]
    assert desk.name.readlink() == Path("publications/intel-000002.duckdb")
    assert sorted(path.name for path in desk.name.parent.iterdir()) == ["intel.duckdb", "publications", "warehouse"]


def test_a_link_that_a_kill_left_behind_does_not_hinder_the_next_one(desk: Desk) -> None:
    desk.name.with_name(f".intel.duckdb.{os.getpid()}.link").symlink_to("nowhere")
    desk.publish()
    assert desk.count() == 0


def without_links(monkeypatch: pytest.MonkeyPatch, number: int = errno.EPERM) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "symlink", refused)


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.ENOSYS], ids=["EPERM", "ENOTSUP", "ENOSYS"])
def test_where_there_are_no_links_a_file_says_where_the_newest_publication_lies(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    without_links(monkeypatch, number)
    for published in (1, 2):
        desk.land()
        desk.publish()
        assert (desk.name.parent / "intel.duckdb.path").read_text() == f"publications/intel-00000{published}.duckdb\n"
        with reading(desk.name) as (connection, generation):
            assert connection.execute("select count(*) from targets").fetchall() == [(published,)]
        assert generation == newest_of(desk.name) == desk.folder / f"intel-00000{published}.duckdb"
    assert not desk.name.is_symlink()


def test_a_folder_that_is_moved_to_a_disk_with_links_has_one_and_no_file_that_would_soon_be_untrue(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        without_links(elsewhere)
        desk.publish()
    desk.land()
    desk.publish()
    assert desk.count() == 1
    assert sorted(path.name for path in desk.name.parent.iterdir()) == ["intel.duckdb", "publications", "warehouse"]


def test_a_link_that_is_refused_for_another_reason_is_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    without_links(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        desk.publish()
    assert newest_of(desk.name) is None


def test_what_is_withdrawn_is_found_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.publish()
    withdraw(desk.name)
    assert newest_of(desk.name) is None
    without_links(monkeypatch)
    desk.publish()
    withdraw(desk.name)
    assert newest_of(desk.name) is None
