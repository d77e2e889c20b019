"""What a follower list differs by from the complete one before it, kept beside the snapshots: a day is compared once.

A snapshot is all that is needed, and all that is trusted: what is not there, or was made by other rules or against another
list, is found by comparing once more.
"""

import json
import logging
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.lake.small_files import end_of, fetch, whole
from intel_pipeline.replacement import replaced

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

log = logging.getLogger(__name__)
# By which rules lists are compared, and what is kept of it. One more, and what was kept is not read any more.
RULES = 2
FOLDER = "differences"
# A line of JSON, and the rows as an Arrow IPC stream that is compressed as a whole: of a few hundred rows, Parquet is
# several times as dear to write and to read.
SUFFIX, CODEC = ".difference", "zstd"
# So many bytes at the end of a snapshot hold what Parquet keeps of it besides its rows, of a list in a few row groups.
TAIL = 4096


def path_of(snapshot: str | Path) -> str:
    """Return where in the lake the difference of the list in a `snapshot` lies; the snapshot's path within the lake too."""
    return f"{FOLDER}/{str(snapshot).rpartition('.')[0]}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class Against:
    """The capture that a list is held against, and by how many entries it is longer: less arrived, more went missing."""

    capture_id: str
    longer: int


def write(lake: Path, against: Against, snapshot: str | Path, rows: "pa.Table") -> str:
    """Keep the `rows` (DIFFERENCE) by which the list in a `snapshot` differs from another one; return the path.

    OSError where the disk refuses.
    """
    import pyarrow as pa

    path = path_of(snapshot)
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, rows.schema) as writer:
        writer.write_table(rows)
    plain = stream.getvalue()
    packed = pa.compress(plain, codec=CODEC, asbytes=True)
    head = {"of": of(lake, against, snapshot), "size": plain.size, "crc": zlib.crc32(packed)}
    with replaced(lake / path, within=lake) as temporary:
        temporary.write_bytes(json.dumps(head).encode() + b"\n" + packed)
    return path


def of(lake: Path, against: Against, snapshot: str | Path) -> dict[str, object]:
    """Return what a file is of, as it says; OSError where its snapshot cannot be read.

    That the snapshot is whole and still the same is told by its size and its end, for a tenth of what reading it takes.
    """
    size, end = end_of(f"{lake}/{snapshot}", TAIL)
    return {"rules": RULES, "before": against.capture_id, "longer": against.longer, "snapshot": [size, zlib.crc32(end)]}


def fetch_all(lake: Path, snapshots: Collection[str]) -> None:
    """Let the system begin to read what the lists in these `snapshots` differ by, and what that is held against."""
    fetch(f"{lake}/{path_of(snapshot)}" for snapshot in snapshots)
    fetch((f"{lake}/{snapshot}" for snapshot in snapshots), last=TAIL)


def read(lake: Path, against: Against, snapshot: str) -> "pa.Table | None":
    """Return what a list differs by from the other one; None where that is not kept, or its snapshot is another now."""
    import pyarrow as pa

    path = path_of(snapshot)
    try:
        return rows_in(whole(f"{lake}/{path}"), of(lake, against, snapshot))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, pa.ArrowException) as error:
        log.warning("the difference %s cannot be read, so its lists are compared again: %s", path, error)
        return None


def rows_in(content: bytes, wanted: dict[str, object]) -> "pa.Table | None":
    """Return the rows of a file with this content; None where it is not of what is `wanted`.

    ValueError, LookupError, TypeError, OSError or ArrowException where it is damaged: zstd and Arrow let six in ten of
    the bits pass that have changed, and the checksum none.
    """
    import pyarrow as pa

    line, _, packed = content.partition(b"\n")
    head = json.loads(line)
    if head["of"] != wanted:
        return None
    if head["crc"] != zlib.crc32(packed):
        message = "its bytes are not those that were written"
        raise ValueError(message)
    plain = pa.decompress(packed, head["size"], codec=CODEC, memory_pool=pa.system_memory_pool())
    with pa.ipc.open_stream(plain) as stream:
        return stream.read_all()


def together(differences: "Sequence[pa.Table]", columns: Sequence[str] | None = None) -> "pl.DataFrame":
    """Return the rows of several differences, at least one, one after the other; `columns`: only these."""
    import polars as pl
    import pyarrow as pa

    rows = pa.concat_tables(differences)
    wanted = rows if columns is None else rows.select(columns)
    # Polars takes three times as long for what comes in pieces. Arrow's own pool would keep what is given back to it.
    return pl.DataFrame(wanted.combine_chunks(memory_pool=pa.system_memory_pool()))
