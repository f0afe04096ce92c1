"""Finding a simulator that is slow to answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from desktop.hw import errors
from desktop.hw.carriers.udp_transport import UdpTransport


@contextmanager
def deaf_for(pings: int) -> Iterator[tuple[int, list[bytes]]]:
    """Run a simulator that does not hear the first pings; yield its port and what reached it."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                datagram, sender = server.recvfrom(64)
                if datagram == b"stop":
                    return
                heard.append(datagram)
                if datagram == b"PINGPING" and len(heard) > pings:
                    server.sendto(b"PONGPONG", sender)

        thread = threading.Thread(target=serve)
        thread.start()
        port: int = server.getsockname()[1]
        try:
            yield port, heard
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"stop", ("127.0.0.1", port))
            thread.join()


def test_a_simulator_that_clears_its_memory_after_an_operation_is_still_found() -> None:
    with deaf_for(3) as (port, heard):  # 0.75 s
        transport = UdpTransport("127.0.0.1", port)
        transport.open()
        assert transport.present()
        transport.close()
    assert heard.count(b"PINGPING") == 5


def test_a_port_where_nobody_listens_is_told_at_once() -> None:
    with deaf_for(0) as (port, _):
        pass
    with pytest.raises(errors.NoDevice):
        UdpTransport("127.0.0.1", port).open()
