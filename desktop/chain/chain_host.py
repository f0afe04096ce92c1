"""One host that tells of a chain: no redirect, no proxy of the machine's, a pause when it asks for one.

A redirect could lead an address to a host that nobody chose.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from desktop.domain.errors import NetworkTrouble

LATER = "Seawall asks again by itself; the other source goes on."

_TIMEOUT_SECONDS = 10.0
_LARGEST_ANSWER = 8_000_000
_FIRST_PAUSE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 900.0


class ChainHost:
    """Ask one host. Engine thread. Raises NetworkTrouble naming the host; the question is named by `what` alone.

    Questions lie `gap_seconds` apart at least.
    `proxy` is the person's own, if any. After '429 too many requests' it is not asked again before its pause is over
    (its own `Retry-After`, else a minute and then twice as long).
    """

    def __init__(
        self,
        base_url: str,
        *,
        proxy: str = "",
        gap_seconds: float = 0.0,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = urlsplit(base_url).netloc
        self._base_url = base_url.rstrip("/")
        self._transport = transport
        self._http = self._opened(proxy)
        self._monotonic = monotonic
        self._pause_seconds = _FIRST_PAUSE_SECONDS
        self._paused_until = 0.0
        self._gap_seconds, self._next_question = gap_seconds, 0.0

    async def get(self, path: str, what: str) -> bytes:
        """Return the body of a good answer to a GET."""
        return await self._asked("GET", path, None, what)

    async def post(self, path: str, body: bytes, what: str) -> bytes:
        """Return the body of a good answer to JSON that was posted."""
        return await self._asked("POST", path, body, what)

    async def take_proxy(self, proxy: str) -> None:
        """Ask through this proxy from now on ("" for none); a question under way fails as if it had no answer."""
        before, self._http = self._http, self._opened(proxy)
        await before.aclose()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    def garbage(self, what: str) -> NetworkTrouble:
        """Return the trouble of an answer that is not of the documented form."""
        return NetworkTrouble(f"{self.host} answered something else than documented: {what}", LATER)

    def pause(self, retry_after: str = "") -> NetworkTrouble:
        """Ask nothing for a while, and return the trouble that says so."""
        asked = float(retry_after) if retry_after.isdigit() else self._pause_seconds
        pause = min(max(asked, 1.0), _LONGEST_PAUSE_SECONDS)
        self._pause_seconds = min(self._pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
        self._paused_until = self._monotonic() + pause
        return NetworkTrouble(f"{self.host} asks for a pause of {pause:.0f} s (429)", LATER)

    def _opened(self, proxy: str) -> httpx.AsyncClient:
        # What a proxy setting of the machine would see is nobody's business: only the person's choice counts.
        return httpx.AsyncClient(
            timeout=_TIMEOUT_SECONDS,
            follow_redirects=False,
            transport=self._transport,
            proxy=proxy or None,
            trust_env=False,
        )

    async def _asked(self, method: str, path: str, body: bytes | None, what: str) -> bytes:
        wait = self._paused_until - self._monotonic()
        if wait > 0:
            raise NetworkTrouble(f"{self.host} asked for a pause, {wait:.0f} s are left", LATER)
        early = self._next_question - self._monotonic()
        self._next_question = self._monotonic() + max(0.0, early) + self._gap_seconds
        if early > 0:
            await asyncio.sleep(early)
        try:
            return await self._read(method, path, body, what)
        except httpx.HTTPError as error:
            raise NetworkTrouble(f"{self.host} did not answer: {type(error).__name__}", LATER) from error

    async def _read(self, method: str, path: str, body: bytes | None, what: str) -> bytes:
        headers = {"Content-Type": "application/json"} if body is not None else None
        async with self._http.stream(method, self._base_url + path, content=body, headers=headers) as response:
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise self.pause(response.headers.get("retry-after", ""))
            if response.status_code != httpx.codes.OK:
                raise NetworkTrouble(f"{self.host} answered {response.status_code} to {what}", LATER)
            answer = bytearray()
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > _LARGEST_ANSWER:
                    raise self.garbage("more than any answer can be")
        self._pause_seconds = _FIRST_PAUSE_SECONDS
        return bytes(answer)
