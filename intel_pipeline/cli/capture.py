"""Capturing now, by hand."""

from typing import Annotated

import typer

from intel_pipeline.cli.console import err, opened, out, plain, print_table
from intel_pipeline.cli.progress import watching
from intel_pipeline.clock import today
from intel_pipeline.errors import IntelError, TargetError
from intel_pipeline.instagram.source import SURFACES


class TickError(IntelError):
    """A tick that did not get through."""

    exit_code = 11


def capture(
    targets: Annotated[
        list[str] | None, typer.Argument(help="Labels of targets to capture now; without any, what is due today.")
    ] = None,
) -> None:
    """Run one tick now: the same run, with the same limits, that the schedule and the planner start.

    Ends with 0 when every capture is complete, 11 when one is not or the tick was stopped.
    """
    from intel_pipeline.defs.running import failure_of, open_instance, run_tick, told
    from intel_pipeline.demo.world_file import remember

    with opened() as pipeline:
        registry = pipeline.registry
        chosen = [registry.targets.get(label) for label in targets or []]
        labels = [target.label for target in chosen]
        chosen = chosen or [target for target in registry.targets.all() if target.state == "active"]
        if not chosen:
            problem = "there is no active target to capture"
            raise TargetError(problem, "add one with `intel-pipeline targets add USERNAME`")
        hindrance = pipeline.barred(chosen)
        if hindrance:
            fix = "a cool-down ends by itself; if it is stopped, do what Instagram wants, then `intel-pipeline breaker close`"
            raise TickError(hindrance, fix)
        day = registry.rounds.open() if pipeline.simulated else today(pipeline.clock)
        uses = pipeline.uses()
        for name in sorted({name for target in chosen for name in pipeline.readers(target, "profile", uses)} & {*uses}):
            # A wrong key or name is told before the run rather than by its failure.
            pipeline.vault().unseal(name)
        if day is None:
            problem = "no round is open"
            raise TickError(problem, "run `intel-pipeline demo --resume`")
        with watching(f"round {day}") as watch:
            result = run_tick(pipeline, open_instance(pipeline.settings), day, labels, watch, err.print)
        if pipeline.simulated:
            remember(pipeline.settings, pipeline.clock)
        newest = {
            (item.target, item.surface): item
            for surface in SURFACES
            for item in registry.captures.of_round(day, surface)
        }
        rows = [
            (item.target, item.surface, item.verdict, item.distinct_count, item.reported_after, "; ".join(item.reasons))
            for item in newest.values()
            if not labels or item.target in labels
        ]
        print_table(("target", "surface", "verdict", "listed", "reported", "reasons"), sorted(rows))
        lacking = pipeline.all_lacking(day)
        left, hindrance = pipeline.due(day, lacking), pipeline.idle(day, lacking)
    if not result.success:
        problem = f"the run failed: {failure_of(result)}"
        raise TickError(problem, f"see the run {result.run_id} with `make dev`; what was captured is kept")
    stopped = told(result, "stopped")
    for remark in (*stopped, *told(result, "interrupted"), *told(result, "left_alone")):
        err.print(plain(remark))
    if left:
        err.print(f"{left} captures of this round are still due: {plain(hindrance or 'the next tick goes on')}")
    if left or stopped or any(row[2] != "complete" for row in rows):
        raise typer.Exit(TickError.exit_code)
    out.print('Next: `intel-pipeline changes`, or `intel-pipeline sql "select * from profile_history"`')
