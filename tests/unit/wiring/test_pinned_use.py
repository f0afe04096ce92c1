"""The pinned account on the way from the engine to a wallet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from desktop.custody.destination import proves_control
from desktop.domain.account_key import address_of_account
from desktop.domain.chain_addresses import trouble_with
from desktop.domain.errors import DeviceTrouble
from desktop.engine.ports import DeviceAccount
from desktop.hw import errors
from desktop.hw.carriers.udp_transport import answering
from desktop.hw.device_worker import DeviceWorker
from desktop.hw.emulator.device import Emulator
from desktop.wiring.wallet_desk import WalletDesk
from tests.fakes.device_bench import SEGWIT_ADDRESS, SEGWIT_PATH, emulator


def _with_desk(device: Emulator, scene: Callable[[WalletDesk], Awaitable[None]]) -> None:
    async def run() -> None:
        worker = DeviceWorker(lambda: answering("127.0.0.1", device.port), lambda state: None, poll_s=0.02)
        desk = WalletDesk(worker)
        worker.start()
        try:
            await scene(desk)
        finally:
            await desk.close()

    asyncio.run(run())


def test_the_pinned_wallet_shows_and_signs() -> None:
    async def scene(desk: WalletDesk) -> None:
        account = await desk.account("bitcoin", SEGWIT_PATH)
        assert (account.fingerprint, account.path) == ("5c9e228d", "m/84'/0'/0'")
        assert address_of_account(account.xpub, SEGWIT_PATH) == SEGWIT_ADDRESS
        shown = await desk.address("bitcoin", SEGWIT_PATH, show=True, pinned=account)
        assert (shown.address, shown.shown) == (SEGWIT_ADDRESS, True)
        signed = await desk.sign_message("bitcoin", SEGWIT_PATH, "hello", pinned=account)
        assert signed.address == SEGWIT_ADDRESS

    with emulator(always_yes=True) as device:
        _with_desk(device, scene)


def test_an_ethereum_account_is_pinned_derived_here_and_signs_as_a_person_reads_it() -> None:
    path, text = "m/44'/60'/0'/0/0", "Seawall proof of control\ntime 1"

    async def scene(desk: WalletDesk) -> None:
        account = await desk.account("ethereum", path)
        assert (account.fingerprint, account.path) == ("5c9e228d", "m/44'/60'/0'")
        shown = await desk.address("ethereum", path, show=True, pinned=account)
        assert shown.address == address_of_account(account.xpub, path, "ethereum")
        assert trouble_with(shown.address, shown.script) == ""
        signed = await desk.sign_message("ethereum", path, text, pinned=account)
        assert proves_control(shown.address, text, signed.signature, shown.script)
        other = DeviceAccount("0badf00d", account.path, account.xpub)
        with pytest.raises(errors.WrongWallet):
            await desk.address("ethereum", path, show=True, pinned=other)
        with pytest.raises(DeviceTrouble, match="nowhere"):
            await desk.address("nowhere", path, show=False)

    with emulator(always_yes=True) as device:
        _with_desk(device, scene)


def test_a_tron_account_proves_control_by_a_transfer_that_can_never_be_made() -> None:
    path, text = "m/44'/195'/0'/0/0", "Seawall proof of control\ntime 1"

    async def scene(desk: WalletDesk) -> None:
        account = await desk.account("tron", path)
        shown = await desk.address("tron", path, show=True, pinned=account)
        assert shown.address == address_of_account(account.xpub, path, "tron")
        assert trouble_with(shown.address, shown.script) == ""
        signed = await desk.sign_message("tron", path, text, pinned=account)
        assert signed.address == shown.address
        assert proves_control(shown.address, text, signed.signature, shown.script)
        assert not proves_control(shown.address, text + "!", signed.signature, shown.script)

    with emulator(always_yes=True) as device:
        _with_desk(device, scene)


def test_a_solana_address_rests_on_the_device_and_its_key_is_proved_by_a_transfer_that_can_never_be_made() -> None:
    path, text = "m/44'/501'/0'/0'", "Seawall proof of control\ntime 1"

    async def scene(desk: WalletDesk) -> None:
        account = await desk.account("solana", path)
        assert (account.fingerprint, account.xpub) == ("5c9e228d", "")
        unshown = await desk.address("solana", path, show=False)
        shown = await desk.address("solana", path, show=True)
        assert unshown.address == shown.address
        assert trouble_with(shown.address, shown.script) == ""
        signed = await desk.sign_message("solana", path, text)
        assert signed.address == shown.address
        assert proves_control(shown.address, text, signed.signature, shown.script)
        assert not proves_control(shown.address, text + "!", signed.signature, shown.script)

    with emulator(always_yes=True) as device:
        _with_desk(device, scene)


def test_another_wallet_shows_and_signs_nothing() -> None:
    screens: list[tuple[str, ...]] = []

    async def scene(desk: WalletDesk) -> None:
        held = await desk.account("bitcoin", SEGWIT_PATH)
        pinned = DeviceAccount("0badf00d", held.path, held.xpub)
        with pytest.raises(errors.WrongWallet, match="5c9e228d instead of wallet 0badf00d"):
            await desk.address("bitcoin", SEGWIT_PATH, show=True, pinned=pinned)
        with pytest.raises(errors.WrongWallet):
            await desk.sign_message("bitcoin", SEGWIT_PATH, "hello", pinned=pinned)

    with emulator(on_screen=lambda lines, asks: screens.append(lines)) as device:
        _with_desk(device, scene)
    assert not any("Sign" in str(lines) or "address" in str(lines) for lines in screens)
