"""What the pipeline asks of Instagram, whoever answers: instaloader over the network, or another source."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Surface = Literal["profile", "followers", "followees", "posts"]
SURFACES: tuple[Surface, ...] = ("profile", "followers", "followees", "posts")
# Those whose pages hold accounts, which Instagram counts.
LISTS: tuple[Surface, ...] = ("followers", "followees")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a request is about. `user_id` is unknown before a target's first capture."""

    label: str
    username: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `via` names the reading that asked for it and alone knows how to read it.

    `received`: the JSON that the body was parsed from, byte for byte; None where it was something else, such as a page
    that the body was found in.
    """

    via: str
    body: dict[str, Any]
    received: bytes | None = field(default=None, compare=False, repr=False)


class Source(Protocol):
    """One request each; every one raises the errors of `instagram.errors` and nothing else of its library's."""

    kind: Literal["instagram", "simulator"]

    @property
    def logged_in(self) -> bool:
        """Whether requests carry a session."""
        ...

    def profile(self, subject: Subject) -> Answer:
        """Ask for the profile as it is now."""
        ...

    def followers(self, subject: Subject, cursor: str | None) -> Answer:
        """Ask for the page of followers at `cursor`; None is the first."""
        ...

    def followees(self, subject: Subject, cursor: str | None) -> Answer:
        """Ask for the page of whom the subject follows at `cursor`; None is the first."""
        ...

    def posts(self, subject: Subject, cursor: str | None) -> Answer:
        """Ask for the page of posts at `cursor`; None is the first."""
        ...

    def post(self, subject: Subject, shortcode: str) -> Answer:
        """Ask for one post, where a page of posts names it only."""
        ...
