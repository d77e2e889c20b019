"""Reading the profile node that instaloader saves, in any of the shapes it has had from 4.7 to 4.16.

Instagram's own keys changed under instaloader: counts lay in `edge_followed_by.count` and lie in `follower_count`,
the id was `id` and is `pk`. 4.16 writes both. Where a node has several, the older one wins if it says anything.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from intel_pipeline.contracts.picture import fingerprint
from intel_pipeline.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

Node = dict[str, Any]
# As many digits as always fit into 64 bits; a longer number is no count and no id of Instagram's.
DIGITS = 18
KINDS = {bool: "true or false", int: "a number", float: "a fraction", str: "a text", list: "a list", dict: "an object"}
IDS = ("id", "pk")
FOLLOWERS = ("edge_followed_by.count", "follower_count")
FOLLOWING = ("edge_follow.count", "following_count")
MEDIA = ("edge_owner_to_timeline_media.count", "media_count", "all_media_count")
BUSINESS = ("is_business_account", "is_business")
CATEGORIES = ("category_name", "business_category_name", "category")
PICTURES = ("profile_pic_url_hd", "profile_pic_url")
NEEDED = (IDS, ("username",), ("is_private",), ("is_verified",))


def row_of(node: Node, path: "Path") -> dict[str, Any]:
    """Return the values of `contracts.profile.ProfileSnapshot`; None where the node does not tell.

    Raises ArchiveError naming `path` and the key where a value is of a kind that Instagram does not use for it, or
    where one is missing without which a profile is not one.
    """
    reader = Reader(node, path)
    for keys in NEEDED:
        if not any(reader.values(keys)):
            problem = f"{path} holds a profile without `{keys[0]}`: instaloader saved it before it had read it"
            raise ArchiveError(problem, "move this file out of the folder, and import again")
    return {
        "user_id": reader.number(*IDS),
        "username": (reader.text("username") or "").lower(),
        "full_name": reader.text("full_name"),
        "biography": reader.text("biography"),
        "external_url": reader.text("external_url"),
        "is_private": reader.flag("is_private"),
        "is_verified": reader.flag("is_verified"),
        "is_business": reader.flag(*BUSINESS),
        "category": reader.text(*CATEGORIES),
        "follower_count": reader.number(*FOLLOWERS),
        "following_count": reader.number(*FOLLOWING),
        "media_count": reader.number(*MEDIA),
        "picture": fingerprint(reader.text(*PICTURES)),
    }


class Reader:
    """Takes typed values out of one node, each by the first of its keys that holds something.

    Every method raises ArchiveError for a value of another kind than its own.
    """

    def __init__(self, node: Node, path: "Path") -> None:
        """Read `node`; `path` is named in errors."""
        self.node = node
        self.path = path

    def text(self, *keys: str) -> str | None:
        """Return a text in well-formed Unicode: a biography cut in the middle of an emoji holds half of one."""
        found = None
        for key, value in self.values(keys):
            if not isinstance(value, str):
                raise self.odd(key, value, "a text")
            found = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            if found:
                break
        return found

    def flag(self, *keys: str) -> bool | None:
        """Return true or false."""
        for key, value in self.values(keys):
            if not isinstance(value, bool):
                raise self.odd(key, value, "true or false")
            return value
        return None

    def number(self, *keys: str) -> int | None:
        """Return a whole number; ids are written as texts. Whether it is a possible one is the contract's affair."""
        for key, value in self.values(keys):
            digits = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= DIGITS
            number = int(value) if digits else value
            if isinstance(number, bool) or not isinstance(number, int) or abs(number) >= 10**DIGITS:
                raise self.odd(key, value, "a whole number")
            return number
        return None

    def values(self, keys: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        """Yield the keys that are there and not null, with their values; a dot leads into an object."""
        for key in keys:
            outer, _, inner = key.partition(".")
            value = self.node.get(outer)
            if inner and value is not None:
                if not isinstance(value, dict):
                    raise self.odd(outer, value, "an object")
                value = value.get(inner)
            if value is not None:
                yield key, value

    def odd(self, key: str, value: object, expected: str) -> ArchiveError:
        """Return the error for a value of the wrong kind; it tells the kind only."""
        problem = f"{self.path}: `{key}` is {KINDS.get(type(value), 'something else')} where {expected} belongs"
        fix = "compare it with another file of instaloader's; if instaloader wrote this one so, report this line"
        return ArchiveError(problem, fix)
