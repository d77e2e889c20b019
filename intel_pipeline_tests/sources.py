"""A second source: it serves pages from lists and counts what it was asked for."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from intel_pipeline.instagram.errors import TransientError
from intel_pipeline.instagram.readings import (
    friendships_rest,
    post_by_code,
    posts_page,
    posts_timeline,
    profile_by_id,
    profile_page,
)
from intel_pipeline.instagram.source import Answer, Subject

USER_ID = 1_000_000_001
Body = dict[str, Any]


class ListedSource:
    """Serves `profiles` in turn, the last one for ever, and the page of each cursor; `asked` holds every request."""

    kind: Literal["instagram", "simulator"] = "simulator"

    def __init__(  # noqa: PLR0913  what each request is answered with
        self,
        profiles: Sequence[Body] = (),
        followers: Mapping[str | None, Body] | None = None,
        posts: Mapping[str | None, Body] | None = None,
        *,
        followees: Mapping[str | None, Body] | None = None,
        post: Mapping[str | None, Body] | None = None,
        logged_in: bool = True,
    ) -> None:
        self.profiles = list(profiles)
        self.pages = {
            "followers": followers or {},
            "followees": followees or {},
            "posts": posts or {},
            "post": post or {},
        }
        self.logged_in_as_told = logged_in
        self.asked: list[str] = []
        self.stumble_at: str | None = None

    @property
    def logged_in(self) -> bool:
        return self.logged_in_as_told

    def profile(self, subject: Subject) -> Answer:
        way = profile_page.VIA if subject.user_id is None else profile_by_id.VIA
        self._ask(f"{way} of {subject.user_id or subject.username}")
        user = self.profiles.pop(0) if len(self.profiles) > 1 else self.profiles[0]
        if subject.user_id is None:
            return Answer(way, {"data": [{"xig_user_by_username": user}]})
        return Answer(way, {"data": {"user": user}})

    def followers(self, subject: Subject, cursor: str | None) -> Answer:
        self._ask(f"followers of {subject.user_id} at {cursor}")
        return Answer(friendships_rest.VIA["followers"], self.pages["followers"][cursor])

    def followees(self, subject: Subject, cursor: str | None) -> Answer:
        self._ask(f"followees of {subject.user_id} at {cursor}")
        return Answer(friendships_rest.VIA["followees"], self.pages["followees"][cursor])

    def posts(self, subject: Subject, cursor: str | None) -> Answer:
        self._ask(f"posts of {subject.username} at {cursor}")
        return Answer(posts_timeline.VIA if self.logged_in else posts_page.VIA, self.pages["posts"][cursor])

    def post(self, subject: Subject, shortcode: str) -> Answer:
        self._ask(f"the post {shortcode} of {subject.username}")
        return Answer(post_by_code.VIA, self.pages["post"][shortcode])

    def _ask(self, request: str) -> None:
        if request == self.stumble_at:
            self.stumble_at = None
            problem = "the connection was reset"
            raise TransientError(problem, "nothing: it is tried again")
        self.asked.append(request)


def user(**changed: object) -> Body:
    """Return a user object as the profile query shows it."""
    return {
        "pk": str(USER_ID),
        "username": "Museum_of_Tea",
        "full_name": "Museum of Tea",
        "biography": "",
        "external_url": None,
        "is_private": False,
        "is_verified": True,
        "is_business": False,
        "category": None,
        "follower_count": 4,
        "following_count": 2,
        "media_count": 3,
        "profile_pic_url": "https://scontent.cdninstagram.com/v/t51/777_s150x150.jpg?stp=x",
        "friendship_status": {"following": False},
        **changed,
    }


def follower(number: int, **changed: object) -> Body:
    """Return a follower as the REST list shows it."""
    shown = {"pk": str(number), "username": f"Person.{number}", "full_name": f"Person {number}", "is_private": False}
    return {**shown, "is_verified": False, **changed}


def follower_page(numbers: Sequence[int], cursor: str | None, *, limited: bool = False) -> Body:
    """Return a page of the REST list; a recorded page says has_more false in the middle of a list."""
    rest = {"has_more": False, "should_limit_list_of_followers": limited, "status": "ok"}
    return {"users": [follower(number) for number in numbers], **rest, **({"next_max_id": cursor} if cursor else {})}


def media(number: int, **changed: object) -> Body:
    """Return a media object as the timeline shows it."""
    return {
        "pk": str(number),
        "code": f"Code{number}",
        "user": {"pk": str(USER_ID)},
        "taken_at": 1_790_000_000 + number,
        "media_type": 1,
        "caption": {"text": f"Post {number}"},
        "like_and_view_counts_disabled": False,
        "like_count": 10 * number,
        "comment_count": number,
        "timeline_pinned_user_ids": [],
        **changed,
    }


def post_page(posts: Sequence[Body], cursor: str | None) -> Body:
    """Return a page of the timeline."""
    info = {"end_cursor": cursor, "has_next_page": cursor is not None}
    edges = [{"node": node, "cursor": ""} for node in posts]
    return {"data": {posts_timeline.CONNECTION: {"edges": edges, "page_info": info}}, "status": "ok"}


def code_page(numbers: Sequence[int], cursor: str | None, *, first: bool = True) -> Body:
    """Return a page of posts as a logged-out visitor sees it: the profile's own page, or one behind it."""
    info = {"end_cursor": cursor, "has_next_page": cursor is not None}
    edges = [{"node": {"code": f"Code{number}", "pk": str(number)}} for number in numbers]
    held = {"id": "77", posts_page.CONNECTION: {"edges": edges, "page_info": info}}
    details = {"xig_user_by_username": {"pk": str(USER_ID), "id": "77", "is_private": False}}
    return {"data": [details, {"xig_user_by_username": held}] if first else {"node": held}}


def post_body(number: int | None, **changed: object) -> Body:
    """Return one post as it is asked for by its code; of None, that there is no such post."""
    items = [] if number is None else [media(number, **changed)]
    return {"data": {"xdt_api__v1__media__shortcode__web_info": {"items": items} if items else None}}
