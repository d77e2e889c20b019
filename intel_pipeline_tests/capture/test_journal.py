import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from intel_pipeline.capture.frames import FRAME
from intel_pipeline.capture.journal import Journal
from intel_pipeline.capture.page import written
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.instagram.source import Answer
from intel_pipeline.simulator.clock import VirtualClock

ANSWERS = {
    "first": Answer("followers rest", {"users": [{"pk": "1", "full_name": "Zoë 🌊 \ud83c"}], "next_max_id": "QV"}),
    "second": Answer("followers rest", {"users": []}),
    "third": Answer("profile by id", {"data": {"user": None}}),
}
FULL_DISK = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from intel_pipeline.capture.journal import Journal
from intel_pipeline.instagram.source import Answer
from intel_pipeline.simulator.clock import VirtualClock
path = Path(sys.argv[1])
import pyarrow
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40, resource.RLIM_INFINITY))
try:
    with Journal(path, VirtualClock(datetime(2026, 11, 24, tzinfo=UTC))) as journal:
        journal.once("more", lambda: Answer("way", {"page": list(range(400))}))
except OSError as error:
    print("refused", error.errno)
"""


class Asked:
    """Answers a key from ANSWERS, and remembers what it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, key: str) -> Callable[[], Answer]:
        def ask() -> Answer:
            self.keys.append(key)
            return ANSWERS[key]

        return ask


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "capture.pages"


def write(path: Path, clock: VirtualClock, *keys: str) -> list[int]:
    """Write pages, and return the size of the file after each."""
    sizes = []
    for key in keys:
        with Journal(path, clock) as journal:
            journal.once(key, lambda key=key: ANSWERS[key])
        sizes.append(path.stat().st_size)
    return sizes


def keys_in(path: Path, clock: VirtualClock) -> list[str]:
    with Journal(path, clock) as journal:
        return [page.key for page in journal]


def test_a_page_is_asked_for_once_per_key_also_after_the_journal_was_opened_again(
    path: Path, clock: VirtualClock
) -> None:
    asked = Asked()
    with Journal(path, clock) as journal:
        first = journal.once("first", asked("first"))
        again = journal.once("first", asked("first"))
    clock.advance(timedelta(hours=1))
    with Journal(path, clock) as journal:
        later = journal.once("first", asked("first"))
        second = journal.once("second", asked("second"))
    assert asked.keys == ["first", "second"]
    assert first == again == later
    assert second.received_at - later.received_at == timedelta(hours=1)


def test_pages_come_back_as_they_were_received_in_their_order(path: Path, clock: VirtualClock) -> None:
    write(path, clock, "third", "first", "second")
    with Journal(path, clock) as journal:
        assert [(page.key, page.answer) for page in journal] == [
            (key, ANSWERS[key]) for key in ("third", "first", "second")
        ]


def test_what_was_received_is_kept_byte_for_byte(path: Path, clock: VirtualClock) -> None:
    received = b'{"b": 1.0,\r\n "a":"\\ud83c \\u00e9",\n"a":2 }\n'
    with Journal(path, clock) as journal:
        journal.once("page", lambda: Answer("way", json.loads(received), received))
    with Journal(path, clock) as journal:
        (page,) = journal
    assert page.answer.received == received
    assert page.answer.body == {"b": 1.0, "a": 2}


def test_a_journal_of_an_earlier_program_is_read_and_goes_on(path: Path, clock: VirtualClock) -> None:
    head = {"key": "first", "received_at": clock.now().isoformat(), "via": ANSWERS["first"].via}
    record = written(head | {"body": ANSWERS["first"].body})
    packed = pa.compress(record, codec="zstd", asbytes=True)
    path.parent.mkdir()
    path.write_bytes(FRAME.pack(len(packed), len(record), zlib.crc32(packed, len(record))) + packed)
    asked = Asked()
    with Journal(path, clock) as journal:
        pages = [journal.once(key, asked(key)) for key in ("first", "second")]
    assert asked.keys == ["second"]
    assert [page.answer for page in pages] == [ANSWERS["first"], ANSWERS["second"]]


def test_a_question_that_fails_leaves_nothing_and_may_be_asked_again(path: Path, clock: VirtualClock) -> None:
    def stumble() -> Answer:
        raise ConnectionError

    with Journal(path, clock) as journal:
        with pytest.raises(ConnectionError):
            journal.once("first", stumble)
        assert list(journal) == []
        assert journal.once("first", lambda: ANSWERS["first"]).answer == ANSWERS["first"]


def test_a_page_is_on_the_disk_before_it_is_handed_over(path: Path, clock: VirtualClock) -> None:
    with Journal(path, clock) as journal:
        page = journal.once("first", lambda: ANSWERS["first"])
        assert keys_in(path, clock) == [page.key]


def test_a_page_survives_a_power_cut_once_it_was_handed_over(
    path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        real(descriptor)

    with Journal(path, clock) as journal:
        monkeypatch.setattr("os.fsync", watched)
        for key in ("first", "second"):
            journal.once(key, lambda key=key: ANSWERS[key])
            assert synced.pop() == path.stat().st_size
            assert synced == []


def test_a_last_page_that_was_cut_at_any_byte_is_dropped_and_everything_before_it_stays(
    path: Path, clock: VirtualClock
) -> None:
    _, before, whole = write(path, clock, "first", "second", "third")
    content = path.read_bytes()
    for size in range(before, whole):
        path.write_bytes(content[:size])
        assert keys_in(path, clock) == ["first", "second"]
        assert path.stat().st_size == before
    asked = Asked()
    with Journal(path, clock) as journal:
        for key in ("first", "second", "third"):
            journal.once(key, asked(key))
    assert asked.keys == ["third"]


@pytest.mark.parametrize("zeros", [1, FRAME.size, FRAME.size + 1, 4096])
def test_zeros_that_a_power_cut_left_behind_are_dropped(path: Path, clock: VirtualClock, zeros: int) -> None:
    (size,) = write(path, clock, "first")
    path.write_bytes(path.read_bytes() + bytes(zeros))
    assert keys_in(path, clock) == ["first"]
    assert path.stat().st_size == size


def test_a_last_page_with_a_damaged_byte_anywhere_is_never_read(path: Path, clock: VirtualClock) -> None:
    before, whole = write(path, clock, "first", "third")
    content = bytearray(path.read_bytes())
    for place in range(before, whole):
        broken = content.copy()
        broken[place] ^= 0x10
        path.write_bytes(broken)
        assert keys_in(path, clock) == ["first"]


def test_damage_before_good_pages_is_refused_and_destroys_nothing(path: Path, clock: VirtualClock) -> None:
    first, *_ = write(path, clock, "first", "second", "third")
    broken = bytearray(path.read_bytes())
    broken[first + FRAME.size + 5] ^= 0x01
    path.write_bytes(broken)
    with pytest.raises(DamagedFileError, match=f"capture.pages is damaged at byte {first}"):
        Journal(path, clock)
    assert path.read_bytes() == broken


def test_a_page_that_the_disk_refuses_is_asked_for_again_when_there_is_room(path: Path, clock: VirtualClock) -> None:
    write(path, clock, "first")
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("refused")
    assert keys_in(path, clock) == ["first"]
    write(path, clock, "second")
    assert keys_in(path, clock) == ["first", "second"]


def test_a_journal_is_a_fraction_of_what_was_received(path: Path, clock: VirtualClock) -> None:
    body = {"users": [{"pk": str(number), "username": f"person.{number}"} for number in range(200)]}
    with Journal(path, clock) as journal:
        journal.once("page", lambda: Answer("followers rest", body))
    assert path.stat().st_size < len(json.dumps(body)) / 3
