"""How the first admin comes in: with a token that the console shows, once."""

import hmac
from dataclasses import dataclass

from intel_pipeline.registry.users import Users
from intel_pipeline.web.access.tokens import digest, new_token


@dataclass(slots=True)
class SetUp:
    """A token of which this process keeps the digest only; whoever comes first without it gets nothing."""

    users: Users
    _digest: str | None = None

    def invite(self) -> str | None:
        """Return a token in the place of the one before; None where there is an admin."""
        if self.users.has_admin():
            return None
        token = new_token()
        self._digest = digest(token)
        return token

    def needed(self) -> bool:
        """Tell whether there is no admin yet, who may have been added by a command meanwhile."""
        if self._digest is not None and self.users.has_admin():
            self._digest = None
        return self._digest is not None or not self.users.has_admin()

    def accepts(self, token: str) -> bool:
        """Tell whether a token is the one that was given out, and there is no admin yet."""
        return self.needed() and self._digest is not None and hmac.compare_digest(self._digest, digest(token))

    def close(self) -> None:
        """Accept no token any more: the first admin is there."""
        self._digest = None
