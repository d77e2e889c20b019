import threading
from pathlib import Path
from queue import Queue

import requests

from intel_pipeline.simulator.service import Service, serve
from intel_pipeline.simulator.world import World


def test_the_service_speaks_plain_http_and_tls_about_one_world_until_it_is_stopped(
    world: World, tmp_path: Path
) -> None:
    announced: Queue[Service] = Queue()
    thread = threading.Thread(
        target=serve, args=(world,), kwargs={"directory": tmp_path / "papers", "announce": announced.put}
    )
    thread.start()
    service = announced.get(timeout=10)
    try:
        with requests.Session() as session:
            plain = session.get(f"{service.url}/tide.tables/", timeout=5)
            posted = session.post(f"{service.url}/graphql/query?x=1", data={"doc_id": "1"}, timeout=5)
            session.get(f"{service.url}/api/v1/users/1/info/", headers={"X-Sim-Host": "i.instagram.com"}, timeout=5)
            secure = session.get(
                "https://www.instagram.com/tide.tables/",
                proxies={"https": service.front.proxy_url},
                verify=str(service.front.ca_bundle),
                timeout=5,
            )
    finally:
        service.stop()
        thread.join(timeout=10)
    assert not thread.is_alive()
    assert plain.text == secure.text
    assert plain.headers["content-type"] == "text/html; charset=utf-8"
    assert (posted.status_code, posted.json()["status"]) == (400, "fail")
    assert [logged.host for logged in service.instagram.requests] == [
        "www.instagram.com",
        "www.instagram.com",
        "i.instagram.com",
        "www.instagram.com",
    ]
