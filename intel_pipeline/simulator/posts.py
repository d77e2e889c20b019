"""Posts, and how their likes, comments and views grow with age."""

import base64
import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from intel_pipeline.simulator import names

EPOCH = datetime(2011, 8, 24, 21, 7, 1, 721000, tzinfo=UTC)  # media ids count milliseconds from here
IMAGE, VIDEO, SIDECAR = 1, 2, 8
KINDS = (IMAGE,) * 5 + (VIDEO,) * 3 + (SIDECAR,) * 2


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `likes`, `comments` and `views` are what it ends with; `pace` is how many days it takes to 63 %."""

    pk: int
    taken_at: datetime
    kind: int
    caption: str | None
    likes: int
    comments: int
    views: int
    pace: float
    pictures: int
    place: str | None

    @property
    def code(self) -> str:
        """The shortcode: the media id in url-safe base64."""
        return base64.urlsafe_b64encode(self.pk.to_bytes(9, "big")).decode().lstrip("A")

    def likes_at(self, at: datetime) -> int:
        """Return the likes gathered by `at`."""
        return int(self.likes * self._share(at))

    def comments_at(self, at: datetime) -> int:
        """Return the comments gathered by `at`."""
        return int(self.comments * self._share(at))

    def views_at(self, at: datetime) -> int:
        """Return the views gathered by `at`; 0 for what is not a video."""
        return int(self.views * self._share(at))

    def _share(self, at: datetime) -> float:
        age = (at - self.taken_at) / timedelta(days=1)
        return 1 - math.exp(-age / self.pace) if age > 0 else 0.0


def drawn(rng: random.Random, taken_at: datetime, author: str, followers: int) -> Post:
    """Return a post drawn from `rng`; how well it will do follows from the number of followers."""
    kind = names.pick(rng, KINDS)
    likes = int(followers * (0.01 + 0.05 * rng.random()) / (0.15 + 0.85 * rng.random())) + 3
    milliseconds = int((taken_at - EPOCH) / timedelta(milliseconds=1))
    return Post(
        pk=milliseconds << 23 | int(rng.random() * (1 << 23)),
        taken_at=taken_at,
        kind=kind,
        caption=names.caption(rng, author),
        likes=likes,
        comments=int(likes * 0.08 * rng.random()),
        views=int(likes * (5 + 20 * rng.random())) if kind == VIDEO else 0,
        pace=0.4 + 1.6 * rng.random(),
        pictures=2 + int(rng.random() * 4) if kind == SIDECAR else 0,
        place=names.pick(rng, names.PLACES) if int(rng.random() * 4) == 0 else None,
    )


def media_id(code: str) -> int | None:
    """Return the media id of a shortcode, or None if it is none."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(code.rjust(12, "A")), "big")
    except ValueError:
        return None
