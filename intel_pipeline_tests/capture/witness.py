"""What nobody can kill: the simulator's record of what it was asked, and the answers that have reached the disk."""

import json
import zlib
from collections import Counter
from pathlib import Path
from queue import SimpleQueue

import pyarrow as pa

from intel_pipeline.capture.frames import FRAME
from intel_pipeline.simulator.wire import routes
from intel_pipeline.simulator.wire.exchange import Call, Reply

PAGE = "followers"


class Witness:
    """A fault that never answers: it takes down each request as its kind, a page of followers as its journal's key."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.arrivals: SimpleQueue[str] = SimpleQueue()

    def intercept(self, call: Call) -> Reply | None:
        kind = routes.find(call).key
        if kind == PAGE:
            kind = f"{PAGE} {call.query.get('max_id', 'first')}"
        self.asked.append(kind)
        self.arrivals.put(kind)
        return None


class Kept:
    """The answers in the journals of a folder, read by nothing of the journal's own but its frame."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys: list[str] = []
        self._read_until: Counter[Path] = Counter()

    def look(self) -> None:
        """Read what has come since the last look; the rest of a page that was cut short is no answer."""
        for path in sorted(self.folder.glob("*.pages")):
            content = path.read_bytes()[self._read_until[path] :]
            place = 0
            while len(head := content[place : place + FRAME.size]) == FRAME.size:
                packed_size, size, checksum = FRAME.unpack(head)
                packed = content[place + FRAME.size : place + FRAME.size + packed_size]
                if len(packed) < packed_size or zlib.crc32(packed, size) != checksum:
                    break
                line = pa.decompress(packed, size, codec="lz4_raw", asbytes=True).partition(b"\n")[0]
                self.keys.append(json.loads(line)["key"])
                place += FRAME.size + packed_size
            self._read_until[path] += place
