"""Capturing a profile."""

from dataclasses import asdict, replace

from intel_pipeline.capture.findings import Finding, framed
from intel_pipeline.capture.journal import Journal
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.source import Source, Subject


def capture_profile(source: Source, journal: Journal, subject: Subject) -> Finding:
    """Read a profile once. Rows: one, as `contracts.profile.ProfileSnapshot`.

    A target without a known id is looked up by name first; a session then asks by id as well, since the public page
    does not say whether the session follows the account.
    """
    from intel_pipeline.contracts.profile import SCHEMA

    page = journal.once("profile", lambda: source.profile(subject))
    reading = interpret.profile(page.answer)
    pages = 1
    if subject.user_id is None and source.logged_in:
        found = replace(subject, user_id=reading.user_id)
        page = journal.once("profile by id", lambda: source.profile(found))
        reading = interpret.profile(page.answer)
        pages = 2
    row = {name: value for name, value in asdict(reading).items() if name in SCHEMA}
    outcome = Outcome(
        verdict="complete",
        rows=1,
        distinct=1,
        pages=pages,
        user_id=reading.user_id,
        username=reading.username,
        started_at=page.received_at,
        finished_at=page.received_at,
    )
    return Finding(outcome, (framed([row], SCHEMA),))
