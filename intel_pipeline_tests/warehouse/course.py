"""A course of days over several targets, as ticks leave it in registry and lake: every surface, with what goes wrong.

Drawn by numbers rather than asked of the simulator: sixty days of it take seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import polars as pl

from intel_pipeline.contracts import follower
from intel_pipeline.registry.models import Capture
from intel_pipeline.registry.store import Registry
from intel_pipeline_tests.people import OPERATOR
from intel_pipeline_tests.warehouse.lands import captured, posts, profiles

# Of all followers on a day: who comes, who leaves, who is renamed, who is not shown for a while.
COMING, LEAVING, RENAMED, HIDDEN = 0.01, 0.008, 0.002, 0.004
FOLLOWEES = 20
# Of captures: those that fail, those that prove less than everything; of lists held back, those accepted on a day.
FAILED, POOR, ACCEPTED = 0.05, 0.1, 0.3


@dataclass(slots=True)
class Life:
    """A target and who follows it: ids, newest first, and how often each was renamed."""

    label: str
    chance: np.random.Generator
    ids: np.ndarray
    names: dict[int, int] = field(default_factory=dict)
    posts: int = 3

    def pass_a_day(self) -> None:
        """Let followers come, leave and take other names."""
        size = len(self.ids)
        staying = self.ids[self.chance.random(size) >= LEAVING]
        fresh = self.chance.integers(1_000, 70_000_000_000, max(1, int(size * COMING)))
        self.ids = np.concatenate([np.setdiff1d(fresh, staying), staying])
        for user_id in self.chance.choice(self.ids, int(np.ceil(size * RENAMED))):
            self.names[int(user_id)] = self.names.get(int(user_id), 0) + 1
        self.posts += int(self.chance.integers(0, 2))

    def listed(self, share: float = 1.0) -> pl.DataFrame:
        """Return the list that Instagram shows, cut short after a `share` of it."""
        shown = self.ids[self.chance.random(len(self.ids)) >= HIDDEN][: int(len(self.ids) * share)]
        names = [f"p{user_id}.{self.names.get(int(user_id), 0)}" for user_id in shown]
        nothing = pl.Series([None] * len(shown), dtype=pl.Boolean)
        columns = {
            "user_id": shown,
            "username": names,
            "full_name": names,
            "is_private": nothing,
            "is_verified": nothing,
            "position": np.arange(len(shown)),
            "page": np.zeros(len(shown), dtype=np.int32),
        }
        return pl.DataFrame(columns, schema=follower.SCHEMA).sort("user_id")


@dataclass(slots=True)
class Course:
    """A registry and a lake that are filled day by day."""

    registry: Registry
    lake: Path
    lives: list[Life]
    fate: Random

    def days(self, number: int) -> Iterator[list[Capture]]:
        """Yield the captures of each of so many days, which are kept by then."""
        for day in range(number):
            captures = [capture for life in self.lives for capture in self.day_of(life, day)]
            self.reconsider()
            yield captures

    def day_of(self, life: Life, day: int) -> Iterator[Capture]:
        """Yield a day's captures of one target."""
        life.pass_a_day()
        kept = {"registry": self.registry, "lake": self.lake, "number": day, "target": life.label}
        count = len(life.ids)
        if self.fate.random() < FAILED:
            yield captured(**kept, frame=None, surface="profile", verdict="failed")
            return
        profile = profiles(follower_count=count, biography=f"{day // 3} cups")
        yield captured(**kept, frame=profile, surface="profile")
        verdict, share = self.fate.choice((("partial", 0.5), ("suspect", 0.7))) if self.faulty() else ("complete", 1.0)
        held = verdict == "suspect"
        yield captured(**kept, frame=life.listed(share), verdict=verdict, reported=count, held=held)
        followees = life.listed().head(FOLLOWEES)
        yield captured(**kept, frame=followees, surface="followees", verdict="partial" if self.faulty() else "complete")
        shown = [
            {"post_id": 7 + number, "like_count": day * number, "caption": f"{number} {day // 4}", "position": number}
            for number in range(max(0, life.posts - 6), life.posts)
        ]
        yield captured(**kept, frame=posts(*shown), surface="posts")

    def faulty(self) -> bool:
        """Draw whether something goes wrong."""
        return self.fate.random() < POOR

    def reconsider(self) -> None:
        """Accept lists that were held back, now and then: the operator does so some days later."""
        for life in self.lives:
            for capture in self.registry.captures.history(life.label, "followers"):
                if capture.held and self.fate.random() < ACCEPTED:
                    self.registry.captures.accept(OPERATOR, capture.capture_id)


def course(registry: Registry, lake: Path, targets: int, followers: int, seed: int) -> Course:
    """Return a course over so many targets, each with about so many followers."""
    lives = []
    for number in range(targets):
        label = f"desk-{number}"
        registry.targets.add(f"museum.{number}", label, None)
        chance = np.random.default_rng([seed, number])
        lives.append(
            Life(label, chance, chance.permutation(np.unique(chance.integers(1_000, 70_000_000_000, followers))))
        )
    return Course(registry, lake, lives, Random(seed))
