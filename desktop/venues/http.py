"""The one door to a venue's REST interface: httpx, no redirects, time-outs, and no faster than the venue allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import httpx

from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import Clock
from desktop.venues.errors import TooFast

# Real seconds: how long a host may take does not change with the speed of a world's clock.
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 10.0

_WAIT_STATUSES = frozenset({403, 418, 429})
# A ban without a named end lasts at least this long: Bybit pauses ten minutes, Binance two and more.
_UNNAMED_WAIT_SECONDS = {403: 600.0, 418: 120.0, 429: 60.0}
_LONGEST_WAIT_SECONDS = 3 * 86_400.0
_WEIGHT_HEADER = "x-mbx-used-weight-1m"
_LONGEST_BODY = 8 * 1024 * 1024


class RestDoor:
    """Ask one venue's REST interface. One event loop.

    `weight_limit` is the venue's weight a minute; when four fifths of it are used, asking waits for the next minute.
    """

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        *,
        weight_limit: int = 2400,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._weight_limit = weight_limit
        self._closed_until_ms = 0
        self._client = httpx.AsyncClient(
            base_url=base_url,
            follow_redirects=False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=4),
            transport=transport,
            # A venue is asked directly: what a proxy setting of the machine would see is nobody's business.
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def get(self, path: str, params: Mapping[str, str]) -> bytes:
        """Return the body of a good answer.

        Wait first as long as the venue asked for. Raise TooFast or NetworkTrouble naming the host.
        """
        await self._wait_for_leave()
        try:
            answer = await self._client.get(path, params=dict(params))
        except httpx.TimeoutException:
            raise NetworkTrouble(f"{self._host} did not answer in time", "It is asked again.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            words = str(error) or type(error).__name__
            raise NetworkTrouble(f"{self._host} cannot be reached: {words}", "It is asked again.") from None
        self._keep_budget(answer)
        if answer.status_code != httpx.codes.OK:
            raise NetworkTrouble(f"{self._host}{path} answered {answer.status_code}", "It is asked again.")
        if len(answer.content) > _LONGEST_BODY:
            raise NetworkTrouble(f"{self._host}{path} answered {len(answer.content)} bytes", "It is asked again.")
        return answer.content

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    @property
    def _host(self) -> str:
        return self._client.base_url.host

    async def _wait_for_leave(self) -> None:
        wait_ms = self._closed_until_ms - self._clock.now_ms()
        if wait_ms > 0:
            await self._clock.sleep(wait_ms / 1000)

    def _keep_budget(self, answer: httpx.Response) -> None:
        now_ms = self._clock.now_ms()
        if answer.status_code in _WAIT_STATUSES:
            wait = _wait_seconds(answer)
            self._closed_until_ms = now_ms + int(wait * 1000)
            raise TooFast(self._host, answer.status_code, wait)
        used = answer.headers.get(_WEIGHT_HEADER, "")
        if used.isdigit() and int(used) * 5 >= self._weight_limit * 4:
            self._closed_until_ms = (now_ms // 60_000 + 1) * 60_000


def _wait_seconds(answer: httpx.Response) -> float:
    named = answer.headers.get("retry-after", "")
    if named.isascii() and named.isdigit():
        return min(max(float(named), 1.0), _LONGEST_WAIT_SECONDS)
    return _UNNAMED_WAIT_SECONDS[answer.status_code]
