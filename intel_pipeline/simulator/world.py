"""A world: people, targets and viewers on a clock. It answers for the present and knows the truth about all of time."""

import threading
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

from intel_pipeline.clock import Clock
from intel_pipeline.simulator import counts, profiles
from intel_pipeline.simulator.events import Event
from intel_pipeline.simulator.history import History
from intel_pipeline.simulator.life import Life
from intel_pipeline.simulator.listing import ListedPage, ListingCursor
from intel_pipeline.simulator.people import Person
from intel_pipeline.simulator.posts import Post
from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.roll import Page, Roll, Step
from intel_pipeline.simulator.rolls import Rolls
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec

VIEWER_IDS = 9 * 10**10  # above the ids of the targets


class World:
    """A seeded world. Same seed, start and specs: same people and same events, whatever is asked in which order.

    Every question without `at` is answered for `clock.now()`; moments are aware. All methods may be called from
    several threads. Unknown target ids raise KeyError.
    """

    def __init__(  # noqa: PLR0913  what makes a world
        self,
        seed: int,
        start: datetime,
        clock: Clock,
        targets: Sequence[TargetSpec] = (),
        viewers: Sequence[ViewerSpec] = (),
        *,
        numbered_from: int = 0,
    ) -> None:
        """Create everybody as of `start` (aware); raises ValueError if two targets or viewers go by one name.

        `numbered_from`: the number of the first target, which its user id follows from.
        """
        named = [
            *(spec.username for spec in viewers),
            *(name for spec in targets for name in spec.usernames),
        ]
        labels = [spec.label for spec in targets]
        if start.tzinfo is None or len({*named}) < len(named) or len({*labels}) < len(labels):
            msg = "a world needs an aware start, and targets and viewers whose labels and usernames are all different"
            raise ValueError(msg)
        self.seed = seed
        self.start = start.astimezone(UTC)
        self.clock = clock
        self._lock = threading.RLock()
        self._history = History(seed, self.start, targets, frozenset(named), numbered_from)
        self._rolls = Rolls()
        self._viewers = {VIEWER_IDS + seed % 7919 + number * 7919: spec for number, spec in enumerate(viewers)}

    def now(self) -> datetime:
        """Return the present moment of the world."""
        return self.clock.now()

    @property
    def labels(self) -> dict[str, int]:
        """The user id of each target, by the label of its spec."""
        return {life.spec.label: user_id for user_id, life in self._history.lives.items()}

    def target_id(self, label: str) -> int:
        """Return the user id of the target called `label` in its spec; raises KeyError."""
        return self.labels[label]

    def truth(self, target_id: int, since: datetime, until: datetime) -> list[Event]:
        """Return what happened to a target and its followers after `since` and not after `until`, in order."""
        with self._lock:
            events = self._life(target_id, until).events
            first, end = (bisect_right(events, moment, key=lambda event: event.at) for moment in (since, until))
            return events[first:end]

    def followers_of(self, target_id: int, at: datetime | None = None) -> list[Person]:
        """Return who follows a target, listed or not, the newest follower first; nobody while it is absent."""
        at = at or self.now()
        with self._lock:
            life = self._life(target_id, at)
            return [] if life.absent(at) else [one.at(at) for one in _moved(life, at, life.steps).newest_first()]

    def hidden_of(self, target_id: int, at: datetime | None = None) -> list[Person]:
        """Return those of `followers_of` whom no listing ever shows."""
        at = at or self.now()
        with self._lock:
            life = self._life(target_id, at)
            listed = {resident.id for resident in _moved(life, at, life.listed_steps).residents}
            return [person for person in self.followers_of(target_id, at) if person.id not in listed]

    def reported_followers(self, target_id: int, at: datetime | None = None) -> int:
        """Return the follower count that a target's profile shows."""
        at = at or self.now()
        with self._lock:
            return counts.reported_followers(self._life(target_id, at), at)

    def followees_of(self, target_id: int, at: datetime | None = None) -> list[Person]:
        """Return whom a target follows, the newest first: always the same people, but they may rename."""
        at = at or self.now()
        with self._lock:
            life = self._life(target_id, at)
            return [] if life.absent(at) else [resident.at(at) for resident in reversed(life.followees)]

    def listing_page(self, target_id: int, count: int, cursor: ListingCursor | None) -> ListedPage:
        """Return a page of `count` followers as the list shows them now; without a cursor, the first of a new listing."""
        now = self.now()
        with self._lock:
            return self._rolls.page(self._life(target_id, now), now, count, cursor)

    def followee_page(self, target_id: int, count: int, before: int | None) -> Page:
        """Return `count` of those a target follows now, newest first, from below the place `before`."""
        with self._lock:
            return Roll(self._life(target_id, self.now()).followees).page(count, before)

    def posts_of(self, target_id: int, at: datetime | None = None) -> list[Post]:
        """Return the posts of a target, the newest first."""
        at = at or self.now()
        with self._lock:
            life = self._life(target_id, at)
            return [] if life.absent(at) else life.posts_at(at)[::-1]

    def post(self, pk: int) -> tuple[int, Post] | None:
        """Return the target's id and its post with media id `pk`, as of now, or None."""
        owned = ((target_id, post) for target_id in self._history.lives for post in self.posts_of(target_id))
        return next(((target_id, post) for target_id, post in owned if post.pk == pk), None)

    def is_target(self, user_id: int) -> bool:
        """Return whether `user_id` is one of the targets."""
        return user_id in self._history.lives

    def profile(self, user_id: int, at: datetime | None = None) -> Profile | None:
        """Return anybody's profile as it is shown, or None if nobody has that id at `at`."""
        at = at or self.now()
        with self._lock:
            if user_id in self._viewers:
                return profiles.of_viewer(user_id, self._viewers[user_id])
            if user_id in self._history.lives:
                life = self._life(user_id, at)
                return profiles.of_target(life, at, counts.reported_followers(life, at))
            self._history.write_until(at)
            resident = self._history.population.by_id(user_id, at)
            return profiles.of_person(resident.at(at)) if resident else None

    def find(self, username: str) -> int | None:
        """Return the id of whoever is called `username` now, or None."""
        now = self.now()
        with self._lock:
            self._history.write_until(now)
            for user_id, life in self._history.lives.items():
                if life.username_at(now) == username and not life.absent(now):
                    return user_id
            for user_id, spec in self._viewers.items():
                if spec.username == username:
                    return user_id
            resident = self._history.population.by_name(username, now)
            return resident.id if resident else None

    def search(self, text: str, limit: int = 5) -> list[int]:
        """Return the ids of up to `limit` people or targets whose username now starts with `text`."""
        now = self.now()
        with self._lock:
            self._history.write_until(now)
            lives = [life for life in self._history.lives.values() if not life.absent(now)]
            targets = [life.id for life in lives if life.username_at(now).startswith(text)]
            people = self._history.population.starting_with(text, now, limit)
            return [*targets, *(resident.id for resident in people)][:limit]

    def viewers(self) -> list[ViewerSpec]:
        """Return every login there is."""
        return list(self._viewers.values())

    def viewer(self, user_id: int) -> ViewerSpec | None:
        """Return the login with that user id, or None."""
        return self._viewers.get(user_id)

    def viewer_id(self, username: str) -> int | None:
        """Return the user id of the login called `username`, or None."""
        return next((user_id for user_id, spec in self._viewers.items() if spec.username == username), None)

    def may_see(self, viewer: ViewerSpec | None, profile: Profile) -> bool:
        """Return whether `viewer` (None: somebody logged out) may look at the lists and posts of `profile`."""
        return not profile.is_private or (viewer is not None and self.follows(viewer, profile))

    def follows(self, viewer: ViewerSpec, profile: Profile) -> bool:
        """Return whether `viewer` follows the target that `profile` is of."""
        life = self._history.lives.get(profile.id)
        return life is not None and life.spec.label in viewer.sees

    def _life(self, target_id: int, at: datetime) -> Life:
        self._history.write_until(at)
        return self._history.lives[target_id]


def _moved(life: Life, at: datetime, steps: Sequence[Step]) -> Roll:
    roll = Roll(life.founders)
    roll.move_to(at, steps)
    return roll
