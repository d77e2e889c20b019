import os
import time
from pathlib import Path

import pytest

from intel_pipeline.lake.small_files import end_of, fetch, whole, whole_if_small

NOWAIT = getattr(os, "RWF_NOWAIT", None)


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "file").write_bytes(b"one\r\ntwo\x1a\n" + bytes(40_000) + b"end")
    return str(tmp_path / "file")


def in_cache(file: str, start: int) -> bool:
    """Tell whether a byte of a file can be read without waiting for the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return os.preadv(descriptor, [bytearray(1)], start, NOWAIT) == 1
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


def forgotten(file: str) -> None:
    """Let the system forget what it knows of a file, if it does."""
    descriptor = os.open(file, os.O_RDWR)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def test_a_file_is_read_whole_or_its_end_as_it_is_byte_by_byte(file: str) -> None:
    content = Path(file).read_bytes()
    assert whole(file) == content
    assert [end_of(file, 3), end_of(file, 10**6)] == [(len(content), b"end"), (len(content), content)]


def test_a_file_is_read_if_it_is_small(file: str) -> None:
    size = Path(file).stat().st_size
    assert [whole_if_small(file, size), whole_if_small(file, size - 1)] == [whole(file), None]


def test_what_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        whole(str(tmp_path / "nowhere"))


@pytest.mark.skipif(NOWAIT is None, reason="only Linux tells what is in its cache")
@pytest.mark.parametrize("last", [0, 100], ids=["all of it", "its end"])
def test_what_is_fetched_need_not_be_waited_for(file: str, tmp_path: Path, last: int) -> None:
    forgotten(file)
    wanted = Path(file).stat().st_size - 1
    if in_cache(file, wanted):
        pytest.skip("this file system keeps all files in memory")
    fetch([str(tmp_path / "nowhere"), file], last)
    until = time.monotonic() + 60
    while not in_cache(file, wanted):
        assert time.monotonic() < until


def test_a_system_that_cannot_be_told_fetches_nothing(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    fetch([file])
    assert whole(file)
