"""A pinned account is checked on the device before each use; another wallet is named by how it was opened."""

import pytest

from desktop.hw import errors
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.pinned_account import PinnedAccount, account_of, must_be
from desktop.hw.prompts import FixedAnswers
from tests.fakes.device_bench import SEGWIT_PATH, emulator, session_with

PATH = "m/84'/0'/0'"


def _pinned() -> PinnedAccount:
    with emulator() as device, session_with(device) as session:
        return account_of(session, SEGWIT_PATH)


def test_the_pinned_wallet_is_known_again() -> None:
    pinned = _pinned()
    assert (pinned.fingerprint, pinned.path) == ("5c9e228d", PATH)
    with emulator(model="pro") as device, session_with(device) as session:
        must_be(session, pinned)
        assert not session.over


def test_another_seed_is_named() -> None:
    pinned = _pinned()
    other = PinnedAccount("0badf00d", PATH, pinned.xpub)
    with emulator() as device, session_with(device) as session:
        with pytest.raises(errors.WrongWallet, match="5c9e228d instead of wallet 0badf00d; it has another seed"):
            must_be(session, other)
        assert not session.over


def test_another_passphrase_is_named() -> None:
    pinned = _pinned()
    with (
        emulator(passphrase=True) as device,
        session_with(device, FixedAnswers(passphrase="abc")) as session,
        pytest.raises(errors.WrongWallet, match="another passphrase"),
    ):
        must_be(session, pinned)


def test_the_wallet_of_a_hidden_pin_is_named() -> None:
    pinned = _pinned()
    setup = Setup(MODELS["classic1s"], pin="1234", attach_pin="5566", passphrase=True)
    with (
        emulator(setup=setup) as device,
        session_with(device, FixedAnswers(positions="5566")) as session,
        pytest.raises(errors.WrongWallet, match="the PIN of a hidden wallet"),
    ):
        must_be(session, pinned)


def test_a_wallet_that_was_changed_behind_the_lock_is_noticed() -> None:
    """The device locks itself; the next PIN opens another wallet. What was read before the lock counts no more."""
    pinned = _pinned()
    setup = Setup(MODELS["classic1s"], pin="1234", attach_pin="5566", passphrase=True)
    answers = FixedAnswers(positions="1234")
    with emulator(setup=setup) as device, session_with(device, answers) as session:
        must_be(session, pinned)
        device._wallet.vault.lock()
        answers._positions = "5566"
        with pytest.raises(errors.WrongWallet, match="hidden"):
            must_be(session, pinned)


def test_the_same_master_key_with_another_account_key_is_never_believed() -> None:
    pinned = _pinned()
    with emulator() as device, session_with(device) as session:
        forged = PinnedAccount(pinned.fingerprint, PATH, account_of(session, "m/84'/0'/1'").xpub)
        with pytest.raises(errors.NotProved):
            must_be(session, forged)
        assert session.over
