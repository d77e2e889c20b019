"""Metrics as Prometheus scrapes them, computed when they are asked for: nobody's names but those of sessions.

A session's name is the operator's own word for it. What targets and followers are called is in no label.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from intel_pipeline.clock import SystemClock
from intel_pipeline.errors import IntelError
from intel_pipeline.registry.models import LOGGED_OUT
from intel_pipeline.warehouse.publication import newest_of
from intel_pipeline.web.access.who import Anybody, allowed, known
from intel_pipeline.web.health import free_bytes, silence
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import number_of

# Scrapers that come more often, or several of them, get the same.
KEPT_SECONDS = 5.0
TOO_MANY = 429
FORWARDED = ("forwarded", "x-forwarded-for")

router = APIRouter()


def from_here(request: Request) -> bool:
    """Tell whether a request was made on this machine, and not by a proxy on it for somebody else."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@router.get("/metrics", name="metrics")
def metrics(request: Request, who: Anybody) -> Response:
    """Return the metrics of now, or of some seconds ago, to this machine itself and to whoever has the scope `read`."""
    if not from_here(request):
        allowed("read", known(request) and who)
    exposition: Exposition = request.app.state.exposition
    return Response(exposition.text(), media_type=CONTENT_TYPE_LATEST)


@dataclass(slots=True)
class Exposition:
    """The text of the last scrape, as long as it is young."""

    parts: Parts
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _text: bytes = b""
    _until: float = 0.0

    def text(self) -> bytes:
        """Return the metrics; who asks meanwhile waits for the same."""
        with self._lock:
            if time.monotonic() >= self._until:
                registry = CollectorRegistry()
                registry.register(Measured(self.parts))
                self._text = generate_latest(registry)
                self._until = time.monotonic() + KEPT_SECONDS
            return self._text


@dataclass(frozen=True, eq=False)  # the registry hashes it; no slots: the base class has none
class Measured(Collector):
    """All parts of the metrics: one that fails is counted as such, and leaves the others as they are."""

    parts: Parts

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that being registered costs no measuring."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        success = gauge("intel_exporter_success", "Whether this part of the metrics could be measured.", "part")
        seconds = gauge("intel_exporter_duration_seconds", "What measuring this part took.", "part")
        for name, measure in MEASURES.items():
            began = time.monotonic()
            try:
                found = list(measure(self.parts))
            except (IntelError, SQLAlchemyError, OSError):
                found = []
                success.add_metric([name], 0)
            else:
                success.add_metric([name], 1)
            seconds.add_metric([name], time.monotonic() - began)
            yield from found
        yield from (success, seconds)


def gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    """Return a gauge without values yet."""
    return GaugeMetricFamily(name, text, labels=labels)


def session_names(parts: Parts) -> list[str]:
    """Return the sessions that there are; asking without one is there where that is done, or was."""
    known_ones = [state.name for state in parts.registry.sessions.all() if state.name != LOGGED_OUT]
    logged_out = not parts.pipeline.uses() or bool(parts.registry.ledger.spent(LOGGED_OUT))
    return [*([LOGGED_OUT] if logged_out else []), *known_ones]


def of_requests(parts: Parts) -> Iterator[Metric]:
    """Yield what was asked of Instagram."""
    ledger = parts.registry.ledger
    yield CounterMetricFamily("intel_requests", "Requests ever written down.", value=ledger.newest_number())
    of_day = gauge("intel_requests_last_day", "Requests of the last 24 hours.", "session", "endpoint", "status")
    refused = gauge("intel_throttled_last_day", "Requests of the last 24 hours answered with 429.", "session")
    for name in session_names(parts):
        kinds = ledger.by_kind(name)
        for bucket, status, number in kinds:
            of_day.add_metric([name, bucket, "none" if status is None else str(status)], number)
        refused.add_metric([name], sum(number for _, status, number in kinds if status == TOO_MANY))
    yield from (of_day, refused)


def of_sessions(parts: Parts) -> Iterator[Metric]:
    """Yield how sessions stand, and what they may still spend."""
    spent = gauge("intel_budget_spent", "What is spent of a session's limit now.", "session", "limit")
    left = gauge("intel_budget_left", "What may still be spent of a session's limit now.", "session", "limit")
    cooling = gauge("intel_cool_down_seconds", "Seconds until a session may ask again; 0 for now.", "session")
    stopped = gauge("intel_breaker_open", "Whether a session is stopped until its operator acts.", "session")
    now = parts.clock.now()
    for name in session_names(parts):
        for one in parts.registry.ledger.spending(name, parts.pipeline.session(name).limits):
            spent.add_metric([name, one.limit], one.spent)
            left.add_metric([name, one.limit], one.left)
        until = parts.registry.sessions.cooling(name)
        cooling.add_metric([name], (until - now).total_seconds() if until else 0)
        stopped.add_metric([name], parts.registry.sessions.state(name).stopped_because is not None)
    yield from (spent, left, cooling, stopped)


def of_round(parts: Parts) -> Iterator[Metric]:
    """Yield what the captures of the open round have proved, and what is still due."""
    day = parts.registry.rounds.open()
    captures = gauge("intel_round_captures", "Finished captures of the open round.", "surface", "verdict")
    for (surface, verdict), number in sorted((parts.registry.captures.verdicts(day) if day else {}).items()):
        captures.add_metric([surface, verdict], number)
    yield captures
    yield GaugeMetricFamily(
        "intel_round_due", "Captures that the open round still lacks.", value=parts.pipeline.due(day) if day else 0
    )


def of_publication(parts: Parts) -> Iterator[Metric]:
    """Yield which publication is the newest, and how old it is; nothing where there is none."""
    path = newest_of(parts.settings.publication)
    if path is not None:
        age = SystemClock().now().timestamp() - path.stat().st_mtime
        yield GaugeMetricFamily("intel_publication_number", "The newest publication.", value=number_of(path))
        yield GaugeMetricFamily("intel_publication_age_seconds", "How old the newest publication is.", value=age)


def of_disk(parts: Parts) -> Iterator[Metric]:
    """Yield what is left of the disk."""
    yield GaugeMetricFamily("intel_disk_free_bytes", "Room for the data folder.", value=free_bytes(parts))


def of_daemon(parts: Parts) -> Iterator[Metric]:
    """Yield for how long Dagster's daemons have been silent; nothing where there are none, or one never was heard of."""
    silent = silence(parts)
    if silent is not None:
        yield GaugeMetricFamily(
            "intel_daemon_heartbeat_age_seconds", "Seconds since the quietest of Dagster's daemons.", value=silent
        )


MEASURES: dict[str, Callable[[Parts], Iterator[Metric]]] = {
    "requests": of_requests,
    "sessions": of_sessions,
    "round": of_round,
    "publication": of_publication,
    "disk": of_disk,
    "daemon": of_daemon,
}
