"""What every request passes before any route sees it: its host, its origin, its size; and what every answer carries.

Plain ASGI, for HTTP and for web sockets. `guarded` puts them in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from intel_pipeline.web.guard.bodies import BodyGuard
from intel_pipeline.web.guard.headers import Headed
from intel_pipeline.web.guard.hosts import HostGuard
from intel_pipeline.web.guard.origins import OriginGuard
from intel_pipeline.web.guard.sharing import shared


@dataclass(frozen=True, slots=True)
class Rules:
    """What is let in.

    `hosts`: whole values of the header `Host`. `origins`: whose pages may ask the API, with a key. `proxies`: who may say
    in X-Forwarded-For and X-Forwarded-Proto for whom they ask.
    """

    hosts: frozenset[str]
    origins: Sequence[str] = ()
    proxies: Sequence[str] = ()


def guarded(app: ASGIApp, rules: Rules) -> ASGIApp:
    """Return `app` behind its guard; who asks is found out inside of it."""
    inner = shared(BodyGuard(OriginGuard(app)), rules.origins)
    outer = Headed(HostGuard(inner, rules.hosts))
    # Without a list nobody's word is taken, this machine's neither: uvicorn's own default would take it.
    return ProxyHeadersMiddleware(outer, list(rules.proxies)) if rules.proxies else outer  # type: ignore[arg-type,return-value]
