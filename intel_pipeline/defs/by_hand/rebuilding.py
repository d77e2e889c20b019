"""Making the warehouse anew."""

import dagster as dg
from pydantic import Field

from intel_pipeline.defs.failing import failing_for_good
from intel_pipeline.defs.reporting import telling
from intel_pipeline.defs.resources import PipelineResource


class RebuildConfig(dg.Config):
    """How strict to be."""

    incomplete: bool = Field(
        default=False, description="Go on without snapshots that cannot be read; what they taught is lost."
    )


# In no pool: it works beside the warehouse, and a tick that derives meanwhile would wait for all of it.
@dg.op
def rebuild_warehouse(context: dg.OpExecutionContext, pipeline: PipelineResource, config: RebuildConfig) -> None:
    """Derive everything again from lake and registry beside the warehouse, which it replaces, and publish it."""
    from intel_pipeline.warehouse.derive import publish_now
    from intel_pipeline.warehouse.rebuilding import rebuild

    with failing_for_good():
        it = pipeline.it
        rebuilt = rebuild(it, None, telling(context), incomplete=config.incomplete)
        file, _ = publish_now(it)
    for line in dict.fromkeys(rebuilt.unreadable):
        context.log.warning("left out: %s", line)
    context.add_output_metadata(
        {
            "captures": rebuilt.captures,
            "targets": rebuilt.targets,
            "left_out": len({*rebuilt.unreadable}),
            "publication": dg.MetadataValue.path(str(file)),
        }
    )


@dg.job(
    executor_def=dg.in_process_executor,
    # What the launchpad begins with.
    config={"ops": {"rebuild_warehouse": {"config": {"incomplete": False}}}},
    description="Derives all changes again from the snapshots and publishes them; nothing is asked of Instagram. For when "
    "`verify` finds something; runs that capture go on meanwhile.",
)
def rebuild_changes() -> None:
    """Make the warehouse anew."""
    rebuild_warehouse()
