"""A websocket server on loopback for the practice venues. The one door to the picows server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import picows


class Talk(Protocol):
    """What a venue does with one connection. Called on the event loop; must return at once."""

    def opened(self, send: Callable[[str], None]) -> None:
        """Take the way to send text to this client."""

    def heard(self, text: str) -> None:
        """Handle a text message of the client."""

    def gone(self) -> None:
        """Forget the client."""


class _Listener(picows.WSListener):
    def __init__(self, talk: Talk, server: WebsocketServer) -> None:
        super().__init__()
        self._talk, self._server = talk, server

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._server.transports.add(transport)
        self._talk.opened(lambda text: _send(transport, text))

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            self._talk.heard(frame.get_payload_as_utf8_text())
        elif frame.msg_type == picows.WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        self._server.transports.discard(transport)
        self._talk.gone()


def _send(transport: picows.WSTransport, text: str) -> None:
    # Between the loss of a connection and the news of it the storm goes on; what is said then has no listener.
    if not transport.underlying_transport.is_closing():
        transport.send(picows.WSMsgType.TEXT, text.encode())


class WebsocketServer:
    """Serves `talk_for(path and query)` on 127.0.0.1; None answers 404. One event loop."""

    def __init__(self, talk_for: Callable[[str], Talk | None]) -> None:
        self._talk_for = talk_for
        self._server: object | None = None
        self.transports: set[picows.WSTransport] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """Return the base address, without a slash at the end."""
        return f"ws://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start to listen; `port` is known afterwards."""
        self._server = server = await picows.ws_create_server(self._listener, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def ping(self) -> None:
        """Send a protocol ping to every client, as venues do."""
        for transport in self.transports:
            transport.send_ping()

    async def close(self) -> None:
        """Stop listening and cut every client."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()  # type: ignore[attr-defined]
        for transport in list(self.transports):
            transport.disconnect(False)
            await transport.wait_disconnected()
        await server.wait_closed()  # type: ignore[attr-defined]

    def _listener(self, request: picows.WSUpgradeRequest) -> picows.WSListener | None:
        talk = self._talk_for(request.path.decode("ascii", "replace"))
        return None if talk is None else _Listener(talk, self)
