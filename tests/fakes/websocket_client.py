"""A plain websocket client for tests of loopback servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import picows


class WebsocketClient(picows.WSListener):  # type: ignore[misc]
    """Collects what a server sends; `until` waits for the first message that fits."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self._news = asyncio.Event()
        self._transport: picows.WSTransport | None = None

    @classmethod
    async def connect(cls, url: str) -> WebsocketClient:
        """Connect and return the client."""
        _, client = await picows.ws_connect(cls, url)
        return client

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            text = frame.get_payload_as_utf8_text()
            self.texts.append(text)
            self.heard.append(json.loads(text))
            self._news.set()

    def say(self, message: dict[str, Any]) -> None:
        """Send a JSON message."""
        self.say_text(json.dumps(message))

    def say_text(self, text: str) -> None:
        """Send text as it is."""
        assert self._transport is not None
        self._transport.send(picows.WSMsgType.TEXT, text.encode())

    async def until(self, fits: Callable[[dict[str, Any]], bool], seconds: float = 20) -> dict[str, Any]:
        """Return the first message, heard already or not, that fits."""
        seen = 0
        async with asyncio.timeout(seconds):
            while True:
                while seen < len(self.heard):
                    seen += 1
                    if fits(self.heard[seen - 1]):
                        return self.heard[seen - 1]
                self._news.clear()
                await self._news.wait()

    async def close(self) -> None:
        """Leave."""
        assert self._transport is not None
        self._transport.disconnect()
        await self._transport.wait_disconnected()
