"""Does the load keep its rate, and tell the whole truth about the answers?"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from testkit.load import THREADS, Load, steady_load
from testkit.process import free_port
from testkit.wait import until

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """A server on loopback that lets `answer` write each response; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}/path?query=1"
        finally:
            http.shutdown()
            thread.join()


def with_status(status: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_the_rate_is_kept() -> None:
    """Otherwise a rolling update is tested with hardly any requests, and is always green."""
    with server(with_status(200)) as url, steady_load(url, rate=200) as traffic:
        begin = time.monotonic()
        traffic.wait_for(60, "of a server that answers")
        seconds = time.monotonic() - begin
    assert 0.25 <= seconds <= 3, f"60 requests at 200 a second took {seconds:.2f} s"
    assert traffic.attempted == traffic.answered + traffic.failed, traffic.summary()
    traffic.assert_all_answered()


def test_an_unexpected_status_is_a_failure_with_its_time() -> None:
    """Otherwise an error page counts as an answer, and nobody knows when it began."""
    first = iter([200, 200, 200])

    def later_an_error(handler: BaseHTTPRequestHandler) -> None:
        with_status(next(first, 503))(handler)

    with server(later_an_error) as url, steady_load(url, rate=100) as traffic:
        until(lambda: traffic.failed, 10, every=0.005, why="an error")
    with pytest.raises(AssertionError, match=r"503: \d+.*first failure: 503 at \d+\.\d\d s from http"):
        traffic.assert_all_answered()


def test_a_refused_connection_is_a_failure() -> None:
    """Otherwise a server that is gone is not noticed at all."""
    with steady_load(f"http://127.0.0.1:{free_port()}/", rate=100) as traffic:
        until(lambda: traffic.failed >= 3, 10, every=0.005, why="three errors")
    assert traffic.codes["ConnectionRefusedError"] >= 3, traffic.summary()


def test_a_hang_is_seen_in_every_request_that_it_held_up() -> None:
    """Otherwise one request of thousands tells of a standstill, and the 95th percentile looks fine."""
    hanging = threading.Lock()

    def one_after_the_other(handler: BaseHTTPRequestHandler) -> None:
        with hanging:
            with_status(200)(handler)

    with server(one_after_the_other) as url, steady_load(url, rate=100) as traffic:
        traffic.wait_for(1, "before the hang")
        with hanging:
            begun = traffic.attempted
            until(lambda: traffic.attempted >= begun + 20, 10, every=0.005, why="requests that are held up")
            assert traffic.under_way >= 20, traffic.summary()
        traffic.wait_for(20, "after the hang")
    assert traffic.under_way == 0, "requests are forgotten"
    assert max(traffic.latest(60)) == traffic.slowest
    assert traffic.percentile(80) >= 0.05, f"a hang of 0.2 s is hardly seen: {traffic.summary()}"
    with pytest.raises(AssertionError, match=r"100 % of the requests took up to .+ s, where 0.05 s are allowed by us"):
        traffic.assert_quick(within={100: 0.05}, why="by us")


def test_waiting_in_vain_tells_the_numbers() -> None:
    """Otherwise "60 more answers" is all that is known about a server that refused everything."""
    with steady_load(f"http://127.0.0.1:{free_port()}/", rate=100) as traffic, pytest.raises(TimeoutError) as raised:
        traffic.wait_for(1, "in vain", timeout=0.1)
    assert any("ConnectionRefusedError" in note for note in raised.value.__notes__)


def test_several_addresses_are_asked_in_turn() -> None:
    """Otherwise only one of two replicas is under load."""
    paths: set[str] = set()

    def remember(handler: BaseHTTPRequestHandler) -> None:
        paths.add(handler.path)
        with_status(200)(handler)

    with server(remember) as url:
        origin = url.partition("/path")[0]
        with steady_load([f"{origin}/a", f"{origin}/b?c=d"], rate=100) as traffic:
            traffic.wait_for(4, "from two addresses")
    assert paths == {"/a", "/b?c=d"}


def test_headers_reach_the_server() -> None:
    """Otherwise the ingress controller, which goes by the Host, answers 404 to everything."""
    hosts: set[str] = set()

    def remember(handler: BaseHTTPRequestHandler) -> None:
        hosts.update(handler.headers.get_all("Host", []))
        with_status(200)(handler)

    with server(remember) as url, steady_load(url, rate=100, headers={"Host": "shop.example"}) as traffic:
        traffic.wait_for(3, "of the right host")
    assert hosts == {"shop.example"}


@pytest.mark.parametrize("keep_alive", [True, False])
def test_connections_are_kept_only_when_asked(keep_alive: bool) -> None:
    """Otherwise connections that are cut in use, or a listener that is late, are never met by the load."""
    connections: set[tuple[str, int]] = set()

    def remember(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        connections.add(handler.client_address)
        with_status(200)(handler)
        handler.close_connection = False

    # At most one connection for each thread of the load, where connections are kept.
    with server(remember) as url, steady_load(url, rate=400, keep_alive=keep_alive) as traffic:
        traffic.wait_for(3 * THREADS, "on kept connections")
    traffic.assert_all_answered()
    asked = traffic.attempted
    assert (len(connections) <= THREADS) == keep_alive, f"{asked} requests on {len(connections)} connections"
    assert keep_alive or len(connections) == asked


def test_a_kept_connection_that_was_closed_is_no_failure() -> None:
    """Otherwise each server that ends its idle connections in order is blamed for it."""

    def answer_once(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        with_status(200)(handler)
        # It said nothing of closing, as after its keep-alive time.
        handler.close_connection = True

    with server(answer_once) as url, steady_load(url, rate=400, keep_alive=True) as traffic:
        traffic.wait_for(3 * THREADS, "on connections that do not last")
    traffic.assert_all_answered()
    assert traffic.asked_again > 0, traffic.summary()
    assert f"asked again {traffic.asked_again}" in traffic.summary()


def test_a_new_connection_that_is_cut_is_a_failure() -> None:
    """Otherwise a server that is killed while it answers a new visitor is not noticed."""

    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    with server(cut) as url, steady_load(url, rate=100, keep_alive=True) as traffic:
        until(lambda: traffic.failed >= 3, 10, every=0.005, why="three errors")
    assert traffic.codes["RemoteDisconnected"] >= 3, traffic.summary()
    assert traffic.asked_again == 0


@pytest.mark.first
def test_a_rate_that_was_not_reached_is_told() -> None:
    """Otherwise a busy machine asks ten times a second, and the test says that a hundred went well."""
    with server(with_status(200)) as url, steady_load(url, rate=100) as traffic:
        traffic.wait_for(100, "in a second")
    traffic.assert_rate_kept(0.5)
    with server(with_status(200)) as url, steady_load(url, rate=1_000_000) as traffic:
        traffic.wait_for(10, "in no time")
    with pytest.raises(AssertionError, match=r"only \d+\.\d of 1e\+06 requests a second were begun; .* requests at"):
        traffic.assert_rate_kept()


def test_no_request_at_all_is_no_success() -> None:
    """Otherwise a test whose load never began proves that nothing failed."""
    with pytest.raises(AssertionError, match="no request was made"):
        Load(["http://127.0.0.1/"], rate=1, expect=(200,), timeout=1).assert_all_answered()
