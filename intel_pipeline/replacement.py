"""Replacing a file whole, durably; what a killed process left of its own is swept by whoever writes there next."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".tmp"


@contextmanager
def replaced(path: Path, mode: int = 0o666, within: Path | None = None) -> Iterator[Path]:
    """Yield a temporary path beside `path`; afterwards it takes that name, durably, or leaves no trace.

    `mode`: who may read and write it, less what the umask forbids. Write to it by opening it; a file of another inode in
    its place would be swept by others. What processes that were killed have left in this folder is swept first: where
    ever more files lie beside it, the temporary one is to lie in a folder of few, `within`, on the same disk.
    """
    folder = within or path.parent
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    with held(folder / path.name, mode) as temporary:
        try:
            yield temporary
            put(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def put(written: Path, path: Path) -> None:
    """Let the file `written`, on the same disk, take the name `path`, durably and in one step."""
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def workshop(path: Path) -> Iterator[Path]:
    """Yield a new temporary folder beside `path`, for a file that brings others along; it is gone afterwards.

    What processes that were killed have left beside `path` is swept first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    with held_folder(path.parent, f".{path.name}.", SUFFIX) as folder:
        yield folder


@contextmanager
def held_folder(parent: Path, beginning: str, end: str = "") -> Iterator[Path]:
    """Yield a new folder in `parent`, locked, for its owner's eyes only; it is gone afterwards with all that is in it.

    Its name begins and ends so: what is left of it if this process is killed is swept by that.
    """
    while True:
        folder = parent / f"{beginning}{secrets.token_hex(4)}{end}"
        folder.mkdir(mode=0o700)
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            # Another run came upon it before it was locked, and swept it.
            continue
        try:
            if locked(descriptor) and folder.exists():
                try:
                    yield folder
                finally:
                    shutil.rmtree(folder)
                return
        finally:
            os.close(descriptor)


def sweep(folder: Path, pattern: str = f".*{SUFFIX}") -> None:
    """Remove the temporary files and folders in `folder` whose writers are no more: nobody holds a lock on them.

    `pattern`: what temporary ones are called, with / at its end where they are folders.
    """
    for path in folder.glob(pattern):
        # Its writer may be done with it, or another run may have swept it.
        with suppress(FileNotFoundError), opened(path) as descriptor:
            if not locked(descriptor):
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Yield a descriptor of a temporary file or folder, to be locked by it."""
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        yield descriptor
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
