"""The rules of a contract that each row keeps or breaks by itself, read from its Pandera model."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import polars as pl

    from intel_pipeline.contracts.base import Contract


class Rule(NamedTuple):
    """A rule about the values of a column: in words, and as an expression that is true of each row that keeps it."""

    column: str
    words: str
    kept: "pl.Expr"


def rules_by_row(model: "type[Contract]") -> Iterator[Rule]:
    """Yield the contract's rules about single rows; those about a column as a whole, its order or types, are left out."""
    import polars as pl

    for name, column in model.to_schema().columns.items():
        values = pl.col(name)
        if not column.nullable:
            yield Rule(name, "not null", values.is_not_null())
        for check in column.checks:
            found = by_row(values, str(check.name), check.statistics)
            if found is not None:
                words, kept = found
                # Of what is null another rule tells.
                yield Rule(name, words, kept.fill_null(value=True))


def by_row(values: "pl.Expr", check: str, given: dict[str, Any]) -> "tuple[str, pl.Expr] | None":
    """Return one of Pandera's checks in words and of each value, None for one that is not about single values."""
    match check:
        case "greater_than":
            return f"greater than {given['min_value']}", values > given["min_value"]
        case "greater_than_or_equal_to":
            return f"at least {given['min_value']}", values >= given["min_value"]
        case "less_than_or_equal_to":
            return f"at most {given['max_value']}", values <= given["max_value"]
        case "isin":
            allowed = list(given["allowed_values"])
            return f"one of {', '.join(map(str, allowed))}", values.is_in(allowed)
        case "str_matches":
            return f"matches {given['pattern']}", values.str.contains(str(given["pattern"]))
    return None
