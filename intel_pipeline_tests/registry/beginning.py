"""Captures as the registry's tests begin and end them, and what several do at once."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import TypeVar

from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.registry.store import Registry

Result = TypeVar("Result")
DAY = date(2026, 11, 24)
COMPLETE = Outcome(verdict="complete", rows=4, distinct=3, reported_before=3, reported_after=3, pages=2)


def begin(
    registry: Registry, target: Target, day: date = DAY, surface: str = "followers", session: str | None = None
) -> Capture:
    return registry.captures.begin(target, surface, day, "simulator", session)


def at_once(work: Callable[[], Result], number: int = 4) -> tuple[list[Result], list[Exception]]:
    """Let so many threads do the same at once; return what came of it, and what they raised."""
    barrier, done, raised = Barrier(number), list[Result](), list[Exception]()

    def go() -> None:
        barrier.wait(timeout=10)
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001  a thread's error would vanish
            raised.append(error)

    threads = [Thread(target=go) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return done, raised
