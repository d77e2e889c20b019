"""One address for people and programs: dashboard, API, and the guarded Dagster UI."""
