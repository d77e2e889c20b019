"""Everything that Dagster sees, and the only folder that imports it."""
