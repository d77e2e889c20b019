"""Reading an answer by the way that asked for it."""

from collections.abc import Callable
from typing import Any, TypeVar

from intel_pipeline.instagram.errors import SHAPE, drifted
from intel_pipeline.instagram.readings import (
    friendships_rest,
    post_by_code,
    posts_page,
    posts_timeline,
    profile_by_id,
    profile_page,
)
from intel_pipeline.instagram.readings.follower_list import FollowerPage
from intel_pipeline.instagram.readings.post_list import PostPage, PostReading
from intel_pipeline.instagram.readings.profile import ProfileReading
from intel_pipeline.instagram.source import Answer

T = TypeVar("T")
PROFILES: dict[str, Callable[[dict[str, Any]], ProfileReading]] = {
    profile_page.VIA: profile_page.read,
    profile_by_id.VIA: profile_by_id.read,
}
FOLLOW_LISTS: dict[str, Callable[[dict[str, Any]], FollowerPage]] = dict.fromkeys(
    friendships_rest.VIA.values(), friendships_rest.read
)
POSTS: dict[str, Callable[[dict[str, Any]], PostPage]] = {
    posts_timeline.VIA: posts_timeline.read,
    posts_page.VIA: posts_page.read,
}
POST: dict[str, Callable[[dict[str, Any]], PostReading | None]] = {post_by_code.VIA: post_by_code.read}


def profile(answer: Answer) -> ProfileReading:
    """Read a profile; raises GoneError or DriftError."""
    return interpreted(PROFILES[answer.via], answer)


def follow_list(answer: Answer) -> FollowerPage:
    """Read a page of followers or followees; raises DriftError."""
    return interpreted(FOLLOW_LISTS[answer.via], answer)


def posts(answer: Answer) -> PostPage:
    """Read a page of posts; raises DriftError, or PrivateError."""
    return interpreted(POSTS[answer.via], answer)


def post(answer: Answer) -> PostReading | None:
    """Read one post, None where there is none any more; raises DriftError."""
    return interpreted(POST[answer.via], answer)


def interpreted(read: Callable[[dict[str, Any]], T], answer: Answer) -> T:
    """Apply `read`, turning a shape it does not know into DriftError."""
    try:
        return read(answer.body)
    except SHAPE as error:
        raise drifted(error, f"interpreting an answer by '{answer.via}'") from error
