"""An ordinary client library signs Bitcoin transactions on our emulator, and gets the bytes that our client gets."""

from collections.abc import Iterator

import pytest
from embit.psbt import PSBT
from trezorlib import btc, exceptions, messages
from trezorlib.client import Session, get_default_client
from trezorlib.transport.udp import UdpTransport

from desktop.hw.bitcoin.psbt_signing import sign_psbt
from desktop.hw.emulator.device import Emulator
from tests.fakes.device_bench import emulator, session_with
from tests.fakes.psbt_bench import Coin, Payment, op_return, previous, psbt_of
from tests.fakes.script_verifier import accepted

SPEND = {
    "p2pkh": messages.InputScriptType.SPENDADDRESS,
    "p2sh-p2wpkh": messages.InputScriptType.SPENDP2SHWITNESS,
    "p2wpkh": messages.InputScriptType.SPENDWITNESS,
    "p2tr": messages.InputScriptType.SPENDTAPROOT,
}
PAY = {
    "p2pkh": messages.OutputScriptType.PAYTOADDRESS,
    "p2sh-p2wpkh": messages.OutputScriptType.PAYTOP2SHWITNESS,
    "p2wpkh": messages.OutputScriptType.PAYTOWITNESS,
    "p2tr": messages.OutputScriptType.PAYTOTAPROOT,
}
MIXED = [Coin(kind, index=place) for place, kind in enumerate(SPEND)]
CASES: dict[str, tuple[list[Coin], list[Coin | Payment]]] = {
    **{kind: ([Coin(kind), Coin(kind, index=5)], [Payment(90_000), Coin(kind, 90_000, 1, 1)]) for kind in SPEND},
    "mixed": (MIXED, [Payment(150_000), op_return(b"hello"), Coin(amount=240_000, branch=1)]),
    "many": ([Coin(index=place) for place in range(20)], [Payment(1_900_000)]),
}


@pytest.fixture(params=["classic1s", "pro"])
def device(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with emulator(always_yes=True, model=request.param) as running:
        yield running


def opened(device: Emulator) -> Session:
    return get_default_client("Seawall test", UdpTransport.find_by_path(device.path)).get_session()


@pytest.mark.parametrize("name", CASES)
def test_both_clients_get_the_same_bytes(device: Emulator, name: str) -> None:
    coins, outputs = CASES[name]
    psbt = psbt_of(coins, outputs, lock_time=7)
    signatures, raw = signed_by_the_library(opened(device), psbt, coins, outputs)
    assert len(signatures) == len(coins)
    with session_with(device) as session:
        ours = sign_psbt(session, psbt.serialize(), finalize=True)
    assert ours.tx == raw.hex()
    assert accepted(raw, psbt)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": 1}, "Invalid amount specified"),
        ({"address_n": Coin(index=9).path}, "Input does not match scriptPubKey"),
        ({"address_n": Coin("p2tr").path}, "Forbidden key path"),
        ({"prev_index": 7}, "Not enough outputs in previous transaction"),
        ({"script_type": messages.InputScriptType.EXTERNAL}, "address_n provided but not expected"),
    ],
)
def test_lies_are_refused_as_firmware_does(device: Emulator, change: dict[str, object], words: str) -> None:
    inputs = [input_of(Coin())]
    for name, value in change.items():
        setattr(inputs[0], name, value)
    with pytest.raises(exceptions.TrezorFailure, match=words):
        btc.sign_tx(opened(device), "Bitcoin", inputs, outputs_of([Payment(1)]), prev_txes=before([Coin()]))


def test_another_previous_transaction_is_refused(device: Emulator) -> None:
    told = before([Coin()])
    (name,) = told
    told[name].lock_time = 5
    with pytest.raises(exceptions.TrezorFailure, match="Encountered invalid prevhash"):
        btc.sign_tx(opened(device), "Bitcoin", [input_of(Coin())], outputs_of([Payment(90_000)]), prev_txes=told)


def test_more_out_than_in_is_refused(device: Emulator) -> None:
    with pytest.raises(exceptions.TrezorFailure, match="Not enough funds"):
        btc.sign_tx(
            opened(device), "Bitcoin", [input_of(Coin())], outputs_of([Payment(200_000)]), prev_txes=before([Coin()])
        )


def signed_by_the_library(
    session: Session, psbt: PSBT, coins: list[Coin], outputs: list[Coin | Payment]
) -> tuple[list[bytes], bytes]:
    return btc.sign_tx(
        session,
        "Bitcoin",
        [input_of(coin) for coin in coins],
        outputs_of(outputs),
        prev_txes=before(coins),
        version=psbt.tx.version,
        lock_time=psbt.tx.locktime,
    )


def input_of(coin: Coin) -> messages.TxInputType:
    return messages.TxInputType(
        address_n=coin.path,
        prev_hash=previous(coin).txid(),
        prev_index=1,
        amount=coin.amount,
        script_type=SPEND[coin.kind],
        sequence=coin.sequence,
    )


def outputs_of(outputs: list[Coin | Payment]) -> list[messages.TxOutputType]:
    return [output_of(single) for single in outputs]


def output_of(single: Coin | Payment) -> messages.TxOutputType:
    if isinstance(single, Coin):
        return messages.TxOutputType(address_n=single.path, amount=single.amount, script_type=PAY[single.kind])
    if single.script is not None:
        return messages.TxOutputType(
            amount=0, op_return_data=single.script[2:], script_type=messages.OutputScriptType.PAYTOOPRETURN
        )
    return messages.TxOutputType(address=single.address, amount=single.amount)


def before(coins: list[Coin]) -> dict[bytes, messages.TransactionType]:
    return {previous(coin).txid(): btc_form(coin) for coin in coins}


def btc_form(coin: Coin) -> messages.TransactionType:
    spent = previous(coin)
    return messages.TransactionType(
        version=spent.version,
        lock_time=spent.locktime,
        inputs=[
            messages.TxInputType(
                prev_hash=one.txid, prev_index=one.vout, script_sig=one.script_sig.data, sequence=one.sequence
            )
            for one in spent.vin
        ],
        bin_outputs=[
            messages.TxOutputBinType(amount=one.value, script_pubkey=one.script_pubkey.data) for one in spent.vout
        ],
    )
