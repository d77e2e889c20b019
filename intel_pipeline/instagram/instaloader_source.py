"""Instagram through real, unmodified instaloader."""

from collections.abc import Callable
from typing import Any, Literal

from instaloader import InstaloaderContext
from instaloader.exceptions import AbortDownloadException, InstaloaderException
from requests.exceptions import RequestException

from intel_pipeline.instagram.classification import classified
from intel_pipeline.instagram.errors import SHAPE, LoginNeededError
from intel_pipeline.instagram.pace import pace_of
from intel_pipeline.instagram.readings import (
    friendships_rest,
    post_by_code,
    posts_page,
    posts_timeline,
    profile_by_id,
    profile_page,
)
from intel_pipeline.instagram.readings.friendships_rest import FollowList
from intel_pipeline.instagram.source import Answer, Subject


class InstaloaderSource:
    """Asks through one instaloader context: short-lived, one per tick, since it caches tokens for its life."""

    def __init__(
        self, context: InstaloaderContext, kind: Literal["instagram", "simulator"], followers_per_page: int
    ) -> None:
        """Use `context`, logged in or not, at its Pace; `kind` says whether its network is the simulator's."""
        self.context = context
        self.kind = kind
        self.followers_per_page = followers_per_page
        self.pace = pace_of(context)

    @property
    def logged_in(self) -> bool:
        """Whether requests carry a session."""
        return bool(self.context.is_logged_in)

    def profile(self, subject: Subject) -> Answer:
        """Ask by id, which survives a rename; by the public page where the id is not known yet."""
        user_id = subject.user_id
        with self.pace.about("profile") as purpose:
            if user_id is None:
                body = self._ask("reading the profile page", lambda: profile_page.ask(self.context, subject.username))
                return Answer(profile_page.VIA, body)
            body = self._ask("reading the profile", lambda: profile_by_id.ask(self.context, user_id))
        return Answer(profile_by_id.VIA, body, purpose.received)

    def followers(self, subject: Subject, cursor: str | None) -> Answer:
        """Ask for a page of the follower list."""
        return self._list(subject, "followers", cursor)

    def followees(self, subject: Subject, cursor: str | None) -> Answer:
        """Ask for a page of the list of followees."""
        return self._list(subject, "followees", cursor)

    def _list(self, subject: Subject, name: FollowList, cursor: str | None) -> Answer:
        if not self.logged_in:
            problem = f"Instagram shows {name} only to a logged-in session, and none is in use"
            fix = "log in with `intel-pipeline sessions login NAME`"
            raise LoginNeededError(problem, fix)
        user_id = known(subject, name)
        with self.pace.about(name, self.followers_per_page) as purpose:
            body = self._ask(
                f"reading {name}",
                lambda: friendships_rest.ask(self.context, user_id, name, cursor, self.followers_per_page),
            )
            purpose.returned = friendships_rest.returned(body)
        return Answer(friendships_rest.VIA[name], body, purpose.received)

    def posts(self, subject: Subject, cursor: str | None) -> Answer:
        """Ask for a page of the timeline; logged out, of its shortcodes."""
        way = posts_timeline if self.logged_in else posts_page
        with self.pace.about("posts") as purpose:
            body = self._ask("reading posts", lambda: way.ask(self.context, subject.username, cursor))
        # The profile's page is read out of its HTML, which is not kept.
        received = None if way is posts_page and cursor is None else purpose.received
        return Answer(way.VIA, body, received)

    def post(self, subject: Subject, shortcode: str) -> Answer:
        """Ask for one post, which a page has named by its shortcode."""
        with self.pace.about("posts") as purpose:
            body = self._ask("reading a post", lambda: post_by_code.ask(self.context, subject.username, shortcode))
        return Answer(post_by_code.VIA, body, purpose.received)

    def _ask(self, doing: str, request: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return request()
        except (InstaloaderException, AbortDownloadException, RequestException, *SHAPE) as error:
            raise classified(error, doing) from None


def known(subject: Subject, name: FollowList) -> int:
    """Return the subject's id, which its profile capture found out; ValueError without one."""
    if subject.user_id is None:
        message = f"the {name} of '{subject.label}' cannot be asked for before its id is known"
        raise ValueError(message)
    return subject.user_id
