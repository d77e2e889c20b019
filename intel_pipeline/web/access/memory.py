"""Who was behind a credential a moment ago: a page with ten parts asks the registry once."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from intel_pipeline.clock import Clock
from intel_pipeline.web.access.who import Who

# For so long another process's word that somebody is out does not reach this one.
SECONDS = 5
MOST = 1_000


class Credential(NamedTuple):
    """What a request has shown of who it is from, by its digest."""

    kind: Literal["sign-in", "key"]
    digest: str


@dataclass(slots=True)
class Memory:
    """What the registry has said lately."""

    clock: Clock
    _found: OrderedDict[Credential, tuple[datetime, Who]] = field(default_factory=OrderedDict)
    _forgotten: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, credential: Credential) -> Who | None:
        """Return who was behind it, None where that was too long ago or never."""
        with self._lock:
            at, who = self._found.get(credential, (None, None))
            fresh = at is not None and timedelta(0) <= self.clock.now() - at < timedelta(seconds=SECONDS)
            return who if fresh else None

    def now(self) -> int:
        """Return what `keep` is told of when the registry was asked."""
        return self._forgotten

    def keep(self, credential: Credential, who: Who, asked: int) -> None:
        """Remember an answer, unless everything has been forgotten since the registry was asked for it."""
        with self._lock:
            if asked == self._forgotten:
                self._found[credential] = (self.clock.now(), who)
                self._found.move_to_end(credential)
            if len(self._found) > MOST:
                self._found.popitem(last=False)

    def forget(self) -> None:
        """Forget everything: whoever has just been shut out is out with their next request."""
        with self._lock:
            self._found.clear()
            self._forgotten += 1
