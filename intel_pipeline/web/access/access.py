"""Access: who is behind a request, signing in and out, and the first admin."""

import math
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from intel_pipeline.clock import Clock, SystemClock
from intel_pipeline.registry.api_keys import SCOPES
from intel_pipeline.registry.audit import Actor
from intel_pipeline.registry.sign_ins import Lasting
from intel_pipeline.registry.store import Registry
from intel_pipeline.settings import Settings
from intel_pipeline.web.access.memory import Credential, Memory
from intel_pipeline.web.access.passwords import hashed, matches
from intel_pipeline.web.access.set_up import SetUp
from intel_pipeline.web.access.throttle import Key, Pace, Throttle, network_of
from intel_pipeline.web.access.tokens import digest, new_token
from intel_pipeline.web.access.who import ROLE_SCOPES, Who, who_of
from intel_pipeline.web.problems import Problem

# Ten wrong passwords for a user, then one every twelve seconds: 220,000 in a month, of a list of the world's worst.
BY_USER = Pace(10, 12.0)
BY_ADDRESS = Pace(20, 6.0)
# Not every request is worth a write.
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Access:
    """Users, sign-ins and keys of the registry, with the time of those who ask rather than that of a demo's world."""

    registry: Registry
    clock: Clock
    lasting: Lasting
    throttle: Throttle
    set_up: SetUp
    memory: Memory

    def recall(self, credential: Credential) -> Who | None:
        """Return who was behind a credential a moment ago, without asking the registry."""
        return self.memory.recall(credential)

    def find(self, credential: Credential) -> Who | None:
        """Return who is behind a credential, None where it is worth nothing, or not any more."""
        asked = self.memory.now()
        who = self._by_key(credential.digest) if credential.kind == "key" else self._by_sign_in(credential.digest)
        if who:
            self.memory.keep(credential, who, asked)
        return who

    def actor(self, request: Request) -> Actor:
        """Return who asks as the audit knows them."""
        who = who_of(request)
        return Actor(self.clock.now(), who.name if who else None, who.by if who else "nobody", address_of(request))

    def note(self, request: Request, what: str, about: str | None) -> None:
        """Write down in the audit what a request has done."""
        self.registry.audit.add(self.actor(request), what, about)

    def sign_in(self, request: Request, name: str, password: str) -> str:
        """Sign a user in and return the token for their cookie.

        Raises Problem 401 where name and password do not belong together, whichever is wrong, and 429 after too many
        tries; each is in the audit, without what was typed.
        """
        typed = name.strip().casefold()
        user, tries = self.registry.users.find(typed), self._tries(request, typed)
        # What was typed may be a password in the wrong place: only names that there are go into the audit.
        known = user.name if user else None
        self._take(request, tries, "sign-in throttled", known)
        if not matches(password, user.password if user else None) or user is None or user.disabled:
            self.note(request, "sign-in refused", known)
            problem = "Name and password do not belong together"
            raise Problem(401, problem, "try again; an admin can give you a new password")
        self.throttle.give_back(tries)
        return self.begin(request, user.name)

    def begin(self, request: Request, name: str) -> str:
        """Begin a sign-in of a user in the place of the one that the browser had, and return its token."""
        actor, before = self.actor(request), sign_in_of(request)
        if before:
            self.end(request)
        token = new_token()
        agent = request.headers.get("user-agent")
        self.registry.sign_ins.begin(actor, name, digest(token), agent, self.lasting)
        return token

    def end(self, request: Request) -> None:
        """End the sign-in that a request came with, if there is one."""
        current = sign_in_of(request)
        if current:
            self.registry.sign_ins.end(self.actor(request), current)
            self.memory.forget()

    def add_first_admin(self, request: Request, token: str, name: str, password: str) -> str:
        """Add the first admin, sign them in, and return the token for their cookie.

        Raises Problem 403 for another token than the console's, or one that was used, AccessError for a name or a
        password that cannot be; the token stays good then.
        """
        tries = self._tries(request, None)
        self._take(request, tries, "set-up throttled", None)
        if not self.set_up.accepts(token):
            self.note(request, "set-up refused", None)
            fix = "open the newest address that the console shows; it works once, and until there is an admin"
            raise Problem(403, "This is not the token that the console shows", fix)
        self.throttle.give_back(tries)
        self.registry.users.add_first(self.actor(request), name, hashed(password, name))
        self.set_up.close()
        return self.begin(request, name)

    def change_password(self, request: Request, who: Who, current: str, new: str) -> None:
        """Give a user the password that they want, and end their other sign-ins.

        Raises Problem 422 where the current one is wrong, 429 after too many tries, AccessError for a new one that is
        too weak.
        """
        tries = self._tries(request, who.name)
        self._take(request, tries, "sign-in throttled", who.name)
        user = self.registry.users.find(who.name)
        if not matches(current, user.password if user else None):
            self.note(request, "password refused", who.name)
            raise Problem(422, "The current password is another one", "type the one that you have signed in with")
        self.throttle.give_back(tries)
        password = hashed(new, who.name)
        self.registry.users.set_password(self.actor(request), who.name, password, keep=sign_in_of(request))
        self.memory.forget()

    def _by_sign_in(self, known: str) -> Who | None:
        now = self.clock.now()
        found = self.registry.sign_ins.find(known, now, self.lasting)
        if found is None:
            return None
        sign_in, user = found
        if now - sign_in.seen_at >= SEEN_EVERY:
            self.registry.sign_ins.seen(known, now)
        return Who(user.name, ROLE_SCOPES["admin" if user.role == "admin" else "viewer"], "sign-in")

    def _by_key(self, known: str) -> Who | None:
        now = self.clock.now()
        key = self.registry.api_keys.find(known, now)
        if key is None:
            return None
        if key.used_at is None or now - key.used_at >= SEEN_EVERY:
            self.registry.api_keys.used(key.name, now)
        return Who(key.name, frozenset(scope for scope in SCOPES if scope in key.scopes), "key")

    def _tries(self, request: Request, name: str | None) -> list[Key]:
        by_address = Key("address", network_of(address_of(request)), BY_ADDRESS)
        return [by_address, *([Key("user", digest(name), BY_USER)] if name is not None else [])]

    def _take(self, request: Request, tries: list[Key], what: str, about: str | None) -> None:
        refusal = self.throttle.take(tries)
        if refusal is None:
            return
        # The first of a row says it all; a guesser must not be able to fill the disk.
        if refusal.first:
            self.note(request, what, about)
        wait = math.ceil(refusal.wait)
        fix = f"wait {wait} s, then try again"
        raise Problem(429, "Too many tries", fix, {"Retry-After": str(wait)})


def open_access(registry: Registry, settings: Settings, clock: Clock | None = None) -> Access:
    """Return access as the settings want it; `clock`: another than the machine's own."""
    clock = clock or SystemClock()
    lasting = Lasting(timedelta(hours=settings.sign_in_idle_hours), timedelta(days=settings.sign_in_days))
    return Access(registry, clock, lasting, Throttle(clock), SetUp(registry.users), Memory(clock))


def address_of(request: Request) -> str | None:
    """Return where a request came from."""
    return request.client.host[:64] if request.client else None


def sign_in_of(request: Request) -> str | None:
    """Return the digest of the sign-in that a request came with, as the door has found out."""
    found: str | None = request.scope.get("intel.sign_in")
    return found
