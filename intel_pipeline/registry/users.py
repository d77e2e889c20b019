"""The people who may sign in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine, delete, exists, select
from sqlalchemy.orm import Session

from intel_pipeline.errors import AccessError
from intel_pipeline.registry.access_models import SignIn, User
from intel_pipeline.registry.audit import Actor, record
from intel_pipeline.registry.session_lock import alone

Role = Literal["viewer", "admin"]
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
ADMIN = (User.role == "admin", User.disabled.is_(False))


@dataclass(frozen=True, slots=True)
class Users:
    """The users in the registry. Once there is an admin who is not disabled, there always is one."""

    engine: Engine

    def add(self, actor: Actor, name: str, role: Role, password: str) -> User:
        """Add a user with the hash of a password, or raise AccessError for a name that none can have, or is taken."""
        with self._changing() as db:
            return self._add(db, actor, name, role, password)

    def add_first(self, actor: Actor, name: str, password: str) -> User:
        """Add the first admin, or raise AccessError where there is one."""
        with self._changing() as db:
            if db.scalar(select(exists().where(*ADMIN))):
                problem = "there is an admin already"
                raise AccessError(problem, "sign in as one of them; `intel-pipeline user list` names them")
            return self._add(db, actor._replace(who=name), name, "admin", password)

    def refuse_name(self, name: str) -> None:
        """Raise AccessError for a name that none can have, or is taken, before anybody thinks of a password."""
        with Session(self.engine) as db:
            self._refuse_name(db, name)

    def all(self) -> list[User]:
        """Return the users by name."""
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(select(User).order_by(User.name)))

    def find(self, name: str) -> User | None:
        """Return a user by name, None where there is none."""
        with Session(self.engine, expire_on_commit=False) as db:
            return db.get(User, name) if NAME.fullmatch(name) else None

    def get(self, name: str) -> User:
        """Return a user by name, or raise AccessError."""
        with Session(self.engine, expire_on_commit=False) as db:
            return self._get(db, name)

    def has_admin(self) -> bool:
        """Tell whether there is an admin who is not disabled."""
        with Session(self.engine) as db:
            return bool(db.scalar(select(exists().where(*ADMIN))))

    def set_password(self, actor: Actor, name: str, password: str, keep: str | None = None) -> None:
        """Give a user the hash of another password, and end their sign-ins but the one with the digest `keep`."""
        with self._changing() as db:
            self._get(db, name).password = password
            db.execute(delete(SignIn).where(SignIn.user == name, SignIn.digest != (keep or "")))
            record(
                db, actor, "password changed" if actor.who == name and actor.by == "sign-in" else "password set", name
            )

    def set_role(self, actor: Actor, name: str, role: Role) -> None:
        """Give a user another role; raise AccessError for the last admin."""
        with self._changing() as db:
            user = self._get(db, name)
            if role != "admin":
                self._refuse_last(db, user)
            user.role = role
            record(db, actor, "role given", f"{name}: {role}")

    def set_disabled(self, actor: Actor, name: str, *, disabled: bool) -> None:
        """Let a user sign in no more, ending their sign-ins, or again; raise AccessError for the last admin."""
        with self._changing() as db:
            user = self._get(db, name)
            if disabled:
                self._refuse_last(db, user)
                db.execute(delete(SignIn).where(SignIn.user == name))
            user.disabled = disabled
            record(db, actor, "user disabled" if disabled else "user enabled", name)

    def remove(self, actor: Actor, name: str) -> None:
        """Remove a user and their sign-ins; raise AccessError for the last admin. What they did stays in the audit."""
        with self._changing() as db:
            user = self._get(db, name)
            self._refuse_last(db, user)
            db.execute(delete(SignIn).where(SignIn.user == name))
            db.delete(user)
            record(db, actor, "user removed", name)

    @contextmanager
    def _changing(self) -> Iterator[Session]:
        # Two admins who take each other's role at once would both find the other one there.
        with alone(self.engine, "users") as connection, Session(connection, expire_on_commit=False) as db, db.begin():
            yield db

    def _add(self, db: Session, actor: Actor, name: str, role: Role, password: str) -> User:
        self._refuse_name(db, name)
        user = User(name=name, role=role, password=password, added_at=actor.at, disabled=False)
        db.add(user)
        record(db, actor, "user added", f"{name}: {role}")
        return user

    def _refuse_name(self, db: Session, name: str) -> None:
        if not NAME.fullmatch(name):
            problem = f"'{name}' cannot be a user's name"
            raise AccessError(problem, "use up to 60 lower-case letters, digits, dots, - and _, for example ada")
        if db.get(User, name):
            problem = f"there is a user '{name}' already"
            raise AccessError(
                problem, f"pick another name, or give them a password: `intel-pipeline user password {name}`"
            )

    def _get(self, db: Session, name: str) -> User:
        # PostgreSQL refuses to be asked about what no name can be.
        user = db.get(User, name) if NAME.fullmatch(name) else None
        if user is None:
            known = ", ".join(db.scalars(select(User.name).order_by(User.name))) or "none yet"
            problem = f"there is no user '{name}'"
            raise AccessError(problem, f"add them: `intel-pipeline user add {name}`; known users: {known}")
        return user

    def _refuse_last(self, db: Session, user: User) -> None:
        if (
            user.role == "admin"
            and not user.disabled
            and not db.scalar(select(exists().where(*ADMIN, User.name != user.name)))
        ):
            problem = f"'{user.name}' is the last admin"
            raise AccessError(problem, "make somebody else an admin first: `intel-pipeline user role NAME admin`")
