"""The people of a world: who they are for good, and what they are called at a moment."""

import random
from dataclasses import dataclass
from datetime import datetime

from intel_pipeline.simulator import names

ID_AGES = ((10**6, 10**9), (10**9, 10**10), (10**10, 6 * 10**10), (6 * 10**10, 8 * 10**10))


@dataclass(frozen=True, slots=True)
class Person:
    """One person as they are at a moment."""

    id: int
    username: str
    full_name: str
    is_private: bool
    is_verified: bool
    has_picture: bool


class Resident:
    """One person through all of time. `called` holds (since, username), oldest first; the id never changes.

    `away` holds the (since, until) for which the account is deactivated, `until` None if for good, oldest first.
    """

    __slots__ = ("away", "called", "full_name", "has_picture", "id", "is_private", "is_verified")

    def __init__(self, rng: random.Random, user_id: int, username: str, since: datetime) -> None:
        """Draw everything but the id and the first username from `rng`."""
        self.id = user_id
        self.called = [(since, username)]
        self.away: tuple[tuple[datetime, datetime | None], ...] = ()
        self.full_name = names.full_name(rng)
        self.is_private = rng.random() < 0.4  # noqa: PLR2004  about the share on the real service
        self.is_verified = rng.random() < 0.01  # noqa: PLR2004  about the share on the real service
        self.has_picture = rng.random() < 0.85  # noqa: PLR2004  about the share on the real service

    def username_at(self, at: datetime) -> str:
        """Return the username at `at`, or the first one if that is later."""
        if len(self.called) > 1:
            for since, username in reversed(self.called):
                if since <= at:
                    return username
        return self.called[0][1]

    def exists_at(self, at: datetime) -> bool:
        """Return whether there is an account at `at`: it has been opened, and is not deactivated."""
        gone = any(since <= at and (until is None or at < until) for since, until in self.away)
        return self.called[0][0] <= at and not gone

    def at(self, at: datetime) -> Person:
        """Return the person as they are at `at`."""
        return Person(
            self.id, self.username_at(at), self.full_name, self.is_private, self.is_verified, self.has_picture
        )


class Population:
    """Everybody in a world. Ids are distinct; a username that was used is somebody else's only where it is taken over."""

    def __init__(self, reserved: frozenset[str]) -> None:
        """Begin with nobody; `reserved` usernames are never given to anybody."""
        self._reserved = reserved
        self._by_name: dict[str, tuple[Resident, ...]] = {}  # everybody who was ever called so, the latest last
        self._by_id: dict[int, Resident] = {}

    def born(self, rng: random.Random, since: datetime) -> Resident:
        """Add and return somebody new, drawn from `rng`, who exists from `since` on."""
        user_id = self.free_id(rng)
        resident = Resident(rng, user_id, self.free_name(rng), since)
        self._by_id[user_id] = resident
        self._by_name[resident.called[0][1]] = (resident,)
        return resident

    def rename(self, resident: Resident, username: str, at: datetime) -> None:
        """Call `resident` `username`, which nobody has at `at`, from then on."""
        resident.called.append((at, username))
        self._by_name[username] = (*self._by_name.get(username, ()), resident)

    def free_id(self, rng: random.Random) -> int:
        """Return an id that is nobody's yet; it spreads like real ids, all of them under 2**37."""
        while True:
            low, high = names.pick(rng, ID_AGES)
            user_id = low + int(rng.random() * (high - low))
            if user_id not in self._by_id:
                return user_id

    def free_name(self, rng: random.Random) -> str:
        """Return a username that was never anybody's."""
        username = names.username(rng)
        while username in self._by_name or username in self._reserved:
            username = f"{names.username(rng)[:24]}{int(rng.random() * 100_000)}"
        return username

    def by_id(self, user_id: int, at: datetime) -> Resident | None:
        """Return who has `user_id`, or None if nobody has it at `at`."""
        resident = self._by_id.get(user_id)
        return resident if resident is not None and resident.exists_at(at) else None

    def by_name(self, username: str, at: datetime) -> Resident | None:
        """Return who is found under `username` at `at`, or None."""
        holder = self.holder(username, at)
        return holder if holder is not None and holder.exists_at(at) else None

    def holder(self, username: str, at: datetime) -> Resident | None:
        """Return whose name `username` is at `at`, though the account may be deactivated, or None."""
        holders = self._by_name.get(username, ())
        return next((one for one in holders if one.username_at(at) == username and one.called[0][0] <= at), None)

    def starting_with(self, prefix: str, at: datetime, limit: int) -> list[Resident]:
        """Return up to `limit` people whose username at `at` starts with `prefix`."""
        found: list[Resident] = []
        for username in self._by_name:
            if username.startswith(prefix) and (resident := self.by_name(username, at)) is not None:
                found.append(resident)
                if len(found) == limit:
                    break
        return found
