"""Profiles: what anybody's page shows at a moment."""

import random
from dataclasses import dataclass
from datetime import datetime

from intel_pipeline.simulator.life import Life
from intel_pipeline.simulator.people import Person
from intel_pipeline.simulator.specs import ViewerSpec

PAGE_IDS = 17_841_400_000_000_000  # what the HTML page calls "id" lies here, far above any user id


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile of a target, a viewer or one of the people at a moment. `page_id` is not the user id."""

    id: int
    page_id: int
    username: str
    full_name: str
    biography: str
    external_url: str | None
    category: str | None
    is_private: bool
    is_verified: bool
    is_business: bool
    has_picture: bool
    followers: int
    followees: int
    posts: int


def of_target(life: Life, at: datetime, followers: int) -> Profile | None:
    """Return the profile of a target with so many `followers`, or None while it is absent."""
    if life.absent(at):
        return None
    spec = life.spec
    return Profile(
        id=life.id,
        page_id=PAGE_IDS + life.id,
        username=life.username_at(at),
        full_name=spec.full_name,
        biography=life.biography_at(at),
        external_url=spec.external_url,
        category=spec.category,
        is_private=life.private_at(at),
        is_verified=spec.is_verified,
        is_business=spec.is_business,
        has_picture=True,
        followers=followers,
        followees=len(life.followees),
        posts=len(life.posts_at(at)),
    )


def of_person(person: Person) -> Profile:
    """Return the profile of one of the people: plausible counts that never change, and no posts."""
    rng = random.Random(person.id)
    return Profile(
        id=person.id,
        page_id=PAGE_IDS + person.id,
        username=person.username,
        full_name=person.full_name,
        biography="",
        external_url=None,
        category=None,
        is_private=person.is_private,
        is_verified=person.is_verified,
        is_business=False,
        has_picture=person.has_picture,
        followers=int(20 * (1 + 50 * rng.random() ** 4)),
        followees=int(30 + 900 * rng.random() ** 2),
        posts=0,
    )


def of_viewer(user_id: int, spec: ViewerSpec) -> Profile:
    """Return the profile of a viewer: a public one that nobody follows."""
    return Profile(
        id=user_id,
        page_id=PAGE_IDS + user_id,
        username=spec.username,
        full_name=spec.full_name,
        biography="",
        external_url=None,
        category=None,
        is_private=False,
        is_verified=False,
        is_business=False,
        has_picture=True,
        followers=0,
        followees=len(spec.sees),
        posts=0,
    )
