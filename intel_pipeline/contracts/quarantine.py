"""Setting aside the rows that break a contract, so that one bad value does not cost a whole list."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intel_pipeline.contracts.fused import keeps, schema_of_once
from intel_pipeline.contracts.rows import rules_by_row
from intel_pipeline.contracts.validation import rows_of, validated

if TYPE_CHECKING:
    import polars as pl

    from intel_pipeline.contracts.base import Contract

# More rows than this share, and than so few, are no bad rows: Instagram has changed its shape, and a person has to look.
SHARE, FEW = 0.01, 5


@dataclass(slots=True)
class Sieve:
    """Lets the sound rows of a capture through, and keeps what it sets aside.

    `subject` is what the rows are of, in words, for errors. `rows`: how many were looked at. `aside`: frames of those
    that broke a rule, with `column` and `rule` (the first that each broke), `value` and the whole row as JSON in `row`.
    """

    model: "type[Contract]"
    subject: str
    rows: int = 0
    aside: "list[pl.DataFrame]" = field(default_factory=list)

    def sound(self, frames: "Iterable[pl.DataFrame]") -> "Iterator[pl.DataFrame]":
        """Yield each frame without the rows that break a rule about single rows.

        Raises ContractError, which names each broken rule, where too many do, where none is left, and where the rest
        breaks a rule about all of them, such as their order.
        """
        for frame in frames:
            self.rows += frame.height
            if keeps(self.model, frame):
                yield frame
            else:
                yield self.sifted(frame)

    def sifted(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """Return a frame of which some row breaks something without those of its rows that do."""
        import polars as pl

        if frame.schema != schema_of_once(self.model):
            return validated(self.model, frame, self.subject)
        rules = list(rules_by_row(self.model))
        kept = frame.select(rule.kept.alias(str(number)) for number, rule in enumerate(rules))
        bad = ~kept.select(pl.all_horizontal(pl.all())).to_series()
        if not self.few(self.number + int(bad.sum())) or bad.all():
            return validated(self.model, frame, self.subject)
        self.aside += [
            told(frame.filter(first), rule.column, rule.words)
            for rule, first in zip(rules, firsts(kept), strict=True)
            if first.any()
        ]
        return validated(self.model, frame.filter(~bad), self.subject)

    def few(self, number: int) -> bool:
        """Tell whether so many bad rows are few enough to be set aside."""
        return number <= max(FEW, SHARE * self.rows)

    @property
    def number(self) -> int:
        """How many rows were set aside."""
        return sum(frame.height for frame in self.aside)

    @property
    def words(self) -> str:
        """How many rows were set aside and why, in words and without a value."""
        numbers: Counter[str] = Counter()
        for frame in self.aside:
            numbers[f"{frame['column'][0]}: {frame['rule'][0]}"] += frame.height
        rules = "; ".join(f"{rule}, {rows_of(number)}" for rule, number in sorted(numbers.items()))
        return (
            f"{rows_of(self.number)} broke the contract and {'was' if self.number == 1 else 'were'} set aside ({rules})"
        )


def firsts(kept: "pl.DataFrame") -> "Iterator[pl.Series]":
    """Yield for each rule of which rows it is the first that is broken."""
    import polars as pl

    whole = pl.Series([True]).new_from_index(0, kept.height)
    for rule in kept.get_columns():
        yield whole & ~rule
        whole = whole & rule


def told(rows: "pl.DataFrame", column: str, rule: str) -> "pl.DataFrame":
    """Return the rows as they are kept in quarantine: `column`, `rule`, `value` and `row`, all texts."""
    import polars as pl

    return rows.select(
        column=pl.lit(column),
        rule=pl.lit(rule),
        value=pl.col(column).cast(pl.String),
        row=pl.struct(pl.all()).struct.json_encode(),
    )
