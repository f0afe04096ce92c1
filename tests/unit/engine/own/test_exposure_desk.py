"""The person's side in the engine: sources, hand entry, verdicts, advice, and what it says when it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from desktop.domain.errors import BadInput, NetworkTrouble
from desktop.domain.margin_tiers import MarginTier, MarginTiers
from desktop.domain.market import Book, HourBar, Mark, WithdrawalStatus
from desktop.domain.position import Holding, Holdings, Position
from desktop.engine.commands import (
    Acknowledge,
    ChooseWick,
    DropHandHolding,
    DropHandPosition,
    KeepHandHolding,
    KeepHandPosition,
)
from desktop.engine.own.exposure_surroundings import mark_of
from desktop.engine.own.own_questions import OwnSources
from desktop.engine.own.own_side import OwnSide
from desktop.engine.own.own_views import ExposureView
from desktop.risk.account.leaving import Leaving
from desktop.risk.reading import Level, State
from desktop.risk.windows import HOUR_MS
from desktop.storage.hand_positions import FILE_NAME, HandPositionFile

LONG = Position(
    "binance",
    "ETHUSDT",
    "ETH",
    1,
    Decimal(38),
    Decimal(2500),
    "isolated",
    "key",
    0,
    margin=Decimal(12_000),
    venue_liquidation=Decimal("2196.5"),
)
COINS = Holding("binance", "BTC", Decimal("0.5"), False, "key", 0)
TIERS = MarginTiers("binance", "ETHUSDT", (MarginTier(Decimal(0), None, Decimal("0.005"), Decimal(0)),), 0, "test")


class StillClock:
    """Time that the test sets; whoever waits for it waits for ever, and `asleep` is set."""

    speed = 1.0

    def __init__(self) -> None:
        self.at_ms = 1_000_000
        self.asleep = asyncio.Event()

    def now_ms(self) -> int:
        """Return the time set last."""
        return self.at_ms

    async def sleep(self, seconds: float) -> None:
        """Never return."""
        self.asleep.set()
        await asyncio.Event().wait()


class Account:
    """A source that says what the test says, or fails."""

    venue, account = "binance", "main"

    def __init__(self) -> None:
        self.fails = False
        self.asked = 0

    async def holdings(self) -> Holdings:
        """Answer, or not."""
        self.asked += 1
        if self.fails:
            raise NetworkTrouble("Binance did not answer", "It is asked again.")
        return Holdings("binance", "main", (LONG,), (COINS,), "key", 0)


class Bench:
    """An own side with a clock in the test's hand."""

    def __init__(self, folder: Path | None = None, account: Account | None = None) -> None:
        self.clock = StillClock()
        self.account = account
        self.own = OwnSide(
            ("BTC", "ETH"),
            ("binance",),
            self.clock,
            OwnSources(
                hand=None if folder is None else HandPositionFile(folder),
                positions=() if account is None else (account,),
                tables=(TIERS,),
            ),
        )

    def mark(self, coin: str, price: float) -> None:
        """Say a mark price."""
        now_ms = self.clock.now_ms()
        self.own.fold(Mark("binance", f"{coin}USDT", coin, repr(price), None, 0.0001, 8.0, None, now_ms), now_ms)

    def view(self) -> ExposureView:
        """Return the picture of now."""
        self.clock.at_ms += 1_000
        for coin, price in (("BTC", 80_000.0), ("ETH", 2_500.0)):
            self.mark(coin, price)
        return self.own.exposure_now(self.clock.now_ms())


def _in_loop(run: Callable[[], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        await run()

    asyncio.run(all_of_it())


def test_nothing_known_is_said_and_is_no_verdict() -> None:
    view = Bench().view()
    assert (view.positions, view.survives, view.nearest) == ((), None, None)
    assert "nothing is known" in view.reason


def test_an_account_is_shown_with_verdict_and_advice() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        assert "not answered yet" in bench.view().reason
        await bench.own.exposure.ask(account)
        view = bench.view()
        (position,) = view.positions
        assert view.survives is False
        assert view.nearest is position
        assert (position.liquidation, position.liquidation_source) == (2196.5, "venue")
        assert position.computed_liquidation == pytest.approx(2195.19, abs=0.1)
        assert position.distance.value == pytest.approx(0.1214)
        assert position.leverage == pytest.approx(95_000 / 12_000)
        assert position.shock == pytest.approx(0.15)
        assert ("move of ETH", "15 %") in view.advice[0].inputs
        assert [line.kind for line in view.advice] == ["reduce", "routine"]
        assert view.advice[0].amount_usd is None
        assert view.holdings[0].idle_usd == 40_000.0

    _in_loop(run)


def test_the_level_turns_routine_into_now_and_a_shut_venue_into_limit_orders() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        bench.own.listen(level=lambda: Level.CRITICAL, on_trouble=lambda error: None)
        await bench.own.exposure.ask(account)
        assert [line.kind for line in bench.view().advice] == ["reduce", "move_now"]
        bench.own.fold(WithdrawalStatus("binance", "ETH", "ETH", False, 0), bench.clock.now_ms())
        view = bench.view()
        assert view.advice[0].kind == "reduce_on_venue"
        assert "paused" in view.advice[1].words

    _in_loop(run)


def test_slippage_is_of_my_own_size_and_unknown_beyond_the_visible_book() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        await bench.own.exposure.ask(account)
        for size, known in ((50.0, True), (10.0, False)):
            bids = ((2_499.0, size / 2), (2_498.0, size / 2))
            book = Book("binance", "ETHUSDT", "ETH", None, None, bids, ((2_501.0, 5.0),), 0)
            bench.own.fold(book, bench.clock.now_ms())
            slippage = bench.view().positions[0].slippage_bps
            assert (slippage is not None) == known

    _in_loop(run)


def test_a_source_that_falls_silent_keeps_its_last_word_but_gives_no_amount() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        await bench.own.exposure.ask(account)
        account.fails = True
        await bench.own.exposure.ask(account)
        view = bench.view()
        assert "did not answer" in view.reason
        assert view.holdings[0].state is State.STALE
        bench.clock.at_ms += 200_000
        late = bench.view()
        assert [line.kind for line in late.advice] == ["unknown"]
        assert late.advice[0].amount_usd is None
        assert "ago" in late.advice[0].words
        account.fails = False
        await bench.own.exposure.ask(account)
        assert bench.view().advice[0].kind == "reduce"

    _in_loop(run)


def test_a_silent_mark_makes_the_verdict_unknown() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        await bench.own.exposure.ask(account)
        bench.view()
        bench.clock.at_ms += 60_000
        view = bench.own.exposure_now(bench.clock.now_ms())
        assert view.survives is None
        assert view.positions[0].mark.value is None
        assert view.positions[0].distance.state is State.UNKNOWN
        assert view.advice[0].kind == "unknown"

    _in_loop(run)


def test_a_coin_that_is_not_watched_is_weighed_by_the_mark_its_account_said() -> None:
    async def run() -> None:
        bench = Bench()
        bench.clock.at_ms = 50_000
        position = msgspec.structs.replace(LONG, coin="DOGE", venue_mark=Decimal(2_450))
        facts = bench.own.exposure.around.of_position(position)
        assert facts.mark == 2_450.0
        reading = mark_of(position, bench.own.notes, bench.clock.at_ms)
        assert (reading.state, reading.reason[:19]) == (State.STALE, "DOGE is not watched")
        bench.clock.at_ms = 61_000
        assert bench.own.exposure.around.of_position(position).mark is None

    _in_loop(run)


class Tiers:
    """A source of tiers that notes what it is asked."""

    venue = "binance"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def tiers(self, coins: Sequence[str]) -> list[MarginTiers]:
        """Answer for one contract."""
        self.asked.append(list(coins))
        return [TIERS]


def test_tiers_are_asked_for_watched_coins_and_those_of_positions() -> None:
    async def run() -> None:
        clock, source, account = StillClock(), Tiers(), Account()
        own = OwnSide(("BTC",), ("binance",), clock, OwnSources(positions=(account,), tiers=(source,)))
        await own.exposure.ask(account)
        task = asyncio.create_task(own.run())
        await clock.asleep.wait()
        assert source.asked == [["BTC", "ETH"]]
        assert own.exposure.around.of_position(LONG).tiers is not None
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    _in_loop(run)


def test_hand_entry_is_kept_shown_and_forgotten(tmp_path: Path) -> None:
    async def run() -> None:
        bench = Bench(tmp_path)
        await bench.own.exposure.reload()
        assert await bench.own.handle(KeepHandPosition(LONG))
        assert await bench.own.handle(KeepHandHolding(COINS))
        view = bench.view()
        assert (len(view.positions), len(view.holdings)) == (1, 1)
        bench.clock.at_ms += 10 * 3_600_000
        assert bench.view().advice[0].kind == "reduce"
        assert await bench.own.handle(DropHandPosition("binance", "ETHUSDT", 1))
        assert await bench.own.handle(DropHandHolding("binance", "BTC", False))
        assert bench.view().positions == ()
        assert not await bench.own.handle(Acknowledge())
        with pytest.raises(BadInput) as caught:
            await bench.own.handle(KeepHandPosition(msgspec.structs.replace(LONG, quantity=Decimal(0))))
        assert caught.value.where == "quantity"

    _in_loop(run)


def test_a_damaged_file_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        (tmp_path / FILE_NAME).write_text("{", encoding="utf-8")
        bench = Bench(tmp_path)
        said: list[str] = []
        bench.own.listen(level=lambda: Level.CALM, on_trouble=lambda error: said.append(error.message))
        await bench.own.exposure.reload()
        assert FILE_NAME in said[0]
        assert bench.view().positions == ()

    _in_loop(run)


def test_another_wick_is_another_verdict() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        await bench.own.exposure.ask(account)
        await bench.own.handle(ChooseWick(0.05))
        view = bench.view()
        assert (view.wick, view.survives) == (0.05, True)
        with pytest.raises(BadInput, match="wick"):
            await bench.own.handle(ChooseWick(0.9))

    _in_loop(run)


def test_without_tiers_nothing_is_computed_but_the_venues_price_stands() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        bench.own.exposure.around = type(bench.own.exposure.around)(bench.own.notes, bench.clock)
        await bench.own.exposure.ask(account)
        (position,) = bench.view().positions
        assert (position.computed_liquidation, position.survives) == (None, False)
        assert "no margin tiers" in position.note

    _in_loop(run)


class Stored:
    """Ninety days in which ether moves twice as far as bitcoin."""

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        """Return one bar a day."""
        bars, price = [], 100.0
        for day in range(90):
            price *= 1 + 0.01 * (-1) ** day * (2 if coin == "ETH" else 1)
            open_ms = day * 24 * HOUR_MS + 23 * HOUR_MS
            bars.append(HourBar(open_ms, price, price, price, price))
        return bars


def test_beta_is_measured_on_stored_days_and_the_loop_ends_when_cancelled(tmp_path: Path) -> None:
    async def run() -> None:
        clock = StillClock()
        account = Account()
        own = OwnSide(("BTC", "ETH"), ("binance",), clock, OwnSources(positions=(account,), history=Stored()))
        task = asyncio.create_task(own.run())
        await clock.asleep.wait()
        assert account.asked == 1
        assert own.exposure.around.of_position(LONG).beta == pytest.approx(2.0, abs=0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    _in_loop(run)


def test_rules_are_told_of_distance_what_is_left_and_idle() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        assert bench.own.facts(bench.clock.now_ms()) == []
        await bench.own.exposure.ask(account)
        bench.view()
        told = {(name, subject): reading for name, subject, reading in bench.own.facts(bench.clock.now_ms())}
        assert told["ME_DISTANCE", "ETH"].value == pytest.approx(0.1214)
        assert "Binance long 38 ETH" in told["ME_DISTANCE", "ETH"].reason
        left = told["ME_WICK_MARGIN", "binance"].value
        assert left is not None
        assert left < 0
        assert told["ME_IDLE_USD", "binance"].value == 40_000.0
        bench.clock.at_ms += 60_000
        silent = {(name, subject): reading for name, subject, reading in bench.own.facts(bench.clock.now_ms())}
        assert all(reading.value is None and reading.reason for reading in silent.values())
        bench.clock.at_ms += 60_001
        gone = bench.own.facts(bench.clock.now_ms())
        assert [fact.reading.reason for fact in gone] == ["not known any more"] * 3

    _in_loop(run)


def _leaving(bench: Bench, amount: str, apart: str | None = None) -> Leaving:
    bench.view()
    idle = None if apart is None else Decimal(apart)
    return bench.own.exposure.leaving("binance", "BTC", Decimal(amount), idle)


def test_what_leaves_is_told_with_the_positions_of_that_venue() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        waiting = _leaving(bench, "0.1")
        assert (waiting.effect, waiting.reason) == ("unknown", "the account has not answered yet")
        await bench.own.exposure.ask(account)
        beside = _leaving(bench, "0.1", "0.5")
        assert (beside.effect, beside.survives) == ("beside", False)
        assert beside.shifts[0].before == beside.shifts[0].after == 2196.5
        elsewhere = bench.own.exposure.leaving("okx", "BTC", Decimal(1), None)
        assert elsewhere.effect == "unknown"
        assert "no key for OKX" in elsewhere.reason

    _in_loop(run)


def test_positions_seen_minutes_ago_say_nothing_about_what_may_leave() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        await bench.own.exposure.ask(account)
        account.fails = True
        bench.clock.at_ms += 200_000
        await bench.own.exposure.refresh("binance", 10_000)
        old = _leaving(bench, "0.1", "0.5")
        assert old.effect == "unknown"
        assert "did not answer" in old.reason
        assert "last seen" in old.reason
        account.fails = False
        await bench.own.exposure.refresh("binance", 10_000)
        assert _leaving(bench, "0.1", "0.5").effect == "beside"

    _in_loop(run)


def test_only_accounts_that_were_not_seen_lately_are_looked_at_again() -> None:
    async def run() -> None:
        account = Account()
        bench = Bench(account=account)
        for _ in range(3):
            await bench.own.exposure.refresh("binance", 10_000)
        assert account.asked == 1
        await bench.own.exposure.refresh("bybit", 10_000)
        bench.clock.at_ms += 10_001
        await bench.own.exposure.refresh("binance", 10_000)
        assert account.asked == 2
        bench.own.exposure.offline = lambda: True
        bench.clock.at_ms += 10_001
        await bench.own.exposure.refresh("binance", 10_000)
        assert account.asked == 2

    _in_loop(run)


def test_collateral_entered_by_hand_is_held_back_when_the_wick_test_fails_without_it(tmp_path: Path) -> None:
    async def run() -> None:
        bench = Bench(folder=tmp_path)
        cross = msgspec.structs.replace(LONG, mode="cross", margin=None, venue_liquidation=None, source="hand")
        await bench.own.handle(KeepHandPosition(cross))
        coins = msgspec.structs.replace(COINS, collateral=True, source="hand", amount=Decimal("0.3"))
        await bench.own.handle(KeepHandHolding(coins))
        held = _leaving(bench, "0.29", "0.3")
        assert held.fails
        assert held.most is not None
        assert 0 < held.most < Decimal("0.29")
        assert not _leaving(bench, str(held.most), "0.3").fails

    _in_loop(run)


class StepClock(StillClock):
    """Time that passes by what is slept, until `until_ms`; then whoever waits waits for ever."""

    until_ms = 0

    async def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        if self.at_ms + seconds * 1000 > self.until_ms:
            await super().sleep(seconds)
        self.at_ms += round(seconds * 1000)
        await asyncio.sleep(0)


@pytest.mark.parametrize(("sought", "times"), [(False, 5), (True, 13)])
def test_an_account_is_asked_more_often_while_coins_are_about_to_leave(sought: bool, times: int) -> None:
    async def run() -> None:
        account, clock = Account(), StepClock()
        clock.until_ms = clock.at_ms + 60_000
        own = OwnSide(("BTC",), ("binance",), clock, OwnSources(positions=(account,)))
        own.exposure.sought = lambda venue: sought and venue == "binance"
        running = asyncio.create_task(own.exposure.run())
        await clock.asleep.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert account.asked == times

    _in_loop(run)
