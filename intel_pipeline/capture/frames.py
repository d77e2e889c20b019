"""The frames of a journal: one record each, with its length and a checksum."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from intel_pipeline.errors import DamagedFileError

# Length of the packed record, length of the record, checksum of the packed record that begins at the latter.
FRAME = struct.Struct("<III")
# Frames live until their capture is finished and packed: what counts is that packing them costs next to nothing.
CODEC = "lz4_raw"
# How journals were packed before, and how such a frame begins; no record makes the other codec begin so.
EARLIER, SIGN = "zstd", b"\x28\xb5\x2f\xfd"


def framed(record: bytes) -> bytes:
    """Return the record in its frame."""
    import pyarrow as pa

    packed: bytes = pa.compress(record, codec=CODEC, asbytes=True)
    return FRAME.pack(len(packed), len(record), zlib.crc32(packed, len(record))) + packed


def record_at(file: IO[bytes], offset: int) -> tuple[bytes, int]:
    """Return the record at `offset` and the offset behind it; raise EOFError where it is cut short or damaged."""
    import pyarrow as pa

    file.seek(offset)
    head = file.read(FRAME.size)
    if len(head) < FRAME.size:
        raise EOFError
    packed_size, size, checksum = FRAME.unpack(head)
    packed = file.read(packed_size)
    # A power cut can leave zeros behind, and no record at all has the checksum zero.
    if not packed or len(packed) < packed_size or zlib.crc32(packed, size) != checksum:
        raise EOFError
    codec = EARLIER if packed.startswith(SIGN) else CODEC
    record: bytes = pa.decompress(packed, size, codec=codec, asbytes=True)
    return record, offset + FRAME.size + packed_size


def records(file: IO[bytes], name: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield the records of a journal, each with its offset and the one behind it, up to one that is cut short.

    Raises DamagedFileError where good ones lie behind a damaged one: no kill does that.
    """
    end = file.seek(0, os.SEEK_END)
    offset = 0
    while offset < end:
        try:
            record, behind = record_at(file, offset)
        except EOFError as error:
            # Only the last one can be cut short: each was durable before the next was asked for.
            if followed(file, offset, end):
                problem = f"the journal {name} is damaged at byte {offset}, with good pages behind it"
                fix = f"nothing: the next capture begins a journal of its own; {name} is kept as it is"
                raise DamagedFileError(problem, fix) from error
            return
        yield record, offset, behind
        offset = behind


def followed(file: IO[bytes], offset: int, end: int) -> bool:
    """Tell whether a good record lies right behind the damaged one at `offset`."""
    file.seek(offset)
    head = file.read(FRAME.size)
    behind = offset + FRAME.size + (FRAME.unpack(head)[0] if len(head) == FRAME.size else 0)
    if not offset + FRAME.size < behind < end:
        return False
    try:
        record_at(file, behind)
    except EOFError:
        return False
    return True


def records_in(path: Path) -> Iterator[bytes]:
    """Yield the records of a journal whose capture is finished; raise DamagedFileError where it is not whole."""
    end = 0
    with path.open("rb") as file:
        for record, _, end in records(file, path.name):  # noqa: B007  where the whole ones end
            yield record
        if end < file.seek(0, os.SEEK_END):
            # A capture finishes only after its last page was durable.
            problem = f"the journal {path.name} is damaged at byte {end}"
            raise DamagedFileError(problem, f"nothing: {path} is kept as it is while raw pages are kept")
