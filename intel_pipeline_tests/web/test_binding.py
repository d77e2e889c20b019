"""Where the server listens, and what it refuses to start with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from intel_pipeline.errors import ServiceError, SettingsError
from intel_pipeline.settings import load_settings
from intel_pipeline.web.binding import Binding, bound_to, listen, refuse_unsafe
from intel_pipeline.web.serving import rules

EVERYWHERE = "0.0.0.0"  # noqa: S104  the last of these tests says when it may be listened on


def certificate(folder: Path, name: str, password: bytes | None = None) -> dict[str, str]:
    """Write a certificate with its key, and return the settings that name them."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        subject, subject, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    ).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    sealed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    (folder / f"{name}.pem").write_bytes(made.public_bytes(pem))
    (folder / f"{name}.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, sealed))
    return {"web_certificate": str(folder / f"{name}.pem"), "web_certificate_key": str(folder / f"{name}.key")}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_nothing_is_asked_of_whoever_listens_on_loopback(host):
    refuse_unsafe(Binding(host, 3000), load_settings(), lambda: False)


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.168.1.5", "intel.example.org", "127.0.0.1.example.org"])
@pytest.mark.parametrize(
    ("given", "admin", "missing"),
    [
        ({}, False, "there is no admin yet"),
        ({"web_proxies": "10.0.0.2"}, False, "there is no admin yet"),
        ({}, True, "without TLS"),
    ],
)
def test_elsewhere_it_takes_an_admin_and_tls_or_proxies(host, given, admin, missing):
    with pytest.raises(SettingsError, match=missing) as caught:
        refuse_unsafe(Binding(host, 3000), load_settings(**given), lambda: admin)
    assert host in caught.value.problem


def test_with_an_admin_and_either_of_both_it_may_start(tmp_path):
    refuse_unsafe(Binding(EVERYWHERE, 3000), load_settings(web_proxies="10.0.0.2"), lambda: True)
    settings = load_settings(**certificate(tmp_path, "one"))
    refuse_unsafe(bound_to(settings, EVERYWHERE, 3000), settings, lambda: True)


def test_a_certificate_that_cannot_be_used_is_found_before_anything_starts(tmp_path):
    one, other = certificate(tmp_path, "one"), certificate(tmp_path, "other")
    with pytest.raises(SettingsError, match="belong together"):
        bound_to(load_settings(web_certificate=one["web_certificate"]), "127.0.0.1", 3000)
    for wrong in (
        {**one, "web_certificate_key": other["web_certificate_key"]},
        {**one, "web_certificate": str(tmp_path / "none.pem")},
        certificate(tmp_path, "sealed", b"typed by hand"),
    ):
        with pytest.raises(SettingsError, match="cannot be used with the key"):
            bound_to(load_settings(**wrong), "127.0.0.1", 3000)
    assert bound_to(load_settings(**one), "127.0.0.1", 3000).url == "https://127.0.0.1:3000"


def test_a_port_that_is_taken_is_told_of():
    with (
        listen(Binding("127.0.0.1", 0)) as first,
        pytest.raises(ServiceError, match=r"cannot be listened on: .*in use") as caught,
    ):
        listen(Binding("127.0.0.1", first.getsockname()[1]))
    assert "--port" in caught.value.fix


def test_an_address_that_is_listened_on_is_answered_under_and_all_of_them_are_not():
    settings = load_settings(web_hosts="intel.example.org")
    assert "192.168.1.5:3000" in rules(settings, Binding("192.168.1.5", 3000)).hosts
    assert "[fd00::5]:3000" in rules(settings, Binding("fd00::5", 3000)).hosts
    everywhere = rules(settings, Binding(EVERYWHERE, 3000)).hosts
    assert everywhere == rules(settings, Binding("127.0.0.1", 3000)).hosts
    assert "intel.example.org" in everywhere
