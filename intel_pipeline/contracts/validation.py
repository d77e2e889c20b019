"""Holding rows against a contract."""

from typing import TYPE_CHECKING

from intel_pipeline.errors import ContractError

if TYPE_CHECKING:
    import polars as pl
    from pandera.errors import SchemaError

    from intel_pipeline.contracts.base import Contract

FIX = (
    "nothing was written; if Instagram or the imported file has changed its shape, report these lines,"
    " they hold nobody's data"
)


def validated(model: "type[Contract]", frame: "pl.DataFrame", subject: str) -> "pl.DataFrame":
    """Return `frame` as it came, after every rule of `model` was tried on every row.

    `subject` is what the rows are of, in words, for the error; it must name nobody but a target. Raises
    ContractError that names each broken rule, its column and the number of rows, and no value; TypeError for a
    LazyFrame, of which Pandera checks no row unless told to.
    """
    import polars as pl
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    if not isinstance(frame, pl.DataFrame):
        problem = f"{subject}: only a DataFrame can be validated, not a {type(frame).__name__}; collect it first"
        raise TypeError(problem)
    from intel_pipeline.contracts.fused import keeps

    if keeps(model, frame):
        return frame
    # Something is broken: what, and in how many rows, is for Pandera to say.
    try:
        # Said outright: an environment variable of Pandera's can otherwise switch all checks off.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            model.validate(frame, lazy=True)
    except SchemaErrors as errors:
        broken = [told(error, frame.height) for error in errors.schema_errors]
    else:
        return frame
    # Raised out here, so that Pandera's error, which quotes values, is not carried along as its context.
    lines = "".join(f"\n  - {line}" for line in sorted(set(broken)))
    problem = f"{subject} breaks the contract {model.__name__}:{lines}"
    raise ContractError(problem, FIX)


def told(error: "SchemaError", height: int) -> str:
    """Return one broken rule in a line without values; a rule about the whole column counts all `height` rows."""
    import polars as pl

    cases, reason = error.failure_cases, error.reason_code
    rule = error.check if isinstance(error.check, str) else str(error.check.error or error.check.name)
    match reason.name if reason else "":
        case "COLUMN_NOT_IN_DATAFRAME":
            return f"{cases}: the column is missing, {rows_of(height)}"
        case "COLUMN_NOT_IN_SCHEMA":
            return f"{cases}: the contract has no such column, {rows_of(height)}"
        case "COLUMN_NOT_ORDERED":
            return f"{cases}: the column is not in its place, {rows_of(height)}"
        case "WRONG_DATATYPE":
            return f"{error.schema.name}: {rule} expected, {cases} found, {rows_of(height)}"
        case "CHECK_ERROR":
            return f"{error.schema.name}: {rule} cannot be tried, {rows_of(height)}"
    count = cases.height if isinstance(cases, pl.DataFrame) else height
    return f"{error.schema.name}: {rule}, {rows_of(count)}"


def rows_of(count: int) -> str:
    """Return the number of rows in words."""
    return "1 row" if count == 1 else f"{count} rows"
