"""Snapshots in Parquet: immutable, sorted, each with a footer that says what it is."""
