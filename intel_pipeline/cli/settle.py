"""Settling why somebody left, on the operator's word."""

from typing import Annotated

import typer

from intel_pipeline.cli.console import err, opened, out, plain, print_table
from intel_pipeline.cli.progress import watching
from intel_pipeline.errors import IntelError


class UnsettledError(IntelError):
    """Looking up was cut short."""

    exit_code = 15


def settle(
    target: Annotated[str | None, typer.Argument(help="Only losses of this target.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most accounts to look up: one request each.")] = 10,
) -> None:
    """Find out why confirmed losses happened: look each account up, newest loss first.

    An account that is still there has `unfollowed` (or was removed); one that is gone is `deactivated` (or has blocked
    your session). Each look-up is a request with your session, on the ledger and within the budget, so it is only done
    when you ask: here, or in every tick with INTEL_SETTLE_PER_TICK.
    """
    from intel_pipeline.demo.world_file import remember
    from intel_pipeline.settling import settle as settle_losses
    from intel_pipeline.warehouse.derive import publish_now

    with opened() as pipeline:
        label = pipeline.registry.targets.get(target).label if target else None
        with watching("losses", limit) as watch:
            settled = settle_losses(pipeline, label, limit, lambda done, _: watch("losses", "step", done, None))
        if pipeline.simulated:
            remember(pipeline.settings, pipeline.clock)
        if settled.causes:
            publish_now(pipeline)
            print_table(("cause", "losses"), sorted(settled.causes.items()))
            out.print("Next: `intel-pipeline sql \"from follower_changes where cause <> 'unknown'\"`")
    if settled.stopped:
        raise UnsettledError(settled.stopped, "see `intel-pipeline sessions list`; what was looked up is kept")
    if not settled.asked:
        err.print(f"No confirmed loss{f' of {plain(label)}' if label else ''} is without a cause")
