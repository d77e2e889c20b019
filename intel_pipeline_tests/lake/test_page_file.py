from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import page_file
from intel_pipeline.lake.page_file import PackedPage

DAY = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 24, 6, 0, 0, 123456, tzinfo=UTC)
IDS = ["20261124T060000-0a", "20261124T060000-0b", "20261124T070000-0c"]
BODIES = [b"{}", b'{"a": "\\ud83c",\r\n "b": 1.0}\n', b"\xff\x00not even JSON", b'{"users": [' + b"1," * 4000 + b"1]}"]


def pages(captures: list[str] = IDS) -> list[PackedPage]:
    return [
        PackedPage(name, "desk", f"followers {number}", MOMENT + timedelta(seconds=number), "followers rest", body)
        for name in captures
        for number, body in enumerate(BODIES)
    ]


def write(lake: Path, captures: list[str] = IDS) -> Path:
    path = page_file.path_of(lake, "followers", DAY, captures)
    assert page_file.write(path, captures, iter(pages(captures))) == len(captures) * len(BODIES)
    return path


@pytest.mark.parametrize("group", [1, 5000, page_file.GROUP])
def test_pages_come_back_byte_for_byte_of_all_captures_and_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr(page_file, "GROUP", group)
    path = write(tmp_path)
    assert list(page_file.read(path)) == pages()
    for name in IDS:
        assert list(page_file.read(path, name)) == [page for page in pages() if page.capture_id == name]
    assert list(page_file.read(path, "20261124T060000-nobody")) == []
    assert page_file.numbers_in(path) == dict.fromkeys(IDS, len(BODIES))


def test_of_one_capture_no_more_is_read_than_may_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_file, "GROUP", 1)
    path = write(tmp_path)
    content = bytearray(path.read_bytes())
    content[4:600] = bytes(596)
    path.write_bytes(content)
    assert len(list(page_file.read(path, IDS[2]))) == len(BODIES)
    with pytest.raises(DamagedFileError):
        list(page_file.read(path, IDS[0]))


def test_a_capture_without_pages_is_in_the_file_all_the_same(tmp_path: Path) -> None:
    path = page_file.path_of(tmp_path, "posts", DAY, IDS[:1])
    assert page_file.write(path, IDS[:1], []) == 0
    assert page_file.numbers_in(path) == {IDS[0]: 0}
    assert list(page_file.read(path)) == []


def test_the_same_captures_are_always_written_to_the_same_file_and_others_to_another(tmp_path: Path) -> None:
    first = write(tmp_path)
    content = first.read_bytes()
    assert write(tmp_path, IDS[::-1]) == first
    assert write(tmp_path) == first
    assert first.read_bytes() == content
    second = write(tmp_path, IDS[:2])
    assert page_file.files(tmp_path, "followers", DAY) == sorted([(DAY, first), (DAY, second)])
    assert page_file.files(tmp_path, "posts") == []


def test_a_file_that_reads_differently_than_it_was_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_file, "table", lambda group, real=page_file.table: real(group[1:] or group))
    with pytest.raises(DamagedFileError, match="something else was read"):
        write(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9, 1.0])
def test_a_file_with_a_damaged_byte_is_never_read_as_if_it_were_whole(tmp_path: Path, place: float) -> None:
    path = write(tmp_path)
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 0x10
    path.write_bytes(content)
    with suppress(DamagedFileError):
        assert list(page_file.read(path)) == pages()
    with suppress(DamagedFileError):
        assert page_file.numbers_in(path) == dict.fromkeys(IDS, len(BODIES))


def test_any_tool_can_read_the_pages(tmp_path: Path) -> None:
    question = "select count(*), count(distinct capture_id), max(octet_length(body)) from read_parquet($1)"
    with duckdb.connect() as connection:
        assert connection.execute(question, [str(write(tmp_path))]).fetchall() == [(12, 3, len(BODIES[3]))]


def test_a_strangers_file_is_nobodys_pages(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.with_name("notes-of-mine.parquet").write_bytes(b"")
    assert page_file.files(tmp_path) == [(DAY, path)]
    path.write_bytes(b"PAR1")
    with pytest.raises(DamagedFileError, match="whose pages"):
        page_file.numbers_in(path)
