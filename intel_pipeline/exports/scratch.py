"""A folder for what is being written: gone afterwards, and if its process was killed with the next export beside it."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intel_pipeline.replacement import locked

# An export may be written into anybody's folder: what is swept there bears a name that nobody else gives.
NAME = ".intel-export-"


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Yield a new folder inside `folder`, which is made if need be, and remove it with all that is left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    while True:
        path = folder / f"{NAME}{secrets.token_hex(4)}"
        path.mkdir(mode=0o700)
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            # Another export came upon it before the lock, and swept it.
            continue
        try:
            if locked(descriptor) and path.exists():
                yield path
                return
        finally:
            shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove the folders in `folder` whose exports are no more: nobody holds a lock on them."""
    for path in folder.glob(f"{NAME}*"):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            if locked(descriptor):
                shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(descriptor)


def place(written: Path, path: Path) -> None:
    """Let what was written in a scratch folder take its name, durably and in one step."""
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
