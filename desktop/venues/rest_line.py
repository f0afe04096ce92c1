"""An open httpx client to one host by one way: it ends when it is told to and nothing is under way on it any more."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache

import httpx

from desktop.domain.errors import NetworkTrouble
from desktop.venues.outbound import Way

# It would log whole addresses, and a person's own may hold a key.
logging.getLogger("httpx").setLevel(logging.WARNING)

# Real seconds: how long a host may take does not change with the speed of a world's clock.
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 10.0


@cache
def trusted() -> ssl.SSLContext:
    """Return who may sign for a host: the authorities that come with httpx, and those this machine trusts.

    Loaded once, since that takes time; `trusted.cache_clear()` lets what the machine trusts by now count.
    """
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


class RestLine:
    """Connections to one host. One event loop.

    No redirect is followed by itself, and nothing of the machine's own proxy settings is used.
    """

    def __init__(
        self,
        way: Way,
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.way = way
        self.http = httpx.AsyncClient(
            base_url=way.url,
            headers=headers,
            follow_redirects=False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=4),
            transport=transport,
            proxy=way.proxy or None,
            verify=trusted(),
            trust_env=False,
        )
        self.host = self.http.base_url.host
        self.place = self.http.base_url.netloc.decode()
        """Host, and port where it is not the usual one: by it the budgets are known."""
        self._under_way = 0
        self._ends = False

    @asynccontextmanager
    async def held(self) -> AsyncIterator[httpx.AsyncClient]:
        """Keep it open within the block."""
        self._under_way += 1
        try:
            yield self.http
        finally:
            self._under_way -= 1
            await self._close_if_idle()

    async def end(self) -> None:
        """Close it, at once or when what is under way has its answer."""
        self._ends = True
        await self._close_if_idle()

    async def close(self) -> None:
        """Close it now, whatever is under way."""
        await self.http.aclose()

    def trouble(self, error: Exception) -> NetworkTrouble:
        """Return what went wrong on the way, in words that name host and proxy."""
        words = str(error) or type(error).__name__
        return self.way.blocked(words, at_proxy=bool(self.way.proxy) and is_no_connection(error))

    async def _close_if_idle(self) -> None:
        if self._ends and not self._under_way:
            await self.http.aclose()


def is_no_connection(error: Exception) -> bool:
    """Return whether not even a connection came about, which with a proxy is one to the proxy."""
    # With an error of TLS it stood, and what the host showed on it was refused.
    return isinstance(error, httpx.ConnectError) and not is_untrusted(error)


def is_untrusted(error: Exception) -> bool:
    """Return whether TLS failed, mostly since nobody who is trusted signed for the host."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
