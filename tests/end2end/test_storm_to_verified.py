"""The whole way in the real window: storm, alarm, transfer, Verified; and the same place again after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.domain.chain_addresses import trouble_with
from desktop.engine.commands import Acknowledge
from desktop.engine.door import PersonWantsTransfer
from tests.end2end.desk import practice_desk
from tests.end2end.walk import Walk

SPEED = 30.0


@pytest.mark.slow
def test_storm_trips_and_the_coin_is_walked_to_verified(tmp_path: Path, qapp: QApplication) -> None:
    with practice_desk(tmp_path, SPEED) as desk:
        walk = Walk(desk.shell.window, desk.engine)
        walk.incident("cascade-started", "BTC")
        incident = next(i for i in walk.view().incidents if i.coin == "BTC")
        assert {factor.name for factor in incident.factors} == {"LIQ_INT_1H", "LIQ_IMB_1H", "LOW_BREAK_24H"}

        # The button of a desktop notification arrives as this news.
        desk.shell.bridge._hear(PersonWantsTransfer(incident.id))
        walk.to_proof()
        walk.to_watch()
        walk.to_verified()

        transfer = walk.transfer().transfer
        assert transfer.destination is not None
        assert transfer.destination.signature
        assert transfer.received is not None
        assert transfer.received < (transfer.amount or 0), "the network fee is taken off"

        desk.engine.submit(Acknowledge())
        walk.until(
            lambda: all(i.acknowledged_ms is not None for i in walk.view().incidents), "incidents not acknowledged"
        )


@pytest.mark.slow
def test_window_opens_again_on_the_page_where_it_was_closed(tmp_path: Path, qapp: QApplication) -> None:
    with practice_desk(tmp_path, SPEED) as desk:
        walk = Walk(desk.shell.window, desk.engine)
        walk.until(lambda: desk.engine.view() is not None and walk.view().device.state == "ready", "no device")
        desk.shell.open_transfer("")
        walk.to_proof()
        before = walk.transfer().transfer

    with practice_desk(tmp_path, SPEED) as desk:
        walk = Walk(desk.shell.window, desk.engine)
        walk.until(lambda: desk.engine.view() is not None and bool(walk.view().transfers), "the transfer is lost")
        desk.shell.open_transfer("")
        walk.page("proof")
        assert walk.transfer().transfer.id == before.id
        assert before.destination is not None
        assert walk.transfer().transfer.destination is not None
        assert walk.transfer().transfer.destination.address == before.destination.address
        walk.until(lambda: walk.view().device.state == "ready", "no device")
        walk.to_watch()
        walk.to_verified()


@pytest.mark.slow
@pytest.mark.parametrize(("coin", "network"), [("USDT", "ETH"), ("ETH", "ETH"), ("USDT", "TRX"), ("USDC", "SOL")])
def test_another_coin_is_walked_to_verified(tmp_path: Path, qapp: QApplication, coin: str, network: str) -> None:
    with practice_desk(tmp_path, SPEED) as desk:
        walk = Walk(desk.shell.window, desk.engine)
        walk.until(lambda: desk.engine.view() is not None and walk.view().device.state == "ready", "no device")
        desk.shell.open_transfer("")
        walk.choose_coin(coin)
        walk.to_proof(network)
        walk.to_watch()
        walk.to_verified()
        moved = walk.transfer().transfer
        assert (moved.coin, moved.network, moved.state) == (coin, network, "verified")
        assert moved.destination is not None
        assert moved.destination.script == {"ETH": "ethereum", "TRX": "tron", "SOL": "solana"}[network]
        assert trouble_with(moved.destination.address, moved.destination.script) == ""
        assert moved.destination.signature
        assert moved.received is not None
        assert moved.received + (moved.fee or 0) == moved.amount
        nodes = {"ETH": "Practice node", "TRX": "Practice TRON node", "SOL": "Practice Solana node"}[network]
        assert {s.place for s in moved.sightings if s.final} == {f"{nodes} A", f"{nodes} B"}
        [given_up] = [t.transfer for t in walk.view().transfers if t.transfer.coin == "BTC"]
        assert given_up.state == "dropped"
