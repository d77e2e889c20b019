"""The journal: every page of a capture, durable before anything interprets it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from intel_pipeline.capture.frames import framed, record_at, records
from intel_pipeline.capture.page import Page, opened, page_of, record_of
from intel_pipeline.clock import Clock
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.instagram.source import Answer


class Journal:
    """The append-only file of one capture's pages, for as long as it goes on.

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
        return self.kept(key) or self._append(key, ask())

    def kept(self, key: str) -> Page | None:
        """Return the page of this key, None where it is not on the disk."""
        offset = self.pages.get(key)
        return None if offset is None else self._read(offset)

    def __iter__(self) -> Iterator[Page]:
        """Yield the pages in the order in which they were received."""
        for offset in list(self.pages.values()):
            yield self._read(offset)

    def _append(self, key: str, answer: Answer) -> Page:
        page = Page(key, self.clock.now(), answer)
        frame = framed(record_of(page))
        offset = self.file.seek(0, os.SEEK_END)
        self.file.write(frame)
        self.file.flush()
        os.fsync(self.file.fileno())
        self.pages[key] = offset
        return page

    def _read(self, offset: int) -> Page:
        record, _ = record_at(self.file, offset)
        return page_of(opened(record))

    def _recover(self) -> None:
        end = 0
        try:
            for record, offset, end in records(self.file, self.path.name):  # noqa: B007  the last one is where to go on
                self.pages[opened(record).key] = offset
        except DamagedFileError:
            self.file.close()
            raise
        self.file.truncate(end)
        if end == 0:
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
