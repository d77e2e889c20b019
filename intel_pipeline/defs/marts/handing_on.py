"""What assets have in common that are files, made of the publication when somebody asks."""

import dagster as dg

from intel_pipeline.defs.marking import READING, tags

handed_on = dg.asset(
    group_name="exports",
    kinds={"file"},
    owners=READING,
    tags=tags("publication", "followers"),
    deps=["publication"],
)
