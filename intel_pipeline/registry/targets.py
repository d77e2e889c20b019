"""The watchlist."""

import re
from dataclasses import dataclass

from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.orm import Session

from intel_pipeline.clock import Clock
from intel_pipeline.errors import TargetError
from intel_pipeline.registry.models import Target, table_of

LABEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
USERNAME = re.compile(r"[a-z0-9._]{1,30}")
TARGETS = table_of(Target)
# Made once: each profile that is captured asks.
KNOWN = select(TARGETS.c.user_id, TARGETS.c.username).where(TARGETS.c.label == bindparam("label"))
NAMED = (
    update(TARGETS)
    .where(TARGETS.c.label == bindparam("of"))
    .where(TARGETS.c.user_id.is_(None) | (TARGETS.c.user_id == bindparam("user_id")))
    .values(user_id=bindparam("user_id"), username=bindparam("username"))
)


@dataclass(frozen=True, slots=True)
class Targets:
    """The watchlist in the registry."""

    engine: Engine
    clock: Clock

    def add(
        self,
        username: str,
        label: str | None,
        purpose: str | None,
        state: str = "active",
        session: str | None = None,
    ) -> Target:
        """Put an account on the watchlist, or raise TargetError where it cannot be or is there already.

        `session`: the only one that reads it; None is any.
        """
        name = username_of(username)
        chosen = label or name.replace(".", "-").strip("-_") or "target"
        if not LABEL.fullmatch(chosen):
            problem = f"'{chosen}' cannot be a target's label"
            raise TargetError(problem, "use lower-case letters, digits, - and _, for example --label rival-one")
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            by_label = db.get(Target, chosen)
            by_name = db.scalars(select(Target).where(Target.username == name, Target.state != "removed")).first()
            taken = by_name or (by_label if by_label and by_label.state != "removed" else None)
            if taken:
                problem = f"'{name}' cannot be added: the target '{taken.label}' ({taken.username}) is {taken.state}"
                fix = "nothing: it is captured already"
                if taken.username != name:
                    fix = "pick another --label"
                elif taken.state == "paused":
                    fix = f"resume it with `intel-pipeline targets resume {taken.label}`"
                raise TargetError(problem, fix)
            if by_label:
                # The same account coming back keeps its history under its label; another one must not inherit it.
                if by_label.username != name:
                    problem = f"the label '{chosen}' belongs to the removed target {by_label.username} and its history"
                    raise TargetError(problem, "pick another --label")
                by_label.state = state
                by_label.purpose = purpose or by_label.purpose
                by_label.session = session
                return by_label
            target = Target(
                label=chosen,
                username=name,
                user_id=None,
                state=state,
                purpose=purpose,
                added_at=self.clock.now(),
                session=session,
            )
            db.add(target)
        return target

    def all(self) -> list[Target]:
        """Return the targets that were not removed, by label."""
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(select(Target).where(Target.state != "removed").order_by(Target.label)))

    def get(self, label: str) -> Target:
        """Return one target by label or username, or raise TargetError."""
        with Session(self.engine, expire_on_commit=False) as db:
            target = db.get(Target, label)
            if target is None or target.state == "removed":
                found = select(Target).where(Target.username == label, Target.state != "removed")
                target = db.scalars(found).first()
        if target is None:
            known = ", ".join(other.label for other in self.all()) or "none yet"
            problem = f"there is no target '{label}'"
            raise TargetError(problem, f"add it with `intel-pipeline targets add {label}`; known targets: {known}")
        return target

    def find_by_user_id(self, user_id: int) -> Target | None:
        """Return the target whose account has this id, removed or not."""
        with Session(self.engine, expire_on_commit=False) as db:
            return db.scalars(select(Target).where(Target.user_id == user_id).order_by(Target.state)).first()

    def set_state(self, label: str, state: str) -> Target:
        """Set a target's state: active, paused or removed."""
        target = self.get(label)
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            target = db.merge(target)
            target.state = state
        return target

    def assign(self, label: str, session: str | None) -> Target:
        """Let a target be read by one session only, or by any (None)."""
        target = self.get(label)
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            target = db.merge(target)
            target.session = session
        return target

    def describe(self, label: str, purpose: str | None) -> Target:
        """Say why a target is watched."""
        target = self.get(label)
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            target = db.merge(target)
            target.purpose = purpose
        return target

    def pace(self, label: str, cadence: dict[str, int]) -> Target:
        """Give a target a cadence of its own: hours between captures by surface; the settings' for those not named."""
        target = self.get(label)
        with Session(self.engine, expire_on_commit=False) as db, db.begin():
            target = db.merge(target)
            target.cadence = cadence or None
        return target

    def identify(self, label: str, user_id: int, username: str) -> None:
        """Remember the account's id, and the name it goes by now.

        Raises TargetError where the label is known under another id: a name that passed to another account must
        not continue the first one's history.
        """
        with self.engine.connect() as connection:
            known = connection.execute(KNOWN, {"label": label}).one()
        if known == (user_id, username):
            return
        with self.engine.begin() as connection:
            named = connection.execute(NAMED, {"of": label, "user_id": user_id, "username": username})
        if not named.rowcount:
            problem = f"the target '{label}' is another account now than the one captured before"
            fix = f"`intel-pipeline targets remove {label}` and add the new account under another --label"
            raise TargetError(problem, fix)


def username_of(text: str) -> str:
    """Return the username in `text`, which may be a name, an @name or a profile's address; raise TargetError."""
    name = text.strip().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    name = name.removeprefix("instagram.com/").split("/")[0].split("?")[0].removeprefix("@").lower()
    if ("://" in text or "/" in text) and "instagram.com/" not in text:
        problem = f"'{text}' is no address at instagram.com"
        raise TargetError(problem, "give the account's name or address, for example https://www.instagram.com/nasa/")
    if not name:
        problem = "the username is empty"
        raise TargetError(problem, "name the account as in its address, for example `intel-pipeline targets add nasa`")
    if not USERNAME.fullmatch(name):
        problem = f"'{text}' cannot be an Instagram username"
        raise TargetError(problem, "usernames have 1 to 30 letters, digits, dots and underscores, for example nasa")
    return name
