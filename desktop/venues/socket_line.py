"""One websocket connection: the door to picows.

Why picows: on loopback with recorded frames it received and decoded 632,000 messages a second, aiohttp 180,000 (3.5
times fewer), websockets 113,000; at 1,000 messages a second that is 0.06 % of a core against 0.2 %. It is a plain
asyncio protocol, follows no redirect when told so, and answers pings by itself. What it leaves to us is joining
fragmented messages and an end to a handshake that never comes.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import picows

from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import Clock
from desktop.venues.outbound import Way
from desktop.venues.waiting import stopped

GATHER_SECONDS = 0.010
_LONGEST_MESSAGE = 10 * 1024 * 1024
ADDRESS_SECONDS = 3.0
"""Real seconds for one address of a host that has several."""
_log = logging.getLogger(__name__)
_ASK_AGAIN = "It is tried again by itself."

# What the venue does wrong is told by the session as a message; picows would log it as an error of the program.
_QUIET = logging.getLogger(f"{__name__}.picows")
_QUIET.setLevel(logging.CRITICAL)


class SocketLine(picows.WSListener):
    """A connection: calls `opened` once, hands every whole text or binary message to `take`. One event loop.

    Messages that come together are handed over together, in the order received: the first after a pause at once, then
    what has gathered every ten milliseconds. In a storm that is some hundred, and reading them together costs half.
    """

    def __init__(self, take: Callable[[Sequence[bytes]], None], opened: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._take = take
        self._opened = opened
        self._transport: picows.WSTransport | None = None
        self._socket: socket.socket | None = None
        self._way = Way("")
        self._parts: list[bytes] = []
        self._gathered: list[bytes] = []
        self._next: asyncio.Handle | None = None
        self._handed_s = 0.0
        self.ended = asyncio.Event()
        self.reason = ""
        """Why it ended, once it has."""

    async def open(self, url: str, clock: Clock, real_seconds: float, proxy: str = "") -> None:
        """Connect without following redirects. Raise NetworkTrouble naming host, proxy and reason.

        The time-out is in real seconds: a host does not answer faster because the world's clock does. `proxy` is an
        address such as http://127.0.0.1:3128 or socks5://127.0.0.1:1080; it resolves the host's name. A name and
        password in it stand in no message.
        """
        way = self._way = Way(url, proxy)
        connecting = asyncio.ensure_future(self._connect(url, proxy))
        waiting = asyncio.ensure_future(clock.sleep(real_seconds * max(1.0, clock.speed)))
        try:
            await asyncio.wait((connecting, waiting), return_when=asyncio.FIRST_COMPLETED)
            if not connecting.done():
                await self._give_up(connecting)
                raise NetworkTrouble(f"{way.words} did not answer within {real_seconds:.0f} s", _ASK_AGAIN)
            connecting.result()
        except (OSError, picows.WSError) as error:
            nobody = bool(proxy) and self._socket is None
            raise way.blocked(_words(error), at_proxy=nobody, remedy=_ASK_AGAIN) from None
        finally:
            if not connecting.done():
                await self._give_up(connecting)
            await stopped(waiting)
            await asyncio.gather(connecting, return_exceptions=True)
        if self._transport is None:
            raise NetworkTrouble(f"{way.words} closed the connection during the handshake", _ASK_AGAIN)

    def send(self, text: bytes) -> None:
        """Send a text message; on a connection that has ended it is dropped."""
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send(picows.WSMsgType.TEXT, text)

    async def close(self) -> None:
        """End the connection and wait until it is gone."""
        transport = self._transport
        if transport is None:
            return
        if not transport.is_disconnected:
            transport.send_close(picows.WSCloseCode.GOING_AWAY)
            transport.disconnect(False)
        try:
            await transport.wait_disconnected()
        except (OSError, picows.WSError) as error:
            self.reason = self.reason or _words(error)

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        """Keep the way to send and tell that it is open. Called by picows."""
        self._transport = transport
        self._opened()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """Hand over a whole message, or note why the venue closes. Called by picows."""
        kind = frame.msg_type
        if kind == picows.WSMsgType.CLOSE:
            said = frame.get_close_message()
            words = said.decode(errors="replace") if said else ""
            self.reason = f"closed by the venue ({frame.get_close_code()} {words}".rstrip() + ")"
            transport.disconnect()
        elif kind in _DATA:
            if frame.fin and not self._parts:
                self._gather(frame.get_payload_as_bytes())
            else:
                self._join(transport, frame)

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        """Note the end. Called by picows."""
        if self._next is not None:
            # What came before the end is told before it.
            self._next.cancel()
            self._hand_over()
        self.reason = self.reason or "the connection was lost"
        self.ended.set()

    def _join(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > _LONGEST_MESSAGE:
            self.reason = f"a message of more than {_LONGEST_MESSAGE} bytes"
            transport.disconnect(False)
        elif frame.fin:
            whole, self._parts = b"".join(self._parts), []
            self._gather(whole)

    def _gather(self, message: bytes) -> None:
        self._gathered.append(message)
        if self._next is None:
            loop = asyncio.get_running_loop()
            due_s = self._handed_s + GATHER_SECONDS
            if due_s <= loop.time():
                self._hand_over()
            else:
                self._next = loop.call_at(due_s, self._hand_over)

    def _hand_over(self) -> None:
        self._next = None
        self._handed_s = asyncio.get_running_loop().time()
        messages, self._gathered = self._gathered, []
        try:
            self._take(messages)
        except Exception as error:  # noqa: BLE001
            # A mistake of ours must not look like a silent venue: the session tells of the end, and begins anew.
            _log.exception("messages could not be taken")
            self.reason = f"internal error: {type(error).__name__}"
            if self._transport is not None and not self._transport.is_disconnected:
                self._transport.disconnect(False)

    async def _connect(self, url: str, proxy: str) -> None:
        try:
            await picows.ws_connect(
                lambda: self,
                url,
                proxy=proxy or None,
                max_redirects=0,
                websocket_handshake_timeout=None,
                enable_auto_pong=True,
                max_frame_size=_LONGEST_MESSAGE,
                socket_factory=self._plugged,
                logger_name=_QUIET,
            )
        except (OSError, picows.WSError):
            raise
        except Exception as error:
            if not proxy:
                raise
            # What a proxy can do wrong comes in many classes that share no root.
            raise ConnectionError(_words(error)) from None

    async def _plugged(self, url: picows.WSParsedURL) -> socket.socket:
        """Return a connected socket that is known here, so that a handshake without an end can be cut."""
        loop = asyncio.get_running_loop()
        trouble: OSError | None = None
        found = _by_turns(await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM))
        for family, kind, protocol, _, address in found:
            plug = socket.socket(family, kind, protocol)
            plug.setblocking(False)
            try:
                # An address that swallows everything must leave time for the next one.
                async with asyncio.timeout(None if address is found[-1][4] else ADDRESS_SECONDS):
                    await loop.sock_connect(plug, address)
            except (OSError, TimeoutError) as error:
                plug.close()
                trouble = error if error.args else OSError(f"{address[0]} does not answer")
            except BaseException:
                plug.close()
                raise
            else:
                plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._socket = plug
                return plug
        raise trouble or OSError(f"no address for {url.host}")

    async def _give_up(self, connecting: asyncio.Future[None]) -> None:
        if self._socket is None:
            await stopped(connecting)
            return
        # Cancelling would leave the transport open; a cut socket ends it in the ordinary way.
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)


_DATA = frozenset({picows.WSMsgType.TEXT, picows.WSMsgType.BINARY, picows.WSMsgType.CONTINUATION})


_Address = tuple[int, int, int, str, Any]


def _by_turns(found: Sequence[_Address]) -> list[_Address]:
    """Return the addresses so that those of IPv6 and IPv4 take turns: one of the two may lead nowhere here."""
    first = [one for one in found if one[0] == found[0][0]]
    others = [one for one in found if one[0] != found[0][0]]
    pairs = zip_longest(first, others)
    return [one for pair in pairs for one in pair if one is not None]


def _words(error: BaseException) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"it answered {int(response.status)} instead of a websocket"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
