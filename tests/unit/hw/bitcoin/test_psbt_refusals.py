"""What is not signed: told before the wallet is asked, with words and a remedy."""

from collections.abc import Callable

import pytest
from embit import script
from embit.psbt import PSBT, DerivationPath
from embit.transaction import Transaction

from desktop.domain.errors import BadInput, Refused, SeawallError
from desktop.hw.bitcoin.messages import SignTx
from desktop.hw.bitcoin.psbt_signing import given_psbt, sign_psbt
from desktop.hw.errors import WrongWallet
from tests.fakes.device_bench import emulator, session_with
from tests.fakes.psbt_bench import FINGERPRINT, STRANGER, Coin, Payment, psbt_of

Change = Callable[[PSBT], None]


def base(*coins: Coin) -> PSBT:
    return psbt_of(list(coins or (Coin(),)), [Payment(60_000), Coin(amount=39_000, branch=1)])


def without_utxo(psbt: PSBT) -> None:
    psbt.inputs[0].non_witness_utxo = psbt.inputs[0].witness_utxo = None


def without_previous(psbt: PSBT) -> None:
    psbt.inputs[0].non_witness_utxo = None


def another_previous(psbt: PSBT) -> None:
    before = psbt.inputs[0].non_witness_utxo
    psbt.inputs[0].non_witness_utxo = Transaction(before.version, before.vin, before.vout, 99)


def more_claimed(psbt: PSBT) -> None:
    psbt.inputs[0].witness_utxo.value += 1


def another_script_claimed(psbt: PSBT) -> None:
    psbt.inputs[0].witness_utxo.script_pubkey = Coin(index=9).script


def sighash(kind: int) -> Change:
    def change(psbt: PSBT) -> None:
        psbt.inputs[0].sighash_type = kind

    return change


def named(coin: Coin, path: list[int], key: object = None) -> Change:
    def change(psbt: PSBT) -> None:
        psbt.inputs[0].bip32_derivations = {key or coin.key: DerivationPath(FINGERPRINT, path)}

    return change


def output_named(coin: Coin) -> Change:
    def change(psbt: PSBT) -> None:
        psbt.outputs[0].bip32_derivations[coin.key] = DerivationPath(FINGERPRINT, coin.path)

    return change


def nameless(psbt: PSBT) -> None:
    psbt.inputs[0].bip32_derivations.clear()


def final(psbt: PSBT) -> None:
    psbt.inputs[0].final_scriptwitness = script.Witness([b"\1" * 71, b"\2" * 33])


def wrong_redeem_script(psbt: PSBT) -> None:
    psbt.inputs[0].redeem_script = script.p2wpkh(STRANGER.key.get_public_key())


def strange_output(raw: bytes) -> Change:
    def change(psbt: PSBT) -> None:
        psbt.outputs[0].script_pubkey = script.Script(raw)

    return change


def pays(satoshi: int) -> Change:
    def change(psbt: PSBT) -> None:
        psbt.outputs[0].value = satoshi

    return change


HARD = 0x80000000
ODD_PATH = [HARD + 84, HARD, 0, 0, 0]
OTHER_COIN = [HARD + 84, HARD + 2, HARD, 0, 0]
ODD_PURPOSE = [HARD + 45, HARD, HARD, 0, 0]
TESTNET = Coin(testnet=True, index=3)


@pytest.mark.parametrize(
    ("psbt", "change", "error", "words"),
    [
        (base(), without_utxo, BadInput, "input 0: the output it spends is missing"),
        (base(), without_previous, BadInput, "input 0: its previous transaction is missing"),
        (base(), another_previous, BadInput, "input 0: the previous transaction is"),
        (base(), more_claimed, BadInput, "input 0: 100001 satoshi are claimed, the previous transaction pays 100000"),
        (base(), another_script_claimed, BadInput, "input 0: its script is not that of the previous transaction"),
        (base(), sighash(0), Refused, "sighash type 0x00"),
        (base(), sighash(2), Refused, "sighash type 0x02"),
        (base(), sighash(3), Refused, "sighash type 0x03"),
        (base(), sighash(0x81), Refused, "sighash type 0x81"),
        (base(Coin("p2tr")), sighash(0x83), Refused, "sighash type 0x83"),
        (base(), nameless, BadInput, "does not say which keys"),
        (base(Coin(root=STRANGER)), lambda psbt: None, WrongWallet, "another wallet: 5c9e228d"),
        (base(), named(Coin(), Coin(index=1).path), BadInput, "a key at m/84'/0'/0'/0/1 that this wallet does not"),
        (base(), named(Coin(), ODD_PATH), BadInput, "the path m/84'/0'/0/0/0 is not one of a single-key account"),
        (base(), named(Coin(), OTHER_COIN), BadInput, "wrong network: the path m/84'/2'"),
        (base(), named(Coin(), ODD_PURPOSE), BadInput, "does not say which kind of address"),
        (
            base(),
            named(Coin(), Coin("p2pkh").path, Coin("p2pkh").key),
            BadInput,
            "input 0: the key at m/44'/0'/0'/0/0 alone does not open the script",
        ),
        (
            base(),
            output_named(Coin(index=5)),
            BadInput,
            "output 0 claims to pay this wallet's key at m/84'/0'/0'/0/5",
        ),
        (base(Coin(), TESTNET), lambda psbt: None, BadInput, "wrong network"),
        (base(), final, BadInput, "final already"),
        (base(Coin(), Coin(index=1)), final, BadInput, "input 0 is final already"),
        (base(Coin("p2sh-p2wpkh")), wrong_redeem_script, BadInput, "input 0: its redeem script does not belong"),
        (base(), strange_output(b"\x51"), BadInput, "output 0 pays to a script without an address: 51"),
        (base(), strange_output(b"\x6a\x01\x02"), BadInput, "output 0 is an OP_RETURN that the wallet cannot show"),
        (base(), pays(61_001), BadInput, "the outputs pay 1 satoshi more than the inputs hold"),
        (base(), pays(30_000), Refused, "more than a quarter of all that is spent"),
        (base(Coin(amount=30_000_000)), lambda psbt: None, Refused, "satoshi a virtual byte"),
    ],
)
def test_it_is_refused(psbt: PSBT, change: Change, error: type[SeawallError], words: str) -> None:
    change(psbt)
    asked: list[object] = []
    with emulator(always_yes=True) as device, session_with(device) as session:
        send = session._link.send
        session._link.send = lambda message: (asked.append(message), send(message))[1]  # type: ignore[method-assign]
        with pytest.raises(error) as caught:
            sign_psbt(session, psbt.serialize())
        assert not session.over
    assert words in caught.value.message
    assert caught.value.remedy
    assert not any(isinstance(message, SignTx) for message in asked)


def test_a_key_under_another_script_type_is_refused() -> None:
    psbt = base()
    legacy = Coin("p2pkh")
    psbt.inputs[0].non_witness_utxo = None
    psbt.inputs[0].witness_utxo.script_pubkey = script.p2wpkh(legacy.key)
    named(legacy, legacy.path)(psbt)
    with (
        emulator() as device,
        session_with(device) as session,
        pytest.raises(BadInput, match=r"spends a p2wpkh output with the key at .*, a path kept for p2pkh"),
    ):
        sign_psbt(session, psbt.serialize())


def test_a_signed_transaction_is_not_signed_again() -> None:
    psbt = base()
    final(psbt)
    with pytest.raises(BadInput, match="signed and final already"):
        given_psbt(psbt.serialize())


def test_a_previous_transaction_too_large_for_the_wallet_is_refused() -> None:
    psbt = base()
    before = psbt.inputs[0].non_witness_utxo
    before.vin[0].script_sig = script.Script(b"\x01" * 1_700)
    psbt.inputs[0].txid = before.txid()
    with (
        emulator() as device,
        session_with(device) as session,
        pytest.raises(Refused, match="longer than the wallet takes") as caught,
    ):
        sign_psbt(session, psbt.serialize())
    assert caught.value.rule == "device-limits"
