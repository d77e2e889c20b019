"""Being asked to stop."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Yield what tells whether somebody has asked to stop, by Ctrl-C or by SIGTERM.

    A shell starts what is in the background deaf to Ctrl-C; Dagster's processes would inherit that, and by it become
    deaf to SIGTERM as well. What has a handler here is as usual in them.
    """
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
