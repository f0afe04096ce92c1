"""Proxies on loopback: HTTP CONNECT and SOCKS5. They note what was asked for and lead it to a port of the test's."""

from __future__ import annotations

import asyncio
import ipaddress
import struct
from collections.abc import Awaitable, Callable
from typing import Literal, Self

Manner = Literal["lead", "refuse", "hang up", "say nothing"]


class Proxy:
    """Listens on 127.0.0.1. Whatever host is asked for, the connection goes to `port_behind` there."""

    def __init__(self, kind: Literal["http", "socks5"], port_behind: int = 0, manner: Manner = "lead") -> None:
        self.kind = kind
        self.port_behind = port_behind
        self.manner = manner
        self.asked_for: asyncio.Queue[str] = asyncio.Queue()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Return the proxy's address."""
        assert self._server is not None
        return f"{self.kind}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greet = self._http if self.kind == "http" else self._socks
        try:
            if await greet(reader, writer):
                await _relay(reader, writer, self.port_behind)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].split(b" ")
        assert method == b"CONNECT"
        return await self._answer(
            target.decode(), reader, writer, b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 403 Forbidden\r\n\r\n"
        )

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        tail = b"\x00\x01\x7f\x00\x00\x01\x00\x00"
        return await self._answer(f"{host}:{port}", reader, writer, b"\x05\x00" + tail, b"\x05\x02" + tail)

    async def _answer(
        self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, yes: bytes, no: bytes
    ) -> bool:
        self.asked_for.put_nowait(target)
        if self.manner == "say nothing":
            await reader.read()
        if self.manner in ("lead", "refuse"):
            writer.write(yes if self.manner == "lead" else no)
            await writer.drain()
        return self.manner == "lead"


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
    ways = [
        asyncio.ensure_future(_copy(reader.read, behind_writer)),
        asyncio.ensure_future(_copy(behind_reader.read, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        behind_writer.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _copy(read: Callable[[int], Awaitable[bytes]], writer: asyncio.StreamWriter) -> None:
    while data := await read(65_536):
        writer.write(data)
        await writer.drain()
