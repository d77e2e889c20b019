"""The history of a world, written day by day, in the order of what happens, for all of its targets at once."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from intel_pipeline.simulator import chance, life, mishaps, plans
from intel_pipeline.simulator.events import Event, Hours, hours_of
from intel_pipeline.simulator.life import Life
from intel_pipeline.simulator.people import Population, Resident
from intel_pipeline.simulator.plans import Plan
from intel_pipeline.simulator.posts import Post
from intel_pipeline.simulator.specs import TargetSpec

COMMUNITY = 600
LONG_AGO = datetime.min.replace(tzinfo=UTC)
TARGET_IDS = 8 * 10**10  # above everybody else's, so that no follower can have one of them


def generator(seed: int, *about: object) -> random.Random:
    """Return the generator of a world's chances in one matter."""
    return random.Random("/".join(str(part) for part in (seed, *about)))


def target_id(seed: int, number: int) -> int:
    """Return the user id of the target of that number in the world of a seed."""
    return TARGET_IDS + number * 10**7 + int(generator(seed, "target", number).random() * 10**7)


class History:
    """Everything that happens, as far as it has been asked for.

    A day is drawn from the seed, the target and the number of the day, and days are only ever written one after the
    other, so the order of questions cannot change the answers.
    """

    def __init__(
        self, seed: int, start: datetime, targets: Sequence[TargetSpec], reserved: frozenset[str], first: int = 0
    ) -> None:
        """Write the beginning: who follows whom at `start`, and the posts until then."""
        self._seed = seed
        self._start = start
        taken = reserved.union(*(spec.usernames for spec in targets))
        self.population = Population(taken)
        rng = self._rng("community")
        self._community = [self.population.born(rng, start) for _ in range(COMMUNITY)]
        self.lives = {
            target_id(seed, number): self._beginning(number, spec) for number, spec in enumerate(targets, first)
        }
        self._comebacks: dict[int, list[Plan]] = {}
        self._next_day = hours_of(start, 0)

    def write_until(self, at: datetime) -> None:
        """Write every day that has begun by `at`."""
        while self._next_day.opens <= at:
            self._write(self._next_day)
            self._next_day = hours_of(self._start, self._next_day.day + 1)

    def _rng(self, *about: object) -> random.Random:
        return generator(self._seed, *about)

    def _beginning(self, number: int, spec: TargetSpec) -> Life:
        rng = self._rng("beginning", spec.label)
        regulars = min(int(spec.followers * spec.shared), COMMUNITY // 2)
        founders = rng.sample(self._community, regulars)
        founders += [self.population.born(rng, self._start) for _ in range(spec.followers - regulars)]
        rng.shuffle(founders)
        neighbours = rng.sample(self._community, min(spec.followees, COMMUNITY) // 2)
        followees = neighbours + [
            self.population.born(rng, self._start) for _ in range(spec.followees - len(neighbours))
        ]
        user_id = target_id(self._seed, number)
        return Life(
            spec=spec,
            id=user_id,
            salt=chance.salt(self._seed, spec.label),
            start=self._start,
            founders=founders,
            followees=followees,
            community=self._community,
            called=[(self._start, spec.username)],
            biographies=[(self._start, spec.biography)],
            posts=life.earlier_posts(rng, spec, self._start),
        )

    def _write(self, hours: Hours) -> None:
        due = self._comebacks.pop(hours.day, [])
        if hours.opens < hours.closes:
            for target in self.lives.values():
                if target.vanished_at is None:
                    due.extend(self._plans(target, hours))
        for plan in sorted(due, key=lambda plan: plan.at):
            target = self.lives[plan.target_id]
            if plan.act == "come_back" and plan.resident is not None:
                self._come_back(plan.resident, plan.at)
            elif target.vanished_at is None:
                self._happen(plan, target, hours)

    def _plans(self, target: Life, hours: Hours) -> Iterator[Plan]:
        label, day = target.spec.label, hours.day
        yield from plans.of_day(target, self._rng("day", label, day), hours, self.population)
        yield from mishaps.of_day(target, lambda kind: self._rng(kind, label, day), hours, self.population)

    def _happen(self, plan: Plan, target: Life, hours: Hours) -> None:
        match plan:
            case Plan(act="end_visit", resident=Resident() as resident):
                if resident in target.crowd:
                    target.leave(resident, plan.at)
            case Plan(resident=Resident() as resident):
                if self._ready(resident, plan.at):  # a daily look would not see each of two things done within a day
                    self._act(resident, plan, target, hours)
            case _:
                change(target, plan)

    def _act(self, resident: Resident, plan: Plan, target: Life, hours: Hours) -> None:
        """Let `plan` happen, unless it cannot: who follows cannot follow, and who has left cannot leave."""
        match plan, resident in target.crowd:
            case Plan(act="follow" | "return"), False:
                if plan.act == "return":
                    target.gone.remove(resident)
                target.join(resident, plan.at)
            case Plan(act="leave"), True:
                target.leave(resident, plan.at)
            case Plan(act="rename", text=str(username)), _:
                if resident.called[-1][0] < hours.opens or len(resident.called) == 1:
                    self._rename(resident, username, plan.at)
            case Plan(act="take_name", text=str(username)), _:
                self._take_name(resident, username, target, plan.at)
            case Plan(act="hide"), True:
                target.hide(resident, plan.at)
            case Plan(act="deactivate"), True:
                self._deactivate(resident, plan, hours)

    def _ready(self, resident: Resident, at: datetime) -> bool:
        """Whether `resident` exists and has done nothing lately to any target: a rename shows in the lists of all."""
        return resident.exists_at(at) and all(
            at - target.last_act.get(resident.id, LONG_AGO) >= timedelta(days=target.spec.rest_days)
            for target in self.lives.values()
        )

    def _rename(self, resident: Resident, username: str, at: datetime) -> None:
        before = resident.username_at(at)
        self.population.rename(resident, username, at)
        for target in self._followed_by(resident):
            target.rename(resident, before, username, at)

    def _take_name(self, resident: Resident, username: str, target: Life, at: datetime) -> None:
        if self.population.holder(username, at) is None:
            self._rename(resident, username, at)
            if resident not in target.crowd:
                target.join(resident, at)

    def _deactivate(self, resident: Resident, plan: Plan, hours: Hours) -> None:
        resident.away += ((plan.at, plan.until),)
        for target in self._followed_by(resident):
            target.suspend(resident, plan.at)
        if plan.until is not None:
            day = hours.day + (plan.until.date() - plan.at.date()).days
            self._comebacks.setdefault(day, []).append(Plan(plan.until, plan.target_id, "come_back", resident))

    def _come_back(self, resident: Resident, at: datetime) -> None:
        for target in self.lives.values():
            if target.vanished_at is None:
                target.restore(resident, at)

    def _followed_by(self, resident: Resident) -> list[Life]:
        return [life for life in self.lives.values() if resident in life.crowd and life.vanished_at is None]


def change(target: Life, plan: Plan) -> None:
    """Let `plan` happen to the target itself."""
    before = target.called[-1][1]
    match plan:
        case Plan(act="post", post=Post() as post):
            target.posts.append(post)
        case Plan(act="rename_target", text=str(username)):
            target.called.append((plan.at, username))
            target.events.append(Event(plan.at, target.id, "target_renamed", target.id, before, username))
        case Plan(act="rewrite_biography", text=str(biography)):
            target.biographies.append((plan.at, biography))
        case Plan(act="vanish"):
            target.vanished_at = plan.at
            target.events.append(Event(plan.at, target.id, "target_vanished", target.id, before, None))
