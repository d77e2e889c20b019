"""A full disk, told apart from everything else that can go wrong with a file."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intel_pipeline.errors import DiskFullError

# As the system, SQLite and DuckDB put it; only the first gives a number.
SIGNS = ("No space left on device", "database or disk is full")


@contextmanager
def naming_full_disk(folder: Path) -> Iterator[None]:
    """Raise DiskFullError about `folder` in the place of any error that says that its disk is full."""
    try:
        yield
    except Exception as error:
        numbered = isinstance(error, OSError) and error.errno == errno.ENOSPC
        if not numbered and not any(sign in str(error) for sign in SIGNS):
            raise
        problem = f"the disk that holds {folder} is full"
        fix = "free some space and run this again: what was captured is kept, and an open capture resumes"
        raise DiskFullError(problem, fix) from error
