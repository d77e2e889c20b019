"""A thread beside the one that lands: it learns from follower lists while that one reads the rest and writes it down."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from intel_pipeline.registry.captured import Captured
from intel_pipeline.replacement import SUFFIX, held_folder
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing.learning import Learned, learning_anew
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed
from intel_pipeline.warehouse.landing.shelf import Shelved, shelved, taken

# The follower captures of some targets that left a snapshot, of each oldest first.
Due = Mapping[str, Sequence[Captured]]
# Where what they teach lies, and in words which snapshots could not be read.
Answer = tuple[list[Shelved], list[str]]


class Learner:
    """Learns the whole histories of some targets after the other.

    DuckDB and Polars let go of the interpreter while they work, so that one thread can learn while another one lands. A
    second process would hold Python, Polars and PyArrow once more: 190 MB before it has learned anything.
    """

    def __init__(self, pool: ThreadPoolExecutor, lake: Path, folder: Path, *, compared: bool) -> None:
        """Have nothing asked yet; `compared` as in Lake. What is learned lies in `folder` until it is taken."""
        self.pool, self.lake, self.folder, self.compared = pool, lake, folder, compared
        self.asked: deque[Future[Answer]] = deque()

    def ask(self, due: Due) -> None:
        """Let it learn from these."""
        self.asked.append(self.pool.submit(learn, self.lake, self.folder, due, compared=self.compared))

    def answer(self) -> tuple[Iterator[Learned], list[str]]:
        """Return what those teach that were asked for first and not answered yet; raises what learning from them raised."""
        parts, unreadable = self.asked.popleft().result()
        return taken(parts), unreadable


def learn(lake: Path, folder: Path, due: Due, *, compared: bool) -> Answer:
    """Learn from these captures, and lay down in `folder` what they teach."""
    captures = [capture for of_target in due.values() for capture in of_target]
    landed = Landed()
    learned = learning_anew(Lake(lake, Histories(captures), compared), due, landed)
    return list(shelved(folder, learned)), landed.unreadable


@contextmanager
def learner(lake: Path, beside: Path, *, compared: bool) -> Iterator[Learner]:
    """Yield who learns; what was asked for and not begun is dropped at the end.

    What is learned lies `beside` a file until it is taken.
    """
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="learner")
    with held_folder(beside.parent, f".{beside.name}.", SUFFIX) as folder:
        try:
            yield Learner(pool, lake, folder, compared=compared)
        finally:
            # Before the folder goes, in which it still writes.
            pool.shutdown(cancel_futures=True)
