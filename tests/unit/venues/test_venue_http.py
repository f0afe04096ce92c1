import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from desktop.domain.errors import NetworkTrouble
from desktop.domain.raw_frame import RawFrame
from desktop.venues.binance.poll import polls
from desktop.venues.errors import TooFast
from desktop.venues.http import RestDoor
from tests.fakes.manual_clock import ManualClock

Answer = Callable[[httpx.Request], httpx.Response]


def play(answer: Answer, scene: Callable[[RestDoor, ManualClock], Awaitable[None]]) -> None:
    async def whole() -> None:
        clock = ManualClock()
        transport = httpx.MockTransport(answer)
        async with asyncio.timeout(20), RestDoor("http://venue.test", clock, transport=transport) as door:
            await scene(door, clock)

    asyncio.run(whole())


def test_a_good_answer_is_its_body() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=f"{request.method} {request.url.raw_path.decode()}")

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        assert await door.get("/a/b", {"symbol": "BTCUSDT"}) == b"GET /a/b?symbol=BTCUSDT"

    play(answer, scene)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(429, "7", 7.0), (418, "", 120.0), (403, "", 600.0), (429, "soon", 60.0), (418, "99999999", 259_200.0)],
)
def test_nothing_is_asked_before_the_venue_allows_it(status: int, header: str, seconds: float) -> None:
    asked: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(1)
        headers = {"Retry-After": header} if header else {}
        return httpx.Response(status, headers=headers) if len(asked) == 1 else httpx.Response(200, text="ok")

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(TooFast) as caught:
            await door.get("/x", {})
        assert caught.value.wait_seconds == seconds
        again = asyncio.create_task(door.get("/x", {}))
        await clock.next_sleep(seconds)
        assert len(asked) == 1
        await clock.advance(seconds)
        assert await again == b"ok"

    play(answer, scene)


def test_a_nearly_used_budget_waits_for_the_next_minute() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"X-MBX-USED-WEIGHT-1M": "1920"}, text="ok")

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        await clock.advance(1.0)
        left = 60 - clock.now_ms() % 60_000 / 1000
        assert await door.get("/x", {}) == b"ok"
        again = asyncio.create_task(door.get("/x", {}))
        await clock.next_sleep(left)
        await clock.advance(left)
        assert await again == b"ok"

    play(answer, scene)


def test_redirects_are_not_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": "http://elsewhere.test/"})

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match=r"venue\.test/x answered 302"):
            await door.get("/x", {})

    play(answer, scene)
    assert asked == ["venue.test"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ReadTimeout("slow"), "did not answer in time"),
        (httpx.ConnectError("refused"), "cannot be reached: refused"),
    ],
)
def test_a_host_that_does_not_answer_is_named(error: Exception, words: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match=words):
            await door.get("/x", {})

    play(answer, scene)


def test_open_interest_is_asked_for_each_symbol_and_a_failure_is_a_gap_of_that_path() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/fapi/v1/fundingInfo":
            return httpx.Response(200, text="[]")
        broken = request.url.params["symbol"] == "ETHUSDT"
        return httpx.Response(500) if broken else httpx.Response(200, text="body")

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        taken: asyncio.Queue[RawFrame] = asyncio.Queue()
        start_ms = clock.now_ms()
        interest = polls(door, clock, taken.put_nowait, ["BTCUSDT", "ETHUSDT"])[1]
        task = asyncio.create_task(interest.run())
        good, bad = await taken.get(), await taken.get()
        assert (good.channel, good.frame) == ("GET /fapi/v1/openInterest?symbol=BTCUSDT", b"body")
        assert (bad.channel, bad.event) == ("GET /fapi/v1/openInterest?symbol=ETHUSDT", "gap")
        assert bad.since_ms == start_ms
        await clock.next_sleep(15.0)
        assert taken.empty()
        await clock.advance(15.0)
        assert (await taken.get()).frame == b"body"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(answer, scene)
