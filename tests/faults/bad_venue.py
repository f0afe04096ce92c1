"""A venue on loopback whose connections are played byte by byte: it keeps no protocol unless the test does."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

CERTIFICATE = Path(__file__).with_name("self_signed.pem")
"""Made for these tests alone, for localhost, signed by itself; its key protects nothing."""

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Talk:
    """One connection, seen from the venue."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def head(self) -> bytes:
        """Return the head of the client's request."""
        return await self.reader.readuntil(b"\r\n\r\n")

    async def write(self, data: bytes) -> None:
        """Write these bytes."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, status: str, body: bytes = b"", *headers: str) -> None:
        """Read a request and answer it, as HTTP."""
        await self.head()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
        await self.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def upgrade(self) -> None:
        """Make the connection a websocket, and read the first words of the client."""
        head = await self.head()
        key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1(key.split(b":")[1].strip() + _MAGIC).digest())
        await self.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    async def say(self, text: bytes) -> None:
        """Send a whole text message."""
        await self.write(framed(text))

    async def say_nothing(self) -> None:
        """Keep the connection, read nothing, answer nothing, not even a close, until the test is over."""
        await asyncio.Event().wait()


def framed(text: bytes, *, said: int | None = None) -> bytes:
    """Return a text frame; `said` is the length it claims (default: the true one)."""
    length = len(text) if said is None else said
    if length < 126:
        head = bytes([0x81, length])
    elif length < 65_536:
        head = b"\x81\x7e" + length.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + length.to_bytes(8, "big")
    return head + text


Part = Callable[[Talk], Awaitable[None]]


class BadVenue:
    """Plays one part for each connection, in order; the last one again for all that follow. `joined` counts them."""

    def __init__(self, *parts: Part, tls: bool = False) -> None:
        self._parts = list(parts)
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.joined = 0

    async def __aenter__(self) -> Self:
        context = None
        if self._tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context, limit=2**22)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        part = self._parts[min(self.joined, len(self._parts) - 1)]
        self.joined += 1
        talk = asyncio.get_running_loop().create_task(self._play(part, Talk(reader, writer)))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _play(self, part: Part, talk: Talk) -> None:
        try:
            await part(talk)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client left, which is often the point
        finally:
            talk.writer.close()
