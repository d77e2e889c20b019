"""What one session may send: the settings' limits, or the operator's own for it, within what was ever found borne."""

from collections.abc import Mapping

from intel_pipeline.errors import SessionError
from intel_pipeline.registry.limits import WORDS, Name, RateLimits
from intel_pipeline.settings import Settings, variable

SETTINGS: dict[Name, str] = {
    "window": "requests_per_window",
    "hour": "requests_per_hour",
    "profile": "profile_requests_per_hour",
    "followers": "followers_requests_per_hour",
    "followees": "followees_requests_per_hour",
    "posts": "posts_requests_per_hour",
    "day": "identities_per_day",
    "interval": "seconds_between_requests",
}
OF_SURFACES: tuple[Name, ...] = ("profile", "followers", "followees", "posts")


def limits_of(settings: Settings, own: Mapping[str, int] | None) -> RateLimits:
    """Return a session's limits: its `own`, by name, where there are such, and the settings' otherwise."""
    found = {name: figure_of(settings, own or {}, name) for name in SETTINGS}
    return RateLimits(
        window=found["window"],
        hour=found["hour"],
        day=found["day"],
        interval=found["interval"],
        surfaces={name: found[name] for name in OF_SURFACES},
    )


def figure_of(settings: Settings, own: Mapping[str, int], name: Name) -> int:
    """Return one limit of a session, kept within its bounds where it is its own: these may be narrower by now."""
    if name not in own:
        figure: int = getattr(settings, SETTINGS[name])
        return figure
    least, most = bounds(name)
    return min(max(own[name], least), most)


def bounds(name: Name) -> tuple[int, int]:
    """Return the least and the most that a limit may be, which are those of its setting."""
    kept = Settings.model_fields[SETTINGS[name]].metadata
    least, most = (next(getattr(one, end) for one in kept if hasattr(one, end)) for end in ("ge", "le"))
    return int(least), int(most)


def refuse_unbearable(name: Name, figure: int) -> None:
    """Raise SessionError for a limit of one's own that is outside its bounds, with the reason."""
    least, most = bounds(name)
    if least <= figure <= most:
        return
    if name == "interval":
        reason = "a shorter one looks like a machine" if figure < least else "a longer one outlasts a tick's wait"
    else:
        reason = "less would be none at all" if figure < least else "more was never found to be borne by any account"
    problem = f"{figure:,} {WORDS[name]} cannot be a limit: it has to lie between {least:,} and {most:,}; {reason}"
    raise SessionError(problem, f"choose one in between; where you choose none, {variable(SETTINGS[name])} holds")
