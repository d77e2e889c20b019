"""One try at one capture: as far as it goes, and what its failure means for the rest."""

import logging
from datetime import timedelta
from functools import partial
from typing import cast

from intel_pipeline.capture.findings import Finding
from intel_pipeline.capture.follow_lists import capture_list
from intel_pipeline.capture.journal import Journal
from intel_pipeline.capture.judging import judge
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.capture.posts import capture_posts
from intel_pipeline.capture.profile import capture_profile
from intel_pipeline.capture.raw_pages import forget, journal_path
from intel_pipeline.capture.salvage import end
from intel_pipeline.capture.shelf_life import too_long
from intel_pipeline.capture.snapshot import keep
from intel_pipeline.capture.sparing import spares_the_session
from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.watching import Watch
from intel_pipeline.errors import BusyError, CaptureError, IntelError, RegistryError
from intel_pipeline.instagram.errors import GoneError, InstagramError, TransientError, UnreachableError
from intel_pipeline.instagram.readings.friendships_rest import FollowList
from intel_pipeline.instagram.source import Source, Subject
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.session_in_use import SessionInUse

log = logging.getLogger(__name__)
# How old what `status` tells of a capture in progress may be.
NOTED_EVERY = timedelta(minutes=2)


def take(  # noqa: PLR0913  the batch's own state
    session: SessionInUse, source: Source, target: Target, tally: Tally, limits: Limits, watch: Watch
) -> None:
    """Take one capture as far as it goes, and write down in `tally` and registry what became of it."""
    pipeline = session.pipeline
    captures = pipeline.registry.captures
    try:
        end_earlier(session, target, tally.surface)
        capture = captures.begin(target, tally.surface, tally.day, source.kind, session.name)
    except BusyError as error:
        log.info("%s", error.problem)
        tally.busy.append(target.label)
        return
    settled = False
    kept = pages_kept(pipeline, capture)
    try:
        refuse_unreachable(pipeline, target, capture)
        settle(pipeline, target, capture, run_script(session, source, target, capture, watch), tally)
        settled = True
    except BusyError as error:
        log.info("%s", error.problem)
        tally.busy.append(target.label)
    except TransientError as error:
        # A try that got further is worth another: the pages that it brought are not asked for again.
        if pages_kept(pipeline, capture) > kept or not limits.last_try:
            tally.unfinished.append(target.label)
        else:
            settled = fail(pipeline, capture, tally, error)
    except RegistryError:
        # It says nothing of the target, so it is no verdict. Pages and snapshot are kept, and another try finds them.
        raise
    except InstagramError as error:
        settled = respond(session, source, capture, tally, error)
    except IntelError as error:
        settled = fail(pipeline, capture, tally, error)
    finally:
        if settled:
            forget(pipeline.settings, capture)
        else:
            # Whatever ended it, an unfinished capture is free for the next tick and resumes from its journal.
            captures.release(capture)


def end_earlier(session: SessionInUse, target: Target, surface: str) -> None:
    """End the capture in progress that the session does not go on with, if there is one; BusyError while it goes on."""
    captures = session.pipeline.registry.captures
    # Asked first: how much lists may show the session is found out for the few that were interrupted.
    if captures.goes_on(target.label, surface):
        ended = captures.take_over_to_end(target.label, surface, session.name, session.listed_per_day)
        if ended is not None:
            end(session.pipeline, *ended)


def refuse_unreachable(pipeline: Pipeline, target: Target, capture: Capture) -> None:
    """Raise GoneError where this round's profile capture has already shown that there is nothing to be had.

    Every request on an account that cannot be seen is one too many.
    """
    if capture.surface == "profile" or capture.round is None:
        return
    profiles = pipeline.registry.captures.of_round(capture.round, "profile", target.label)
    if profiles and profiles[-1].verdict == "failed":
        problem = f"the profile could not be captured in this round: {'; '.join(profiles[-1].reasons)}"
        raise GoneError(problem, "see what its profile capture says")
    if target.user_id is None:
        problem = "the account is not known yet: no profile capture has succeeded"
        raise GoneError(problem, "capture its profile first; a tick does so by itself")


def settle(pipeline: Pipeline, target: Target, capture: Capture, finding: Finding, tally: Tally) -> None:
    """Keep the snapshot, then write down what the capture proved."""
    kept = keep(pipeline.settings.lake_dir, capture, finding)
    outcome = kept.outcome
    if tally.surface == "followers" and outcome.verdict == "complete" and kept.snapshot is not None:
        pipeline.keep_difference(target.label, kept.snapshot)
    if tally.surface == "profile" and outcome.user_id and outcome.username:
        pipeline.registry.targets.identify(target.label, outcome.user_id, outcome.username)
    pipeline.registry.captures.finish(capture, outcome, kept.snapshot, kept.set_aside)
    tally.verdicts[target.label] = outcome.verdict
    if outcome.reasons:
        tally.reasons[target.label] = "; ".join(outcome.reasons)


def respond(session: SessionInUse, source: Source, capture: Capture, tally: Tally, error: InstagramError) -> bool:
    """Do what the error's class asks for; return whether the capture is settled by it."""
    if spares_the_session(session, error, logged_in=source.logged_in):
        if isinstance(error, UnreachableError):
            tally.over = error.problem
        else:
            tally.halted[session.name] = error.problem
        return False
    return fail(session.pipeline, capture, tally, error)


def fail(pipeline: Pipeline, capture: Capture, tally: Tally, error: IntelError) -> bool:
    """Finish a capture that proves nothing, with the reason; return that it is settled."""
    kind = error.kind if isinstance(error, InstagramError) else None
    outcome = Outcome(verdict="failed", reasons=(error.problem,), failure=kind)
    pipeline.registry.captures.finish(capture, outcome, None)
    tally.verdicts[capture.target] = "failed"
    tally.reasons[capture.target] = error.problem
    return True


def pages_kept(pipeline: Pipeline, capture: Capture) -> int:
    """Return the size of what the capture's journal holds, in bytes: it grows with every page and never shrinks."""
    path = journal_path(pipeline.settings, capture.capture_id)
    return path.stat().st_size if path.exists() else 0


def run_script(session: SessionInUse, source: Source, target: Target, capture: Capture, watch: Watch) -> Finding:
    """Run the surface's script of requests over the capture's journal."""
    pipeline = session.pipeline
    subject = Subject(target.label, target.username, target.user_id)
    noted = pipeline.clock.now()

    def progress(rows: int, reported: int | None) -> None:
        nonlocal noted
        captures, now = pipeline.registry.captures, pipeline.clock.now()
        captures.extend(capture)
        capture.row_count, capture.reported_before = rows, reported
        # A page costs half a millisecond, and writing this down as much again.
        if now - noted >= NOTED_EVERY:
            captures.note(capture)
            noted = now
        watch(target.label, capture.surface, rows, reported)

    def expect(reported: int | None) -> None:
        pipeline.registry.captures.expect(capture, reported)
        if reason := too_long(reported, session.listed_per_day):
            raise CaptureError(reason, "allow more in a day, as far as the account may bear it, or pause the target")

    with Journal(journal_path(pipeline.settings, capture.capture_id), pipeline.clock) as journal:
        match capture.surface:
            case "profile":
                return capture_profile(source, journal, subject)
            case "posts":
                return capture_posts(source, journal, subject, pipeline.settings.posts_per_capture, progress)
            case _:
                name = cast("FollowList", capture.surface)
                return capture_list(source, journal, subject, name, expect, progress, partial(judge, pipeline, capture))
