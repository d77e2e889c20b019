"""Answers that go wrong on purpose, decided before any route is asked."""

from collections.abc import Callable
from typing import Protocol

from intel_pipeline.simulator.wire.exchange import Call, Reply

FOR_EVER = -1


class Fault(Protocol):
    """Something that may answer in place of Instagram."""

    def intercept(self, call: Call) -> Reply | None:
        """Return the answer to `call`, or None to let it pass."""
        ...


class Scripted:
    """Answer those calls whose line contains a text: let some pass first, then answer a number of them."""

    def __init__(self, match: str, reply: Reply | Callable[[Call], Reply], *, after: int = 0, times: int = 1) -> None:
        """Answer with `reply` (or what it makes of the call) `times` times, or FOR_EVER, `after` so many matches."""
        self._match = match
        self._reply = reply
        self._after = after
        self._left = times

    def intercept(self, call: Call) -> Reply | None:
        """Return the scripted answer if it is this call's turn."""
        if self._left == 0 or self._match not in call.line:
            return None
        if self._after > 0:
            self._after -= 1
            return None
        self._left -= 1
        return self._reply(call) if callable(self._reply) else self._reply
