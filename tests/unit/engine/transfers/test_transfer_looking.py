"""What the runner finds, does not find, or is told by exchange and chain while it looks."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from desktop.engine import commands as cmd
from tests.fakes.fake_device import ADDRESS
from tests.fakes.outside_world import BITCOIN
from tests.fakes.transfer_walk import TEST_AMOUNT, TransferScene, play

OTHER_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def test_looks_go_on_while_the_device_asks() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("destination")
        stage.device.thumb = "wait"
        await stage.runner.handle(cmd.ShowAddress(stage.id))
        await stage.device.asking.wait()
        asked = stage.exchange.asked
        await stage.clock.advance(31)
        for _ in range(20):
            await asyncio.sleep(0)
        assert stage.exchange.asked > asked
        stage.device.press(yes=True)
        await stage.quiet()
        assert stage.view.transfer.state == "address_shown"

    play(scene)


def test_what_is_sent_without_a_word_is_found_while_the_send_page_is_open() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        stage.outside.withdraw(ADDRESS, TEST_AMOUNT)
        await stage.pass_until(lambda: stage.view.page == "watch")
        assert stage.view.transfer.state == "accepted"
        await stage.do(cmd.HaveSent(stage.id))
        assert "Do not send again" in stage.view.refusal_remedy
        await stage.walk_to_verified()

    play(scene)


def test_nothing_found_is_unknown_then_looked_for_and_found_late() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        await stage.do(cmd.HaveSent(stage.id))
        await stage.pass_until(lambda: stage.view.page == "unknown")
        assert 115_000 <= stage.view.transfer.known["unknown"] - stage.view.transfer.known["sent"] <= 130_000
        await stage.do(cmd.DropTransfer(stage.id))
        assert "Do not send again" in stage.view.refusal_remedy
        await stage.do(cmd.HaveSent(stage.id))
        assert "Do not send again" in stage.view.refusal_remedy
        looks = {look.place: look for look in stage.view.looks}
        assert set(looks) == {"Binance balance", "Binance withdrawal records", "first", "second"}
        assert all(look.state == "absent" and look.next_ms is not None for look in looks.values())
        stage.outside.withdraw(ADDRESS, TEST_AMOUNT)
        await stage.pass_until(lambda: stage.view.page == "watch")
        await stage.walk_to_verified()

    play(scene)


def test_never_sent_is_taken_after_enough_looks_and_frees_the_coin() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        await stage.do(cmd.HaveSent(stage.id))
        await stage.pass_until(lambda: stage.view.page == "unknown")
        await stage.do(cmd.SayNotSent(stage.id))
        assert stage.view.refusal
        assert not stage.view.may_say_not_sent
        await stage.pass_until(lambda: stage.view.may_say_not_sent)
        assert stage.clock.now_ms() - stage.view.transfer.known["sent"] >= 600_000
        await stage.do(cmd.SayNotSent(stage.id))
        assert (stage.view.transfer.state, stage.view.page) == ("dropped", "refused")
        await stage.start()
        assert len(stage.runner.views()) == 2

    play(scene)


def test_silent_places_are_silent_and_not_empty() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        await stage.do(cmd.HaveSent(stage.id))
        stage.exchange.silent = stage.chain[1].silent = True
        await stage.pass_until(lambda: stage.view.page == "unknown")
        for _ in range(200):
            await stage.pass_time(10)
        looks = {look.place: look.state for look in stage.view.looks}
        assert looks == {
            "Binance balance": "silent",
            "Binance withdrawal records": "silent",
            "first": "absent",
            "second": "silent",
        }
        assert not stage.view.may_say_not_sent

    play(scene)


def test_the_exchange_pays_a_different_address_and_the_page_says_so() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        stage.outside.withdraw(OTHER_ADDRESS, TEST_AMOUNT)
        await stage.do(cmd.HaveSent(stage.id))
        await stage.pass_until(lambda: stage.view.page == "refused", seconds=1)
        assert stage.view.transfer.state == "sent"
        assert OTHER_ADDRESS in stage.view.objections[0][1]
        assert "Cancel it" in stage.view.objections[0][2]
        await stage.pass_until(lambda: stage.view.transfer.state == "failed")
        assert OTHER_ADDRESS in stage.view.transfer.reason

    play(scene)


def test_dropping_on_the_send_page_looks_first() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        stage.outside.withdraw(ADDRESS, TEST_AMOUNT)
        await stage.do(cmd.DropTransfer(stage.id))
        assert stage.view.transfer.state == "accepted"
        assert "does not fit" in stage.view.refusal

    play(scene)


def test_an_amount_is_proposed_once_a_silent_exchange_speaks() -> None:
    async def scene(stage: TransferScene) -> None:
        stage.exchange.silent = True
        await stage.start()
        assert stage.view.transfer.amount is None
        stage.exchange.silent = False
        await stage.pass_until(lambda: stage.view.transfer.amount is not None)
        assert stage.view.transfer.amount == TEST_AMOUNT

    play(scene)


def test_a_route_that_closed_meanwhile_is_not_taken() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("route")
        await stage.pass_time(11)
        stage.outside.networks = [replace(BITCOIN, withdraw_enabled=False, note="maintenance")]
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert stage.view.page == "route"
        assert "maintenance" in stage.view.refusal
        assert [(offer.usable, "maintenance" in offer.why) for offer in stage.view.networks] == [(False, True)]

    play(scene)


def test_look_now_asks_at_once() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        await stage.do(cmd.HaveSent(stage.id))
        stage.outside.withdraw(ADDRESS, TEST_AMOUNT)
        assert stage.view.transfer.state == "sent"
        await stage.do(cmd.LookNow(stage.id))
        assert stage.view.transfer.state == "accepted"

    play(scene)


def test_the_records_are_asked_at_five_fifteen_thirty_and_sixty_seconds() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        await stage.do(cmd.HaveSent(stage.id))
        sent_ms = stage.view.transfer.known["sent"]
        answered: list[int] = []
        while stage.clock.now_ms() < sent_ms + 119_000:
            await stage.pass_time(1)
            [records] = [look for look in stage.view.looks if look.place.endswith("records")]
            after_s = ((records.answered_ms or 0) - sent_ms) // 1000
            if after_s not in answered:
                answered.append(after_s)
        assert answered == [0, 5, 15, 30, 60]

    play(scene)
