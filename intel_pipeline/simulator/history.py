"""The history of a world, written day by day, in the order of what happens, for all of its targets at once."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from intel_pipeline.simulator import life
from intel_pipeline.simulator.events import Event, Hours, hours_of
from intel_pipeline.simulator.life import Life, Plan
from intel_pipeline.simulator.people import Population, Resident
from intel_pipeline.simulator.posts import Post
from intel_pipeline.simulator.roll import Step
from intel_pipeline.simulator.specs import TargetSpec

COMMUNITY = 600
LONG_AGO = datetime.min.replace(tzinfo=UTC)
TARGET_IDS = 8 * 10**10  # above everybody else's, so that no follower can have one of them


class History:
    """Everything that happens, as far as it has been asked for.

    A day is drawn from the seed, the target and the number of the day, and days are only ever written one after the
    other, so the order of questions cannot change the answers.
    """

    def __init__(self, seed: int, start: datetime, targets: Sequence[TargetSpec], reserved: frozenset[str]) -> None:
        """Write the beginning: who follows whom at `start`, and the posts until then."""
        self._seed = seed
        self._start = start
        taken = reserved.union(*({spec.username, *(name for _, name in spec.renames_on)} for spec in targets))
        self.population = Population(taken)
        rng = self._rng("community")
        self._community = [self.population.born(rng, start) for _ in range(COMMUNITY)]
        self.lives = {self._target_id(number): self._beginning(number, spec) for number, spec in enumerate(targets)}
        self._next_day = hours_of(start, 0)

    def write_until(self, at: datetime) -> None:
        """Write every day that has begun by `at`."""
        while self._next_day.opens <= at:
            self._write(self._next_day)
            self._next_day = hours_of(self._start, self._next_day.day + 1)

    def _rng(self, *about: object) -> random.Random:
        return random.Random("/".join(str(part) for part in (self._seed, *about)))

    def _target_id(self, number: int) -> int:
        return TARGET_IDS + number * 10**7 + int(self._rng("target", number).random() * 10**7)

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
        user_id = self._target_id(number)
        return Life(
            spec=spec,
            id=user_id,
            founders=founders,
            followees=followees,
            community=self._community,
            called=[(self._start, spec.username)],
            biographies=[(self._start, spec.biography)],
            posts=life.earlier_posts(rng, spec, self._start),
        )

    def _write(self, hours: Hours) -> None:
        plans: list[Plan] = []
        if hours.opens < hours.closes:
            for target in self.lives.values():
                if target.vanished_at is None:
                    rng = self._rng("day", target.spec.label, hours.day)
                    plans.extend(target.day(rng, hours, self.population))
        for plan in sorted(plans, key=lambda plan: plan.at):
            target = self.lives[plan.target_id]
            if target.vanished_at is None:
                self._happen(plan, target, hours)

    def _happen(self, plan: Plan, target: Life, hours: Hours) -> None:
        """Let `plan` happen, unless it cannot: who follows cannot follow, and who has left cannot leave."""
        match plan:
            case Plan(resident=Resident() as resident) if not self._rested(resident, plan.at):
                pass  # a daily look would not see each of two things done within a day
            case Plan(act="follow" | "return", resident=Resident() as resident) if resident not in target.crowd:
                if plan.act == "return":
                    target.gone.remove(resident)
                self._join(target, resident, plan.at)
            case Plan(act="leave", resident=Resident() as resident) if resident in target.crowd:
                self._leave(target, resident, plan.at)
            case Plan(act="rename", resident=Resident() as resident, text=str(username)):
                if resident.called[-1][0] < hours.opens or len(resident.called) == 1:
                    self._rename(resident, username, plan.at)
            case Plan(resident=None):
                change(target, plan)

    def _join(self, target: Life, resident: Resident, at: datetime) -> None:
        place = target.crowd.add(resident)
        target.steps.append(Step(at, place, resident, joined=True, count=len(target.crowd)))
        target.events.append(Event(at, target.id, "followed", resident.id, None, resident.username_at(at)))
        target.last_act[resident.id] = at

    def _rested(self, resident: Resident, at: datetime) -> bool:
        """Whether `resident` has done nothing lately to any target: a rename shows in the lists of all of them."""
        return all(
            at - target.last_act.get(resident.id, LONG_AGO) >= timedelta(days=target.spec.rest_days)
            for target in self.lives.values()
        )

    def _leave(self, target: Life, resident: Resident, at: datetime) -> None:
        place = target.crowd.remove(resident)
        target.gone.append(resident)
        target.steps.append(Step(at, place, resident, joined=False, count=len(target.crowd)))
        target.events.append(Event(at, target.id, "left", resident.id, resident.username_at(at), None))
        target.last_act[resident.id] = at

    def _rename(self, resident: Resident, username: str, at: datetime) -> None:
        before = resident.username_at(at)
        self.population.rename(resident, username, at)
        for target in self.lives.values():
            if resident in target.crowd and target.vanished_at is None:
                target.events.append(Event(at, target.id, "renamed", resident.id, before, username))
                target.last_act[resident.id] = at


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
