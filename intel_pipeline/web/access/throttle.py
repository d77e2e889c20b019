"""Throttling: so many tries at once, and one more every so often, per address and per user."""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from intel_pipeline.clock import Clock

# Keys that are remembered; where more are in use, those that were used longest ago begin anew.
MOST_KEYS = 20_000
IPV6_NETWORK = 64


class Pace(NamedTuple):
    """How many tries are let through at once, and the seconds after which there is one more."""

    most: int
    seconds: float


class Key(NamedTuple):
    """What is throttled, at which pace."""

    kind: str
    name: str
    pace: Pace


class Refusal(NamedTuple):
    """That a try has to wait for so many seconds; `first`: whether the one before was let through."""

    wait: float
    first: bool


@dataclass(slots=True)
class Bucket:
    """How many tries are left, as of a moment."""

    left: float
    at: datetime
    refused: bool = False


@dataclass(slots=True)
class Throttle:
    """Token buckets in this process."""

    clock: Clock
    _buckets: OrderedDict[Key, Bucket] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, keys: Iterable[Key]) -> Refusal | None:
        """Spend a try of every key, or of none where one of them has none left."""
        with self._lock:
            found = [(key, self._filled(key)) for key in keys]
            empty = [(key, bucket) for key, bucket in found if bucket.left < 1]
            if empty:
                wait = max((1 - bucket.left) * key.pace.seconds for key, bucket in empty)
                first = not any(bucket.refused for _, bucket in empty)
                for _, bucket in empty:
                    bucket.refused = True
                return Refusal(wait, first)
            for _, bucket in found:
                bucket.left -= 1
                bucket.refused = False
            return None

    def give_back(self, keys: Iterable[Key]) -> None:
        """Let a try not count: whoever it was has shown that they are no guesser."""
        with self._lock:
            for key in keys:
                bucket = self._filled(key)
                bucket.left = min(key.pace.most, bucket.left + 1)

    def _filled(self, key: Key) -> Bucket:
        now = self.clock.now()
        bucket = self._buckets.setdefault(key, Bucket(key.pace.most, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        # A clock that is set back must not take tries away.
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(key.pace.most, bucket.left + passed / key.pace.seconds)
        bucket.at = now
        return bucket


def network_of(address: str | None) -> str:
    """Return what one client can choose its address from: of IPv6 a whole network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if parsed.version == 4:  # noqa: PLR2004  IPv4
        return str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
