"""What the server holds of a publication: no more than it reads, however many ask at once and however often."""

import threading
from concurrent.futures import ThreadPoolExecutor

from intel_pipeline.web.publication import AT_REST, MOST_READINGS

HELD = "select sum(memory_usage_bytes) as held from duckdb_memory()"
# Half of what a server may take, and more.
LARGE = "select len(list(number)) as numbers from range(2_000_000) as numbers(number)"


def test_what_nobody_reads_any_more_is_not_held(publications):
    with publications.reading() as reading:
        # The world is small: one of its tables alone takes less than may be held at rest.
        for tables in ("captures, post_metrics", "follower_changes", "profile_history", "requests", "posts"):
            reading.ask(f"select columns(*)::varchar from {tables}", {})  # noqa: S608  our own names
        [before] = reading.ask(HELD, {})
    with publications.reading() as reading:
        [after] = reading.ask(HELD, {})
    most = int(AT_REST.removesuffix("MB")) * 1_000_000
    assert after["held"] <= most < before["held"]


def test_whoever_asks_at_once_gets_what_each_would_get_alone(publications):
    together = threading.Barrier(6)

    def ask(_: int) -> list[dict[str, int]]:
        with publications.reading() as reading:
            together.wait(30)
            return reading.ask(LARGE, {})

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(ask, range(6))) == [[{"numbers": 2_000_000}]] * 6


def test_what_has_been_read_often_is_opened_anew(publications):
    connections = []
    for _ in range(MOST_READINGS + 1):
        with publications.reading() as reading:
            connections += reading.ask("select current_connection_id() as id", {})
    assert connections[-2]["id"] > connections[-1]["id"] == connections[0]["id"]


def test_an_answer_comes_in_pieces_with_its_heading_on_the_first(publications):
    with publications.reading() as reading:
        pieces = list(reading.pieces("select number from range($most) as numbers(number)", {"most": 5}, 2))
    assert pieces == [[("number",), (0,), (1,)], [(2,), (3,)], [(4,)]]
