"""Small files, of which a history has hundreds: begun to be read side by side, and without Python's own file around each.

That file, and a path that is put together of parts, take as long as the reading.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress


def fetch(files: Iterable[str], last: int = 0) -> None:
    """Let the system begin to read these files, of each the `last` bytes, or all of them for 0; nothing is waited for.

    Read one by one, each is waited for: hundreds that are not in the system's cache take three times as long, and twice
    the CPU. Whatever cannot be opened is passed over, since whoever reads it will say so; and all of them are on systems
    that cannot be told, as macOS.
    """
    if not hasattr(os, "posix_fadvise"):
        return
    for file in files:
        with suppress(OSError), opened(file) as (descriptor, size):
            os.posix_fadvise(descriptor, max(0, size - last) if last else 0, 0, os.POSIX_FADV_WILLNEED)


def whole(file: str) -> bytes:
    """Return all of a file; OSError where it cannot be read."""
    with opened(file) as (descriptor, size):
        return os.read(descriptor, size)


def whole_if_small(file: str, most: int) -> bytes | None:
    """Return all of a file; None for one of more bytes than `most`, and OSError where it cannot be read."""
    with opened(file) as (descriptor, size):
        return os.read(descriptor, size) if size <= most else None


def end_of(file: str, last: int) -> tuple[int, bytes]:
    """Return a file's size and its `last` bytes; OSError where it cannot be read."""
    with opened(file) as (descriptor, size):
        os.lseek(descriptor, max(0, size - last), os.SEEK_SET)
        return size, os.read(descriptor, last)


@contextmanager
def opened(file: str) -> Iterator[tuple[int, int]]:
    """Yield the descriptor of an open file, and its size."""
    # Windows would take line ends in them for its own.
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        yield descriptor, os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
