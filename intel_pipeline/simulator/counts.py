"""The follower count that a target's profile shows, which need not be how many follow."""

import random
from datetime import datetime, timedelta

from intel_pipeline.simulator import chance
from intel_pipeline.simulator.life import Life


def reported_followers(life: Life, at: datetime) -> int:
    """Return the follower count shown at `at`: as of a while ago, and a little off, anew every second."""
    spec = life.spec
    followers = life.followers_at(at - timedelta(hours=spec.count_lag))
    if not spec.count_wobble:
        return followers
    wobble = random.Random(chance.salt(life.salt, "count", int(at.timestamp())))
    return max(0, followers + wobble.randint(-spec.count_wobble, spec.count_wobble))
