"""A process beside the one that lands: it learns from follower lists while that one reads the rest and writes it down."""

import os
import pickle
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from intel_pipeline.errors import ServiceError
from intel_pipeline.process_environment import GIVES_BACK, ONE_CORE, command_of
from intel_pipeline.registry.captured import Captured
from intel_pipeline.replacement import SUFFIX, held_folder
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing.learning import Learned, learning_anew
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed
from intel_pipeline.warehouse.landing.shelf import shelved, taken

# The follower captures of some targets that left a snapshot, of each oldest first.
Due = Mapping[str, Sequence[Captured]]
# Where what they teach lies, and in words which snapshots could not be read.
Answer = tuple[list[Path], list[str]]
# Fewer captures than so many are learned from sooner than a process has begun.
FEW = 3_000
MODULE = "intel_pipeline.warehouse.learning_apart"


class Learner:
    """Learns the whole histories of some targets after the other.

    `learns`: how, which is waited for in a thread of `pool`.
    """

    def __init__(self, pool: ThreadPoolExecutor, learns: Callable[[Due], Answer]) -> None:
        """Have nothing asked yet."""
        self.pool, self.learns = pool, learns
        self.asked: deque[Future[Answer]] = deque()

    def ask(self, due: Due) -> None:
        """Let it learn from these."""
        self.asked.append(self.pool.submit(self.learns, due))

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
def learner(lake: Path, beside: Path, captures: int, *, compared: bool) -> Iterator[Learner]:
    """Yield who learns from so many captures, `compared` as in Lake; what was asked for and not begun is dropped at the end.

    What is learned lies `beside` a file until it is taken.
    """
    with (
        held_folder(beside.parent, f".{beside.name}.", SUFFIX) as folder,
        ThreadPoolExecutor(1, "learner") as pool,
        learning(captures) as learns,
    ):
        try:
            yield Learner(pool, partial(learns, lake, folder, compared=compared))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def learning(captures: int) -> Iterator[Callable[..., Answer]]:
    """Yield how one learns from so many captures, as `learn`: in a process of its own if they are not few.

    Half of it is Python, during which nothing else could be done in the same process.
    """
    if captures < FEW:
        yield learn
        return
    command, environment = command_of(MODULE), {**os.environ, **ONE_CORE, **GIVES_BACK}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:  # noqa: S603  ours
        try:
            yield partial(learn_apart, process)
        finally:
            # Whatever it is at, nobody waits for it.
            process.kill()
            with suppress(BrokenPipeError):
                pipe_of(process.stdin).close()


def learn_apart(process: "subprocess.Popen[bytes]", *asked: object, **options: object) -> Answer:
    """Return what a process answers that runs MODULE, as `learn`; raises what that raised, and ServiceError where it ended."""
    questions, answers = pipe_of(process.stdin), pipe_of(process.stdout)
    try:
        pickle.dump((asked, options), questions)
        questions.flush()
        answer = pickle.load(answers)  # noqa: S301  from our own process
    except (EOFError, BrokenPipeError) as error:
        problem = f"the process that learns from follower lists was ended from outside (it left {process.poll()})"
        raise ServiceError(problem, "see whether memory ran out, and run this again: nothing is lost") from error
    if isinstance(answer, Exception):
        raise answer
    found: Answer = answer
    return found


def pipe_of(stream: IO[bytes] | None) -> IO[bytes]:
    """Return a pipe of a process that was started with one; ValueError for none."""
    if stream is None:
        message = "the process was started without this pipe"
        raise ValueError(message)
    return stream
