"""PSBTs signed on the emulated device, judged by libraries that Seawall does not use to sign."""

import base64
import hashlib

import pytest
from embit.finalizer import finalize_psbt
from embit.psbt import PSBT
from embit.transaction import Transaction

from desktop.hw.bitcoin.psbt import read_psbt
from desktop.hw.bitcoin.psbt_signing import SignedPsbt, sign_psbt
from desktop.hw.emulator.device import Emulator
from desktop.hw.emulator.models import MODELS, Setup
from tests.fakes.device_bench import emulator, session_with
from tests.fakes.psbt_bench import STRANGER, Coin, Payment, op_return, psbt_of
from tests.fakes.script_verifier import accepted

KINDS = ("p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh")
EVERY_ADDRESS = (
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
    "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
)
MIXED = [Coin(kind, index=place) for place, kind in enumerate(KINDS)]


def signed(device: Emulator, psbt: PSBT, *, finalize: bool = True) -> SignedPsbt:
    with session_with(device) as session:
        return sign_psbt(session, psbt.serialize(), finalize=finalize)


@pytest.fixture(params=["classic1s", "pro"])
def device(request: pytest.FixtureRequest) -> Emulator:
    with emulator(always_yes=True, model=request.param) as running:
        yield running


@pytest.mark.parametrize("kind", KINDS)
def test_each_script_type_is_signed(device: Emulator, kind: str) -> None:
    coins = [Coin(kind), Coin(kind, 50_000, 7, 1)]
    psbt = psbt_of(coins, [Payment(60_000), Coin(kind, 80_000, 1, 1)])
    result = signed(device, psbt)
    assert result.complete
    assert result.foreign_inputs == ()
    assert accepted(bytes.fromhex(result.tx), psbt)


@pytest.mark.parametrize("version", [None, 2])
def test_script_types_mix_with_every_address_and_data(device: Emulator, version: int | None) -> None:
    outputs = [
        *(Payment(50_000, address) for address in EVERY_ADDRESS),
        op_return(b"hello"),
        Coin(amount=140_000, branch=1),
    ]
    psbt = psbt_of(MIXED, outputs, version=version, lock_time=800_000)
    result = signed(device, psbt)
    assert accepted(bytes.fromhex(result.tx), psbt)
    final = Transaction.parse(bytes.fromhex(result.tx))
    assert final.locktime == 800_000
    assert {single.sequence for single in final.vin} == {0xFFFFFFFD}
    assert PSBT.parse(base64.b64decode(result.psbt)).version == version


def test_fifty_inputs_are_signed(device: Emulator) -> None:
    psbt = psbt_of([Coin(index=place) for place in range(50)], [Payment(60_000), Coin(amount=4_900_000, branch=1)])
    assert accepted(bytes.fromhex(signed(device, psbt).tx), psbt)


def test_the_test_network_is_signed(device: Emulator) -> None:
    outputs = [
        Payment(60_000, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),
        Coin(amount=39_000, branch=1, testnet=True),
    ]
    psbt = psbt_of([Coin(testnet=True)], outputs)
    assert accepted(bytes.fromhex(signed(device, psbt).tx), psbt)


def test_signatures_stay_apart_without_finalising(device: Emulator) -> None:
    psbt = psbt_of(MIXED, [Payment(390_000)])
    result = signed(device, psbt, finalize=False)
    found = PSBT.parse(base64.b64decode(result.psbt))
    assert found.tx.serialize() == psbt.tx.serialize()
    assert [len(scope.partial_sigs) for scope in found.inputs] == [1, 0, 1, 1]
    raw = read_psbt(base64.b64decode(result.psbt))
    assert [len(fields.get(b"\x13", b"")) for fields in raw.inputs] == [0, 64, 0, 0]
    assert not any(fields.keys() & {b"\x07", b"\x08"} for fields in raw.inputs)
    assert result.complete


def test_both_devices_write_the_same_bytes() -> None:
    psbt = psbt_of(MIXED, [Payment(150_000), Coin(amount=240_000, branch=1)])
    written = set()
    for model in ("classic1s", "pro"):
        with emulator(always_yes=True, model=model) as device:
            written.add(signed(device, psbt).tx)
    assert len(written) == 1


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("p2wpkh", "ccc87a6fc5d376c2ede618b3ea290b2202ec7770d15da1a117f18853caf1335e"),
        ("p2tr", "fca3e0e900095d6af4ab6c85506e903ff04f4362cfa2470e3f6e6b4db9c125d0"),
        ("p2sh-p2wpkh", "b583973f096a60a02620471e278368f377975be955a4e3a79a0913fa2b984a3a"),
        ("p2pkh", "4ed4f3a6c262e24778ee2b97b8ec5724bfad823a4e36a356c348c6b08ed225fb"),
    ],
)
def test_the_bytes_are_those_of_real_firmware(device: Emulator, kind: str, digest: str) -> None:
    """The digests are of what the firmware of a Classic 1S (3.12.0) and of a Pro (4.13.1) wrote for the same PSBT."""
    psbt = psbt_of([Coin(kind), Coin(kind, 50_000, 7, 1)], [Payment(60_000), Coin(kind, 80_000, 1, 1)])
    assert hashlib.sha256(bytes.fromhex(signed(device, psbt).tx)).hexdigest() == digest


@pytest.mark.parametrize("model", ["classic1s", "pro"])
@pytest.mark.parametrize("kind", ["p2wpkh", "p2sh-p2wpkh", "p2pkh"])
def test_inputs_of_others_leave_it_incomplete(model: str, kind: str) -> None:
    psbt = psbt_of([Coin(kind), Coin(index=3, root=STRANGER)], [Payment(160_000), Coin(kind, 30_000, branch=1)])
    with emulator(always_yes=True, setup=Setup(MODELS[model], strict=False)) as device:
        result = signed(device, psbt)
    assert (result.complete, result.tx, result.foreign_inputs) == (False, None, (1,))
    half = PSBT.parse(base64.b64decode(result.psbt))
    assert len(half.inputs[0].partial_sigs) == 1
    half.sign_with(STRANGER)
    assert accepted(finalize_psbt(half).serialize(), psbt)
