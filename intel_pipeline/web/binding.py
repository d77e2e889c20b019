"""Where the server listens, and what has to be so before anybody but this machine may reach it."""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from intel_pipeline.errors import ServiceError, SettingsError
from intel_pipeline.settings import Settings

ANY = ("0.0.0.0", "::")  # noqa: S104  compared, not listened on


@dataclass(frozen=True, slots=True)
class Binding:
    """An address, a port, and the certificate with its key that TLS is spoken with; both or none."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def loopback(self) -> bool:
        """Whether nobody but this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def name(self) -> str:
        """The host as addresses have it."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        shown = "localhost" if self.host in ANY else self.name
        return f"{'https' if self.certificate else 'http'}://{shown}:{self.port}"


def bound_to(settings: Settings, host: str, port: int) -> Binding:
    """Return a binding with what the settings say of TLS; raise SettingsError where that cannot be used."""
    certificate, key = settings.web_certificate, settings.web_certificate_key
    if (certificate is None) != (key is None):
        problem = "INTEL_WEB_CERTIFICATE and INTEL_WEB_CERTIFICATE_KEY belong together, and only one of them is set"
        raise SettingsError(problem, "set both, or none")
    if certificate and key:
        try:
            # An empty password: one that has to be typed would leave a service waiting for ever.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except (OSError, ValueError) as error:
            problem = f"the certificate {certificate} cannot be used with the key {key}: {error}"
            raise SettingsError(
                problem, "name two PEM files that belong together, the key without a password"
            ) from error
    return Binding(host, port, certificate, key)


def refuse_unsafe(binding: Binding, settings: Settings, has_admin: Callable[[], bool]) -> None:
    """Raise SettingsError where others could reach the server, and nobody is there to let them in, or anybody could listen."""
    if binding.loopback:
        return
    if not has_admin():
        problem = f"{binding.host} can be reached by others, and there is no admin yet: whoever comes first would be it"
        raise SettingsError(
            problem, "add one first: `intel-pipeline user add NAME --role admin`; or listen on 127.0.0.1"
        )
    if not binding.certificate and not settings.web_proxies:
        problem = f"{binding.host} can be reached by others, and without TLS they could read every password on its way"
        fix = "set INTEL_WEB_CERTIFICATE and INTEL_WEB_CERTIFICATE_KEY, or INTEL_WEB_PROXIES where a proxy speaks TLS"
        raise SettingsError(problem, fix)


def listen(binding: Binding) -> socket.socket:
    """Return a socket that listens; raise ServiceError where it cannot."""
    family = socket.AF_INET6 if ":" in binding.host else socket.AF_INET
    try:
        return socket.create_server((binding.host, binding.port), family=family, backlog=128)
    except OSError as error:
        problem = f"{binding.name}:{binding.port} cannot be listened on: {error.strerror or error}"
        raise ServiceError(problem, "end what listens there, or choose another --port") from error
