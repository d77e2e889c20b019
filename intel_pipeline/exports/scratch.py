"""A folder for what is being written: gone afterwards, and if its process was killed with the next export beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intel_pipeline.replacement import held_folder, sweep

# An export may be written into anybody's folder: what is swept there is a folder with a name that nobody else gives.
NAME = ".intel-export-"


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Yield a new folder inside `folder`, which is made if need be, and remove it with all that is left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder, f"{NAME}*/")
    with held_folder(folder, NAME) as path:
        yield path
