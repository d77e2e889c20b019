"""Whether the warehouse holds what lake and registry prove."""

import dagster as dg
from pydantic import Field

from intel_pipeline.defs.failing import failing_for_good
from intel_pipeline.defs.reporting import table, telling
from intel_pipeline.defs.resources import PipelineResource

UNTRUE = "the warehouse does not hold what lake and registry prove: launch `rebuild_changes`, which makes it anew"
DIFFERENCE = {"what": "string", "target": "string", "expected": "int", "found": "int"}
UNREADABLE = "snapshots cannot be read: restore those that are named from a backup"


class VerifyConfig(dg.Config):
    """How closely to look."""

    deep: bool = Field(
        default=False, description="Also derive everything again into a temporary file, and compare every row."
    )


# In no pool: it holds the writers' lock itself, for as long as it needs it, and a tick would wait for all of it.
@dg.op
def verify_warehouse(context: dg.OpExecutionContext, pipeline: PipelineResource, config: VerifyConfig) -> None:
    """Compare the warehouse with registry and lake, target by target; nothing is changed."""
    from intel_pipeline.warehouse.equality import compare_rebuilt
    from intel_pipeline.warehouse.verification import verify as look

    with failing_for_good():
        it = pipeline.it
        found = look(it, lambda _: None)
        compared = (
            compare_rebuilt(it, telling(context)) if config.deep and it.settings.warehouse_file.exists() else None
        )
    differences = [*found.differences, *(compared.differences if compared else ())]
    metadata: dict[str, dg.MetadataValue] = {
        "captures": dg.MetadataValue.int(found.captures),
        "rows": dg.MetadataValue.int(sum(found.tables.values())),
        "rows_derived_again": dg.MetadataValue.int(compared.rows if compared else 0),
        "awaiting_the_next_landing": dg.MetadataValue.int(found.awaiting.total()),
        "differences": table(
            DIFFERENCE, [(one.what, one.target or "", one.expected, one.found) for one in differences]
        ),
        "unreadable": dg.MetadataValue.text("\n".join(found.unreadable) or "none"),
    }
    if differences or found.unreadable:
        raise dg.Failure(UNREADABLE if found.unreadable else UNTRUE, metadata=metadata, allow_retries=False)
    context.add_output_metadata(metadata)


@dg.job(
    executor_def=dg.in_process_executor,
    # What the launchpad begins with.
    config={"ops": {"verify_warehouse": {"config": {"deep": False}}}},
    description="Checks the warehouse against registry and lake by counts, and with `deep: true` row by row; fails where "
    "something differs, and says what. Nothing is changed.",
)
def verify() -> None:
    """Verify the warehouse."""
    verify_warehouse()
