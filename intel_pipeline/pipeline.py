"""The pipeline's parts, assembled from the settings: what commands and Dagster's assets work with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from intel_pipeline.clock import Clock, SystemClock
from intel_pipeline.instagram.source import SURFACES, Source, Surface
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import RateLimits, refusal
from intel_pipeline.registry.models import LOGGED_OUT
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.settings import Settings
from intel_pipeline.vault import Vault, open_vault

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

    from intel_pipeline.simulator.server import Instagram


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Settings, clock and registry, and the way to Instagram: the service itself, or a simulated world."""

    settings: Settings
    clock: Clock
    registry: Registry
    instagram: "Instagram | None" = None

    @property
    def session_name(self) -> str:
        """The session that requests are made with, and written down under."""
        return self.settings.session or LOGGED_OUT

    @property
    def simulated(self) -> bool:
        """Whether a simulated world stands in for Instagram."""
        return self.instagram is not None

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """What can be captured: without a session, Instagram shows profiles only."""
        return SURFACES if self.settings.session else SURFACES[:1]

    def due(self, day: date) -> int:
        """Return how many captures the round of `day` still lacks, of those that can be had."""
        return sum(len(self.registry.captures.due(surface, day)) for surface in self.surfaces)

    def vault(self) -> Vault:
        """Open the vault, or raise VaultError."""
        keys = self.settings.vault_keys
        return open_vault(self.settings.vault_dir, keys.get_secret_value() if keys else None)

    def not_now(self) -> str | None:
        """Return why no request may be made at this moment, or None."""
        return self.stopped() or self.cooling()

    def stopped(self) -> str | None:
        """Return why the session may not be used until its operator acts, or None."""
        reason = self.registry.sessions.state(self.session_name).stopped_because
        return f"the session '{self.session_name}' is stopped: {reason}" if reason else None

    def cooling(self) -> str | None:
        """Return until when the session rests, in words, or None."""
        until = self.registry.sessions.cooling(self.session_name)
        return f"the session '{self.session_name}' cools down until {until:%Y-%m-%d %H:%M} UTC" if until else None

    @property
    def limits(self) -> RateLimits:
        """What each session may send."""
        settings = self.settings
        return RateLimits(
            window=settings.requests_per_window,
            hour=settings.requests_per_hour,
            day=settings.identities_per_day,
            interval=settings.seconds_between_requests,
        )

    @property
    def listed_per_day(self) -> int:
        """How many followers lists may show in a day, by the budget."""
        settings = self.settings
        return min(settings.identities_per_day, 24 * settings.requests_per_hour * settings.followers_per_page)

    def resting(self, surface: Surface) -> str | None:
        """Return until when no list may be read, in words, where `surface` is one and its budget is spent; or None."""
        if surface != "followers":
            return None
        page = Wanted(self.session_name, surface, surface, self.settings.followers_per_page)
        turn = self.registry.ledger.wait(page, self.limits)
        late = turn.limit == "day" and turn.wait > self.settings.longest_wait
        return refusal(self.session_name, self.limits, turn) if late else None

    def idle(self, day: date) -> str | None:
        """Return why nothing of what the round of `day` lacks can be had at this moment, in words, or None."""
        lacking = [surface for surface in self.surfaces if self.registry.captures.due(surface, day)]
        resting = [reason for surface in lacking if (reason := self.resting(surface))]
        return self.not_now() or (resting[0] if resting and len(resting) == len(lacking) else None)

    @contextmanager
    def network(self) -> Iterator[None]:
        """Let requests to Instagram reach it: the service, or in a demo's folder nothing but its own world."""
        if self.instagram is None:
            yield
            return
        from intel_pipeline.simulator.adapter import routed

        with routed(self.instagram):
            yield

    def using(self, session: str) -> "Pipeline":
        """Return the pipeline with another session than the one of the settings."""
        return replace(self, settings=self.settings.model_copy(update={"session": session}))

    @contextmanager
    def context(self, username: str | None, cookies: dict[str, str] | None) -> "Iterator[InstaloaderContext]":
        """Yield an instaloader context at the pace of the ledger, with these cookies or logged out."""
        from intel_pipeline.instagram.meter import metered
        from intel_pipeline.instagram.pace import Pace
        from intel_pipeline.instagram.session import open_context

        pace = partial(
            Pace,
            ledger=self.registry.ledger,
            clock=self.clock,
            session=self.session_name,
            limits=self.limits,
            longest_wait=self.settings.longest_wait,
        )
        context = open_context(self.settings.request_timeout, pace)
        if cookies is not None:
            context.load_session(username, cookies)
        with self.network(), metered(context):
            yield context

    @contextmanager
    def source(self) -> Iterator[Source]:
        """Yield a source that asks with the session of the settings, at the pace of the ledger."""
        from intel_pipeline.instagram.instaloader_source import InstaloaderSource

        session = self.settings.session
        sealed = self.vault().unseal(session) if session else {"username": None, "cookies": None}
        with self.context(sealed["username"], sealed["cookies"]) as context:
            yield InstaloaderSource(
                context, "simulator" if self.simulated else "instagram", self.settings.followers_per_page
            )


def open_pipeline(settings: Settings) -> Pipeline:
    """Open the pipeline on the settings' data folder.

    A demo's folder holds the world that stands in for Instagram; it is never asked about live accounts, nor the
    service about simulated ones.
    """
    settings.make_directories()
    if settings.world_file.exists():
        from intel_pipeline.demo.world_file import open_world

        virtual, instagram, settings = open_world(settings)
        registry = open_registry(settings.registry_url, virtual)
        # A process that was killed has written down its requests, but not what time it had become.
        virtual.set(max(virtual.now(), registry.ledger.newest() or virtual.now()))
        return Pipeline(settings, virtual, registry, instagram)
    clock = SystemClock()
    return Pipeline(settings, clock, open_registry(settings.registry_url, clock))
