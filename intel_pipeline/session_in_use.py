"""One session as the pipeline uses it: how it stands, what it may still send, and the way to ask with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from intel_pipeline.capture.sharing import Standing
from intel_pipeline.instagram.source import LISTS, SURFACES, Source, Surface
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import RateLimits, refusal
from intel_pipeline.registry.models import LOGGED_OUT
from intel_pipeline.session_limits import limits_of

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

    from intel_pipeline.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class SessionInUse:
    """The session `name`, by which its requests are written down; LOGGED_OUT is to ask without one."""

    pipeline: "Pipeline"
    name: str

    @property
    def logged_in(self) -> bool:
        """Whether there is a session at all."""
        return self.name != LOGGED_OUT

    @property
    def limits(self) -> RateLimits:
        """What the session may send."""
        return limits_of(self.pipeline.settings, self.pipeline.registry.sessions.state(self.name).limits)

    @property
    def listed_per_day(self) -> int:
        """How many accounts lists may show it in a day, by its budget."""
        limits = self.limits
        pages = 24 * min(limits.hour, limits.surfaces.get("followers", limits.hour))
        return min(limits.day, pages * self.pipeline.settings.followers_per_page)

    def not_now(self) -> str | None:
        """Return why no request may be made with it at this moment, or None."""
        return self.stopped() or self.cooling()

    def stopped(self) -> str | None:
        """Return why it may not be used until its operator acts, or None."""
        reason = self.pipeline.registry.sessions.state(self.name).stopped_because
        return f"the session '{self.name}' is stopped: {reason}" if reason else None

    def cooling(self) -> str | None:
        """Return until when it rests, in words, or None."""
        until = self.pipeline.registry.sessions.cooling(self.name)
        return f"the session '{self.name}' cools down until {until:%Y-%m-%d %H:%M} UTC" if until else None

    def resting(self, surface: Surface) -> str | None:
        """Return until when `surface` may not be read, in words, because its own budget is spent; or None.

        A list or posts begin with a look at the profile, so that they wait for its budget too.
        """
        settings, limits = self.pipeline.settings, self.limits
        for asked in dict.fromkeys((surface, SURFACES[0])):
            most = settings.followers_per_page if asked in LISTS else None
            turn = self.pipeline.registry.ledger.wait(Wanted(self.name, asked, asked, most), limits)
            if limits.of_surface(turn.limit) and turn.wait > settings.longest_wait:
                return refusal(self.name, limits, turn)
        return None

    def standing(self, surface: Surface, *, in_use: bool) -> Standing:
        """Return how it stands as to `surface`."""
        if not in_use:
            only = self.pipeline.settings.session
            why = f"INTEL_SESSION names '{only}' alone" if only else f"`intel-pipeline sessions use {self.name}`"
            return Standing(f"the session '{self.name}' is not in use: {why}", 0)
        stopped = self.stopped()
        left = {one.limit: one.left for one in self.pipeline.registry.ledger.spending(self.name, self.limits)}
        return Standing(
            hindrance=stopped or self.cooling() or self.resting(surface),
            left=left["day" if surface in LISTS else "hour"],
            stopped=stopped is not None,
        )

    @contextmanager
    def context(self, username: str | None, cookies: dict[str, str] | None) -> "Iterator[InstaloaderContext]":
        """Yield an instaloader context at the pace of its ledger, with these cookies or logged out.

        One at a time: whatever this thread sends in here is written down under this session.
        """
        from intel_pipeline.instagram.meter import metered
        from intel_pipeline.instagram.pace import Pace
        from intel_pipeline.instagram.session import open_context

        settings = self.pipeline.settings
        pace = partial(
            Pace,
            ledger=self.pipeline.registry.ledger,
            clock=self.pipeline.clock,
            session=self.name,
            limits=self.limits,
            longest_wait=settings.longest_wait,
        )
        context = open_context(settings.request_timeout, pace)
        if cookies is not None:
            context.load_session(username, cookies)
        with self.pipeline.network(), metered(context):
            yield context

    @contextmanager
    def source(self) -> Iterator[Source]:
        """Yield a source that asks with the session, at the pace of its ledger; raise VaultError without its cookies."""
        from intel_pipeline.instagram.instaloader_source import InstaloaderSource

        unsealed = self.pipeline.vault().unseal(self.name) if self.logged_in else {"username": None, "cookies": None}
        with self.context(unsealed["username"], unsealed["cookies"]) as context:
            kind: Literal["simulator", "instagram"] = "simulator" if self.pipeline.simulated else "instagram"
            yield InstaloaderSource(context, kind, self.pipeline.settings.followers_per_page)
