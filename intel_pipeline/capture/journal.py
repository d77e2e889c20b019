"""The journal: every page of a capture, durable before anything interprets it."""

import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic_core import PydanticSerializationError, to_json

from intel_pipeline.clock import Clock
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.instagram.source import Answer

# Length of the compressed page, length of the page, checksum of the compressed page that begins at the latter.
FRAME = struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer as received. `key` names the request within its capture."""

    key: str
    received_at: datetime
    answer: Answer


class Journal:
    """The append-only file of one capture's pages.

    A capture is a script of requests, each with a key. `once` answers from the file where the key is there already,
    so a capture that was killed at any instruction is resumed by running its script again.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open or begin the journal at `path`; a last page that was cut short is dropped.

        Raises DamagedFileError where an earlier one is damaged: no kill does that, and what lies behind it is good.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.clock = clock
        self.pages: dict[str, int] = {}
        self.file = path.open("a+b")
        self._recover()

    def __enter__(self) -> Self:
        """Return the open journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; what was appended is durable already."""
        self.file.close()

    def once(self, key: str, ask: Callable[[], Answer]) -> Page:
        """Return the page of this key, asking for it only if no answer to it ever reached the disk."""
        offset = self.pages.get(key)
        return self._append(key, ask()) if offset is None else self._read(offset)[0]

    def __iter__(self) -> Iterator[Page]:
        """Yield the pages in the order in which they were received."""
        for offset in list(self.pages.values()):
            yield self._read(offset)[0]

    def _append(self, key: str, answer: Answer) -> Page:
        import pyarrow as pa

        page = Page(key, self.clock.now(), answer)
        record = {"key": key, "received_at": page.received_at.isoformat(), "via": answer.via, "body": answer.body}
        raw = written(record)
        packed: bytes = pa.compress(raw, codec="zstd", asbytes=True)
        offset = self.file.seek(0, os.SEEK_END)
        self.file.write(FRAME.pack(len(packed), len(raw), zlib.crc32(packed, len(raw))) + packed)
        self.file.flush()
        os.fsync(self.file.fileno())
        self.pages[key] = offset
        return page

    def _read(self, offset: int) -> tuple[Page, int]:
        """Return the page at `offset` and the offset behind it; raise EOFError where it is cut short."""
        import pyarrow as pa

        self.file.seek(offset)
        head = self.file.read(FRAME.size)
        if len(head) < FRAME.size:
            raise EOFError
        packed_size, size, checksum = FRAME.unpack(head)
        packed = self.file.read(packed_size)
        # A power cut can leave zeros behind, and no page at all has the checksum zero.
        if not packed or len(packed) < packed_size or zlib.crc32(packed, size) != checksum:
            raise EOFError
        record: dict[str, Any] = json.loads(pa.decompress(packed, size, codec="zstd", asbytes=True))
        moment = datetime.fromisoformat(record["received_at"])
        page = Page(record["key"], moment, Answer(record["via"], record["body"]))
        return page, offset + FRAME.size + packed_size

    def _followed(self, offset: int, end: int) -> bool:
        """Tell whether a good page lies right behind the damaged one at `offset`."""
        self.file.seek(offset)
        head = self.file.read(FRAME.size)
        behind = offset + FRAME.size + (FRAME.unpack(head)[0] if len(head) == FRAME.size else 0)
        if not offset + FRAME.size < behind < end:
            return False
        try:
            self._read(behind)
        except EOFError:
            return False
        return True

    def _recover(self) -> None:
        end = self.file.seek(0, os.SEEK_END)
        offset = 0
        while offset < end:
            try:
                page, behind = self._read(offset)
            except EOFError as error:
                # Only the last page can be cut short: each was durable before the next was asked for.
                if self._followed(offset, end):
                    self.file.close()
                    problem = f"the journal {self.path.name} is damaged at byte {offset}, with good pages behind it"
                    fix = f"nothing: the next capture begins a journal of its own; {self.path} is kept as it is"
                    raise DamagedFileError(problem, fix) from error
                self.file.truncate(offset)
                break
            self.pages[page.key] = offset
            offset = behind
        if end == 0:
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)


def written(record: dict[str, Any]) -> bytes:
    """Return the record as JSON, as `json.dumps` writes it, at a third of the cost where every text is well-formed."""
    try:
        return to_json(record)
    except PydanticSerializationError:
        # Instagram cuts texts in the middle of an emoji, and half of one is kept as it came.
        return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
