"""The practice exchange and chain: refusals, holds, confirmations, and what is found again after a restart."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.chain.bitcoin import EsploraSource
from desktop.domain.errors import NetworkTrouble, Refused
from desktop.worlds.practice.chain import BLOCK_MS, FIRST_HEIGHT, PracticeChain
from desktop.worlds.practice.exchange import Lesson, PracticeExchange
from desktop.worlds.practice.practice_clock import PracticeClock
from desktop.worlds.practice.practice_store import PracticeStore
from desktop.worlds.practice.practice_transaction import paying, transaction_of
from tests.fakes.practice_account import ADDRESS, START_MS, HandClock, practice_account

HALF = Decimal("0.5")


def exchange_in(
    folder: Path, clock: HandClock, lesson: Lesson | None = None
) -> tuple[PracticeStore, PracticeExchange]:
    store = PracticeStore(folder / "practice.sqlite")
    return store, PracticeExchange(store, clock, lesson)


def test_only_a_saved_address_is_paid(tmp_path: Path) -> None:
    store, exchange = exchange_in(tmp_path, HandClock())
    with pytest.raises(Refused, match="No BTC address is saved"):
        exchange.withdraw("BTC", HALF)
    assert exchange.withdrawals() == ()
    store.close()


@pytest.mark.parametrize(
    ("coin", "address"),
    [("BTC", "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkj"), ("BTC", ""), ("ETH", ADDRESS), ("XYZ", "a")],
)
def test_an_address_that_is_none_and_a_coin_of_no_lesson_are_refused(tmp_path: Path, coin: str, address: str) -> None:
    store, exchange = exchange_in(tmp_path, HandClock())
    with pytest.raises(Refused) as refused:
        exchange.save_address(coin, address)
    assert refused.value.remedy
    assert exchange.page().saved_address == {}
    store.close()


@pytest.mark.parametrize("amount", ["0.0004", "0.9", "0.100000001", "NaN", "-1", "Infinity"])
def test_amounts_the_exchange_does_not_pay_are_refused_and_cost_nothing(tmp_path: Path, amount: str) -> None:
    store, exchange = exchange_in(tmp_path, HandClock())
    exchange.save_address("BTC", ADDRESS)
    with pytest.raises(Refused):
        exchange.withdraw("BTC", Decimal(amount))
    assert exchange.page().balances["BTC"] == "0.842"
    store.close()


def test_a_new_address_waits_where_the_lesson_has_a_hold(tmp_path: Path) -> None:
    clock = HandClock()
    store, exchange = exchange_in(tmp_path, clock, Lesson(hold_seconds=60))
    assert "60 s" in exchange.page().notice
    exchange.save_address("BTC", ADDRESS)
    clock.at_ms += 59_000
    with pytest.raises(Refused, match="in 2 s"):
        exchange.withdraw("BTC", HALF)
    exchange.save_address("BTC", ADDRESS)  # saved already: the hold does not start again
    clock.at_ms += 1_000
    assert exchange.withdraw("BTC", HALF).address == ADDRESS
    store.close()


def test_a_restart_finds_balance_address_and_withdrawal_at_its_stage(tmp_path: Path) -> None:
    clock = HandClock()
    store, exchange = exchange_in(tmp_path, clock)
    exchange.save_address("BTC", ADDRESS)
    kept = exchange.withdraw("BTC", HALF)
    # No close: as after kill -9 the file is opened a second time while the first handle was never let go in order.
    again, found = exchange_in(tmp_path, HandClock(clock.at_ms + 60_000))
    assert found.withdrawals() == (kept,)
    assert found.page().saved_address == {"BTC": ADDRESS}
    assert found.page().balances["BTC"] == "0.342"
    assert "completed" in found.page().notice
    again.close()
    store.close()


def test_the_transaction_id_is_the_hash_of_its_bytes_and_stays_the_same() -> None:
    first, vout = paying("w1", ADDRESS, 49_985_000)
    assert paying("w1", ADDRESS, 49_985_000) == (first, vout)
    assert (first.outputs[vout].address, first.outputs[vout].sats) == (ADDRESS, 49_985_000)
    assert first.previous.sats == sum(output.sats for output in first.outputs) + first.fee_sats
    other, _ = paying("w2", ADDRESS, 49_985_000)
    assert len({first.txid, other.txid, hashlib.sha256(b"").hexdigest()}) == 3


def test_blocks_come_about_every_thirty_seconds_and_none_is_replaced() -> None:
    chain = PracticeChain(START_MS, lambda: ())
    tips = [chain.tip(START_MS + second * 1000) for second in range(3_600)]
    assert tips[0] in (FIRST_HEIGHT, FIRST_HEIGHT + 1)
    assert all(0 <= after - before <= 1 for before, after in itertools.pairwise(tips))
    assert 118 <= tips[-1] - tips[0] <= 121
    found = [chain.found_ms(height) for height in range(FIRST_HEIGHT, FIRST_HEIGHT + 100)]
    assert found == sorted(found)
    assert max(b - a for a, b in itertools.pairwise(found)) < 2 * BLOCK_MS


def test_a_payment_gains_confirmations_and_never_loses_one(tmp_path: Path) -> None:
    async def run() -> list[int]:
        async with practice_account(tmp_path) as parts:
            source = EsploraSource("practice", parts.esplora.url)
            parts.exchange.save_address("BTC", ADDRESS)
            kept = parts.exchange.withdraw("BTC", HALF)
            seen: list[int] = []
            for _ in range(200):
                payments = await source.payments_to(ADDRESS)
                if payments:
                    [payment] = payments
                    assert (payment.txid, payment.vout) == (kept.txid, kept.vout)
                    assert payment.units == 49_985_000
                    assert (payment.height is None) == (payment.confirmations == 0)
                seen.append(payments[0].confirmations if payments else -1)
                await parts.clock.sleep(1)
            assert await source.tip_height() == parts.chain.tip(parts.clock.now_ms())
            await source.close()
        return seen

    seen = asyncio.run(run())
    assert seen == sorted(seen)
    assert seen.index(0) == 22
    assert {-1, 0, 1, 2, 3} <= set(seen)
    assert seen.index(3) <= 180


def test_the_explorer_answers_in_the_documented_form(tmp_path: Path) -> None:
    import httpx

    async def run() -> None:
        async with practice_account(tmp_path) as parts, httpx.AsyncClient(base_url=parts.esplora.url) as http:
            parts.exchange.save_address("BTC", ADDRESS)
            kept = parts.exchange.withdraw("BTC", HALF)
            assert (await http.get(f"/tx/{kept.txid}")).status_code == 404
            await parts.clock.sleep(25)
            waiting = (await http.get(f"/tx/{kept.txid}/status")).json()
            stats = (await http.get(f"/address/{ADDRESS}")).json()
            await parts.clock.sleep(60)
            whole = (await http.get(f"/tx/{kept.txid}")).json()
            assert waiting == {"confirmed": False}
            assert stats["mempool_stats"]["funded_txo_sum"] == 49_985_000
            assert whole["txid"] == transaction_of(kept).txid
            assert whole["status"]["block_height"] == parts.chain.block_of(kept)
            assert whole["vout"][kept.vout]["scriptpubkey_address"] == ADDRESS
            assert (await http.get("/address/bc1qnone/txs")).status_code == 400
            assert (await http.get("/nothing")).status_code == 404
            assert (await http.get("/blocks/tip/height")).text == str(parts.chain.tip(parts.clock.now_ms()))

    asyncio.run(run())


def test_the_explorer_is_trouble_once_it_is_gone(tmp_path: Path) -> None:
    async def run() -> None:
        async with practice_account(tmp_path) as parts:
            source = EsploraSource("practice", parts.esplora.url)
            await source.tip_height()
            await parts.esplora.close()
            with pytest.raises(NetworkTrouble):
                await source.tip_height()
            await source.close()

    asyncio.run(run())


def test_time_goes_on_from_the_latest_moment_after_a_fast_run_and_after_a_crash(tmp_path: Path) -> None:
    async def run(*, crash: bool) -> tuple[int, int]:
        store = PracticeStore(tmp_path / "practice.sqlite")
        clock = PracticeClock(1_000.0, store)
        begin = clock.now_ms()
        clock.start()
        await clock.sleep(100)
        latest = clock.now_ms()
        if crash:
            assert clock._beat is not None
            clock._beat.cancel()
        else:
            await clock.close()
        store.close()
        return begin, latest

    _, first = asyncio.run(run(crash=False))
    second_begin, second = asyncio.run(run(crash=True))
    third_begin, _ = asyncio.run(run(crash=False))
    assert first <= second_begin
    assert second <= third_begin
