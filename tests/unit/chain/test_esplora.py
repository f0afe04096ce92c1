"""An Esplora server that answers as documented, refuses, redirects, or talks nonsense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from desktop.chain.bitcoin import LIVE_SOURCES, EsploraSource
from desktop.domain.bitcoin_address import script_of
from desktop.domain.errors import BadInput, NetworkTrouble
from desktop.engine.ports import Payment
from tests.fakes.proxy import Proxy

ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
OTHER = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TXID = "ab" * 32
TIP = 935_010


class Server:
    """Answers by path; `asked` are the paths in order."""

    def __init__(self, **answers: object) -> None:
        self.transactions: object = answers.get("transactions", [])
        self.tip: str = str(answers.get("tip", TIP))
        self.answer: Callable[[httpx.Request], httpx.Response] | None = None
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        self.asked.append(request.url.path)
        if self.answer is not None:
            return self.answer(request)
        if request.url.path == "/api/blocks/tip/height":
            return httpx.Response(200, text=self.tip)
        assert request.url.path == f"/api/address/{ADDRESS}/txs"
        return httpx.Response(200, text=json.dumps(self.transactions))


def output(address: str = ADDRESS, sats: int = 100_000, **changes: object) -> dict[str, object]:
    shown = {"scriptpubkey": script_of(address).hex(), "scriptpubkey_address": address, "value": sats}
    return {**shown, **changes}


def transaction(*outputs: dict[str, object], height: int | None = None, txid: str = TXID) -> dict[str, object]:
    status: dict[str, object] = {"confirmed": height is not None}
    if height is not None:
        status |= {"block_height": height, "block_hash": "00" * 32, "block_time": 1_790_000_000}
    return {"txid": txid, "version": 2, "vin": [], "vout": list(outputs), "status": status}


def asked(
    server: Server, scene: Callable[[EsploraSource], Awaitable[object]], now: Callable[[], float] | None = None
) -> object:
    async def run() -> object:
        source = EsploraSource(
            "test",
            "https://esplora.test/api/",
            transport=httpx.MockTransport(server),
            monotonic=now or (lambda: 0.0),
        )
        try:
            return await scene(source)
        finally:
            await source.close()

    return asyncio.run(run())


def payments(server: Server) -> object:
    return asked(server, lambda source: source.payments_to(ADDRESS))


def test_payments_carry_output_amount_and_confirmations() -> None:
    server = Server(
        transactions=[
            transaction(output(OTHER), output(sats=7)),
            transaction(output(sats=8), output(sats=9), height=TIP - 2, txid="cd" * 32),
        ]
    )
    assert payments(server) == [
        Payment(TXID, 1, 7, 0, None, None),
        Payment("cd" * 32, 0, 8, 3, TIP - 2, 1_790_000_000_000),
        Payment("cd" * 32, 1, 9, 3, TIP - 2, 1_790_000_000_000),
    ]


def test_without_a_confirmed_payment_the_tip_is_not_asked() -> None:
    server = Server(transactions=[transaction(output())])
    payments(server)
    assert server.asked == [f"/api/address/{ADDRESS}/txs"]


def test_an_address_that_never_received_anything_has_no_payments() -> None:
    assert payments(Server()) == []


def test_a_block_that_came_between_two_questions_counts_once() -> None:
    assert payments(Server(transactions=[transaction(output(), height=TIP + 1)])) == [
        Payment(TXID, 0, 100_000, 1, TIP + 1, 1_790_000_000_000)
    ]


def test_outputs_without_address_are_other_peoples() -> None:
    bare = {"scriptpubkey": "6a", "scriptpubkey_type": "op_return", "value": 0}
    assert payments(Server(transactions=[transaction(bare)])) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[",
        "null",
        "{}",
        '[{"txid": 5}]',
        json.dumps([transaction(output(value=1.5))]),
        json.dumps([transaction(output(value=-1))]),
        json.dumps([transaction(output(value=2_100_000_000_000_001))]),
        json.dumps([transaction(output(), txid="xyz")]),
        json.dumps([transaction(output(scriptpubkey=script_of(OTHER).hex()))]),
        json.dumps([transaction(output(), height=TIP + 2)]),
        json.dumps([{**transaction(output()), "status": {"confirmed": True}}]),
        "<html>captive portal</html>",
    ],
)
def test_nonsense_is_trouble_that_names_the_host(body: str) -> None:
    server = Server()
    server.transactions = None
    server.answer = lambda request: httpx.Response(200, text=str(TIP) if "height" in request.url.path else body)
    with pytest.raises(NetworkTrouble, match=r"esplora\.test answered something else") as caught:
        payments(server)
    assert ADDRESS not in caught.value.message


@pytest.mark.parametrize("text", ["", "-5", "12.0", "0x10", "9" * 30, "<html>"])
def test_a_height_that_is_none_is_trouble(text: str) -> None:
    with pytest.raises(NetworkTrouble, match="its height"):
        asked(Server(tip=text), lambda source: source.tip_height())


@pytest.mark.parametrize("code", [301, 302, 307, 308, 400, 404, 500, 503])
def test_redirects_are_not_followed_and_errors_name_the_host(code: int) -> None:
    server = Server()
    server.answer = lambda request: httpx.Response(code, headers={"location": "https://evil.test/"}, text="no")
    with pytest.raises(NetworkTrouble, match=rf"esplora\.test answered {code}") as caught:
        payments(server)
    assert len(server.asked) == 1
    assert ADDRESS not in caught.value.message


def test_a_host_that_is_not_there_is_trouble() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    server = Server()
    server.answer = gone
    with pytest.raises(NetworkTrouble, match=r"esplora\.test did not answer: ConnectError"):
        payments(server)


def test_an_endless_answer_is_cut_off() -> None:
    server = Server()
    server.answer = lambda request: httpx.Response(200, content=b"x" * 8_000_001)
    with pytest.raises(NetworkTrouble, match="more than any answer can be"):
        payments(server)


def test_too_many_requests_bring_a_pause_that_grows_and_ends() -> None:
    server, now = Server(), [1000.0]
    tired: list[str | None] = ["", None, "7", None]

    def answer(request: httpx.Request) -> httpx.Response:
        wait = tired.pop(0)
        if wait is None:
            return httpx.Response(200, text=str(TIP))
        return httpx.Response(429, headers={"retry-after": wait} if wait else {})

    server.answer = answer

    async def scene(source: EsploraSource) -> None:
        for pause, ends in ((60, 60.0), (7, 7.0)):
            with pytest.raises(NetworkTrouble, match=f"pause of {pause} s"):
                await source.tip_height()
            questions = len(server.asked)
            now[0] += ends - 1
            with pytest.raises(NetworkTrouble, match="1 s are left"):
                await source.tip_height()
            assert len(server.asked) == questions  # it is left alone meanwhile
            now[0] += 1
            assert await source.tip_height() == TIP

    asked(server, scene, lambda: now[0])


def test_what_is_no_address_is_not_asked_for() -> None:
    server = Server()
    with pytest.raises(BadInput):
        asked(server, lambda source: source.payments_to("../blocks"))
    assert server.asked == []


def test_two_independent_operators_are_the_default() -> None:
    assert [url for _, url in LIVE_SOURCES] == ["https://mempool.space/api", "https://blockstream.info/api"]


def test_another_proxy_counts_from_the_next_question_on() -> None:
    async def scene() -> None:
        source = EsploraSource("test", "https://chain.test/api")
        async with Proxy("http", manner="refuse") as proxy:
            await source.take_proxy(proxy.url.replace("http://", "socks5://"))
            await source.take_proxy(proxy.url)
            with pytest.raises(NetworkTrouble, match=r"chain\.test"):
                await source.tip_height()
            assert proxy.asked_for.get_nowait() == "chain.test:443"
        await source.close()

    asyncio.run(scene())
