"""Who asks, and what each route asks of them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request

from intel_pipeline.web.problems import Problem

Role = Literal["viewer", "admin"]
Scope = Literal["read", "run", "admin"]
ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    "viewer": frozenset({"read"}),
    "admin": frozenset({"read", "run", "admin"}),
}


@dataclass(frozen=True, slots=True)
class Who:
    """A user who has signed in, or a program with a key; `name` is the user's, or the key's."""

    name: str
    scopes: frozenset[Scope]
    by: Literal["sign-in", "key"]

    @property
    def is_admin(self) -> bool:
        """Whether everything is allowed to them."""
        return "admin" in self.scopes


def who_of(request: Request) -> Who | None:
    """Return who asks, as the middleware in front has found out; None for nobody known."""
    found: Who | None = request.scope.get("intel.who")
    return found


def allowed(scope: Scope, who: Who | None) -> Who:
    """Return who asks if `scope` is theirs; raise Problem 401 for nobody, 403 for somebody else."""
    if who is None:
        raise Problem(401, "Nobody is signed in", "sign in, or send a key as Authorization: Bearer ip_…")
    if scope not in who.scopes:
        raise Problem(403, f"{who.name} may not do this", f"an admin can; it takes the scope '{scope}'")
    return who


def reader(request: Request) -> Who:
    """Ask for the scope `read`."""
    return allowed("read", who_of(request))


def runner(request: Request) -> Who:
    """Ask for the scope `run`."""
    return allowed("run", who_of(request))


def administrator(request: Request) -> Who:
    """Ask for the scope `admin`."""
    return allowed("admin", who_of(request))


Reader = Annotated[Who, Depends(reader)]
Runner = Annotated[Who, Depends(runner)]
Administrator = Annotated[Who, Depends(administrator)]
