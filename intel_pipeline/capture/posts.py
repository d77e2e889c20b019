"""Capturing the newest posts."""

from dataclasses import asdict

from intel_pipeline.capture.findings import Finding, framed
from intel_pipeline.capture.journal import Journal
from intel_pipeline.capture.outcome import Outcome, Verdict
from intel_pipeline.capture.watching import Progress
from intel_pipeline.instagram.errors import FOLLOW, PrivateError
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.readings.post_list import PostReading
from intel_pipeline.instagram.source import Source, Subject


def capture_posts(source: Source, journal: Journal, subject: Subject, most: int, progress: Progress) -> Finding:
    """Read the newest `most` posts, in whole pages; of those that a page only names, a request for each.

    Rows: one per post, sorted by `post_id`, as `contracts.post.PostSnapshot`. Complete means: the end of the list,
    or `most` posts, was reached over an unbroken chain of pages, and each post on them was shown. A profile without
    posts has no rows.
    """
    from intel_pipeline.contracts.post import SCHEMA

    first = journal.once("profile", lambda: source.profile(subject))
    profile = interpret.profile(first.answer)
    if profile.is_private and profile.follows is False:
        problem = f"'{subject.label}' is private and the session does not follow it"
        raise PrivateError(problem, FOLLOW)
    # The timeline is asked for by name, and the name known to us may be yesterday's.
    current = Subject(subject.label, profile.username, profile.user_id)
    found: dict[int, PostReading] = {}
    rows = pages = untold = 0
    cursor: str | None = None
    seen: set[str] = set()
    verdict: Verdict = "complete"
    reasons: tuple[str, ...] = ()
    while True:
        asked = cursor
        page = journal.once(f"posts {asked or 'first'}", lambda: source.posts(current, asked))  # noqa: B023
        read = interpret.posts(page.answer)
        pages += 1
        rows += len(read.posts)
        for post in read.posts:
            found.setdefault(post.post_id, post)
        progress(rows, profile.media_count)
        for shortcode in read.shortcodes[: most - rows]:
            page = journal.once(f"post {shortcode}", lambda: source.post(current, shortcode))  # noqa: B023
            shown = interpret.post(page.answer)
            rows += 1
            if shown:
                found.setdefault(shown.post_id, shown)
            else:
                untold += 1
            progress(rows, profile.media_count)
        if read.next_cursor is None or len(found) + untold >= most:
            break
        if not (read.posts or read.shortcodes) or read.next_cursor in seen:
            verdict, reasons = "partial", ("Instagram broke the chain of pages before the end of the list",)
            break
        cursor = read.next_cursor
        seen.add(cursor)
    if untold:
        verdict, reasons = "partial", (*reasons, f"{untold} posts are listed, but Instagram does not show them")
    ordered = [{**asdict(post), "position": place} for place, post in enumerate(found.values())]
    frame = framed(ordered, SCHEMA).sort("post_id")
    outcome = Outcome(
        verdict=verdict,
        reasons=reasons,
        rows=rows,
        distinct=frame.height,
        reported_before=profile.media_count,
        reported_after=profile.media_count,
        pages=pages,
        user_id=profile.user_id,
        username=profile.username,
        started_at=first.received_at,
        finished_at=page.received_at,
        newest_post_at=max((post.taken_at for post in found.values()), default=None),
    )
    return Finding(outcome, (frame,))
