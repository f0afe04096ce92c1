"""A websocket server on loopback that a test plays by hand, well or badly."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Self

import picows


class Client(picows.WSListener):
    """The server's side of one connection."""

    def __init__(self, path: str, server: VenueServer) -> None:
        super().__init__()
        self.path = path
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.pongs: asyncio.Queue[bytes] = asyncio.Queue()
        self.gone = asyncio.Event()
        self._server = server
        self._transport: picows.WSTransport | None = None

    @property
    def transport(self) -> picows.WSTransport:
        """Return the connection."""
        assert self._transport is not None
        return self._transport

    def send(self, text: str) -> None:
        """Send a text message."""
        self.transport.send(picows.WSMsgType.TEXT, text.encode())

    def send_in_parts(self, *parts: bytes) -> None:
        """Send one message in several fragments."""
        for place, part in enumerate(parts):
            kind = picows.WSMsgType.TEXT if place == 0 else picows.WSMsgType.CONTINUATION
            self.transport.send(kind, part, fin=place == len(parts) - 1)

    def send_bytes(self, data: bytes) -> None:
        """Write bytes past the websocket protocol."""
        self.transport.underlying_transport.write(data)

    def close(self, code: picows.WSCloseCode, words: str) -> None:
        """Close as a venue does."""
        self.transport.send_close(code, words.encode())
        self.transport.disconnect()

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        self._server.clients.append(self)
        self._server.joined.put_nowait(self)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            self.heard.put_nowait(frame.get_payload_as_utf8_text())
        elif frame.msg_type == picows.WSMsgType.PONG:
            self.pongs.put_nowait(frame.get_payload_as_bytes())
        elif frame.msg_type == picows.WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        self.gone.set()


class VenueServer:
    """Listens on 127.0.0.1; `joined` gets each client. With `status` it answers that instead of a websocket."""

    def __init__(self, port: int = 0, status: HTTPStatus | None = None, location: str = "") -> None:
        self.port = port
        self.joined: asyncio.Queue[Client] = asyncio.Queue()
        self.clients: list[Client] = []
        self.asked = 0
        self._status = status
        self._location = location
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"ws://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await picows.ws_create_server(self._listener, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for client in self.clients:
            client.transport.disconnect(False)
            await client.gone.wait()
        await self._server.wait_closed()

    def _listener(self, request: picows.WSUpgradeRequest) -> picows.WSListener | picows.WSUpgradeResponseWithListener:
        self.asked += 1
        if self._status is None:
            return Client(request.path.decode(), self)
        headers = {"Location": self._location} if self._location else {}
        answer = picows.WSUpgradeResponse.create_ok_response(b"", headers)
        answer.status = self._status
        return picows.WSUpgradeResponseWithListener(answer, None)
