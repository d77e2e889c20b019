"""The rows of a list of any length: taken in as they come, given back in the order of their ids, each id once."""

import io
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from intel_pipeline.capture.findings import framed

if TYPE_CHECKING:
    import polars as pl

# Rows that are held as they came; more of them are sorted and put aside as a run. Most lists never are.
RUN = 32_768
# Rows of each run that are held while the runs are merged, and rows of a frame that this gives.
BLOCK, FRAME = 1_024, 16_384


@dataclass(frozen=True, slots=True)
class Block:
    """Where a part of a run lies in the file."""

    offset: int
    size: int


class Runs:
    """Rows in columns, keyed by `key`; of those with the same id, the one that came first counts.

    Two million rows of followers are 200 MB, and sorting them takes as much again. Of a long list, only the newest rows
    are held; the others wait in a file that has no name, so that nothing is left of it whatever ends the process.
    """

    def __init__(self, schema: "pl.Schema", key: str, folder: Path | None = None) -> None:
        """Take rows of `schema`; a long list is put aside in `folder`, None: where the system has its temporary files."""
        self.schema = schema
        self.key = key
        self.folder = folder
        self._columns: dict[str, list[Any]] = {name: [] for name in schema}
        self._newest: pl.DataFrame | None = None
        self._runs: list[list[Block]] = []
        self._file: IO[bytes] | None = None

    def add(self, **columns: Sequence[Any]) -> None:
        """Take in rows, a value of each for every column; DriftError where one has another type, at once or later on."""
        for name, values in columns.items():
            self._columns[name].extend(values)
        self._newest = None
        if len(self._columns[self.key]) >= RUN:
            self._put_aside()

    def ids(self) -> "pl.DataFrame":
        """Return the ids, sorted and distinct, as the column `key`."""
        import numpy as np
        import polars as pl

        # NumPy sorts them where they lie, and gives the memory back at once.
        parts = [frame[self.key].to_numpy() for run in self._runs for frame in self._read(run, [self.key])]
        found = np.concatenate([*parts, self._held()[self.key].to_numpy()])
        found.sort()
        distinct = np.concatenate([found[:1], found[1:][np.diff(found) > 0]])
        return pl.DataFrame({self.key: distinct}, schema={self.key: self.schema[self.key]})

    def __iter__(self) -> Iterator["pl.DataFrame"]:
        """Yield the rows in frames, at least one, sorted by id within each and from one to the next."""
        held = self._held()
        newest = [iter([held])] if held.height or not self._runs else []
        yield from merged([*map(self._read, self._runs), *newest], self.key)

    def _held(self) -> "pl.DataFrame":
        """Return the rows that came since the last run, as a run."""
        if self._newest is None:
            frame = framed(self._columns, self.schema)
            self._newest = frame.unique(self.key, keep="first", maintain_order=True).sort(self.key)
        return self._newest

    def _put_aside(self) -> None:
        held = self._held()
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115  it lives as long as this does
            weakref.finalize(self, self._file.close)
        blocks = []
        for frame in held.iter_slices(BLOCK):
            buffer = io.BytesIO()
            frame.write_ipc_stream(buffer, compression="lz4")
            content = buffer.getvalue()
            blocks.append(Block(self._file.seek(0, io.SEEK_END), len(content)))
            self._file.write(content)
        self._runs.append(blocks)
        self._columns = {name: [] for name in self.schema}
        self._newest = None

    def _read(self, run: Sequence[Block], columns: list[str] | None = None) -> Iterator["pl.DataFrame"]:
        import polars as pl

        for block in run:
            if self._file is None:
                return
            self._file.seek(block.offset)
            yield pl.read_ipc_stream(io.BytesIO(self._file.read(block.size)), columns=columns)


def merged(runs: Sequence[Iterator["pl.DataFrame"]], key: str) -> Iterator["pl.DataFrame"]:
    """Yield the rows of `runs`, each sorted by and distinct in `key`, as one; the earliest run's row of an id counts."""
    import polars as pl

    heads = {number: head for number, run in enumerate(runs) if (head := next(run, None)) is not None}
    ready: list[pl.DataFrame] = []
    while len(heads) > 1:
        # No run has anything left that is smaller than the last row of what is held of it.
        bound = min(head[key][-1] for head in heads.values())
        parts = []
        for number, head in [*heads.items()]:
            end = head[key].search_sorted(bound, side="right")
            parts.append(head[:end])
            following = head[end:] if end < head.height else next(runs[number], None)
            if following is None:
                del heads[number]
            else:
                heads[number] = following
        ready.append(pl.concat(parts).unique(key, keep="first", maintain_order=True).sort(key))
        if sum(frame.height for frame in ready) >= FRAME:
            yield pl.concat(ready)
            ready = []
    yield from ready
    for number, head in heads.items():
        yield head
        yield from runs[number]
