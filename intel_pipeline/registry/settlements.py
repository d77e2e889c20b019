"""Causes of losses, settled by looking the account up."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intel_pipeline.clock import Clock
from intel_pipeline.registry.models import Settlement


@dataclass(frozen=True, slots=True)
class Settlements:
    """The settlements in the registry: a look-up spends budget, so what it told must outlive the warehouse."""

    engine: Engine
    clock: Clock

    def add(self, change_id: str, target: str, user_id: int, cause: str) -> None:
        """Write down what a look at the account has just told about a loss; a later look replaces an earlier one."""
        told = {"target": target, "user_id": user_id, "cause": cause, "looked_up_at": self.clock.now()}
        # Two that settle the same loss at once: the second one finds the row there.
        with suppress(IntegrityError), Session(self.engine) as db, db.begin():
            if db.get(Settlement, change_id) is None:
                db.add(Settlement(change_id=change_id, **told))
        with Session(self.engine) as db, db.begin():
            db.execute(update(Settlement).where(Settlement.change_id == change_id).values(**told))

    def of(self, targets: Collection[str]) -> list[Settlement]:
        """Return the settlements of some targets, oldest first."""
        query = select(Settlement).where(Settlement.target.in_(targets))
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query.order_by(Settlement.looked_up_at, Settlement.change_id)))
