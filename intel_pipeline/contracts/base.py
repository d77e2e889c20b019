"""What all contracts share. Importing this loads Pandera, half a second: import contracts where rows are at hand."""

import pandera.polars as pa
import polars as pl

USERNAME = r"^[a-z0-9._]{1,30}$"
# Room for every account; the ids of posts, which a mix-up would bring in, are far larger.
LARGEST_USER_ID = 2**37 - 1


class Contract(pa.DataFrameModel):
    """Exactly these columns, of these types, in this order; nothing is converted on the way in."""

    class Config:
        """How Pandera reads the contracts."""

        strict = True
        ordered = True
        coerce = False


def schema_of(model: type[Contract]) -> pl.Schema:
    """Return the names and types of the contract's columns, in order."""
    return pl.Schema({name: column.dtype.type for name, column in model.to_schema().columns.items()})
