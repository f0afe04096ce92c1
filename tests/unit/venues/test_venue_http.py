import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from desktop.domain.errors import NetworkTrouble
from desktop.domain.raw_frame import RawFrame
from desktop.venues.answer_tally import AnswerTally
from desktop.venues.binance.poll import polls
from desktop.venues.errors import TooFast
from desktop.venues.host_rules import BINANCE_FUTURES, BYBIT, COINGLASS, GENERIC, OKX, HostRules
from desktop.venues.http import WHOLE_SECONDS, Question, RestDoor
from desktop.venues.outbound import Outbound
from desktop.venues.poll import Poll
from tests.fakes.manual_clock import ManualClock

Answer = Callable[[httpx.Request], httpx.Response]


def play(
    answer: Answer, scene: Callable[[RestDoor, ManualClock], Awaitable[None]], rules: HostRules = BINANCE_FUTURES
) -> None:
    async def whole() -> None:
        clock = ManualClock()
        transport = httpx.MockTransport(answer)
        async with (
            asyncio.timeout(20),
            RestDoor("http://venue.test", clock, rules=rules, transport=transport) as door,
        ):
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
        left = seconds
        if seconds > 30:
            with pytest.raises(TooFast, match="too many requests"):
                await door.get("/x", {})
            left = 30.0
            await clock.advance(seconds - left)
        again = asyncio.create_task(door.get("/x", {}))
        await clock.next_sleep(left)
        assert len(asked) == 1
        await clock.advance(left)
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


def test_a_redirect_is_an_error_that_names_the_other_host() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": "http://elsewhere.test/"})

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match=r"venue\.test/x sends on to elsewhere\.test"):
            await door.get("/x", {})

    play(answer, scene)
    assert asked == ["venue.test"]


def test_a_redirect_is_followed_only_to_a_host_that_is_listed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "venue.test":
            return httpx.Response(301, headers={"Location": "http://files.test/x.csv"})
        if request.url.path == "/x.csv":
            return httpx.Response(307, headers={"Location": "/y.csv"})
        return httpx.Response(200, text="DATE,CLOSE")

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        assert await door.get("/x", {}) == b"DATE,CLOSE"

    play(answer, scene, HostRules(GENERIC.allowances, follow=("files.test",)))


@pytest.mark.parametrize(
    ("rules", "body", "words"),
    [
        (BYBIT, '{"retCode":10001,"retMsg":"params error","result":{}}', "code 10001: params error"),
        (OKX, '{"code":"51001","msg":"no such instrument","data":[]}', "code 51001: no such instrument"),
        (COINGLASS, '{"code":"400","msg":"bad"}', "code 400: bad"),
        (COINGLASS, '{"code":"401"}', "code 401"),
        (GENERIC, "\n<!DOCTYPE html><title>Just a moment</title>", "a web page instead of data"),
    ],
)
def test_an_error_with_status_200_is_an_error(rules: HostRules, body: str, words: str) -> None:
    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match=rf"venue\.test/x answered {words}"):
            await door.get("/x", {})

    play(lambda request: httpx.Response(200, text=body), scene, rules)


@pytest.mark.parametrize(
    ("rules", "body"),
    [
        (BYBIT, '{"retCode":10006,"retMsg":"Too many visits"}'),
        (OKX, '{"code":"50011","msg":"Too Many Requests"}'),
        (COINGLASS, '{"code":"429","msg":"Too Many Requests"}'),
    ],
)
def test_too_many_requests_with_status_200_is_a_pause(rules: HostRules, body: str) -> None:
    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(TooFast):
            await door.get("/x", {})
        again = asyncio.create_task(door.get("/x", {}))
        await clock.next_sleep(5.0)
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)

    play(lambda request: httpx.Response(200, text=body), scene, rules)


@pytest.mark.parametrize(
    ("rules", "body"), [(BYBIT, '{"retCode":0,"result":1}'), (OKX, '{"code":"0","data":[]}'), (BYBIT, "[1]")]
)
def test_a_good_envelope_comes_as_it_is(rules: HostRules, body: str) -> None:
    async def scene(door: RestDoor, clock: ManualClock) -> None:
        assert await door.get("/x", {}) == body.encode()

    play(lambda request: httpx.Response(200, text=body), scene, rules)


def test_what_a_host_says_with_an_error_status_is_told() -> None:
    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match=r"answered 400 \(-1121: Invalid symbol\.\)"):
            await door.get("/x", {})

    play(lambda request: httpx.Response(400, text='{"code":-1121,"msg":"Invalid symbol."}'), scene)


def test_a_question_with_a_body_is_a_post_of_json() -> None:
    question = Question("/info", body=b'{"type":"meta"}', weight=20)

    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
        return httpx.Response(200, content=request.content)

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        assert await door.ask(question) == b'{"type":"meta"}'

    play(answer, scene)
    assert question.channel == 'POST /info {"type":"meta"}'
    assert question.request == '{"type":"meta"}'


def test_an_answer_that_drips_without_end_is_cut_off() -> None:
    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0)
                yield b"x"

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        asking = asyncio.create_task(door.get("/x", {}))
        await clock.next_sleep(WHOLE_SECONDS)
        await clock.advance(WHOLE_SECONDS)
        with pytest.raises(NetworkTrouble, match="did not answer in time"):
            await asking

    play(lambda request: httpx.Response(200, stream=Drip()), scene)


def test_an_answer_of_more_than_eight_megabytes_is_not_read_to_its_end() -> None:
    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match="more than 8388608 bytes"):
            await door.get("/x", {})

    play(lambda request: httpx.Response(200, content=b"[" * 9_000_000), scene)


def test_two_doors_to_a_host_share_its_budget() -> None:
    async def whole() -> None:
        clock = ManualClock()
        outbound = Outbound(clock)
        transport = httpx.MockTransport(lambda request: httpx.Response(429))
        one, other = (RestDoor("http://venue.test", clock, outbound=outbound, transport=transport) for _ in range(2))
        async with asyncio.timeout(20), one, other:
            with pytest.raises(TooFast):
                await one.get("/x", {})
            with pytest.raises(TooFast, match="too many requests"):
                await other.get("/y", {})

    asyncio.run(whole())


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
        interest = polls(door, clock, taken.put_nowait, lambda coins: [f"{coin}USDT" for coin in coins])[1]
        interest.watch(["BTC", "ETH"])
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


def test_nothing_is_asked_while_a_person_is_offline() -> None:
    async def whole() -> None:
        clock = ManualClock()
        outbound = Outbound(clock)
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(200, text="ok")

        transport = httpx.MockTransport(answer)
        async with RestDoor("http://venue.test", clock, outbound=outbound, transport=transport) as door:
            outbound.set_offline(True)
            with pytest.raises(NetworkTrouble, match="offline by choice"):
                await door.get("/x", {})
            assert asked == []
            outbound.set_offline(False)
            assert await door.get("/x", {}) == b"ok"

    asyncio.run(whole())


def test_the_share_of_failed_questions_slides_and_is_unknown_with_too_few() -> None:
    bad = True

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/away":
            raise httpx.ConnectError("no way there")
        return httpx.Response(503 if bad and request.url.path == "/bad" else 200, text="{}")

    async def scene() -> None:
        nonlocal bad
        clock, tally = ManualClock(), AnswerTally()
        door = RestDoor("http://venue.test", clock, rules=GENERIC, transport=httpx.MockTransport(answer), tally=tally)
        async with asyncio.timeout(20), door:
            for path in ("/good",) * 6 + ("/bad",) * 3 + ("/away",) * 5:
                with contextlib.suppress(NetworkTrouble):
                    await door.get(path, {})
            assert tally.share(clock.now_ms()) is None, "nine questions reached the venue"
            await door.get("/good", {})
            assert tally.share(clock.now_ms()) == pytest.approx(0.3)
            await clock.advance(601)
            assert tally.share(clock.now_ms()) is None, "what is old counts no more"
            bad = False
            for _ in range(10):
                await door.get("/bad", {})
            assert tally.share(clock.now_ms()) == 0.0

    asyncio.run(scene())


def test_no_variable_of_this_machine_chooses_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def whole() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(20), RestDoor(f"http://127.0.0.1:{port}", ManualClock()) as door:
            assert await door.get("/x", {}) == b"ok"
        server.close()
        await server.wait_closed()

    asyncio.run(whole())


def test_no_cookie_is_sent_back() -> None:
    sent: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("cookie"))
        return httpx.Response(200, text="ok", headers={"Set-Cookie": "who=you; Path=/"})

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        for _ in range(2):
            await door.get("/x", {})
        assert sent == [None, None]

    play(answer, scene)


def test_redirects_among_known_hosts_end_after_three() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(302, headers={"Location": f"http://venue.test/{len(asked)}"})

    rules = HostRules(GENERIC.allowances, follow=("venue.test",))

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match=r"sends on to venue\.test: redirects are refused"):
            await door.get("/x", {})
        assert asked == ["/x", "/1", "/2", "/3"]

    play(answer, scene, rules)


def test_a_wrong_key_has_another_remedy_than_trouble_of_the_host() -> None:
    said = {"/key": "401", "/plan": "400"}

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        remedies = []
        for path in said:
            with pytest.raises(NetworkTrouble) as caught:
                await door.get(path, {})
            remedies.append(caught.value.remedy)
        assert remedies == ["Enter the key for venue.test again.", "It is asked again."]

    play(lambda request: httpx.Response(200, json={"code": said[request.url.path], "msg": "no"}), scene, COINGLASS)


def test_whoever_waits_for_leave_does_not_ask_once_the_person_is_offline() -> None:
    async def whole() -> None:
        clock = ManualClock()
        outbound = Outbound(clock)
        asked: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            return httpx.Response(200, text="ok")

        transport = httpx.MockTransport(answer)
        async with (
            asyncio.timeout(20),
            RestDoor("http://venue.test", clock, outbound=outbound, transport=transport) as door,
        ):
            for number in range(24):
                await door.get(f"/{number}", {})
            waiting = asyncio.create_task(door.get("/late", {}))
            await clock.next_sleep(60.0)
            outbound.set_offline(True)
            await clock.advance(60)
            with pytest.raises(NetworkTrouble, match="offline by choice"):
                await waiting
            assert "/late" not in asked

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("cursors", "asked"), [(["a", "a"], 2), (["a", "b", "a"], 3), ([f"{n}" for n in range(99)], 40)]
)
def test_a_list_without_an_end_is_given_up_and_told(cursors: list[str], asked: int) -> None:
    came: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        came.append(request.url.params.get("cursor", ""))
        return httpx.Response(200, text=cursors[len(came) - 1])

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        taken: asyncio.Queue[RawFrame] = asyncio.Queue()
        first = Question("/list")
        poll = Poll(
            "bybit", door, clock, taken.put_nowait, 86_400.0, lambda coins: (first,),
            more=lambda body: Question("/list", (("cursor", body.decode()),)),
            after=lambda: came.append("read"),
        )  # fmt: skip
        poll.watch([])
        task = asyncio.create_task(poll.run())
        while not (frame := await taken.get()).event:
            pass
        assert (frame.event, frame.channel) == ("gap", "GET /list")
        assert frame.detail == f"its pages have no end: {asked} were asked"
        await clock.next_sleep(300.0)
        assert len(came) == asked
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(answer, scene, BYBIT)
