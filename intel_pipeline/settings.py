"""Every knob of the project: one typed field, one sentence, one environment variable `INTEL_<NAME>`."""

import os
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import NoDecode, SettingsConfigDict

from intel_pipeline.addresses import hosts, networks, origins
from intel_pipeline.capture.cadence import HOURS_A_WEEK, hours_of, list_hours_of
from intel_pipeline.capture.quiet_hours import QuietHours, begin_and_end
from intel_pipeline.errors import SettingsError
from intel_pipeline.folders import Folders
from intel_pipeline.instagram.source import SURFACES, Surface

PREFIX = "INTEL_"


def listed(text: object) -> object:
    """Return the parts of a text with commas, each once and in its own order; the profile has to be among them."""
    if not isinstance(text, str):
        return text
    parts = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if "profile" not in parts:
        message = "the profile has to be among them: it tells who the target is, and how many it has"
        raise ValueError(message)
    return tuple(sorted(parts, key=lambda part: SURFACES.index(part) if part in SURFACES else len(SURFACES)))


def quiet(text: str | None) -> str | None:
    """Return what are quiet hours; ValueError for what are none."""
    if text is not None:
        begin_and_end(text)
    return text


def zone(name: str) -> str:
    """Return the name of a time zone; ValueError for what is none."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"'{name}' is no time zone of the IANA's database, as Europe/Berlin is"
        raise ValueError(message) from error
    return name


Cadence = Annotated[int, BeforeValidator(hours_of), Field(ge=1, le=HOURS_A_WEEK)]
ListCadence = Annotated[int, BeforeValidator(list_hours_of), Field(ge=24, le=HOURS_A_WEEK)]


class Settings(Folders):
    """The effective settings, read from the environment and then from `.env` in the current folder."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    first_round: Annotated[
        date,
        Field(
            description="First day that appears as a round in Dagster; what lies before it cannot be captured.",
            examples=["2026-11-01"],
        ),
    ] = date(2026, 11, 1)
    session: Annotated[
        str | None,
        Field(
            description="Name of the only session that is used; unset means all that `sessions list` shows as used.",
            examples=["desk"],
        ),
    ] = None
    surfaces: Annotated[
        tuple[Surface, ...] | None,
        NoDecode,
        BeforeValidator(listed),
        Field(
            description="What is captured of each target; unset means profile, followers and posts, logged out the profile.",
            examples=["profile,followers,followees,posts"],
        ),
    ] = None
    profile_cadence: Annotated[
        Cadence, Field(description="How often profiles are captured: hourly to weekly.", examples=["6h"])
    ] = 24
    followers_cadence: Annotated[
        ListCadence, Field(description="How often follower lists are captured: daily to weekly.", examples=["2d"])
    ] = 24
    followees_cadence: Annotated[
        ListCadence,
        Field(description="How often lists of followees are captured: daily to weekly.", examples=["weekly"]),
    ] = 24
    posts_cadence: Annotated[
        Cadence, Field(description="How often posts are captured: hourly to weekly.", examples=["daily"])
    ] = 24
    young_posts_cadence: Annotated[
        Cadence,
        Field(
            description="How often posts are captured while the newest one is younger than two days, if that is more often.",
            examples=["6h"],
        ),
    ] = 12
    quiet_hours: Annotated[
        str | None,
        AfterValidator(quiet),
        Field(
            description="Hours in which nothing is asked of Instagram by itself; unset means none. A command still asks.",
            examples=["23:00-07:00"],
        ),
    ] = None
    time_zone: Annotated[
        str,
        AfterValidator(zone),
        Field(description="Time zone by whose clocks the quiet hours go.", examples=["Europe/Berlin"]),
    ] = "UTC"
    registry_url: Annotated[
        SecretStr | None,
        Field(
            description="PostgreSQL database for the registry; unset means an SQLite file in the data folder.",
            examples=["postgresql://intel:PASSWORD@db.example.org/intel"],
        ),
    ] = None
    vault_keys: Annotated[
        SecretStr | None,
        Field(
            description="Vault keys, newest first, by commas; unset means the key file that `init` made, or the keyring.",
            examples=["output of `intel-pipeline init --show-new-key`"],
        ),
    ] = None
    targets_per_tick: Annotated[
        int, Field(ge=1, le=1000, description="Most targets that one tick takes on.", examples=["25"])
    ] = 25
    tick_seconds: Annotated[
        int,
        Field(ge=10, le=7200, description="Seconds after which a tick begins no further target.", examples=["600"]),
    ] = 600
    planner_seconds: Annotated[
        int,
        Field(
            ge=5, le=3600, description="Seconds between two looks of Dagster's planner at what is due.", examples=["60"]
        ),
    ] = 60
    api_requests_per_minute: Annotated[
        int,
        Field(
            ge=6,
            le=1_000_000,
            description="Requests to the API that one user or key may make in a minute, a fifth of them at once.",
            examples=["600"],
        ),
    ] = 600
    followers_per_page: Annotated[
        int,
        Field(
            ge=12, le=200, description="Followers asked for per request; the service may send fewer.", examples=["50"]
        ),
    ] = 50
    posts_per_capture: Annotated[
        int, Field(ge=12, le=5000, description="Newest posts that one capture reads.", examples=["36"])
    ] = 36
    requests_per_window: Annotated[
        int,
        Field(
            ge=1,
            le=75,
            description="Requests of one kind that a session may make in eleven minutes, over all processes.",
            examples=["60"],
        ),
    ] = 60
    # instaloader's window of the tightest kind comes to 405 in an hour, which is the most; by default half of that.
    requests_per_hour: Annotated[
        int,
        Field(
            ge=1,
            le=400,
            description="Requests of all kinds that a session may make in an hour, over all processes.",
            examples=["200"],
        ),
    ] = 200
    # A look at a profile is the least that Instagram is asked for, and opens and closes every list: it is last to wait.
    profile_requests_per_hour: Annotated[
        int,
        Field(ge=1, le=400, description="Requests for profiles that a session may make in an hour.", examples=["200"]),
    ] = 200
    # A long list alone would take every request of the hour for hours; so a third of them is left for what is short.
    followers_requests_per_hour: Annotated[
        int,
        Field(
            ge=1,
            le=400,
            description="Pages of follower lists that a session may ask for in an hour, 50 followers each at most.",
            examples=["120"],
        ),
    ] = 120
    followees_requests_per_hour: Annotated[
        int,
        Field(ge=1, le=400, description="Pages of followees that a session may ask for in an hour.", examples=["60"]),
    ] = 60
    posts_requests_per_hour: Annotated[
        int,
        Field(
            ge=1,
            le=400,
            description="Pages of posts, or logged out posts, that a session may ask for in an hour.",
            examples=["60"],
        ),
    ] = 60
    # A tenth of the 311,000 that instaloader's windows let through in a day, and room for a list of 20,000 with some
    # smaller ones. At least a page: a limit below one would be none or a stop.
    identities_per_day: Annotated[
        int,
        Field(
            ge=200,
            le=300_000,
            description="Accounts that follower lists may show a session in 24 hours; what is longer goes on a day later.",
            examples=["30000"],
        ),
    ] = 30_000
    # With the random pause 3.7 on average, a little more than the 3.3 that instaloader's 200 in 666 seconds come to.
    seconds_between_requests: Annotated[
        int,
        Field(
            ge=1,
            le=60,
            description="Least seconds between two requests of a session; a random pause of 1.7 on average is added.",
            examples=["2"],
        ),
    ] = 2
    settle_per_tick: Annotated[
        int,
        Field(
            ge=0,
            le=50,
            description="Confirmed losses that a tick looks up to learn their cause, a request each; 0 is none.",
            examples=["5"],
        ),
    ] = 0
    longest_wait: Annotated[
        int,
        Field(
            ge=0,
            le=900,
            description="Seconds a tick may wait for its turn; a longer wait ends it and it resumes later.",
            examples=["30"],
        ),
    ] = 30
    request_timeout: Annotated[
        int, Field(ge=5, le=300, description="Seconds to wait for Instagram's answer to one request.", examples=["60"])
    ] = 60
    run_logs_days: Annotated[
        int,
        Field(
            ge=1,
            le=3650,
            description="Days for which what Dagster's runs have printed is kept.",
            examples=["30"],
        ),
    ] = 30
    run_events_days: Annotated[
        int,
        Field(
            ge=1,
            le=3650,
            description="Days for which Dagster's runs and what later ones replaced are kept; rounds stay as they are.",
            examples=["30"],
        ),
    ] = 30
    raw_pages_days: Annotated[
        int,
        Field(
            ge=0,
            le=3650,
            description="Days for which pages as received are kept after their capture; 0 removes them at its end.",
            examples=["30"],
        ),
    ] = 30
    audit_days: Annotated[
        int,
        Field(
            ge=1,
            le=3650,
            description="Days for which the audit keeps what was done, by whom.",
            examples=["365"],
        ),
    ] = 365
    sign_in_idle_hours: Annotated[
        int,
        Field(
            ge=1, le=720, description="Hours without a click after which a user has to sign in again.", examples=["12"]
        ),
    ] = 12
    sign_in_days: Annotated[
        int,
        Field(
            ge=1, le=365, description="Days after which a user has to sign in again, whatever they do.", examples=["30"]
        ),
    ] = 30
    web_hosts: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(hosts),
        Field(
            description="Further names, with or without a port, under which the dashboard is opened; loopback's always work.",
            examples=["intel.example.org,192.168.1.5:3000"],
        ),
    ] = ()
    web_proxies: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(networks),
        Field(
            description="Addresses or networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
            examples=["10.0.0.2"],
        ),
    ] = ()
    web_cors: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(origins),
        Field(
            description="Origins whose pages may ask the API, with a key; a JSON list, or with commas.",
            examples=["https://notebooks.example.org"],
        ),
    ] = ()
    web_certificate: Annotated[
        Path | None,
        Field(
            description="Certificate (PEM, with its chain) for TLS; unset means HTTP.",
            examples=["/etc/ssl/intel/fullchain.pem"],
        ),
    ] = None
    web_certificate_key: Annotated[
        Path | None,
        Field(description="Private key of the certificate (PEM).", examples=["/etc/ssl/intel/privkey.pem"]),
    ] = None
    publish_minutes: Annotated[
        int,
        Field(
            ge=1,
            le=1440,
            description="Least minutes between two publications that follow ticks by themselves; commands publish at once.",
            examples=["10"],
        ),
    ] = 10
    publications_kept: Annotated[
        int, Field(ge=1, le=100, description="Publications kept for readers that hold an older one.", examples=["3"])
    ] = 3

    @property
    def quiet(self) -> QuietHours | None:
        """When nothing is asked of Instagram by itself; None for never."""
        return QuietHours(*begin_and_end(self.quiet_hours), ZoneInfo(self.time_zone)) if self.quiet_hours else None

    @property
    def registry_location(self) -> str:
        """URL to open the registry at, and for nothing else: it may hold a password."""
        return self.registry_url.get_secret_value() if self.registry_url else f"sqlite:///{self.registry_file}"


def variable(field: str) -> str:
    """Return the environment variable of the setting `field`."""
    return PREFIX + field.upper()


def secret(field: str) -> bool:
    """Tell whether the setting `field` must not be shown."""
    return field in Settings.model_fields and SecretStr in get_args(Settings.model_fields[field].annotation)


def example(field: str) -> str:
    """Return a line that would work for the setting `field`."""
    examples = Settings.model_fields[field].examples or ["…"]
    return f"{variable(field)}={examples[0]}"


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401  the fields' own types are checked by pydantic
    """Return the effective settings, `overrides` first, or raise SettingsError about the first bad one.

    A data folder that is named here rather than by the operator has its own registry, unless that is named as well:
    what tries something out in a folder of its own must not write into the operator's PostgreSQL.
    """
    if "data_dir" in overrides:
        overrides.setdefault("registry_url", None)
    refuse_unknown(os.environ)
    refuse_unknown_lines(Path(".env"))
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]).lower().removeprefix(PREFIX.lower())
        given = "a secret value" if secret(field) else repr(first["input"])
        problem = f"{variable(field)}={given} is not a usable setting: {first['msg']}"
        raise SettingsError(problem, f"write, for example, {example(field)}") from error
    settings.data_dir = settings.data_dir.expanduser().absolute()
    if settings.registry_url:
        # Outside of pydantic, whose errors quote what they are about.
        from intel_pipeline.registry.address import address_of

        address_of(settings.registry_url.get_secret_value())
    return settings


def refuse_unknown_lines(env_file: Path) -> None:
    """Refuse a misspelt name in `.env`, which would otherwise be ignored in silence."""
    if not env_file.is_file():
        return
    lines = env_file.read_text(encoding="utf-8").splitlines()
    refuse_unknown({line.split("=")[0].strip().removeprefix("export "): "" for line in lines if "=" in line})


def refuse_unknown(variables: Any) -> None:  # noqa: ANN401  os.environ and plain dicts alike
    """Raise SettingsError for the first `INTEL_` variable that is no setting."""
    known = {variable(field) for field in Settings.model_fields}
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.75)
            field = (near[0] if near else variable("data_dir")).removeprefix(PREFIX).lower()
            fix = f"did you mean {example(field)}? `intel-pipeline settings` lists them all"
            problem = f"{name} is no setting of intel_pipeline"
            raise SettingsError(problem, fix)
