"""PSBTs as other programs make them, half signed by others, and with what the standard allows beside the usual."""

import base64
import contextlib

import bdkpython as bdk
import pytest
from embit.finalizer import finalize_psbt
from embit.psbt import PSBT
from embit.script import Witness
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.errors import SeawallError
from desktop.hw.bitcoin.finalising import check_readable, finalised
from desktop.hw.bitcoin.guards import guard
from desktop.hw.bitcoin.psbt import read_psbt
from desktop.hw.bitcoin.psbt_signing import SignedPsbt, given_psbt, sign_psbt
from desktop.hw.bitcoin.spending import understood
from desktop.hw.emulator.models import MODELS, Setup
from tests.fakes.device_bench import emulator, session_with
from tests.fakes.psbt_bench import FINGERPRINT, ROOT, STRANGER, Coin, Payment, psbt_of
from tests.fakes.script_verifier import accepted

KINDS = ("p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh")
PAID = [Payment(150_000), Coin(amount=240_000)]
MIXED = psbt_of(
    [Coin(kind, index=place) for place, kind in enumerate(KINDS)], [Payment(150_000), Coin(amount=240_000)]
)


def signed(psbt: PSBT | bytes, *, finalize: bool = True, strict: bool = True) -> SignedPsbt:
    raw = psbt if isinstance(psbt, bytes) else psbt.serialize()
    setup = Setup(MODELS["classic1s"], strict=strict)
    with emulator(always_yes=True, setup=setup) as device, session_with(device) as session:
        return sign_psbt(session, raw, finalize=finalize)


def test_taproot_needs_no_previous_transaction() -> None:
    psbt = psbt_of([Coin("p2tr"), Coin("p2tr", index=1)], [Payment(190_000)])
    for scope in psbt.inputs:
        scope.non_witness_utxo = None
    assert accepted(bytes.fromhex(signed(psbt).tx), psbt)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sighash_of_all_may_be_asked_for(kind: str) -> None:
    psbt = psbt_of([Coin(kind)], [Payment(99_000)])
    psbt.inputs[0].sighash_type = 1
    result = signed(psbt)
    assert result.complete
    assert accepted(bytes.fromhex(result.tx), psbt)


def test_signing_closes_what_version_2_left_open() -> None:
    raw = psbt_of([Coin()], [Payment(99_000)], version=2).serialize()
    flags = bytes.fromhex("010601")
    open_to_change = raw.replace(bytes.fromhex("01fb04"), flags + b"\x07" + bytes.fromhex("01fb04"), 1)
    result = signed(open_to_change, finalize=False)
    assert read_psbt(base64.b64decode(result.psbt)).general[b"\x06"] == b"\x04"


def test_a_finished_psbt_keeps_what_it_must_and_drops_the_rest() -> None:
    for version in (None, 2):
        psbt = psbt_of([Coin("p2sh-p2wpkh")], [Payment(99_000)], version=version)
        psbt.inputs[0].unknown = {b"\xfc\x01x\x00": b"kept"}
        kinds = {key[0] for key in read_psbt(base64.b64decode(signed(psbt).psbt)).inputs[0]}
        assert kinds == {0x00, 0x01, 0x07, 0x08, 0xFC} | ({0x0E, 0x0F, 0x10} if version else set())


@pytest.mark.parametrize("final", [False, True])
def test_the_last_signature_makes_it_complete(final: bool) -> None:
    psbt = psbt_of([Coin(), Coin(root=STRANGER, index=3)], [Payment(199_000)])
    psbt.sign_with(STRANGER)
    raw = base64.b64decode(with_final_input(psbt.serialize(), 1)) if final else psbt.serialize()
    result = signed(raw, strict=False)
    assert (result.complete, result.foreign_inputs) == (True, (1,))
    assert accepted(bytes.fromhex(result.tx), psbt)


def with_final_input(raw: bytes, place: int) -> str:
    psbt = PSBT.parse(raw)
    ((key, signature),) = psbt.inputs[place].partial_sigs.items()
    psbt.inputs[place].final_scriptwitness = Witness([signature, key.sec()])
    psbt.inputs[place].partial_sigs.clear()
    return psbt.to_base64()


def test_a_signature_of_others_that_does_not_hold_is_never_complete() -> None:
    psbt = psbt_of([Coin(), Coin(root=STRANGER, index=3)], [Payment(199_000)])
    other = psbt_of([Coin(), Coin(root=STRANGER, index=3)], [Payment(199_001)])
    other.sign_with(STRANGER)
    psbt.inputs[1].partial_sigs = other.inputs[1].partial_sigs
    result = signed(psbt, strict=False)
    assert (result.complete, result.tx) == (False, None)


def test_our_half_is_signed_by_the_other_afterwards() -> None:
    psbt = psbt_of([Coin("p2sh-p2wpkh"), Coin("p2pkh", root=STRANGER, index=3)], [Payment(199_000)])
    half = PSBT.parse(base64.b64decode(signed(psbt, strict=False).psbt))
    half.sign_with(STRANGER)
    assert accepted(finalize_psbt(half).serialize(), psbt)


def test_a_corrupted_signature_is_refused_when_it_is_finalised() -> None:
    whole = read_psbt(base64.b64decode(signed(psbt_of([Coin()], [Payment(99_000)]), finalize=False).psbt))
    assert finalised(whole) is not None
    ((key, signature),) = ((key, value) for key, value in whole.inputs[0].items() if key[0] == 2)
    whole.inputs[0][key] = signature[:20] + bytes([signature[20] ^ 1]) + signature[21:]
    assert finalised(whole) is None


@pytest.mark.parametrize(
    ("purpose", "template"), [(84, "wpkh({})"), (86, "tr({})"), (49, "sh(wpkh({}))"), (44, "pkh({})")]
)
def test_a_psbt_of_another_wallet_program_is_signed(purpose: int, template: str) -> None:
    raw = made_by_bdk(purpose, template)
    result = signed(raw)
    assert result.complete
    assert accepted(bytes.fromhex(result.tx), PSBT.parse(raw))


def made_by_bdk(purpose: int, template: str) -> bytes:
    """Return a PSBT that bdk's own coin selection and change make, from a watch-only wallet."""
    account = ROOT.derive(f"m/{purpose}h/0h/0h").to_public()
    origin = f"[{FINGERPRINT.hex()}/{purpose}h/0h/0h]{account}"
    descriptors = [bdk.Descriptor(template.format(f"{origin}/{branch}/*"), bdk.NetworkKind.MAIN) for branch in (0, 1)]
    wallet = bdk.Wallet(*descriptors, bdk.Network.BITCOIN, bdk.Persister.new_in_memory())
    address = wallet.reveal_next_address(bdk.KeychainKind.EXTERNAL).address
    funding = psbt_of([Coin(root=STRANGER)], [Payment(70_000, str(address)), Payment(20_000, str(address))])
    funding.sign_with(STRANGER)
    transaction = bdk.Transaction(finalize_psbt(funding).serialize())
    wallet.apply_unconfirmed_txs([bdk.UnconfirmedTx(tx=transaction, last_seen=1)])
    target = bdk.Address("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", bdk.Network.BITCOIN).script_pubkey()
    builder = bdk.TxBuilder().add_recipient(target, bdk.Amount.from_sat(75_000))
    psbt = builder.fee_rate(bdk.FeeRate.from_sat_per_vb(3)).add_global_xpubs().finish(wallet)
    return base64.b64decode(psbt.serialize())


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_file_is_understood_or_refused(data: st.DataObject) -> None:
    raw = MIXED.serialize()
    place = data.draw(st.integers(5, len(raw) - 1))
    spoiled = raw[:place] + bytes([data.draw(st.integers(0, 255))]) + raw[place + 1 :]
    with contextlib.suppress(SeawallError):
        psbt = given_psbt(spoiled)
        guard(understood(psbt, FINGERPRINT.hex(), lambda path: ROOT.derive(list(path)).get_public_key().sec()))
        check_readable(psbt)
