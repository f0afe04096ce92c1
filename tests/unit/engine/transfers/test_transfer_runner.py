"""The runner with a person, a device, an exchange and a chain in the test's hand."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.engine import commands as cmd
from desktop.engine.ports import DeviceAccount
from tests.fakes.fake_device import ADDRESS, FakeDevice
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.transfer_walk import TEST_AMOUNT, TransferScene, play

OTHER_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def test_the_whole_way_from_draft_to_verified() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.start()
        assert (stage.view.page, stage.view.transfer.amount) == ("what", TEST_AMOUNT)
        assert (stage.view.idle, stage.view.test_amount, stage.view.receives) == ("0.5", "0.0011", "0.001")
        await stage.walk_to_verified()
        proof = stage.view.transfer.destination
        assert proof is not None
        assert proof.address == proof.program_address == proof.page_address == ADDRESS
        assert proof.program_source == "account_key"
        assert proof.book_seen_ms is not None
        assert stage.device.shown == [ADDRESS, ADDRESS]  # before sending, and again after arrival
        assert [text.splitlines()[1] for text in stage.device.signed] == [f"transfer {stage.id}"]
        assert [state for _, state in stage.view.steps] == ["done"] * 7

    play(scene)


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


def test_a_device_that_shows_another_address_than_it_derived_is_not_believed() -> None:
    class TwoFaced(FakeDevice):
        async def address(self, coin: str, path: str, *, show: bool, pinned: object = None) -> object:  # type: ignore[override]
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
        stranger = FakeDevice(passphrase="a typo", looks=False)
        stage.device.address = stranger.address  # type: ignore[method-assign]
        await stage.do(cmd.VerifyAgain(stage.id))
        assert stage.view.transfer.state == "arrived"
        assert "not the destination" in stage.view.refusal
        assert "The coins lie at the destination" in stage.view.refusal_remedy

    play(scene)


def test_another_wallet_is_not_even_asked_to_show_or_sign() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("done")
        stranger = FakeDevice(passphrase="a typo")
        stage.device.address = stranger.address  # type: ignore[method-assign]
        await stage.do(cmd.VerifyAgain(stage.id))
        assert stage.view.refusal == "This is another wallet."
        assert stranger.shown == []

    play(scene)


def test_the_next_transfer_is_derived_from_the_key_pinned_with_the_first() -> None:
    """A device that tells another account key later, with the same fingerprint, is not shown."""
    journal = MemoryJournal()

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to_verified()
        [stored] = journal.kept.values()
        assert stored.account_xpub
        await stage.start()
        await stage.walk_to("destination")
        held = await stage.device.account("bitcoin", stored.path)
        other = await FakeDevice(passphrase="a typo").account("bitcoin", stored.path)

        async def forged(coin: str, path: str) -> DeviceAccount:
            return DeviceAccount(held.fingerprint, held.path, other.xpub)

        stage.device.account = forged  # type: ignore[method-assign]
        stage.device.shown.clear()
        await stage.do(cmd.ShowAddress(stage.id))
        assert stage.view.refusal == "This is another wallet."
        assert stage.device.shown == []

    play(scene, journal=journal)


def test_a_second_start_does_not_make_a_second_transfer() -> None:
    async def scene(stage: TransferScene) -> None:
        await asyncio.gather(*(stage.runner.handle(cmd.StartTransfer("BTC", "binance")) for _ in range(3)))
        await stage.quiet()
        assert len(stage.runner.views()) == 1
        await stage.start()
        assert len(stage.runner.views()) == 1
        assert "already open" in stage.view.refusal

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
        stage.device.address = FakeDevice(passphrase="a typo", looks=False).address  # type: ignore[method-assign]
        await stage.do(cmd.ChooseRoute(stage.id, "BTC"))
        assert stage.view.page == "route"
        assert "does not hold the stored destination" in stage.view.refusal

    play(scene, journal=journal)


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
