import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from intel_pipeline.simulator.front import Front, serve_front
from intel_pipeline.simulator.server import Instagram

START_PAGE = "https://www.instagram.com/"


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "papers"


@pytest.fixture
def front(instagram: Instagram, papers: Path) -> Iterator[Front]:
    with serve_front(instagram, directory=papers) as front:
        yield front


@pytest.fixture
def client(front: Front) -> Iterator[requests.Session]:
    with session_for(front) as session:
        yield session


def session_for(front: Front) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.proxies = {"https": front.proxy_url, "http": front.proxy_url}
    session.verify = str(front.ca_bundle)
    return session


def address_of(front: Front) -> tuple[str, int]:
    host, _, port = front.proxy_url.removeprefix("http://").partition(":")
    return host, int(port)


def test_other_hosts_and_other_ports_are_refused(client: requests.Session, instagram: Instagram) -> None:
    for url in ("https://example.org/", "https://www.instagram.com:8443/", "https://instagram.com.example.org/"):
        with pytest.raises(requests.exceptions.ProxyError, match="403"):
            client.get(url, timeout=5)
    assert client.get("http://www.instagram.com/", timeout=5).status_code == 403
    assert instagram.requests == []


def test_a_client_that_does_not_know_the_authority_does_not_trust_it(client: requests.Session) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        client.get(START_PAGE, verify=True, timeout=5)
    assert client.get(START_PAGE, timeout=5).ok


def test_the_papers_are_closed_to_others_and_the_authority_keeps_no_key(front: Front, papers: Path) -> None:
    assert front.ca_bundle == papers / "ca.pem"
    assert stat.S_IMODE(papers.stat().st_mode) == 0o700
    assert stat.S_IMODE((papers / "server.pem").stat().st_mode) == 0o600
    assert sorted(path.name for path in papers.iterdir()) == ["ca.pem", "server.pem"]
    assert "PRIVATE" not in (papers / "ca.pem").read_text()


def test_a_connection_is_kept_alive_and_cookies_work(client: requests.Session) -> None:
    before = threading.active_count()
    for _ in range(3):
        response = client.get(START_PAGE, timeout=5)
        assert response.headers["content-length"] == str(len(response.content))
    assert threading.active_count() == before + 1
    assert client.cookies.get("csrftoken", domain=".instagram.com")
    head = client.head("https://scontent.cdninstagram.com/v/x.jpg", timeout=5)
    assert (head.status_code, head.content) == (200, b"")


def test_closing_ends_connections_that_are_still_open(instagram: Instagram, papers: Path) -> None:
    threads = threading.active_count()
    front = serve_front(instagram, directory=papers)
    with session_for(front) as session, socket.create_connection(address_of(front)):
        session.get(START_PAGE, timeout=5)
        front.close()
        assert threading.active_count() == threads


def test_many_threads_may_ask_at_once(front: Front, instagram: Instagram) -> None:
    def ask(_: int) -> int:
        with session_for(front) as session:
            return session.get(f"{START_PAGE}tide.tables/", timeout=20).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(48))) == {200}
    assert len(instagram.requests) == 48


def test_nonsense_ends_its_own_connection_and_nothing_else(front: Front, client: requests.Session) -> None:
    with socket.create_connection(address_of(front)) as connection:
        connection.sendall(b"CONNECT www.instagram.com:443 HTTP/1.1\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.sendall(b"this is not TLS, and it never will be")
        with suppress(OSError):  # the front may have hung up first
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1000):
                pass
    assert client.get(START_PAGE, headers={"Content-Length": "99999999"}, timeout=5).status_code == 413
    assert client.get(START_PAGE, timeout=5).ok
