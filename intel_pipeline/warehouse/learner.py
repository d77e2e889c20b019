"""A thread beside the one that lands: it learns from follower lists while that one writes down what it has learned."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing.learning import Learned, learning_anew
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed

# The follower captures of some targets that left a snapshot, of each oldest first.
Due = Mapping[str, Sequence[Capture]]
# What they teach, and in words which snapshots could not be read.
Answer = tuple[list[Learned], list[str]]


class Learner:
    """Learns the whole histories of some targets after the other.

    DuckDB and Polars let go of the interpreter while they work, so that one thread can learn while another one lands. A
    second process would double what is held.
    """

    def __init__(self, pool: ThreadPoolExecutor, lake: Path, *, compared: bool) -> None:
        """Have nothing asked yet; `compared` as in Lake."""
        self.pool, self.lake, self.compared = pool, lake, compared
        self.asked: deque[Future[Answer]] = deque()

    def ask(self, due: Due) -> None:
        """Let it learn from these."""
        self.asked.append(self.pool.submit(self._learn, due))

    def answer(self) -> Answer:
        """Return what those teach that were asked for first and not answered yet; raises what learning from them raised."""
        return self.asked.popleft().result()

    def _learn(self, due: Due) -> Answer:
        captures = [capture for of_target in due.values() for capture in of_target]
        landed = Landed()
        learned = learning_anew(Lake(self.lake, Histories(captures), self.compared), due, landed)
        return list(learned), landed.unreadable


@contextmanager
def learner(lake: Path, *, compared: bool) -> Iterator[Learner]:
    """Yield who learns; what was asked for and not begun is dropped at the end."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="learner")
    try:
        yield Learner(pool, lake, compared=compared)
    finally:
        pool.shutdown(cancel_futures=True)
