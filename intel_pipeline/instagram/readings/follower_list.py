"""What every way of reading a list of followers or followees yields."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """One page of such a list, in columns. `next_cursor` is None where the server says that the list ends.

    `limited`: Instagram says that it shows only a part of the list.
    """

    user_ids: list[int]
    usernames: list[str]
    full_names: list[str | None]
    private: list[bool | None]
    verified: list[bool | None]
    next_cursor: str | None
    limited: bool
