"""TRON on the device: addresses and transactions, judged by libraries that did not make them."""

import hashlib
from collections.abc import Callable, Iterable

import msgspec
import pytest
from eth_keys import keys

from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import BadInput
from desktop.domain.tron_address import address_bytes
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.emulator.key_answers import ANSWERS
from desktop.hw.session import Session
from desktop.hw.tron import messages as tron
from desktop.hw.tron.node_json import read_transaction
from desktop.hw.tron.operations import SignedTransaction, request_for, sign_tron, tron_address
from desktop.hw.wire.codec import Message
from tests.fakes.device_bench import ALL, answered, emulator, session_with
from tests.fakes.scripted_device import Reply, ScriptedDevice
from tests.fakes.tron_transactions import RECIPIENT, TRON_ADDRESS, TRON_PATH, call, text, transfer

ROOT = master_of(seed_of(ALL))


def _signer(signed: SignedTransaction) -> bytes:
    raw, signature = bytes.fromhex(signed.raw), bytes.fromhex(signed.signature)
    assert signature[64] in (27, 28)
    made = keys.Signature(signature[:64] + bytes([signature[64] - 27]))
    return b"\x41" + made.recover_public_key_from_msg_hash(hashlib.sha256(raw).digest()).to_canonical_address()


@pytest.mark.parametrize("model", ["classic", "classic1s", "pro"])
def test_an_address_is_shown_and_is_that_of_the_key(model: str) -> None:
    shown: list[tuple[str, ...]] = []
    with (
        emulator(always_yes=True, model=model, on_screen=lambda lines, asks: shown.append(lines)) as device,
        session_with(device) as session,
    ):
        found = tron_address(session, TRON_PATH, show=True)
        assert (found.address, found.path, found.shown) == (TRON_ADDRESS, TRON_PATH, True)
        assert bytes.fromhex(found.hex) == address_bytes(TRON_ADDRESS)
        assert any("".join(lines[2:]).replace(" ", "") == TRON_ADDRESS for lines in shown)
        assert not tron_address(session, "m/44h/195h/0h/0/1").shown


@pytest.mark.parametrize("model", ["classic1s", "pro"])
@pytest.mark.parametrize(
    "given",
    [transfer(), call(), call(RECIPIENT), call(data="deadbeef", call_value=7, token_id=3, call_token_value=4)],
)
def test_a_signature_is_that_of_the_owner_for_another_library(given: dict[str, object], model: str) -> None:
    with emulator(always_yes=True, model=model) as device, session_with(device) as session:
        signed = sign_tron(session, TRON_PATH, read_transaction(text(given)))
    assert _signer(signed) == address_bytes(TRON_ADDRESS)
    assert signed.txid == hashlib.sha256(bytes.fromhex(signed.raw)).hexdigest()
    assert signed.sender == TRON_ADDRESS


@pytest.mark.parametrize(
    ("given", "heads"),
    [
        (transfer(), ["TRON transaction", "Sign TRON transaction?"]),
        (call(), ["TRON transaction", "Sign TRON transaction?"]),
        (call(RECIPIENT), ["Unknown token", "TRON transaction", "Sign TRON transaction?"]),
    ],
)
def test_each_question_of_a_large_device_has_a_screen_of_its_own(given: dict[str, object], heads: list[str]) -> None:
    expected: list[tuple[str, ...]] = []
    shown: list[tuple[str, ...]] = []
    with (
        emulator(
            always_yes=True, model="pro", on_screen=lambda lines, asks: shown.append(lines) if asks else None
        ) as device,
        session_with(device, on_screen=lambda lines, asks: expected.append(lines) if asks else None) as session,
    ):
        sign_tron(session, TRON_PATH, read_transaction(text(given)))
    assert [lines[0] for lines in shown] == heads
    assert [lines[0] for lines in expected] == heads
    assert expected[-1][1:] == expected[-2][1:]  # what is signed stands there to the end


def test_the_screen_names_amount_and_recipient() -> None:
    shown: list[str] = []
    given = call()
    given["raw_data"]["data"] = b"memo".hex()
    with (
        emulator(always_yes=True, on_screen=lambda lines, asks: shown.append("".join(lines))) as device,
        session_with(device) as session,
    ):
        sign_tron(session, TRON_PATH, read_transaction(text(given)))
    screen = next(lines for lines in shown if "TRON transaction" in lines).replace(" ", "")
    assert f"Send2.5USDTto{RECIPIENT}from{TRON_ADDRESS}feeatmost30TRXmemomemo" in screen


@pytest.mark.parametrize(
    ("model", "given", "codes"),
    [
        ("classic1s", transfer(), [8]),
        ("classic1s", call(), [8]),
        ("pro", transfer(), [8, 1]),
        ("pro", call(), [8, 1]),
        ("pro", call(RECIPIENT), [8, 8, 1]),
        ("pro", call(data="deadbeef"), [7, 1]),
    ],
)
def test_the_device_asks_as_often_as_the_firmware(model: str, given: dict[str, object], codes: list[int]) -> None:
    request = request_for(parse_path(TRON_PATH), read_transaction(text(given)))
    asked, answer = answered(model, request)
    assert asked == codes
    assert isinstance(answer, tron.TronSignedTx)


def test_no_on_the_device_signs_nothing_and_it_stays_usable() -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    with emulator(on_screen=say_no) as device, session_with(device) as session:
        with pytest.raises(errors.NoPressed):
            sign_tron(session, TRON_PATH, read_transaction(text(transfer())))
        assert tron_address(session, TRON_PATH).address == TRON_ADDRESS


def test_another_owner_is_refused_before_the_device_is_asked() -> None:
    shown: list[bool] = []
    with (
        emulator(on_screen=lambda lines, asks: shown.append(asks)) as device,
        session_with(device) as session,
        pytest.raises(BadInput, match=f"owner_address: the transaction spends from {RECIPIENT}"),
    ):
        sign_tron(session, TRON_PATH, read_transaction(text(transfer(owner_address=RECIPIENT))))
    assert not any(shown)


@pytest.mark.parametrize("path", ["m/44'/195'/0", "m/44'/60'/0'/0/0", "m/49'/195'/0'/0/0", "m/44'/195'"])
def test_a_forbidden_path_is_refused_by_the_device(path: str) -> None:
    with (
        emulator() as device,
        session_with(device) as session,
        pytest.raises(errors.DeviceRefused, match=r"Invalid path|Forbidden"),
    ):
        tron_address(session, path)


def _device(change: Callable[[tron.TronSignedTx], Message]) -> ScriptedDevice:
    """Return a device with real keys whose signed transaction is changed before it is sent."""
    with emulator(always_yes=True) as honest, session_with(honest) as session:
        signed = sign_tron(session, TRON_PATH, read_transaction(text(transfer())))
    answer = tron.TronSignedTx(bytes.fromhex(signed.signature), bytes.fromhex(signed.raw))

    class Keys:
        def opened(self) -> Iterable[None]:
            return ()

        def root(self) -> object:
            return ROOT

    def reply(message: Message) -> Iterable[Reply]:
        match message:
            case m.GetPublicKey():
                flow = ANSWERS[m.GetPublicKey](Keys(), message)  # type: ignore[arg-type]
                try:
                    next(flow)
                except StopIteration as done:
                    return [done.value]
            case tron.TronSignTx():
                return [change(answer)]
            case tron.TronGetAddress():
                return [tron.TronAddress(address=RECIPIENT)]
        return []

    return ScriptedDevice(reply)


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    "change",
    [
        lambda signed: msgspec.structs.replace(signed, signature=_flipped(signed.signature, 5)),
        lambda signed: msgspec.structs.replace(signed, signature=_flipped(signed.signature, 40)),
        lambda signed: msgspec.structs.replace(signed, signature=signed.signature[:64] + b"\x1d"),
        lambda signed: msgspec.structs.replace(signed, signature=signed.signature[:64] + b"\0"),
        lambda signed: msgspec.structs.replace(signed, signature=signed.signature[:64]),
        lambda signed: msgspec.structs.replace(signed, signature=b""),
        lambda signed: msgspec.structs.replace(signed, serialized_tx=_flipped(signed.serialized_tx, 60)),
        lambda signed: msgspec.structs.replace(signed, serialized_tx=None),
    ],
)
def test_a_signature_that_does_not_hold_drops_the_link(change: Callable[[tron.TronSignedTx], Message]) -> None:
    device = _device(change)
    session = Session(device)
    session.begin()
    with pytest.raises(errors.NotProved):
        sign_tron(session, TRON_PATH, read_transaction(text(transfer())))
    assert session.over
    assert device.times_heard(tron.TronSignTx) == 1


def test_an_address_that_is_not_that_of_the_key_drops_the_link() -> None:
    session = Session(_device(lambda signed: signed))
    session.begin()
    with pytest.raises(errors.NotProved, match=RECIPIENT):
        tron_address(session, TRON_PATH)
    assert session.over


def test_a_device_without_tron_says_so() -> None:
    def reply(message: Message) -> Iterable[Reply]:
        return [m.Failure(code=1, message="Unknown message")]

    session = Session(ScriptedDevice(reply))
    session.begin()
    session.known_fingerprint = "5c9e228d"
    session.known_nodes[parse_path("m/44h/195h/0h")] = ROOT.at(parse_path("m/44h/195h/0h")).public()
    with pytest.raises(errors.NotSupported, match="TronGetAddress"):
        tron_address(session, TRON_PATH)


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        (tron.Contract(), "Invalid parameters"),
        (tron.Contract(trigger=tron.Trigger(RECIPIENT)), "Invalid TRON contract call data"),
        (tron.Contract(trigger=tron.Trigger(RECIPIENT, data=b"123")), "Invalid TRON contract call data"),
        (tron.Contract(tron.Transfer("TX", 5)), "checksum"),
    ],
)
def test_the_emulated_device_refuses_what_the_firmware_refuses(contract: tron.Contract, words: str) -> None:
    request = request_for(parse_path(TRON_PATH), read_transaction(text(transfer())))
    asked, answer = answered("classic1s", msgspec.structs.replace(request, contract=contract))
    assert asked == []
    assert isinstance(answer, m.Failure)
    assert answer.code == 3
    assert words in (answer.message or "")
