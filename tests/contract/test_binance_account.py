"""The read-only Binance account against the practice exchange, over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from desktop.domain.errors import NetworkTrouble, Refused, SeawallError
from desktop.venues.binance.account import BinanceAccount
from desktop.venues.http import RestDoor
from desktop.venues.outbound import Outbound
from desktop.worlds.practice.exchange import Lesson
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, HttpServer, text_answer
from tests.fakes.practice_account import ADDRESS, KEY, SECRET, START_MS, HandClock, PracticeAccount, practice_account

HISTORY = "/sapi/v1/capital/withdraw/history"


def with_account(
    folder: Path, scene: Callable[[PracticeAccount], Awaitable[None]], lesson: Lesson | None = None
) -> None:
    async def run() -> None:
        async with practice_account(folder, lesson=lesson) as parts:
            await scene(parts)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_balances_networks_and_rights_are_read(tmp_path: Path) -> None:
    async def scene(parts: PracticeAccount) -> None:
        assert (await parts.account.balances())["BTC"] == Decimal("0.842")
        bitcoin, other = await parts.account.networks("BTC")
        assert (bitcoin.network, bitcoin.fee, bitcoin.minimum) == ("BTC", Decimal("0.00015"), Decimal("0.0005"))
        assert bitcoin.step == Decimal("0.00000001")
        assert bitcoin.withdraw_enabled
        assert other.network == "BSC"
        token, on_tron = await parts.account.networks("USDT")
        assert (on_tron.network, on_tron.contract) == ("TRX", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
        assert (token.network, token.step) == ("ETH", Decimal("0.000001"))
        assert token.contract == "0xdAC17F958D2ee523a2206206994597C13D831ec7"
        rights = await parts.account.restrictions()
        assert rights.enable_reading
        assert not rights.enable_withdrawals

    with_account(tmp_path, scene)


def test_a_withdrawal_walks_from_review_to_completed(tmp_path: Path) -> None:
    async def scene(parts: PracticeAccount) -> None:
        parts.exchange.save_address("BTC", ADDRESS)
        [saved] = await parts.account.saved_addresses("BTC")
        assert (saved.address, saved.network, saved.usable_from_ms) == (ADDRESS, "BTC", None)
        parts.exchange.withdraw("BTC", Decimal("0.25"))
        seen = []
        for _ in range(40):
            [row] = await parts.account.withdrawals("BTC", START_MS - 60_000)
            if not seen or seen[-1] != (row.status, bool(row.txid)):
                seen.append((row.status, bool(row.txid)))
            await parts.clock.sleep(1)
        assert seen == [("review", False), ("processing", False), ("processing", True), ("completed", True)]
        assert row.amount + row.fee == Decimal("0.25")
        assert row.at_ms == START_MS // 1000 * 1000
        assert (await parts.account.balances())["BTC"] == Decimal("0.592")

    with_account(tmp_path, scene)


def test_history_reaches_back_beyond_the_ninety_days_of_one_request(tmp_path: Path) -> None:
    async def scene(parts: PracticeAccount) -> None:
        parts.exchange.save_address("BTC", ADDRESS)
        for _ in range(3):
            parts.exchange.withdraw("BTC", Decimal("0.1"))
            await parts.clock.sleep(80 * 86_400)
        rows = await parts.account.withdrawals("BTC", START_MS)
        assert len(rows) == 3
        assert [row.at_ms for row in rows] == sorted((row.at_ms for row in rows), reverse=True)
        assert await parts.account.withdrawals("ETH", START_MS) == []

    with_account(tmp_path, scene)


@pytest.mark.parametrize(("key", "secret", "code"), [("another", SECRET, -2015), (KEY, "another", -1022)])
def test_a_wrong_key_or_secret_is_refused_with_a_remedy_and_never_shown(
    tmp_path: Path, key: str, secret: str, code: int
) -> None:
    async def scene(parts: PracticeAccount) -> None:
        account = BinanceAccount(key, secret, parts.clock, base_url=parts.server.url)
        with pytest.raises(Refused) as refused:
            await account.balances()
        await account.close()
        assert refused.value.rule == f"binance {code}"
        assert refused.value.remedy
        assert secret not in str(refused.value)

    with_account(tmp_path, scene)


def test_a_clock_that_is_off_is_refused_and_says_so(tmp_path: Path) -> None:
    async def scene(parts: PracticeAccount) -> None:
        for off_ms in (-60_000, 60_000):
            account = BinanceAccount(KEY, SECRET, HandClock(START_MS + off_ms), base_url=parts.server.url)
            with pytest.raises(Refused) as refused:
                await account.balances()
            await account.close()
            assert refused.value.rule == "binance -1021"
            assert "clock" in refused.value.remedy

    with_account(tmp_path, scene)


def signed(query: str) -> str:
    return f"{query}&signature={hmac.new(SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"timestamp={START_MS}", -1102),
        (signed(f"coin=BTC:main&timestamp={START_MS}"), -1022),
        (signed(f"timestamp={START_MS}&recvWindow=60001"), -1131),
        (signed(f"timestamp={START_MS}&startTime=x"), -1100),
        (signed(f"timestamp={START_MS}&startTime=1000"), -4047),
        (signed(f"timestamp={START_MS - 5001}"), -1021),
        (signed(f"timestamp={START_MS}").replace("signature=", "signature=0"), -1022),
        (signed("recvWindow=5000"), -1102),
    ],
)
def test_the_exchange_checks_requests_as_binance_does(tmp_path: Path, query: str, code: int) -> None:
    async def scene(parts: PracticeAccount) -> None:
        async with httpx.AsyncClient(base_url=parts.server.url, headers={"X-MBX-APIKEY": KEY}) as http:
            answer = await http.get(f"{HISTORY}?{query}")
        assert answer.status_code == 400
        assert answer.json()["code"] == code

    with_account(tmp_path, scene)


@pytest.mark.parametrize(("late_ms", "status"), [(50_000, 200), (50_001, 400)])
def test_in_a_fast_world_a_request_may_be_older_on_arrival(tmp_path: Path, late_ms: int, status: int) -> None:
    async def scene() -> None:
        async with (
            practice_account(tmp_path, speed=10.0) as parts,
            httpx.AsyncClient(base_url=parts.server.url, headers={"X-MBX-APIKEY": KEY}) as http,
        ):
            answer = await http.get(f"{HISTORY}?{signed(f'timestamp={START_MS - late_ms}')}")
            assert answer.status_code == status

    asyncio.run(scene())


def test_an_encoded_colon_is_signed_as_it_is_sent(tmp_path: Path) -> None:
    async def scene(parts: PracticeAccount) -> None:
        async with httpx.AsyncClient(base_url=parts.server.url, headers={"X-MBX-APIKEY": KEY}) as http:
            answer = await http.get(f"{HISTORY}?{signed(f'coin=BTC%3Amain&timestamp={START_MS}')}")
        assert (answer.status_code, answer.json()) == (200, [])

    with_account(tmp_path, scene)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_nothing_can_be_changed_over_http(tmp_path: Path, method: str) -> None:
    async def scene(parts: PracticeAccount) -> None:
        async with httpx.AsyncClient(base_url=parts.server.url, headers={"X-MBX-APIKEY": KEY}) as http:
            query = signed(f"timestamp={START_MS}")
            assert (await http.request(method, f"/sapi/v1/capital/withdraw/apply?{query}")).status_code == 404
            assert (await http.request(method, f"/api/v3/account?{query}")).status_code == 404

    with_account(tmp_path, scene)


def answered_with(answer: HttpAnswer, ask: Callable[[BinanceAccount], Awaitable[Any]]) -> SeawallError:
    """Return the error that an account raises when the venue answers like this."""
    asked: list[HttpRequest] = []

    def handler(request: HttpRequest) -> HttpAnswer:
        asked.append(request)
        return answer

    async def run() -> SeawallError:
        server = HttpServer(handler)
        await server.start()
        account = BinanceAccount(KEY, SECRET, HandClock(), base_url=server.url)
        try:
            with pytest.raises(SeawallError) as raised:
                await ask(account)
        finally:
            await account.close()
            await server.close()
        assert len(asked) == 1
        return raised.value

    return asyncio.run(run())


@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(200, b"<html>"),
        HttpAnswer(200, b'{"balances":[{"asset":"BTC","free":"NaN"}]}'),
        HttpAnswer(200, b'{"balances":[{"asset":"BTC","free":"-1"}]}'),
        HttpAnswer(503, b"busy"),
        HttpAnswer(500, b'{"code":-1001,"msg":"internal"}'),
        HttpAnswer(429, b"{}"),
        HttpAnswer(302, b""),
    ],
)
def test_an_answer_of_another_form_is_trouble_and_never_a_balance(answer: HttpAnswer) -> None:
    error = answered_with(answer, lambda account: account.balances())
    assert isinstance(error, NetworkTrouble)
    assert error.remedy


def test_a_row_without_a_time_is_trouble() -> None:
    row = b'[{"id":"1","coin":"BTC","address":"a","amount":"1","status":6,"applyTime":"soon"}]'
    error = answered_with(HttpAnswer(200, row), lambda account: account.withdrawals("BTC", START_MS))
    assert isinstance(error, NetworkTrouble)


def test_a_server_that_is_not_there_is_trouble_without_the_signature() -> None:
    async def run() -> None:
        account = BinanceAccount(KEY, SECRET, HandClock(), base_url="http://127.0.0.1:1")
        with pytest.raises(NetworkTrouble) as trouble:
            await account.balances()
        await account.close()
        assert "signature" not in str(trouble.value)

    asyncio.run(run())


def test_a_pause_of_withdrawals_is_seen(tmp_path: Path) -> None:
    async def scene(parts: PracticeAccount) -> None:
        assert not (await parts.account.networks("BTC"))[0].withdraw_enabled
        with pytest.raises(Refused):
            parts.exchange.save_address("BTC", ADDRESS)

    with_account(tmp_path, scene, Lesson(paused=frozenset({"BTC"})))


def test_an_account_shares_the_budget_of_its_host() -> None:
    async def run() -> None:
        server = HttpServer(lambda request: text_answer("slow down", 429))
        await server.start()
        clock = HandClock()
        outbound = Outbound(clock)
        account = BinanceAccount(KEY, SECRET, clock, base_url=server.url, outbound=outbound)
        door = RestDoor(server.url, clock, outbound=outbound)
        with pytest.raises(NetworkTrouble, match="429"):
            await account.balances()
        with pytest.raises(NetworkTrouble, match="too many requests"):
            await door.get("/sapi/v1/system/status", {})
        await door.close()
        await account.close()
        await server.close()

    asyncio.run(run())
