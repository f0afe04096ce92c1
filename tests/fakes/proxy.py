"""Proxies on loopback: HTTP CONNECT and SOCKS5 (RFC 1928, with name and password RFC 1929).

They note what was asked for and lead it to a port of the test's.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import struct
from collections.abc import Awaitable, Callable
from typing import Literal, Self

Manner = Literal["lead", "refuse", "hang up", "say nothing"]


class Proxy:
    """Listens on 127.0.0.1. Whatever host is asked for, the connection goes to `port_behind` there.

    With `login` ("name:password") it lets nobody else through. `code` is what it refuses with: a status of HTTP or a
    reply of SOCKS5. `led` counts the connections it led on.
    """

    def __init__(
        self,
        kind: Literal["http", "socks5"],
        port_behind: int = 0,
        manner: Manner = "lead",
        *,
        login: str = "",
        code: int = 0,
        port: int = 0,
    ) -> None:
        self.kind = kind
        self.port_behind = port_behind
        self.manner = manner
        self.led = 0
        self._login = login
        self._code = code or (403 if kind == "http" else 2)
        self._port = port
        self.asked_for: asyncio.Queue[str] = asyncio.Queue()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Return the proxy's address."""
        return f"{self.kind}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
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
                self.led += 1
                await _relay(reader, writer, self.port_behind)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].split(b" ")
        assert method == b"CONNECT"
        said = b"Basic " + base64.b64encode(self._login.encode())
        if self._login and said not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
            return False
        no = f"HTTP/1.1 {self._code} No\r\n\r\n".encode()
        return await self._answer(target.decode(), reader, writer, b"HTTP/1.1 200 OK\r\n\r\n", no)

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, methods = await reader.readexactly(2)
        if not await self._greeted(await reader.readexactly(methods), reader, writer):
            return False
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        tail = b"\x00\x01\x7f\x00\x00\x01\x00\x00"
        no = bytes([5, self._code]) + tail
        return await self._answer(f"{host}:{port}", reader, writer, b"\x05\x00" + tail, no)

    async def _greeted(self, methods: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Settle who may come through: anybody, or whoever says name and password."""
        if not self._login:
            writer.write(b"\x05\x00")
            return True
        if 2 not in methods:
            writer.write(b"\x05\xff")
            return False
        writer.write(b"\x05\x02")
        assert await reader.readexactly(1) == b"\x01"
        said = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)]
        good = ":".join(said) == self._login
        writer.write(b"\x01\x00" if good else b"\x01\x01")
        return good

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
