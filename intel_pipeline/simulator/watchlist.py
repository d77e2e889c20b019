"""A world of many targets, each with followers of its own, made when it is first asked about."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from intel_pipeline.clock import Clock
from intel_pipeline.simulator.events import Event
from intel_pipeline.simulator.history import target_id
from intel_pipeline.simulator.listing import ListedPage, ListingCursor
from intel_pipeline.simulator.people import Person
from intel_pipeline.simulator.posts import Post
from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.roll import Page
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.world import World

# User ids have room for so many.
MOST = 1000


class Watchlist(World):
    """A world whose targets share nobody, so that a thousand of them need not be there for one to be read.

    The last `held` that were asked about are kept. Of people, it knows those who follow one of them.
    """

    def __init__(  # noqa: PLR0913  what makes a world
        self,
        seed: int,
        start: datetime,
        clock: Clock,
        targets: Sequence[TargetSpec] = (),
        viewers: Sequence[ViewerSpec] = (),
        *,
        held: int = MOST,
    ) -> None:
        """Begin as of `start` (aware); raises ValueError for more than MOST targets, or two that go by one name."""
        if len(targets) > MOST:
            msg = f"a watchlist has {MOST} targets at most, not {len(targets)}"
            raise ValueError(msg)
        super().__init__(seed, start, clock, (), viewers)
        self._numbers = {name: number for number, spec in enumerate(targets) for name in spec.usernames}
        if len(self._numbers) < sum(len(spec.usernames) for spec in targets):
            msg = "a watchlist needs targets whose usernames are all different"
            raise ValueError(msg)
        self._specs = list(targets)
        self._ids = {target_id(self._seed_of(number), number): number for number in range(len(targets))}
        self._held = held
        self._worlds: dict[int, World] = {}

    @cached_property
    def labels(self) -> dict[str, int]:
        """The user id of each target, by the label of its spec."""
        return {self._specs[number].label: user_id for user_id, number in self._ids.items()}

    def truth(self, target_id: int, since: datetime, until: datetime) -> list[Event]:
        """Return what happened to a target and its followers after `since` and not after `until`, in order."""
        return self._of(target_id).truth(target_id, since, until)

    def followers_of(self, target_id: int, at: datetime | None = None) -> list[Person]:
        """Return who follows a target, listed or not, the newest follower first; nobody while it is absent."""
        return self._of(target_id).followers_of(target_id, at)

    def hidden_of(self, target_id: int, at: datetime | None = None) -> list[Person]:
        """Return those of `followers_of` whom no listing ever shows."""
        return self._of(target_id).hidden_of(target_id, at)

    def reported_followers(self, target_id: int, at: datetime | None = None) -> int:
        """Return the follower count that a target's profile shows."""
        return self._of(target_id).reported_followers(target_id, at)

    def followees_of(self, target_id: int, at: datetime | None = None) -> list[Person]:
        """Return whom a target follows, the newest first."""
        return self._of(target_id).followees_of(target_id, at)

    def listing_page(self, target_id: int, count: int, cursor: ListingCursor | None) -> ListedPage:
        """Return a page of `count` followers as the list shows them now."""
        return self._of(target_id).listing_page(target_id, count, cursor)

    def followee_page(self, target_id: int, count: int, before: int | None) -> Page:
        """Return `count` of those a target follows now, newest first, from below the place `before`."""
        return self._of(target_id).followee_page(target_id, count, before)

    def posts_of(self, target_id: int, at: datetime | None = None) -> list[Post]:
        """Return the posts of a target, the newest first."""
        return self._of(target_id).posts_of(target_id, at)

    def post(self, pk: int) -> tuple[int, Post] | None:
        """Return the target's id and its post with media id `pk`, of those targets that are kept, or None."""
        found = (world.post(pk) for world in list(self._worlds.values()))
        return next((one for one in found if one), None)

    def is_target(self, user_id: int) -> bool:
        """Return whether `user_id` is one of the targets."""
        return user_id in self._ids

    def profile(self, user_id: int, at: datetime | None = None) -> Profile | None:
        """Return anybody's profile as it is shown, or None if nobody has that id at `at`."""
        if user_id in self._ids:
            return self._of(user_id).profile(user_id, at)
        if self.viewer(user_id):
            return super().profile(user_id, at)
        found = (world.profile(user_id, at) for world in list(self._worlds.values()))
        return next((one for one in found if one), None)

    def find(self, username: str) -> int | None:
        """Return the id of the target or the viewer who is called `username` now, or None."""
        number = self._numbers.get(username)
        return self.viewer_id(username) if number is None else self._world(number).find(username)

    def search(self, text: str, limit: int = 5) -> list[int]:
        """Return the ids of up to `limit` targets whose username now starts with `text`."""
        numbers = {number for name, number in self._numbers.items() if name.startswith(text)}
        return [found for number in sorted(numbers) for found in self._world(number).search(text, 1)][:limit]

    def follows(self, viewer: ViewerSpec, profile: Profile) -> bool:
        """Return whether `viewer` follows the target that `profile` is of."""
        number = self._ids.get(profile.id)
        return number is not None and self._specs[number].label in viewer.sees

    def _of(self, user_id: int) -> World:
        return self._world(self._ids[user_id])

    def _world(self, number: int) -> World:
        with self._lock:
            world = self._worlds.pop(number, None)
            if world is None:
                spec, seed = self._specs[number], self._seed_of(number)
                world = World(seed, self.start, self.clock, [spec], numbered_from=number)
            # The one that was asked about last is the last to go.
            self._worlds[number] = world
            while len(self._worlds) > self._held:
                del self._worlds[next(iter(self._worlds))]
            return world

    def _seed_of(self, number: int) -> int:
        return self.seed * MOST + number
