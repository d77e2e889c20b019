"""What was learned, laid down in files until it is landed: held, it would be as much as all that it is learned from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl

from intel_pipeline.warehouse.landing.learning import Learned

# What is not `fresh`, by the names that Learned has for it.
OTHERS = ("restated", "back", "losses", "shown")


@dataclass(frozen=True, slots=True)
class Shelved:
    """What a part of a target's history taught, as Learned, but for its rows, which lie in `folder`.

    `fresh`: the names of the tables that rows are added to.
    """

    folder: Path
    target: str
    fresh: tuple[str, ...]
    listed: bool
    usable: bool
    spans: bool


def shelved(folder: Path, learned: Iterable[Learned]) -> Iterator[Shelved]:
    """Lay each part down in `folder`, whole histories but for the history itself."""
    for part in learned:
        own = folder / uuid4().hex
        own.mkdir()
        frames = {**part.fresh, **{name: getattr(part, name) for name in OTHERS}}
        for name, rows in frames.items():
            rows.write_ipc(own / name)
        yield Shelved(own, part.target, tuple(part.fresh), part.listed, part.usable, part.spans)


def taken(parts: Iterable[Shelved]) -> Iterator[Learned]:
    """Yield each part as it was learned, and let nothing of it lie when the next one is asked for.

    Its rows stay where they are, in files that are mapped into memory, while somebody looks at them.
    """
    import shutil

    for part in parts:
        fresh = {name: mapped(part.folder / name) for name in part.fresh}
        restated, back, losses, shown = (mapped(part.folder / name) for name in OTHERS)
        flags = part.listed, part.usable, None, part.spans
        yield Learned(part.target, fresh, restated, back, losses, shown, *flags)
        shutil.rmtree(part.folder)


def mapped(file: Path) -> pl.DataFrame:
    """Return the rows of a file without reading them."""
    import pyarrow as pa
    from pyarrow import ipc

    with pa.memory_map(str(file)) as source:
        return pl.DataFrame(ipc.open_file(source).read_all())
