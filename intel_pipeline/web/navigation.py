"""The places that the dashboard's navigation leads to."""

from typing import NamedTuple

from intel_pipeline.registry.api_keys import Scope


class Place(NamedTuple):
    """One of them: the scope that it takes to see it."""

    name: str
    path: str
    scope: Scope


PLACES = (
    Place("Overview", "/", "read"),
    Place("Changes", "/changes", "read"),
    Place("Compare", "/compare", "read"),
    Place("Data health", "/health", "read"),
    Place("Collection", "/collection", "read"),
    Place("Query", "/query", "read"),
    Place("Watchlist", "/watchlist", "read"),
    Place("Settings", "/settings", "admin"),
    Place("Users", "/users", "admin"),
    Place("Audit", "/audit", "admin"),
    Place("Dagster", "/dagster/", "read"),
)
