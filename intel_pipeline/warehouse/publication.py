"""Publications: what readers open. Each is a file of its own; a name points to the newest.

The name is a symbolic link. On a file system that has none (a USB stick's, many network shares) a file of one line beside
it says where the newest lies.
"""

import errno
import os
import re
import shutil
from pathlib import Path

from intel_pipeline.disk import naming_full_disk
from intel_pipeline.replacement import replaced
from intel_pipeline.warehouse.schema import migrate
from intel_pipeline.warehouse.writer import connected, exclusive

# What a file system without links answers.
NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
GENERATION = re.compile(r"intel-(\d{6,})\.duckdb")


def publish(warehouse: Path, folder: Path, name: Path, keep: int) -> Path:
    """Publish the warehouse as a new generation in `folder`, let `name` point to it, and return its path.

    A reader that holds an older generation keeps it, however long; `keep` of them stay on the disk by name.
    """
    with naming_full_disk(folder), exclusive(warehouse):
        with connected(warehouse) as connection:
            migrate(connection)
            connection.execute("checkpoint")
        newest = folder / f"intel-{next_number(folder):06d}.duckdb"
        with replaced(newest) as temporary:
            shutil.copyfile(warehouse, temporary)
        point(name, newest)
        for old in generations(folder)[:-keep]:
            old.unlink()
    return newest


def generations(folder: Path) -> list[Path]:
    """Return the publications in `folder`, oldest first."""
    found = [(int(match.group(1)), path) for path in folder.iterdir() if (match := GENERATION.fullmatch(path.name))]
    return [path for _, path in sorted(found)]


def next_number(folder: Path) -> int:
    """Return the number after the newest generation's."""
    present = generations(folder)
    return int(present[-1].stem.removeprefix("intel-")) + 1 if present else 1


def point(name: Path, newest: Path) -> None:
    """Let `name` point to `newest`, in one step: a reader finds the old one or the new one, never none."""
    place = os.path.relpath(newest, name.parent)
    # One writer at a time comes here, so that a link of this name is what a killed one left.
    link = name.with_name(f".{name.name}.link")
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(place)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        with replaced(pointer(name)) as temporary:
            temporary.write_text(f"{place}\n")
        return
    link.replace(name)
    pointer(name).unlink(missing_ok=True)


def pointer(name: Path) -> Path:
    """Return the file that says where the newest publication lies where `name` cannot be a link."""
    return name.with_name(f"{name.name}.path")


def newest_of(name: Path) -> Path | None:
    """Return the newest publication that `name` points to, by its own path; None where there is none."""
    if name.exists():
        return name.resolve()
    try:
        found = name.parent / pointer(name).read_text().strip()
    except FileNotFoundError:
        return None
    return found.resolve() if found.is_file() else None


def withdraw(name: Path) -> None:
    """Let `name` point to nothing."""
    name.unlink(missing_ok=True)
    pointer(name).unlink(missing_ok=True)
