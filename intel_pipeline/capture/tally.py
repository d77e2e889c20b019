"""What a tick may do, and what came of it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from intel_pipeline.instagram.source import Surface


@dataclass(frozen=True, slots=True)
class Limits:
    """What one tick may do: `most` targets, none begun after `seconds`, nor after `until`.

    `targets` names them instead of what is due, without those that were captured after `since`.

    `last_try`: a stumble of the network is written down as a failure rather than left for another try.
    """

    most: int
    seconds: float
    targets: tuple[str, ...] = ()
    until: datetime | None = None
    since: datetime | None = None
    last_try: bool = True


@dataclass(slots=True)
class Tally:
    """What became of a batch. `verdicts` by target's label.

    `halted`: why a session asked no more, by its name. `waiting`: why no session could be asked with, by target's label.
    `over`: why the whole batch ended early.
    """

    surface: Surface
    day: date
    due: int = 0
    verdicts: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    halted: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    over: str | None = None

    @property
    def stopped(self) -> str | None:
        """Why not all that is due was captured, in words, or None."""
        reasons = (*self.halted.values(), *self.waiting.values(), *([self.over] if self.over else []))
        return "; ".join(dict.fromkeys(reasons)) or None
