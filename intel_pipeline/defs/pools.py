"""Places in the pools: given back for runs that died, waited for where another run is at work."""

import os
from collections.abc import Callable, Iterator

import dagster as dg

from intel_pipeline.registry.lease import process_alive

POOLS = ("instagram", "warehouse")
ENDED = "the process of this run ended without a word: it was killed, or its machine went down"


def wait_for_turn(instance: dg.DagsterInstance, sleep: Callable[[float], None], tell: Callable[[str], None]) -> None:
    """Wait until no other run holds a place in a pool; `tell` is told once which run it is.

    A run that was killed keeps its place, and Dagster's own cure for that works only while its daemon runs. Waiting
    for a place inside a run keeps a core busy, so it is done before.
    """
    told = False
    while holders := [run_id for run_id in waiting_or_at_work(instance) if not buried(instance, run_id)]:
        if not told:
            tell(f"waiting for the run {holders[0]} to end")
            told = True
        sleep(1.0)


def waiting_or_at_work(instance: dg.DagsterInstance) -> list[str]:
    """Return the runs that hold a place in a pool, or stand in line for one."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return []
    infos = [storage.get_concurrency_info(pool) for pool in POOLS]
    return sorted(set().union(*(info.active_run_ids | info.pending_run_ids | info.assigned_run_ids for info in infos)))


def buried(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Give back the places of a run that has ended or died, and say so in its log; return whether it had."""
    run = instance.get_run_by_id(run_id)
    if run and not run.is_finished:
        pids = list(pids_of(instance, run_id))
        # Whatever this very process has run is over; in a container its number may be that of the one that died.
        if not pids or any(pid != os.getpid() and process_alive(pid) for pid in pids):
            return False
        instance.report_run_failed(run, ENDED)
    instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    return True


def pids_of(instance: dg.DagsterInstance, run_id: str) -> Iterator[int]:
    """Yield the numbers of the processes that have worked on a run."""
    for record in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        event = record.dagster_event
        pid = event.engine_event_data.metadata.get("pid") if event else None
        if pid is not None:
            yield int(str(pid.value))
