"""A token through the runner by both networks: the whole way, an unknown outcome, a restart, the second transfer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desktop.custody.transfer import TransferState
from desktop.engine import commands as cmd
from desktop.engine.ports import DeviceAccount, DeviceAddress
from tests.fakes.fake_device import FakeDevice
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.outside_world import Outside
from tests.fakes.transfer_walk import TransferScene, play

S = TransferState
NETWORKS = pytest.mark.parametrize("network", ["ETH", "TRX", "SOL"])


@NETWORKS
def test_a_test_amount_and_then_the_rest_come_home(network: str) -> None:
    outside = Outside.of_token(network)

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to_verified()
        first = stage.view.transfer
        assert (first.coin, first.network, first.amount, first.received) == (
            outside.coin, network, Decimal(11), Decimal("9.4")
        )  # fmt: skip
        assert first.destination is not None
        source = "device_unshown" if network == "SOL" else "account_key"
        assert (first.destination.program_source, bool(first.destination.account_xpub)) == (source, network != "SOL")
        await stage.start(destination_id=first.destination.id, test_of=first.id)
        stage.device.shown.clear()
        await stage.walk_to_verified()
        bulk = stage.view.transfer
        assert (bulk.kind, bulk.amount) == ("bulk", Decimal(8989))
        assert len(stage.device.shown) == 1, "only the last derivation is shown"
        assert len(outside.withdrawn) == 2
        assert outside.idle == 0

    play(scene, outside=outside)


@NETWORKS
def test_what_the_exchange_never_lists_becomes_unknown_and_is_found_on_the_chain(network: str) -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("send")
        stage.exchange.silent = True
        for source in stage.chain:
            source.hidden = True
        await stage.send()
        await stage.pass_until(lambda: stage.view.transfer.state is S.UNKNOWN)
        assert not stage.view.may_say_not_sent
        await stage.do(cmd.SayNotSent(stage.id))
        assert stage.view.refusal
        for source in stage.chain:
            source.hidden = False
        await stage.pass_until(lambda: stage.view.transfer.state is S.ARRIVED)
        assert len(stage.outside.withdrawn) == 1

    play(scene, outside=Outside.of_token(network))


@NETWORKS
def test_a_restart_on_the_way_finds_it_again_and_sends_nothing(network: str) -> None:
    journal, outside = MemoryJournal(), Outside.of_token(network)

    async def first(stage: TransferScene) -> None:
        await stage.walk_to("watch")

    async def second(stage: TransferScene) -> None:
        assert stage.view.page == "watch"
        await stage.walk_to_verified()
        assert len(outside.withdrawn) == 1

    play(first, journal=journal, outside=outside)
    reopened = MemoryJournal()
    reopened.rows, reopened.kept = journal.rows, journal.kept
    play(second, journal=reopened, outside=outside)


@NETWORKS
def test_a_payment_that_is_gone_again_is_not_counted_and_is_looked_for(network: str) -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("watch")
        await stage.pass_until(lambda: stage.view.transfer.state is S.CONFIRMING)
        stage.outside.withdrawn, kept = [], stage.outside.withdrawn
        await stage.pass_until(lambda: stage.view.transfer.state is not S.CONFIRMING, seconds=30)
        assert stage.view.transfer.confirmations == 0
        assert stage.view.transfer.state is not S.ARRIVED
        stage.outside.withdrawn = kept
        await stage.pass_until(lambda: stage.view.transfer.state is S.ARRIVED, seconds=30)

    play(scene, outside=Outside.of_token(network))


@NETWORKS
def test_only_the_nodes_of_its_own_chain_are_asked(network: str) -> None:
    async def scene(stage: TransferScene) -> None:
        stage.chain[1].chain = "bitcoin"
        await stage.walk_to("send")
        assert stage.view.transfer.required_sources == 1
        assert stage.chain[1].asked == 0
        assert any(rule == "G13" for rule, *_ in stage.view.warnings)

    play(scene, outside=Outside.of_token(network))


def test_an_address_at_which_a_program_lies_is_neither_proved_nor_sent_to() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("proof")
        stage.chain[0].objection = "a program lies at this address"
        await stage.do(cmd.ProveControl(stage.id))
        assert stage.view.page == "proof"
        assert "a program lies at this address" in stage.view.refusal
        assert stage.device.signed == []
        stage.chain[0].silent = True  # the other source has nothing against it
        await stage.do(cmd.ProveControl(stage.id))
        assert stage.view.page == "send"

    play(scene, outside=Outside.of_token("ETH"))


def test_another_wallet_than_the_pinned_one_shows_no_solana_address() -> None:
    outside = Outside.of_token("SOL")

    async def scene(stage: TransferScene) -> None:
        await stage.walk_to_verified()
        await stage.start()
        await stage.walk_to("destination")
        stage.device.shown.clear()
        stranger = FakeDevice(passphrase="a typo")
        stage.device.account = stranger.account  # type: ignore[method-assign]
        await stage.do(cmd.ShowAddress(stage.id))
        assert "pinned" in stage.view.refusal
        assert stage.device.shown == []

    play(scene, outside=outside)


def test_a_solana_device_that_shows_another_address_than_it_named_is_not_believed() -> None:
    async def scene(stage: TransferScene) -> None:
        await stage.walk_to("destination")
        honest, asked = stage.device.address, []

        async def changing(
            chain: str, path: str, *, show: bool, pinned: DeviceAccount | None = None
        ) -> DeviceAddress:
            asked.append(show)
            found = await honest(chain, path, show=show, pinned=pinned)
            return replace(found, address="So11111111111111111111111111111111111111112") if show else found

        stage.device.address = changing  # type: ignore[method-assign]
        await stage.do(cmd.ShowAddress(stage.id))
        assert asked == [False, True]
        assert "Seawall expected" in stage.view.refusal
        assert stage.view.transfer.destination is None

    play(scene, outside=Outside.of_token("SOL"))
