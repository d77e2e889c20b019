"""A contract tried in one native pass: the rules are read from the Pandera model, so that they stand in one place.

Pandera tries field by field and collects what breaks. That is what a report needs; of a good list it takes a third of what
keeping it costs.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from intel_pipeline.contracts.base import schema_of
from intel_pipeline.contracts.rows import by_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from intel_pipeline.contracts.base import Contract

# So many letters of a class, and nothing else: what names and shortcodes are.
LETTERS = re.compile(r"\^\[([^\]^\\]+)\]\{(\d+)(?:,(\d+))?\}\$")


def keeps(model: "type[Contract]", frame: "pl.DataFrame") -> bool:
    """Return whether all rows keep the contract; False too where that cannot be told here, and Pandera has to say."""
    rules = rules_of(model)
    if rules is None or frame.schema != schema_of_once(model):
        return False
    return frame.is_empty() or all(frame.select(rules).row(0))


@cache
def schema_of_once(model: "type[Contract]") -> "pl.Schema":
    """Return the contract's columns; making them of the model takes milliseconds."""
    return schema_of(model)


@cache
def rules_of(model: "type[Contract]") -> "list[pl.Expr] | None":
    """Return expressions that are true where the rules of the contract are kept, None where it has one of another kind."""
    import polars as pl

    rules: list[pl.Expr] = []
    for name, column in model.to_schema().columns.items():
        values = pl.col(name)
        if not column.nullable:
            rules.append(values.null_count() == 0)
        if column.unique:
            rules.append(values.n_unique() == pl.len())
        for check in column.checks:
            found = [*expressed(values, str(check.name), check.statistics)]
            if not found:
                return None
            rules += found
    return [rule.alias(str(number)) for number, rule in enumerate(rules)]


def expressed(values: "pl.Expr", check: str, given: dict[str, Any]) -> "Iterator[pl.Expr]":
    """Yield what one of Pandera's checks, or of ours, says of the values that are not null; nothing for another check."""
    match check:
        case "strictly_increasing":
            yield (values.diff() > 0).all()
        case "str_matches":
            yield from matching(values, str(given["pattern"]))
        case _:
            found = by_row(values, check, given)
            if found is not None:
                yield found[1].all()


def matching(values: "pl.Expr", pattern: str) -> "Iterator[pl.Expr]":
    """Yield whether all texts match a pattern."""
    letters = LETTERS.fullmatch(pattern)
    if letters is None:
        yield values.str.contains(pattern).all()
        return
    allowed, least, most = letters.groups()
    # Texts that were just sorted lie all over the memory, and matching each there takes three times as long as all in a row.
    yield ~values.str.join("").str.contains(f"[^{allowed}]")
    # Each of these letters is a byte.
    yield values.str.len_bytes().is_between(int(least), int(most or least)).all()
