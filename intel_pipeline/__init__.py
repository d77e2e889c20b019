"""An Instagram intelligence pipeline on Dagster that never reports a loss it cannot prove."""
