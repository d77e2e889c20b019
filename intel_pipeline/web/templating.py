"""Pages: templates with what every one of them shows."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from intel_pipeline.web.access.who import who_of
from intel_pipeline.web.navigation import PLACES

MISSING = Markup('<span class="missing" aria-label="not known">\N{EN DASH}</span>')


@cache
def environment() -> Environment:
    """Return the templates of `templates/`, with the words in which they show numbers and moments."""
    made = Environment(
        loader=PackageLoader("intel_pipeline.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"number": number, "signed": signed, "percent": percent, "moment": moment, "day": day}
    made.globals["asset"] = asset
    return made


@cache
def asset(name: str) -> str:
    """Return where a static file lies, its version in it: browsers keep it for good, and ask anew for another one."""
    content = (files(__package__) / "static" / name).read_bytes()
    return f"/static/{name}?v={blake2b(content, digest_size=6).hexdigest()}"


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **shown: object
) -> HTMLResponse:
    """Return a template filled with what is `shown`, the navigation, and who is signed in."""
    content = (
        environment()
        .get_template(template)
        .render(
            request=request,
            who=who_of(request),
            places=PLACES,
            here=request.scope["path"],
            url=request.url_for,
            **shown,
        )
    )
    return HTMLResponse(content, status, dict(headers or {}))


def number(value: float | None, digits: int = 0) -> str | Markup:
    """Return a number with thin groups of three: 12 345."""
    return MISSING if value is None else f"{value:,.{digits}f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def signed(value: float | None) -> str | Markup:
    """Return a difference with its sign: +12, ±0, and a minus sign where it is less."""
    if value is None:
        return MISSING
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "±"
    return f"{sign}{number(abs(value))}"


def percent(value: float | None, digits: int = 1) -> str | Markup:
    """Return a share: 0.0123 is 1.2 %."""
    return MISSING if value is None else f"{value * 100:.{digits}f}\N{NARROW NO-BREAK SPACE}%"


def moment(value: datetime | None) -> Markup:
    """Return a moment in UTC, which `app.js` shows in the viewer's own zone, UTC one hover away."""
    if value is None:
        return MISSING
    utc = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M}")


def day(value: date | None) -> Markup:
    """Return a day, which is one of UTC."""
    return MISSING if value is None else Markup('<time datetime="{0}">{0}</time>').format(value.isoformat())
