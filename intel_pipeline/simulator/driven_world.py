"""The worlds whose days the daemon lives: a watchlist of any size, plain, or one in which a month brings everything."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from intel_pipeline.clock import Clock
from intel_pipeline.simulator.demo_world import DEMO_VIEWER
from intel_pipeline.simulator.fault_names import FAULTS, with_faults
from intel_pipeline.simulator.faults import Fault
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.timed_faults import Spell, Timed, cut
from intel_pipeline.simulator.watchlist import Watchlist
from intel_pipeline.simulator.wire.exchange import JSON, Call, Reply, json_reply, please_log_in, refusal

# What befalls a target itself has days of its own here; the named faults have theirs after a month.
LATER = ("target_renaming", "target_private", "target_away", "target_vanishing")
MISLEADING = tuple(name for name in FAULTS if name not in LATER)
# Every so many targets the next one misleads; in each turn of them, one has its account's own trouble.
TURN = 4
LISTS, ANYTHING = "/friendships/", ""
WALL, DRIFT = 12, 17


def targets_of(number: int, followers: int, *, faulty: bool) -> list[TargetSpec]:
    """Return so many targets of `followers`, or in a faulty world of a quarter of that to twice as many."""
    plain = [plain_target(one, followers) for one in range(number)]
    return [made_faulty(one, spec) for one, spec in enumerate(plain)] if faulty else plain


def plain_target(number: int, followers: int) -> TargetSpec:
    """Return a target: of two hundred followers two come in a day and one and a half go, and so on."""
    hundreds = followers / 100
    return TargetSpec(
        label=f"desk-{number:03}",
        username=f"desk.{number:03}",
        followers=followers,
        followees=10,
        posts=14,
        posts_per_day=0.4,
        follows_per_day=hundreds,
        leaves_per_day=0.75 * hundreds,
        renames_per_day=0.25 * hundreds,
        returns_per_day=0.1 * hundreds,
        rest_days=1.0,
        shared=0.0,
    )


def made_faulty(number: int, spec: TargetSpec) -> TargetSpec:
    """Return a target with what it does wrong in the month, if anything."""
    followers = spec.followers // 4 + number * 37 % max(1, 2 * spec.followers - spec.followers // 4)
    spec = replace(spec, followers=followers)
    turn, place = divmod(number, TURN)
    if place == 1:
        return with_faults(spec, {MISLEADING[turn % len(MISLEADING)]: 1.0})
    if place < TURN - 1:
        return spec
    match turn % 5:
        case 0:
            return replace(spec, vanishes_on=10)
        case 1:
            return replace(spec, private_between=(7, 12))
        case 2:
            return replace(spec, away_between=(14, 19))
        case 3:
            return replace(spec, renames_on=((5, f"{spec.username}.studio"),))
        case _:
            return replace(spec, is_private=True)


def faults_of(seed: int, start: datetime, clock: Clock, days: int = 60) -> list[Fault]:
    """Return what Instagram does wrong at times: throttles in two ways, walls, drifts, cuts connections.

    Work begins at 06:00 of each day, and is through some hours later.
    """
    wait = "Please wait a few minutes before you try again."

    def timed(spell: Spell, match: str, reply: Reply, share: float = 1.0) -> Timed:
        return Timed(clock, start, seed, spell, match, lambda _: reply, share)

    def strange(_: Call) -> Reply:
        return json_reply({"people": [], "page": {"next": None}, "status": "ok"})

    def spells() -> Iterator[Fault]:
        for day in range(2, days, 4):
            yield timed(Spell(day, 6.2, 0.2), LISTS, refusal(429, wait, error_type="rate_limit_error"))
        for day in range(4, days, 9):
            yield timed(Spell(day, 6.1, 0.3), ANYTHING, refusal(400, wait))
        yield timed(Spell(WALL, 6.3, 2.5), ANYTHING, please_log_in())
        yield Timed(clock, start, seed, Spell(DRIFT, 0.0, 24.0), LISTS, strange)
        for day in range(1, days, 3):
            yield Timed(clock, start, seed, Spell(day, 6.0, 3.0), LISTS, cut, 0.005)
        for day in range(3, days, 5):
            yield timed(Spell(day, 6.0, 1.0), "/graphql", Reply(502, b"", JSON), 0.005)

    return list(spells())


def driven_world(  # noqa: PLR0913  what the note of a data folder holds
    seed: int, start: datetime, clock: Clock, number: int, followers: int, *, faulty: bool
) -> Watchlist:
    """Return the world of a folder that the daemon drives; its one viewer follows the private targets but every second."""
    targets = targets_of(number, followers, faulty=faulty)
    username, password = DEMO_VIEWER
    viewer = ViewerSpec(username, password, "Watchful Heron", frozenset(seen(targets)))
    return Watchlist(seed, start, clock, targets, (viewer,))


def seen(targets: Sequence[TargetSpec]) -> Iterator[str]:
    """Yield the labels of the private targets that the viewer follows: every second of them."""
    private = [spec.label for spec in targets if spec.is_private]
    yield from private[::2]
