"""The one door to a host's REST interface: httpx, no redirects, time-outs, and no faster than the host allows."""

from __future__ import annotations

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
from desktop.venues.rest_line import RestLine, is_untrusted, trusted
from desktop.venues.waiting import finishes_within

WHOLE_SECONDS = 30.0
"""For the whole answer, in real seconds: a host that lets it drip is cut off."""

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
    Nothing of the machine's own proxy settings is used, and no cookie is kept. When the ways of `outbound` change,
    questions go the new way from then on; what was asked before is still answered by the old one.
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
        self._base_url, self._headers, self._transport = base_url, headers, transport
        self._line = self._opened()
        self._leave = outbound.joined(self._take_new_way)

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
        await self._room(question, purpose)
        line = self._line
        async with line.held():
            answer = await self._answer(question, line)
        if answer is None and line.way.proxy:
            # What waits at a SOCKS proxy that says nothing keeps its place among the connections for ever.
            await self._replace(line)
        try:
            if answer is None:
                raise NetworkTrouble(f"{line.way.words} did not answer in time", _AGAIN)
            body = self._judged(question, answer, line)
        except NetworkTrouble:
            self._note(failed=True)
            raise
        self._note(failed=False)
        return body

    async def close(self) -> None:
        """Close all connections."""
        self._leave()
        await self._line.close()

    @property
    def budget(self) -> HostBudget:
        """Return the budget of the host that is asked now."""
        return self._outbound.budgets.of(self._line.place, self._rules)

    def _opened(self) -> RestLine:
        return RestLine(self._outbound.way_to(self._base_url), self._headers, self._transport)

    async def _take_new_way(self) -> None:
        if self._outbound.way_to(self._base_url) != self._line.way:
            await self._replace(self._line)

    async def _replace(self, before: RestLine) -> None:
        if before is self._line:
            self._line = self._opened()
            await before.end()

    async def _room(self, question: Question, purpose: Purpose) -> None:
        budget = None
        while self._outbound.offline or budget is not self.budget:  # both may change while this waits
            if self._outbound.offline:
                raise NetworkTrouble(f"{self._line.host} is not asked: you are offline by choice", "Go online again.")
            budget = self.budget
            await budget.leave(question.path, question.weight, purpose)

    async def _answer(self, question: Question, line: RestLine) -> httpx.Response | None:
        """Return the answer, None if there is none in time. Raise NetworkTrouble where no way leads to the host."""
        answers: list[httpx.Response] = []

        async def asked() -> None:
            answers.append(await self._followed(question, line))

        try:
            await finishes_within(self._clock, WHOLE_SECONDS * max(1.0, self._clock.speed), asked())
        except httpx.TimeoutException:
            return None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if is_untrusted(error):
                # The person may come to trust whoever signed: a new client asks this machine again.
                trusted.cache_clear()
                await self._replace(line)
            raise line.trouble(error) from None
        except NetworkTrouble:
            raise
        except Exception as error:
            if not line.way.proxy:
                raise
            # What a SOCKS proxy says wrong comes through httpx in classes of another library.
            raise line.trouble(error) from None
        return answers[0] if answers else None

    def _note(self, *, failed: bool) -> None:
        if self._tally is not None:
            self._tally.note(self._clock.now_ms(), failed=failed)

    async def _followed(self, question: Question, line: RestLine) -> httpx.Response:
        answer = await self._sent(question, line, self._hidden_path + question.path, dict(question.params))
        for _ in range(_MOST_REDIRECTS):
            target = _target(answer)
            if target is None or not self._may_follow(target, answer.url):
                break
            answer = await self._sent(question, line, str(target), None)
        return answer

    async def _sent(
        self, question: Question, line: RestLine, url: str, params: dict[str, str] | None
    ) -> httpx.Response:
        headers = {**dict(question.headers), **({"Content-Type": "application/json"} if question.body else {})}
        request = line.http.build_request(
            "POST" if question.body else "GET",
            url,
            params=params or None,
            content=question.body or None,
            headers=headers,
        )
        answer = await line.http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _LONGEST_BODY:
                    raise NetworkTrouble(
                        f"{line.host}{question.path} answered more than {_LONGEST_BODY} bytes", _AGAIN
                    )
        finally:
            await answer.aclose()
            line.http.cookies.clear()
        return httpx.Response(answer.status_code, headers=_plain(answer), content=bytes(body), request=request)

    def _may_follow(self, target: httpx.URL, before: httpx.URL) -> bool:
        return target.host in self._rules.follow and target.scheme == before.scheme

    def _judged(self, question: Question, answer: httpx.Response, line: RestLine) -> bytes:
        where, budget = f"{line.host}{question.path}", self._outbound.budgets.of(line.place, self._rules)
        budget.answered(answer.status_code, answer.headers)
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
            raise budget.refused(f"code {failure.code}", answer.headers, _PATH_PAUSE_SECONDS)
        remedy = f"Enter the key for {line.host} again." if failure.wrong_key else _AGAIN
        raise SaysNo(f"{where} answered code {failure.code}: {failure.words}", remedy, failure.code)


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
