"""The pipeline's parts, assembled from the settings: what commands and Dagster's assets work with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from intel_pipeline.capture.sharing import Lack, Shares, Standing, share
from intel_pipeline.clock import Clock, SystemClock, today
from intel_pipeline.due import dues
from intel_pipeline.instagram.source import LISTS, Surface
from intel_pipeline.registry.capture_queries import Reading
from intel_pipeline.registry.models import LOGGED_OUT, Target
from intel_pipeline.registry.moving import refuse_second
from intel_pipeline.registry.sessions import Use
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.session_in_use import SessionInUse
from intel_pipeline.settings import Settings
from intel_pipeline.vault import Vault, open_vault

if TYPE_CHECKING:
    from intel_pipeline.simulator.server import Instagram


# The targets whose surface a round lacks, by surface.
Lacking = Mapping[Surface, Sequence[Target]]
# Followees double what a target costs, and who wants them says so.
DEFAULT: tuple[Surface, ...] = ("profile", "followers", "posts")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Settings, clock and registry, and the way to Instagram: the service itself, or a simulated world."""

    settings: Settings
    clock: Clock
    registry: Registry
    instagram: "Instagram | None" = None
    # Of a simulated world: whether the daemon's ticks are what captures it, as they do the real one.
    driven: bool = False

    @property
    def told(self) -> bool:
        """Whether a demo's days pass here, which `intel-pipeline demo` alone lets pass."""
        return self.simulated and not self.driven

    @property
    def simulated(self) -> bool:
        """Whether a simulated world stands in for Instagram."""
        return self.instagram is not None

    def session(self, name: str) -> SessionInUse:
        """Return a session as it is used, whether it is in use or not."""
        return SessionInUse(self, name)

    def uses(self) -> dict[str, Use]:
        """Return what each session in use is used for, by name: those that are logged in, or INTEL_SESSION alone."""
        return self.registry.sessions.uses(self.settings.session)

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """What is captured of each target, as far as a session can be had for it."""
        return self.settings.surfaces or DEFAULT

    def unread(self, surface: Surface) -> str | None:
        """Return why no session may read `surface`, in words; None where the operator has not asked for it."""
        if surface not in self.surfaces:
            return None
        if surface in LISTS:
            return f"{surface} are only shown to a logged-in session, and none is in use"
        return "without a session posts cost a request each; INTEL_SURFACES=profile,posts captures them all the same"

    def lacking(self, surface: Surface, day: date) -> list[Target]:
        """Return the active targets whose `surface` the round of `day` lacks by their cadence, the longest due first."""
        return [due.target for due in dues(self, surface, day) if due.lacking]

    def all_lacking(self, day: date) -> Lacking:
        """Return by surface what the round of `day` lacks, as `lacking`: for whoever asks more than one thing of it."""
        return {surface: self.lacking(surface, day) for surface in self.surfaces}

    def resting(self) -> str | None:
        """Return until when nothing is asked of Instagram by itself, in words; None outside of the quiet hours."""
        quiet = self.settings.quiet
        until = quiet.until(self.clock.now()) if quiet else None
        return f"quiet hours (INTEL_QUIET_HOURS) until {until:%Y-%m-%d %H:%M} UTC" if until else None

    def rests(self) -> datetime | None:
        """Return when the next quiet hours begin; None where there are none."""
        quiet = self.settings.quiet
        return quiet.next(self.clock.now()) if quiet else None

    def shares(
        self, surface: Surface, day: date, targets: Sequence[Target] | None = None, most: int | None = None
    ) -> Shares:
        """Return which session reads `surface` of what the round of `day` still lacks, or of `targets`, now."""
        captures, uses = self.registry.captures, self.uses()
        begun, last = captures.begun(surface), captures.last_read(surface)
        lacks = [
            Lack(
                label=target.label,
                readers=self.readers(target, surface, uses),
                begun=begun.get(target.label),
                last=last.get(target.label),
                cost=self._cost(surface, last.get(target.label)),
            )
            for target in (self.lacking(surface, day) if targets is None else targets)
        ]
        return share(lacks, self._standings(lacks, surface, uses), day, most)

    def lookers(self, targets: Iterable[Target]) -> Shares:
        """Return which session looks up who left which of `targets` now: the one that reads the list, if it can."""
        uses, last = self.uses(), self.registry.captures.last_read("followers")
        lacks = [
            Lack(label=one.label, readers=self.readers(one, "followers", uses), last=last.get(one.label))
            for one in targets
        ]
        return share(lacks, self._standings(lacks, "profile", uses), today(self.clock))

    def due(self, day: date, lacking: Lacking | None = None) -> int:
        """Return how many captures the round of `day` still lacks, of those that can be had with or without a session.

        `lacking`: what `all_lacking` has told.
        """
        uses = self.uses()
        lacking = self.all_lacking(day) if lacking is None else lacking
        return sum(
            bool(self.readers(target, surface, uses)) for surface, targets in lacking.items() for target in targets
        )

    def idle(self, day: date, lacking: Lacking | None = None) -> str | None:
        """Return why nothing of what the round of `day` lacks can be had at this moment, in words, or None; as `due`."""
        lacking = self.all_lacking(day) if lacking is None else lacking
        shares = [self.shares(surface, day, targets, most=1) for surface, targets in lacking.items()]
        if any(one.reads for one in shares):
            return None
        return "; ".join(dict.fromkeys(reason for one in shares for reason in one.waiting.values())) or None

    def barred(self, targets: Iterable[Target]) -> str | None:
        """Return why nothing may be asked about any of `targets` at this moment, in words, or None where something may."""
        uses = self.uses()
        lacks = [Lack(label=target.label, readers=self.readers(target, "profile", uses)) for target in targets]
        found = [one.hindrance for one in self._standings(lacks, "profile", uses).values()]
        return None if None in found else "; ".join(map(str, found)) or None

    def keep_difference(self, target: str, snapshot: str) -> None:
        """Keep what a target's complete list, in `snapshot`, differs by from the last complete one, if there is one."""
        from intel_pipeline.differing import keep_latest_difference

        keep_latest_difference(self.settings.lake_dir, self.registry.captures, target, snapshot)

    def vault(self) -> Vault:
        """Open the vault, or raise VaultError."""
        keys = self.settings.vault_keys
        return open_vault(self.settings.vault_dir, keys.get_secret_value() if keys else None)

    @contextmanager
    def network(self) -> Iterator[None]:
        """Let requests to Instagram reach it: the service, or in a demo's folder nothing but its own world."""
        if self.instagram is None:
            yield
            return
        from intel_pipeline.simulator.adapter import routed

        with routed(self.instagram):
            yield

    def _standings(self, lacks: Iterable[Lack], surface: Surface, uses: Mapping[str, Use]) -> dict[str, Standing]:
        """Return how each session stands that may read what is lacking."""
        names = sorted({name for lack in lacks for name in lack.readers})
        return {name: self.session(name).standing(surface, in_use=name in uses or name == LOGGED_OUT) for name in names}

    def readers(self, target: Target, surface: Surface, uses: Mapping[str, Use]) -> tuple[str, ...]:
        """Return the sessions that may read `surface` of the target at all, those that are not in use too.

        Without a session for targets of any, Instagram shows profiles, and posts at a request each, which the operator
        has to ask for. One that is stopped still is such a session: what it may not ask must not be asked without it.
        """
        if surface not in self.surfaces:
            return ()
        if target.session:
            return (target.session,)
        of_any = tuple(name for name, use in uses.items() if use == "any")
        shown = surface == "profile" or (surface == "posts" and self.settings.surfaces is not None)
        return of_any or ((LOGGED_OUT,) if shown else ())

    def _cost(self, surface: Surface, last: Reading | None) -> int:
        """Return what reading a target takes: identities for lists, requests for what lists nobody."""
        if surface in LISTS:
            return (last and last.listed) or self.settings.followers_per_page
        return (last and last.pages) or 1


def open_pipeline(settings: Settings) -> Pipeline:
    """Open the pipeline on the settings' data folder.

    A demo's folder holds the world that stands in for Instagram; it is never asked about live accounts, nor the
    service about simulated ones.
    """
    settings.make_directories()
    if settings.world_file.exists():
        from intel_pipeline.demo.world_file import open_world, told

        virtual, instagram, settings = open_world(settings)
        registry = open_registry(settings.registry_location, virtual)
        # A process that was killed has written down its requests, but not what time it had become.
        virtual.set(max(virtual.now(), registry.ledger.newest() or virtual.now()))
        return Pipeline(settings, virtual, registry, instagram, driven=not told(settings))
    refuse_second(settings.registry_file, settings.moved_registry_file, elsewhere=settings.registry_url is not None)
    clock = SystemClock()
    return Pipeline(settings, clock, open_registry(settings.registry_location, clock))
