import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from intel_pipeline.replacement import put, replaced, sweep, workshop

WRITER = """
import sys
from pathlib import Path
from intel_pipeline.replacement import replaced
with replaced(Path(sys.argv[1])) as temporary:
    temporary.write_text("whole")
    print("half way", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "file"


@pytest.fixture
def writer(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process, in the middle of replacing `path`."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        process.stdout.readline()
        yield process


def names(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


def write(path: Path, text: str) -> None:
    with replaced(path) as temporary:
        temporary.write_text(text)


def test_a_write_that_fails_in_the_middle_leaves_what_was_there(path: Path) -> None:
    write(path, "old")
    with pytest.raises(ZeroDivisionError), replaced(path) as temporary:  # noqa: PT012  the write must have begun
        temporary.write_text("half")
        _ = 1 / 0
    assert names(path) == ["file"]
    assert path.read_text() == "old"


def test_what_a_killed_process_left_is_swept_by_the_next_write_into_its_folder(path: Path, writer) -> None:
    writer.kill()
    writer.wait()
    assert len(names(path)) == 1
    write(path.with_name("other"), "new")
    assert names(path) == ["other"]


def test_among_many_files_what_is_being_written_lies_in_a_folder_of_few(path: Path) -> None:
    # As another process leaves it that is killed.
    left = path.parent.with_name(".other.0123abcd.tmp")
    left.write_text("half")
    with replaced(path, within=path.parent.parent) as temporary:
        temporary.write_text("whole")
        assert sorted(path.parent.parent.iterdir()) == sorted([temporary, path.parent])
    assert [*path.parent.parent.rglob("*")] == [path.parent, path]
    assert path.read_text() == "whole"


def test_what_a_live_process_is_writing_is_left_alone(path: Path, writer) -> None:
    write(path.with_name("other"), "new")
    sweep(path.parent)
    writer.communicate("go on\n")
    assert writer.returncode == 0
    assert names(path) == ["file", "other"]
    assert path.read_text() == "whole"


def test_sweeping_never_hinders_somebody_who_is_writing(path: Path) -> None:
    write(path, "old")
    done = threading.Event()

    def keep_sweeping() -> None:
        while not done.is_set():
            sweep(path.parent)

    sweeper = threading.Thread(target=keep_sweeping)
    sweeper.start()
    try:
        for number in range(300):
            write(path, str(number))
            assert path.read_text() == str(number)
    finally:
        done.set()
        sweeper.join()
    assert names(path) == ["file"]


MAKER = """
import sys
from pathlib import Path
from intel_pipeline.replacement import workshop
with workshop(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("made")
    print("half way", flush=True)
    sys.stdin.readline()
"""


def test_a_workshop_is_gone_afterwards_whatever_happens_in_it(path: Path) -> None:
    with workshop(path) as folder:
        (folder / "new").write_text("new")
        sweep(path.parent)
        put(folder / "new", path)
    with pytest.raises(ZeroDivisionError), workshop(path) as folder:  # noqa: PT012  the work must have begun
        (folder / "half").write_text("half")
        _ = 1 / 0
    assert names(path) == ["file"]
    assert path.read_text() == "new"


def test_the_workshop_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(path: Path) -> None:
    command = [sys.executable, "-c", MAKER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        process.stdout.readline()
        sweep(path.parent)
        assert len(names(path)) == 1
        process.kill()
        process.wait()
        assert len(names(path)) == 1
        sweep(path.parent)
        assert names(path) == []
