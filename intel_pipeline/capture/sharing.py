"""Which session reads which target now: a pure decision, in which no session waits for another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from intel_pipeline.registry.capture_queries import Reading


@dataclass(frozen=True, slots=True)
class Standing:
    """How a session stands as to one surface.

    `hindrance`: why it may not read it now, in words, or None. `stopped`: nothing but its operator ends that. `left`:
    what it may still spend, identities for lists and requests for what lists nobody.
    """

    hindrance: str | None
    left: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Lack:
    """What a round lacks: one surface of the target `label`. `readers`: the sessions that may read it at all.

    `begun`: its capture in progress. `last`: the one before it. `cost`: what reading it takes, in what `left` counts.
    """

    label: str
    readers: tuple[str, ...]
    begun: Reading | None = None
    last: Reading | None = None
    cost: int = 1


@dataclass(slots=True)
class Shares:
    """`reads`: labels by the session that reads them, both in the order of what was lacking. `waiting`: why others wait.

    `unread`: what no session may read at all.
    """

    reads: dict[str, list[str]] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def share(lacks: Iterable[Lack], standings: Mapping[str, Standing], day: date, most: int | None = None) -> Shares:
    """Return who reads what in the round of `day`: at most so many targets, the first ones that can be read now.

    Two accounts may be shown two lists: who blocks one of them is missing from its. So a target stays with the session
    that read it last while that has budget for the whole of it, and otherwise goes to the one with the most left.
    """
    shares = Shares()
    left = {name: standing.left for name, standing in standings.items()}
    taken = 0
    for lack in lacks:
        may = candidates(lack, standings, day)
        free = [name for name in may if standings[name].hindrance is None]
        if not may:
            shares.unread.append(lack.label)
        elif not free:
            shares.waiting[lack.label] = "; ".join(str(standings[name].hindrance) for name in may)
        elif most is None or taken < most:
            before = lack.last.session if lack.last else None
            stays = before in free and left[before] >= lack.cost
            chosen = before if before and stays else max(free, key=left.__getitem__)
            left[chosen] -= lack.cost
            shares.reads.setdefault(chosen, []).append(lack.label)
            taken += 1
    return shares


def candidates(lack: Lack, standings: Mapping[str, Standing], day: date) -> tuple[str, ...]:
    """Return the sessions that may read what is lacking, whether they can now or not.

    A capture in progress waits for the session that began it, which alone can go on with it. Where that was stopped in
    the middle, another begins anew, but not on the same day: it would look like going round a block, and what has
    stopped one account must not be tried on the next at once.
    """
    begun = lack.begun.session if lack.begun else None
    if lack.begun is None or begun is None or begun not in lack.readers:
        return lack.readers
    if standings[begun].stopped and lack.begun.day != day:
        return tuple(name for name in lack.readers if name != begun) or (begun,)
    return (begun,)
