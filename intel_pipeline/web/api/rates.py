"""How often each asker may ask: a bucket of tokens for each, so that one program in a loop leaves room for the others."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from intel_pipeline.web.access.who import who_of
from intel_pipeline.web.problems import Problem

# What may be asked at once by who has not asked for a while, as a part of a minute's.
BURST = 5
# More askers than have keys would be a defect elsewhere; memory stays bounded all the same.
MOST_ASKERS = 1000


@dataclass(slots=True)
class Bucket:
    """What is left of an asker's tokens, as of a moment."""

    tokens: float
    at: float


@dataclass(slots=True)
class Buckets:
    """A bucket for each asker: `per_minute` tokens flow into it, a fifth of which it holds. `now` in seconds."""

    per_minute: int
    now: Callable[[], float] = time.monotonic
    _of: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, asker: tuple[str, str], tokens: int = 1) -> float:
        """Take tokens if they are there and return 0; otherwise return in how many seconds they will be."""
        rate, most = self.per_minute / 60, max(1.0, self.per_minute / BURST)
        wanted = min(float(tokens), most)
        with self._lock:
            moment = self.now()
            bucket = self._of.setdefault(asker, Bucket(most, moment))
            bucket.tokens, bucket.at = min(most, bucket.tokens + (moment - bucket.at) * rate), moment
            if len(self._of) > MOST_ASKERS:
                del self._of[next(iter(self._of))]
            if bucket.tokens < wanted:
                return (wanted - bucket.tokens) / rate
            bucket.tokens -= wanted
            return 0.0


def pace(request: Request, tokens: int = 1) -> None:
    """Raise Problem 429 where who asks has asked too often; nobody known is refused elsewhere."""
    who = who_of(request)
    if who is None:
        return
    buckets: Buckets = request.app.state.buckets
    wait = buckets.take((who.by, who.name), tokens)
    if wait:
        seconds = math.ceil(wait)
        fix = f"ask again in {seconds} s; INTEL_API_REQUESTS_PER_MINUTE allows {buckets.per_minute} a minute"
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, f"{who.name} asks too often", fix, {"Retry-After": str(seconds)})


def dear(request: Request) -> None:
    """Take nine tokens more, for what takes the server seconds rather than milliseconds."""
    pace(request, 9)


def paced(request: Request) -> None:
    """Take a token."""
    pace(request)


Dear = Annotated[None, Depends(dear)]
