"""Telling whether anything about an account has changed by four bytes instead of by its texts."""

import zlib
from typing import TypeVar

import polars as pl

# What lists show of an account besides its id, in the order in which it is fingerprinted.
ATTRIBUTES = ("username", "full_name", "is_private", "is_verified")
FINGERPRINT = "attributes"
# What files written before hold: the fingerprint of the username alone.
OUTDATED = "fingerprint"
# Texts of Instagram's hold neither.
BETWEEN, NOTHING = "\x1f", "\x1e"


# Held, or read as it is needed.
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def fingerprints(frame: pl.DataFrame) -> pl.Series:
    """Return the CRC-32 of each row's ATTRIBUTES, as far as `frame` has them, as UInt32.

    Two names of one length that differ within four neighbouring characters, all else the same, never share one (CRC-32
    finds every burst of 32 bits), any others with a chance of 2^-32. Polars' own hash may change with its version;
    these are stored.
    """
    known = [pl.col(name).cast(pl.String).fill_null(NOTHING) for name in ATTRIBUTES if name in frame.columns]
    texts = frame.select(pl.concat_str(known, separator=BETWEEN)).to_series()
    return pl.Series(FINGERPRINT, [zlib.crc32(text.encode()) for text in texts], dtype=pl.UInt32)


def fingerprinted(frame: Frame) -> Frame:
    """Return `frame` with the column FINGERPRINT, computed where it has none yet."""
    schema = frame.collect_schema()
    if FINGERPRINT in schema:
        return frame
    struct = pl.struct(name for name in ATTRIBUTES if name in schema)
    computed = struct.map_batches(
        lambda rows: fingerprints(rows.struct.unnest()), return_dtype=pl.UInt32, is_elementwise=True
    )
    return frame.with_columns(computed.alias(FINGERPRINT))
