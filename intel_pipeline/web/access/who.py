"""Who asks, and what each route asks of them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request

from intel_pipeline.errors import IntelError
from intel_pipeline.registry.api_keys import Scope
from intel_pipeline.registry.users import Role
from intel_pipeline.web.problems import Problem

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
    """Return who asks, as the door in front has found out; None for nobody known."""
    found: Who | None = request.scope.get("intel.who")
    return found


def known(request: Request) -> Who | None:
    """Return who asks; raise what has kept the door from finding out."""
    trouble = request.scope.get("intel.trouble")
    if isinstance(trouble, IntelError):
        raise trouble
    return who_of(request)


def somebody(who: Who | None) -> Who:
    """Return who asks; raise Problem 401 for nobody."""
    if who is None:
        raise Problem(401, "Nobody is signed in", "sign in, or send a key as Authorization: Bearer ip_…")
    return who


def allowed(scope: Scope, who: Who | None) -> Who:
    """Return who asks if `scope` is theirs; raise Problem 401 for nobody, 403 for somebody else."""
    who = somebody(who)
    if scope not in who.scopes:
        raise Problem(403, f"{who.name} may not do this", f"an admin can; it takes the scope '{scope}'")
    return who


def reader(request: Request) -> Who:
    """Ask for the scope `read`."""
    return allowed("read", known(request))


def runner(request: Request) -> Who:
    """Ask for the scope `run`."""
    return allowed("run", known(request))


def administrator(request: Request) -> Who:
    """Ask for the scope `admin`."""
    return allowed("admin", known(request))


def person(request: Request) -> Who:
    """Ask for a user, whatever their role; a key has neither a password nor sign-ins."""
    who = somebody(known(request))
    if who.by != "sign-in":
        raise Problem(403, f"the key {who.name} is no user", "sign in with a browser")
    return who


def anybody(request: Request) -> Who | None:
    """Ask for nothing: what comes before anybody can be known."""
    return who_of(request)


# Each route has exactly one of these.
Reader = Annotated[Who, Depends(reader)]
Runner = Annotated[Who, Depends(runner)]
Administrator = Annotated[Who, Depends(administrator)]
Person = Annotated[Who, Depends(person)]
Anybody = Annotated[Who | None, Depends(anybody)]
