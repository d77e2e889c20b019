"""instaloader's rate controller, replaced by one that remembers: the ledger in the registry."""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from instaloader import InstaloaderContext, RateController
from requests import Response

from intel_pipeline.clock import Clock
from intel_pipeline.errors import RegistryError
from intel_pipeline.instagram.errors import ActionNeededError, SpentError, ThrottledError
from intel_pipeline.registry.ledger import Answered, Ledger, Wanted
from intel_pipeline.registry.limits import RateLimits, refusal

log = logging.getLogger(__name__)
# instaloader's name for whatever has no bucket of its own; the tightest one.
OTHER = "other"
# instaloader follows redirects within a host without end; a session that is led on and on awaits its owner.
MOST_REDIRECTS = 3


@dataclass(slots=True)
class Purpose:
    """What the requests that follow are for. `most`: identities that a page can return; `returned`: what it did.

    `received`: the last answer, byte for byte, where it is text as JSON is written.
    """

    surface: str | None = None
    most: int | None = None
    returned: int = 0
    received: bytes | None = None


class Pace(RateController):
    """Waits for the session's turn, over all processes; refuses to wait long. Keeps the ledger of what is sent.

    A stock controller starts every process at zero requests, and sleeps up to half an hour inside a worker.
    """

    def __init__(  # noqa: PLR0913  each is one knob
        self,
        context: InstaloaderContext,
        *,
        ledger: Ledger,
        clock: Clock,
        session: str,
        limits: RateLimits,
        longest_wait: float,
    ) -> None:
        """Keep what the decisions need; `longest_wait` is in seconds."""
        super().__init__(context)
        self.ledger = ledger
        self.clock = clock
        self.session = session
        self.limits = limits
        self.longest_wait = longest_wait
        self.purpose = Purpose()
        self.written: int | None = None
        self.in_flight: int | None = None
        self.redirects = 0
        self.answers: list[Answered] = []
        self.unwritten: list[Answered] = []

    def wait_before_query(self, query_type: str) -> None:
        """Wait for this kind of request's turn and write it down; raise ThrottledError where that takes long."""
        self.redirects = 0
        self._write(Wanted(self.session, query_type, self.purpose.surface, self.purpose.most))

    def sending(self) -> None:
        """Be told that a request goes out now; one that instaloader did not announce has its turn here.

        Such are the steps of a login, and redirects: raises ActionNeededError where these do not end.
        """
        if self.written is None:
            if self.redirects > MOST_REDIRECTS:
                problem = f"Instagram leads the session '{self.session}' from page to page instead of answering"
                fix = "open Instagram with this account, do what it asks, then `intel-pipeline breaker close NAME`"
                raise ActionNeededError(problem, fix)
            self._write(Wanted(self.session, OTHER, self.purpose.surface))
        self.in_flight, self.written = self.written, None

    def answered(self, response: Response, **options: object) -> None:
        """Be told of the answer to what was sent last: requests calls this before it follows a redirect."""
        del options
        self.redirects = self.redirects + 1 if response.is_redirect else 0
        try:
            # Reading now tells the size; the body stays at hand for whoever asked.
            self.purpose.received = text_of(response)
        finally:
            self._note(response.status_code, response.raw.tell())

    @contextmanager
    def about(self, surface: str, most: int | None = None) -> Iterator[Purpose]:
        """Let requests be written down as of `surface`, and their answers completed together at the end.

        Whoever reads the answer tells the purpose how many identities it returned.
        """
        self.purpose = Purpose(surface, most)
        try:
            yield self.purpose
        finally:
            if self.answers and most is not None:
                self.answers[-1] = replace(self.answers[-1], identities=self.purpose.returned)
            self.purpose = Purpose()
            self._complete()

    def _write(self, wanted: Wanted) -> None:
        # instaloader's own pause is exponential: 1.7 s on average, 15 s at most, and one in four under half a second.
        # So it is what is added to the least interval, rather than what replaces it.
        jitter = min(random.expovariate(0.6), 15.0)
        turn = self.ledger.reserve(wanted, self.limits, self.longest_wait, jitter)
        if turn.request_id is None:
            kind = SpentError if self.limits.of_surface(turn.limit) else ThrottledError
            raise kind(refusal(self.session, self.limits, turn), turn.wait)
        self.clock.sleep(turn.wait)
        self.written = turn.request_id

    def _note(self, status: int, size: int) -> None:
        if self.in_flight is None:
            return
        identities = None if self.purpose.most is None else 0
        self.answers.append(Answered(self.in_flight, status, size, identities))
        self.in_flight = None
        if self.purpose.surface is None:
            self._complete()

    def _complete(self) -> None:
        self.unwritten += self.answers
        self.answers = []
        try:
            self.ledger.complete(self.unwritten)
        except RegistryError as error:
            # The page that was answered must reach the journal. Without its row's completion it counts in full, and the
            # next request, if the registry does not answer by then, is not sent.
            log.warning("%s; what came back is written down later", error.problem)
        else:
            self.unwritten = []


def text_of(response: Response) -> bytes | None:
    """Return the body of an answer, None where requests reads other characters out of it than UTF-8 has."""
    content: bytes = response.content
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return content if (response.encoding or "utf-8").lower() == "utf-8" else None


def pace_of(context: InstaloaderContext) -> Pace:
    """Return the pace at which the context asks; TypeError where it has another rate controller."""
    controller = context._rate_controller  # noqa: SLF001  instaloader's own place for it
    if not isinstance(controller, Pace):
        raise TypeError(controller)
    return controller
