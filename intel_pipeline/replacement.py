"""Replacing a file whole, durably; what a killed process left of its own is swept by whoever writes there next."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUFFIX = ".tmp"


@contextmanager
def replaced(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """Yield a temporary path beside `path`; afterwards it takes that name, durably, or leaves no trace.

    `mode`: who may read and write it, less what the umask forbids. Write to it by opening it; a file of another inode in its place would be swept by others. What processes that were
    killed have left in this folder is swept first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    with held(path, mode) as temporary:
        try:
            yield temporary
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(folder: Path) -> None:
    """Remove the temporary files in `folder` whose writers are no more: nobody holds a lock on them."""
    for path in folder.glob(f".*{SUFFIX}"):
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            # Its writer is done with it, or another run has swept it.
            continue
        try:
            if locked(descriptor):
                path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


@contextmanager
def held(path: Path, mode: int) -> Iterator[Path]:
    """Yield a new temporary file beside `path`, locked: the system lets go of it whatever ends this process."""
    while True:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{SUFFIX}")
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        try:
            # Another run may have come upon it before the lock, and swept it.
            if locked(descriptor) and os.fstat(descriptor).st_nlink:
                yield temporary
                return
        finally:
            os.close(descriptor)


def locked(descriptor: int) -> bool:
    """Lock an open file for this process; return False where another one holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
