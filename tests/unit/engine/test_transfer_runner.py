"""The runner with a person, a device, an exchange and a chain in the test's hand."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop.custody.transfer_events import decode
from desktop.domain.errors import BadInput
from desktop.engine import commands as cmd
from tests.fakes.fake_device import ADDRESS, FakeDevice
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.outside_world import BITCOIN, Outside
from tests.fakes.transfer_walk import TEST_AMOUNT, TransferScene, play

OTHER_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def tags(journal: MemoryJournal) -> list[str]:
    return [str(json.loads(row.body)["event"]) for row in journal.rows]


def rules(told: tuple[tuple[str, str, str], ...]) -> list[str]:
    return [rule for rule, _, _ in told]


def test_the_whole_way_from_draft_to_verified() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.start()
        assert (stage.view.page, stage.view.transfer.amount) == ("what", TEST_AMOUNT)
        assert (stage.view.idle, stage.view.test_amount, stage.view.receives) == ("0.5", "0.0011", "0.001")
        await stage.walk_to_verified()
        proof = stage.view.transfer.destination
        assert proof is not None
        assert proof.address == proof.program_address == proof.page_address == ADDRESS
        assert proof.program_source == "device_unshown"
        assert proof.book_seen_ms is not None
        assert stage.device.shown == [ADDRESS, ADDRESS]  # before sending, and again after arrival
        assert [text.splitlines()[1] for text in stage.device.signed] == [f"transfer {stage.id}"]
        assert [state for _, state in stage.view.steps] == ["done"] * 7

    play(scene)


def test_every_event_is_on_disk_before_it_is_shown() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        def look() -> None:
            for view in stage.runner.views():
                told = [decode(row.body) for row in journal.rows if row.transfer_id == view.transfer.id]
                assert view.transfer.state == "draft" or any(
                    event.at_ms == view.transfer.known[view.transfer.state.value] for event in told
                )

        stage.on_change = look
        await stage.walk_to_verified()
        last = journal.rows[-1]
        assert decode(last.body).at_ms == stage.view.transfer.known["verified"]

    play(scene, journal=journal)


def test_a_journal_that_cannot_be_written_stops_the_step_and_says_so() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("proof")
        journal.broken = True
        await stage.do(cmd.ProveControl(stage.id))
        assert stage.view.page == "proof"
        assert "could not be written" in stage.view.refusal
        assert stage.device.signed == []  # the device is not asked for what could not be kept
        journal.broken = False
        await stage.do(cmd.ProveControl(stage.id))
        assert (stage.view.page, stage.view.refusal) == ("send", "")

    play(scene, journal=journal)


def test_a_write_whose_answer_was_lost_counts_as_it_stands_on_disk() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("route")
        journal.lose_answer = True
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert stage.view.refusal
        journal.lose_answer = False
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert stage.view.page == "destination"
        assert tags(journal).count("route_chosen") == 1
        await stage.walk_to_verified()

    play(scene, journal=journal)


def test_no_on_the_device_returns_to_the_same_page_with_its_words() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("destination")
        stage.device.thumb = "no"
        await stage.do(cmd.ShowAddress(stage.id))
        assert (stage.view.page, stage.view.transfer.state) == ("destination", "needs_address")
        assert "'No' was pressed" in stage.view.refusal
        assert stage.view.refusal_remedy
        stage.device.thumb = "yes"
        await stage.do(cmd.ShowAddress(stage.id))
        assert (stage.view.transfer.state, stage.view.refusal) == ("address_shown", "")

    play(scene)


def test_while_the_device_asks_the_view_says_so_and_cancel_really_cancels() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("destination")
        stage.device.thumb = "wait"
        await stage.runner.handle(cmd.ShowAddress(stage.id))
        await stage.device.asking.wait()
        assert "on the device" in stage.view.busy
        await stage.runner.handle(cmd.ShowAddress(stage.id))
        assert "still waited for" in stage.view.refusal
        assert stage.view.busy
        assert len(stage.device.shown) == 1
        await stage.runner.handle(cmd.CancelOnDevice())
        await stage.quiet()
        assert stage.view.busy == ""
        assert "'No' was pressed" in stage.view.refusal
        assert stage.view.page == "destination"

    play(scene)


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


def test_a_device_that_shows_another_address_than_it_derived_is_not_believed() -> None:
    class TwoFaced(FakeDevice):
        async def address(self, coin: str, path: str, *, show: bool) -> object:  # type: ignore[override]
            self.address_override = OTHER_ADDRESS if show else ""
            return await super().address(coin, path, show=show)

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("destination")
        await stage.do(cmd.ShowAddress(stage.id))
        assert stage.view.transfer.state == "needs_address"
        assert "Seawall expected" in stage.view.refusal

    play(scene, device=TwoFaced())


def test_another_wallet_after_arrival_does_not_verify() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("done")
        stranger = FakeDevice(passphrase="a typo")
        stage.device.address = stranger.address  # type: ignore[method-assign]
        await stage.do(cmd.VerifyAgain(stage.id))
        assert stage.view.transfer.state == "arrived"
        assert "not the destination" in stage.view.refusal
        assert "The coins lie at the destination" in stage.view.refusal_remedy

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


def test_a_second_start_does_not_make_a_second_transfer() -> None:
    async def scene(stage: TransferScene) -> None:
        await asyncio.gather(*(stage.runner.handle(cmd.StartTransfer("BTC", "binance")) for _ in range(3)))
        await stage.quiet()
        assert len(stage.runner.views()) == 1
        await stage.start()
        assert len(stage.runner.views()) == 1
        assert "already open" in stage.view.refusal

    play(scene)


def test_have_sent_twice_is_one_event() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        await asyncio.gather(*(stage.runner.handle(cmd.HaveSent(stage.id)) for _ in range(3)))
        await stage.quiet()
        assert tags(journal).count("said_sent") == 1
        assert stage.view.page == "watch"

    play(scene, journal=journal)


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


def test_the_bulk_transfer_takes_the_stored_destination_and_asks_the_device_only_who_it_is() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to_verified()
        [stored] = journal.kept.values()
        assert stored.verified_ms is not None
        await stage.start(destination_id=stored.id, test_of=stage.id)
        assert stage.view.transfer.amount == Decimal("0.4989")
        await stage.do(cmd.ConfirmWhat(stage.id))
        shown, signed = len(stage.device.shown), len(stage.device.signed)
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert (stage.view.page, stage.view.transfer.required_confirmations) == ("send", 6)
        assert (len(stage.device.shown), len(stage.device.signed)) == (shown, signed)
        assert dict(stage.view.steps)["destination"] == dict(stage.view.steps)["proof"] == "done"
        # The test's own coin lies there already: it is not taken for the bulk.
        await stage.pass_time(60)
        assert stage.view.page == "send"
        await stage.walk_to_verified()
        assert stage.view.transfer.received == Decimal("0.4988")

    play(scene, journal=journal)


def test_the_bulk_transfer_does_not_start_with_another_wallet() -> None:
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to_verified()
        [stored] = journal.kept.values()
        await stage.start(destination_id=stored.id)
        await stage.do(cmd.ConfirmWhat(stage.id))
        stage.device.address = FakeDevice(passphrase="a typo").address  # type: ignore[method-assign]
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert stage.view.page == "route"
        assert "does not hold the stored destination" in stage.view.refusal

    play(scene, journal=journal)


def test_a_destination_that_was_put_into_the_journal_by_others_is_not_trusted() -> None:
    journal = MemoryJournal()

    async def walk(stage: TransferScene) -> None:
        await stage.walk_to_verified()

    play(walk, journal=journal)
    for key, proof in list(journal.kept.items()):
        journal.kept[key] = replace(proof, address=OTHER_ADDRESS)

    async def again() -> None:
        stage = TransferScene(journal=Reopened(journal))
        with pytest.raises(BadInput, match="never proved"):
            await stage.runner.restore()

    asyncio.run(again())


class Reopened(MemoryJournal):
    """What the next start of the program finds."""

    def __init__(self, before: MemoryJournal) -> None:
        super().__init__()
        self.rows, self.kept = list(before.rows), dict(before.kept)


@pytest.mark.parametrize("page", ["what", "route", "destination", "proof", "send", "watch", "unknown", "done"])
def test_a_restart_opens_the_same_page_and_goes_on(page: str) -> None:
    journal, outside = MemoryJournal(), Outside()

    async def first(stage: TransferScene) -> None:
        if page != "unknown":
            await stage.walk_to(page)
            return
        await stage.walk_to("send")
        await stage.do(cmd.HaveSent(stage.id))
        await stage.pass_until(lambda: stage.view.page == "unknown")

    async def second(stage: TransferScene) -> None:
        assert stage.view.page == page
        assert stage.view.busy == stage.view.refusal == ""
        if page == "unknown":
            stage.outside.withdraw(ADDRESS, TEST_AMOUNT)
            await stage.pass_until(lambda: stage.view.page == "watch")
        await stage.walk_to_verified()
        assert len(stage.outside.withdrawn) == 1

    play(first, journal=journal, outside=outside)
    play(second, journal=Reopened(journal), outside=outside)


def test_after_a_restart_nobody_is_told_to_send_before_the_records_were_read() -> None:
    journal, outside = MemoryJournal(), Outside()

    async def first(stage: TransferScene) -> None:
        await stage.walk_to("send")

    async def second() -> None:
        stage = TransferScene(journal=Reopened(journal), outside=outside, hurried=True)
        async with stage:
            assert "G16" in rules(stage.view.objections)
            stage.exchange.silent = True
            await stage.pass_time(1)
            assert "G16" not in rules(stage.view.objections)
            assert "G16" in rules(stage.view.warnings)

    play(first, journal=journal, outside=outside)
    asyncio.run(second())


def test_a_journal_row_that_cannot_follow_is_named() -> None:
    journal = MemoryJournal()

    async def first(stage: TransferScene) -> None:
        await stage.walk_to("proof")

    play(first, journal=journal)
    reopened = Reopened(journal)
    del reopened.rows[2]

    async def second() -> None:
        with pytest.raises(BadInput, match="transfer journal, row 4"):
            await TransferScene(journal=reopened).runner.restore()

    asyncio.run(second())


def test_dropping_on_the_send_page_looks_first() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        stage.outside.withdraw(ADDRESS, TEST_AMOUNT)
        await stage.do(cmd.DropTransfer(stage.id))
        assert stage.view.transfer.state == "accepted"
        assert "does not fit" in stage.view.refusal

    play(scene)


@pytest.mark.parametrize("page", ["what", "route", "destination", "proof", "send"])
def test_a_transfer_that_was_not_sent_can_be_dropped_and_another_begun(page: str) -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to(page)
        await stage.do(cmd.DropTransfer(stage.id))
        assert (stage.view.transfer.state, stage.view.refusal) == ("dropped", "")
        await stage.start()
        assert stage.view.page == "what"
        assert len(stage.runner.views()) == 2

    play(scene)


def test_a_page_that_holds_another_address_is_told_by_group() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("destination")
        await stage.do(cmd.ShowAddress(stage.id))
        await stage.do(cmd.ComparePage(stage.id, ADDRESS[:12] + "zzzz" + ADDRESS[16:]))
        assert "Group 4 differs" in stage.view.transfer.page_mismatch
        assert stage.view.page == "destination"
        await stage.do(cmd.ProveControl(stage.id))
        assert "does not fit" in stage.view.refusal

    play(scene)


def test_without_a_key_for_the_venue_the_draft_says_why_it_cannot_go_on() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.runner.handle(cmd.StartTransfer("BTC", "bybit"))
        await stage.quiet()
        assert stage.view.page == "what"
        assert "No read-only key for Bybit" in stage.view.objections[0][1]
        await stage.do(cmd.ConfirmWhat(stage.id))
        assert stage.view.page == "what"
        assert stage.view.refusal

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


def test_the_evidence_holds_the_journal_and_no_secret(tmp_path: Path) -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to_verified()
        await stage.do(cmd.SaveEvidence(stage.id, str(tmp_path / "new folder")))
        assert str(tmp_path) in stage.view.notice
        stem = tmp_path / "new folder" / f"seawall-{stage.id}"
        bundle = json.loads(stem.with_suffix(".json").read_text())
        assert bundle["transfer"]["state"] == "verified"
        assert bundle["events"][0]["event"] == "drafted"
        text = stem.with_suffix(".txt").read_text()
        assert "PRACTICE" in text
        assert ADDRESS in text
        assert stage.view.transfer.txid in text
        for secret in ("all all", "xprv", "seed"):
            assert secret not in text + json.dumps(bundle)
        (tmp_path / "file").write_text("in the way")
        await stage.do(cmd.SaveEvidence(stage.id, str(tmp_path / "file")))
        assert "could not be written" in stage.view.refusal

    play(scene)


@pytest.mark.expects_log("a step of transfer .* failed")
def test_a_fault_of_our_own_is_said_on_the_page_and_does_not_stop_the_runner() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("destination")

        async def broken(coin: str, path: str, *, show: bool) -> object:
            raise ZeroDivisionError

        good, stage.device.address = stage.device.address, broken  # type: ignore[assignment, method-assign]
        await stage.do(cmd.ShowAddress(stage.id))
        assert "Seawall itself failed" in stage.view.refusal
        assert stage.view.busy == ""
        stage.device.address = good  # type: ignore[method-assign]
        await stage.walk_to_verified()

    play(scene)


def test_commands_for_transfers_that_are_not_there_do_no_harm() -> None:
    async def scene(stage: TransferScene) -> None:
        for command in (cmd.ConfirmWhat("none"), cmd.HaveSent("none"), cmd.LookNow("none"), cmd.WatchCoin("BTC")):
            await stage.runner.handle(command)
        assert stage.runner.views() == ()

    play(scene)


def test_views_are_the_same_object_until_something_changes() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.start()
        first = stage.runner.views()
        assert stage.runner.views() is first
        await stage.do(cmd.ConfirmWhat(stage.id))
        assert stage.runner.views() is not first

    play(scene)
