"""The one door to a host's REST interface: httpx, no redirects, time-outs, and no faster than the host allows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlencode

import httpx
import msgspec

from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import Clock
from desktop.venues.answer_tally import AnswerTally
from desktop.venues.answers import failure_of, is_web_page, words_of
from desktop.venues.budget import HostBudget, Purpose
from desktop.venues.errors import SaysNo
from desktop.venues.host_rules import GENERIC, HostRules
from desktop.venues.outbound import Outbound
from desktop.venues.waiting import finishes_within

# Real seconds: how long a host may take does not change with the speed of a world's clock.
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 10.0
WHOLE_SECONDS = 30.0
"""For the whole answer: a host that lets it drip is cut off."""

# It would log whole addresses, and a person's own may hold a key.
logging.getLogger("httpx").setLevel(logging.WARNING)

_LONGEST_BODY = 8 * 1024 * 1024
_MOST_REDIRECTS = 3
_PATH_PAUSE_SECONDS = 5.0
_AGAIN = "It is asked again."


class Question(msgspec.Struct, frozen=True):
    """One request: a GET, or with a `body` (JSON) a POST. `weight` is what the host counts for it.

    `channel` and `request` are what a recording says beside the answer; `headers`, which may sign it, are in neither.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    weight: float = 1.0
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def channel(self) -> str:
        """Return method, path and what was asked: the query of a GET, the body of a POST."""
        if self.body:
            return f"POST {self.path} {self.request}"
        return f"GET {self.path}?{urlencode(self.params)}" if self.params else f"GET {self.path}"

    @property
    def request(self) -> str:
        """Return the body sent, as text."""
        return self.body.decode()


class RestDoor:
    """Ask one host. One event loop. All doors to a host within one `outbound` share its budget.

    `hidden_path` comes before the path of every question and stands in no message: it may hold a key. `tally` counts
    what was asked and what failed.
    Nothing of the machine's own proxy settings is used, and no cookie is kept.
    """

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        *,
        rules: HostRules = GENERIC,
        outbound: Outbound | None = None,
        headers: Mapping[str, str] | None = None,
        hidden_path: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        tally: AnswerTally | None = None,
    ) -> None:
        outbound = outbound or Outbound(clock)
        self._clock = clock
        self._outbound = outbound
        self._rules = rules
        self._hidden_path = hidden_path
        self._tally = tally
        proxy = outbound.proxy_for(base_url)
        self._proxied = bool(proxy)
        self._client = _client(base_url, headers, proxy, transport)
        self._host = self._client.base_url.host
        self._way = f"{self._host} through {proxy.split('/')[2]}" if proxy else self._host
        self.budget: HostBudget = outbound.budgets.of(self._client.base_url.netloc.decode(), rules)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def get(
        self, path: str, params: Mapping[str, str], *, weight: float = 1.0, purpose: Purpose = "live"
    ) -> bytes:
        """Return the body of a good answer; see `ask`."""
        return await self.ask(Question(path, tuple(params.items()), weight=weight), purpose)

    async def post(self, path: str, body: bytes, *, weight: float = 1.0, purpose: Purpose = "live") -> bytes:
        """Send JSON and return the body of a good answer; see `ask`."""
        return await self.ask(Question(path, body=body, weight=weight), purpose)

    async def ask(self, question: Question, purpose: Purpose = "live") -> bytes:
        """Wait for leave, ask once, and return the body of a good answer.

        Raise TooFast or NetworkTrouble, naming the host: when it does not answer, answers with an error (also one
        in an envelope with status 200), sends a web page, or sends elsewhere.
        """
        if self._outbound.offline:
            raise NetworkTrouble(f"{self._host} is not asked: you are offline by choice", "Go online again.")
        await self.budget.leave(question.path, question.weight, purpose)
        answers: list[httpx.Response] = []

        async def asked() -> None:
            answers.append(await self._followed(question))

        try:
            in_time = await finishes_within(self._clock, WHOLE_SECONDS * max(1.0, self._clock.speed), asked())
        except httpx.TimeoutException:
            in_time = False
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from None
        except NetworkTrouble:
            raise
        except Exception as error:
            if not self._proxied:
                raise
            # What a SOCKS proxy says wrong comes through httpx in classes of another library.
            raise self._unreachable(error) from None
        if not in_time:
            self._note(failed=True)
            raise NetworkTrouble(f"{self._way} did not answer in time", _AGAIN)
        try:
            body = self._judged(question, answers[0])
        except NetworkTrouble:
            self._note(failed=True)
            raise
        self._note(failed=False)
        return body

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def _note(self, *, failed: bool) -> None:
        if self._tally is not None:
            self._tally.note(self._clock.now_ms(), failed=failed)

    async def _followed(self, question: Question) -> httpx.Response:
        answer = await self._sent(question, self._hidden_path + question.path, dict(question.params))
        for _ in range(_MOST_REDIRECTS):
            target = _target(answer)
            if target is None or not self._may_follow(target, answer.url):
                break
            answer = await self._sent(question, str(target), None)
        return answer

    async def _sent(self, question: Question, url: str, params: dict[str, str] | None) -> httpx.Response:
        headers = {**dict(question.headers), **({"Content-Type": "application/json"} if question.body else {})}
        request = self._client.build_request(
            "POST" if question.body else "GET",
            url,
            params=params or None,
            content=question.body or None,
            headers=headers,
        )
        answer = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _LONGEST_BODY:
                    raise NetworkTrouble(f"{self._where(question)} answered more than {_LONGEST_BODY} bytes", _AGAIN)
        finally:
            await answer.aclose()
            self._client.cookies.clear()
        return httpx.Response(answer.status_code, headers=_plain(answer), content=bytes(body), request=request)

    def _may_follow(self, target: httpx.URL, before: httpx.URL) -> bool:
        return target.host in self._rules.follow and target.scheme == before.scheme

    def _judged(self, question: Question, answer: httpx.Response) -> bytes:
        where = self._where(question)
        self.budget.answered(answer.status_code, answer.headers)
        target = _target(answer)
        if target is not None:
            raise NetworkTrouble(f"{where} sends on to {target.host or 'nowhere'}: redirects are refused", _AGAIN)
        if answer.status_code != httpx.codes.OK:
            raise NetworkTrouble(f"{where} answered {answer.status_code}{words_of(answer.content)}", _AGAIN)
        if is_web_page(answer.content):
            raise NetworkTrouble(f"{where} answered a web page instead of data", _AGAIN)
        failure = failure_of(answer.content, self._rules.envelope)
        if failure is None:
            return answer.content
        if failure.too_fast:
            raise self.budget.refused(f"code {failure.code}", answer.headers, _PATH_PAUSE_SECONDS)
        remedy = f"Enter the key for {self._host} again." if failure.wrong_key else _AGAIN
        raise SaysNo(f"{where} answered code {failure.code}: {failure.words}", remedy, failure.code)

    def _unreachable(self, error: Exception) -> NetworkTrouble:
        return NetworkTrouble(f"{self._way} cannot be reached: {str(error) or type(error).__name__}", _AGAIN)

    def _where(self, question: Question) -> str:
        return f"{self._host}{question.path}"


def _client(
    base_url: str, headers: Mapping[str, str] | None, proxy: str, transport: httpx.AsyncBaseTransport | None
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=base_url,
        headers=headers,
        follow_redirects=False,
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=4),
        transport=transport,
        proxy=proxy or None,
        trust_env=False,
    )


def _target(answer: httpx.Response) -> httpx.URL | None:
    """Return where an answer sends on to; None where it does not."""
    if not answer.has_redirect_location:
        return None
    try:
        return answer.url.join(answer.headers["location"])
    except httpx.InvalidURL:
        return httpx.URL("")


def _plain(answer: httpx.Response) -> httpx.Headers:
    """Return the headers without those about a body that is unpacked already."""
    kept = [pair for pair in answer.headers.multi_items() if pair[0] not in ("content-encoding", "content-length")]
    return httpx.Headers(kept)
