"""The one door from alerts to hosts outside: httpx, no redirects, short patience, few words kept of any answer."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from desktop.domain.errors import NetworkTrouble

PATIENCE_SECONDS = 10.0
_KEPT_CHARACTERS = 120


class OutsideDoor:
    """Posts to one host that the person has chosen. One event loop; made anew for each message's burst.

    `proxy` is the person's proxy or None: what a variable of the machine says is nobody's choice.
    """

    def __init__(self, proxy: str | None = None, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            timeout=httpx.Timeout(PATIENCE_SECONDS),
            trust_env=False,
            proxy=proxy,
            transport=transport,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, what: str) -> httpx.Response:
        """Return a good answer to a POST. Raise NetworkTrouble naming `what`, never the address: it may be secret."""
        return await self._asked("POST", url, body, headers, what=what)

    async def get(self, url: str, *, what: str) -> httpx.Response:
        """Return a good answer to a GET. Raise NetworkTrouble naming `what`."""
        return await self._asked("GET", url, b"", {}, what=what)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _asked(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], *, what: str
    ) -> httpx.Response:
        try:
            answer = await self._client.request(method, url, content=body or None, headers=dict(headers))
        except httpx.TimeoutException:
            raise NetworkTrouble(f"{what} did not answer in time", "It is tried again.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NetworkTrouble(f"{what} cannot be reached: {type(error).__name__}", "Check the address.") from None
        if not answer.is_success:
            raise NetworkTrouble(f"{what} answered {answer.status_code}", _remedy(answer.status_code))
        return answer


def proof_of(answer: httpx.Response, said: str = "") -> str:
    """Return what is kept of an answer as proof of delivery: status and a few of its own words."""
    words = " ".join(said.split())[:_KEPT_CHARACTERS]
    return f"answered {answer.status_code}{f': {words}' if words else ''}"


def _remedy(status: int) -> str:
    if status in (401, 403):
        return "Check the token in the keychain, and who may write there."
    if status == 404:
        return "Check the address or the topic."
    if 300 <= status < 400:
        return "It points elsewhere; enter the address it points to if you trust it."
    return "It is tried again."
