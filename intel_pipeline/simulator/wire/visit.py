"""One call, seen together with the world that it reached and the viewer who made it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.specs import ViewerSpec
from intel_pipeline.simulator.wire.exchange import Call, Reply, number_of
from intel_pipeline.simulator.wire.tokens import Tokens
from intel_pipeline.simulator.world import World


@dataclass(frozen=True)
class Visit:
    """What a route answers from. `part` is what the pattern of the route caught of the path, if it catches anything."""

    call: Call
    world: World
    tokens: Tokens
    viewer_id: int | None
    now: datetime
    part: str = ""

    @property
    def viewer(self) -> ViewerSpec | None:
        """The login of the viewer, or None for somebody logged out."""
        return None if self.viewer_id is None else self.world.viewer(self.viewer_id)

    @cached_property
    def variables(self) -> dict[str, Any]:
        """The variables of a GraphQL query; empty if they are not a JSON object."""
        try:
            variables = json.loads((self.call.form or self.call.query).get("variables", ""))
        except (ValueError, RecursionError):
            return {}
        return variables if isinstance(variables, dict) else {}

    def named(self, username: object) -> Profile | None:
        """Return the profile of whoever is called `username` now, in any case, or None."""
        user_id = self.world.find(str(username).lower())
        return None if user_id is None else self.world.profile(user_id)

    def numbered(self, user_id: object) -> Profile | None:
        """Return the profile of whoever has `user_id` (digits or a number), or None."""
        number = number_of(user_id)
        return None if number is None else self.world.profile(number)

    def may_see(self, profile: Profile) -> bool:
        """Return whether the viewer may look at the lists and posts of `profile`."""
        return profile.id == self.viewer_id or self.world.may_see(self.viewer, profile)


Route = Callable[[Visit], Reply]
