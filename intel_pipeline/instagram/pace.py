"""instaloader's rate controller, replaced by one that remembers: the ledger in the registry."""

import random

from instaloader import InstaloaderContext, RateController

from intel_pipeline.clock import Clock
from intel_pipeline.instagram.errors import ThrottledError
from intel_pipeline.registry.ledger import Ledger


class Pace(RateController):
    """Waits for the session's turn, over all processes; refuses to wait long.

    A stock controller starts every process at zero requests, and sleeps up to half an hour inside a worker.
    """

    def __init__(  # noqa: PLR0913  each is one knob
        self,
        context: InstaloaderContext,
        *,
        ledger: Ledger,
        clock: Clock,
        session: str,
        limit: int,
        longest_wait: float,
    ) -> None:
        """Keep what the decisions need; `limit` is requests per bucket and window, `longest_wait` seconds."""
        super().__init__(context)
        self.ledger = ledger
        self.clock = clock
        self.session = session
        self.limit = limit
        self.longest_wait = longest_wait

    def wait_before_query(self, query_type: str) -> None:
        """Wait for this kind of request's turn and write it down; raise ThrottledError where that takes long."""
        wait = self.ledger.wait(self.session, query_type, self.limit)
        if wait > self.longest_wait:
            problem = f"the session '{self.session}' has used its budget of {self.limit} requests of this kind"
            raise ThrottledError(problem, wait)
        # The pause before each request is instaloader's own: exponential, 1.7 s on average, 15 s at most.
        self.clock.sleep(wait + min(random.expovariate(0.6), 15.0))
        self.ledger.record(self.session, query_type)
