"""Solana on the device: addresses and signatures, judged by a library that did not make them."""

from collections.abc import Iterable

import pytest
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from desktop.domain.base58 import decoded_bare
from desktop.domain.bitcoin_keys import seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import BadInput
from desktop.domain.signatures import ed25519_signature
from desktop.domain.solana_keys import address_of_bytes, secret_at
from desktop.domain.solana_token_account import token_account
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.session import Session
from desktop.hw.solana import messages
from desktop.hw.solana.operations import sign_solana, solana_address
from desktop.hw.wire.codec import Message
from tests.fakes.device_bench import ALL, answered, emulator, session_with
from tests.fakes.scripted_device import Reply, ScriptedDevice
from tests.fakes.solana_messages import (
    FRIEND,
    ME,
    SOLANA_ADDRESS,
    SOLANA_PATH,
    USDC,
    Account,
    Call,
    memo,
    message,
    sol,
    token_account_creation,
    tokens,
    unchecked_tokens,
    unit_limit,
    unit_price,
)

MINE, THEIRS = token_account(ME, USDC), token_account(FRIEND, USDC)
SECRET = secret_at(seed_of(ALL), parse_path(SOLANA_PATH))
TOKENS = message(unit_limit(), unit_price(), token_account_creation(THEIRS), tokens(MINE, THEIRS))


def _holds(raw: bytes, signature: str, key: bytes = ME) -> bool:
    try:
        eddsa.new(eddsa.import_public_key(key), "rfc8032").verify(raw, decoded_bare(signature))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("model", ["classic", "classic1s", "pro"])
def test_an_address_is_shown_and_is_that_of_the_key(model: str) -> None:
    shown: list[tuple[str, ...]] = []
    with (
        emulator(always_yes=True, model=model, on_screen=lambda lines, asks: shown.append(lines)) as device,
        session_with(device) as session,
    ):
        found = solana_address(session, "m/44h/501h/0h/0h", show=True)
        assert (found.address, found.path, found.shown, found.key_agrees) == (SOLANA_ADDRESS, SOLANA_PATH, True, True)
        assert any("".join(lines[2:]).replace(" ", "") == SOLANA_ADDRESS for lines in shown)
        assert not solana_address(session, "m/44'/501'/0'").shown


@pytest.mark.parametrize(
    ("raw", "heads"),
    [
        (message(sol()), ["Solana transaction", "Sign Solana transaction?"]),
        (message(sol(), version=0), ["Solana transaction", "Sign Solana transaction?"]),
        (TOKENS, ["Solana, 1 of 2", "Solana, 2 of 2", "Sign Solana transaction?"]),
    ],
)
def test_each_question_of_a_large_device_has_a_screen_of_its_own(raw: bytes, heads: list[str]) -> None:
    expected: list[tuple[str, ...]] = []
    shown: list[tuple[str, ...]] = []
    with (
        emulator(
            always_yes=True, model="pro", on_screen=lambda lines, asks: shown.append(lines) if asks else None
        ) as device,
        session_with(device, on_screen=lambda lines, asks: expected.append(lines) if asks else None) as session,
    ):
        sign_solana(session, SOLANA_PATH, raw)
    assert [lines[0] for lines in expected] == heads
    assert len(shown) == len(heads)


def test_a_small_device_that_turns_pages_is_told_page_by_page() -> None:
    expected: list[tuple[str, ...]] = []
    with (
        emulator(always_yes=True, model="classic1s") as device,
        session_with(device, on_screen=lambda lines, asks: expected.append(lines) if asks else None) as session,
    ):
        sign_solana(session, SOLANA_PATH, message(sol()))
    assert [lines[0] for lines in expected][:2] == ["Solana transaction", "Question 2 about the same"]
    assert len(set(expected)) == len(expected) == 5


@pytest.mark.parametrize("model", ["classic1s", "pro"])
@pytest.mark.parametrize(
    "raw", [message(sol()), message(sol(), memo()), message(sol(), version=0), message(tokens(MINE, THEIRS)), TOKENS]
)
def test_a_signature_holds_for_another_library(raw: bytes, model: str) -> None:
    with emulator(always_yes=True, model=model) as device, session_with(device) as session:
        signed = sign_solana(session, SOLANA_PATH, raw)
    assert _holds(raw, signed.signature)
    assert not _holds(raw + b"x", signed.signature)
    assert signed.signer == SOLANA_ADDRESS
    other = eddsa.new(ECC.construct(curve="Ed25519", seed=SECRET.secret), "rfc8032").sign(raw)
    assert decoded_bare(signed.signature) == other


def test_the_second_of_two_signers_signs() -> None:
    raw = message(sol(), payer=FRIEND)
    with emulator(always_yes=True) as device, session_with(device) as session:
        assert _holds(raw, sign_solana(session, SOLANA_PATH, raw).signature)


def test_the_screen_names_amount_account_and_wallet() -> None:
    shown: list[str] = []
    raw = message(tokens(MINE, THEIRS))
    with (
        emulator(always_yes=True, on_screen=lambda lines, asks: shown.append("".join(lines))) as device,
        session_with(device) as session,
    ):
        sign_solana(session, SOLANA_PATH, raw, recipient=address_of_bytes(FRIEND))
    screen = next(lines for lines in shown if "Solana transaction" in lines).replace(" ", "")
    assert f"Send2.5USDCtothetokenaccount{address_of_bytes(THEIRS)}whichbelongstothewallet" in screen
    assert address_of_bytes(FRIEND) in screen


@pytest.mark.parametrize(
    ("model", "raw", "codes"),
    [
        ("classic1s", message(sol()), [7, 7, 7, 7, 8]),
        ("classic1s", TOKENS, [7, 7, 7, 7, 8]),
        ("pro", message(sol()), [7, 1]),
        ("pro", message(sol(), memo()), [7, 7, 1]),
        ("pro", TOKENS, [7, 7, 1]),
        ("pro", message(sol(), sol(), version=0), [7, 1]),
        ("pro", message(Call(FRIEND, (Account(ME, True, True),), b"x")), [7, 1]),
    ],
)
def test_the_device_asks_as_often_as_the_firmware(model: str, raw: bytes, codes: list[int]) -> None:
    asked, answer = answered(model, messages.SolanaSignTx(raw_tx=raw, address_n=parse_path(SOLANA_PATH)))
    assert asked == codes
    assert isinstance(answer, messages.SolanaSignedTx)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\1", "Invalid message"),
        (message(sol(), payer=FRIEND)[:-1], "Invalid message"),
        (message(payer=FRIEND), "Invalid params"),
        (message(Call(FRIEND, (), b"x")), "BlindSign"),
        (message(unchecked_tokens(MINE, THEIRS)), "BlindSign"),
        (message(sol(), sol(1)), "BlindSign"),
        (message(memo()), "BlindSign"),
        (message(sol(), version=0, tables=b"\1" + b"\x77" * 32 + b"\1\3\0"), "BlindSign"),
    ],
)
def test_the_emulated_device_refuses_what_the_firmware_refuses(raw: bytes, words: str) -> None:
    asked, answer = answered("classic1s", messages.SolanaSignTx(raw_tx=raw, address_n=parse_path(SOLANA_PATH)))
    assert asked == []
    assert isinstance(answer, m.Failure)
    assert answer.code == 3
    assert words in (answer.message or "")


def test_what_is_told_of_a_token_account_must_be_an_address() -> None:
    told = messages.ExtraInfo((messages.TokenAccountDetails("0", "0", "0", "0"),))
    request = messages.SolanaSignTx(raw_tx=TOKENS, address_n=parse_path(SOLANA_PATH), extra_info=told)
    assert answered("pro", request) == ([], m.Failure(code=3, message="Invalid ata params"))


def test_no_on_the_device_signs_nothing_and_it_stays_usable() -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    with emulator(on_screen=say_no) as device, session_with(device) as session:
        with pytest.raises(errors.NoPressed):
            sign_solana(session, SOLANA_PATH, message(sol()))
        assert solana_address(session, SOLANA_PATH).address == SOLANA_ADDRESS


@pytest.mark.parametrize(
    ("path", "raw", "recipient", "words"),
    [
        (SOLANA_PATH, message(payer=FRIEND), "", "is none that must sign"),
        ("m/44'/501'/1'/0'", message(sol()), "", "is none that must sign"),
        ("m/44'/501'/0'/0", message(sol()), "", r"step 4 .* is not hardened"),
        (SOLANA_PATH, b"\1\0", "", "byte 0: the message ends inside the header"),
        (SOLANA_PATH, message(sol()), SOLANA_ADDRESS, "it sends to"),
        (SOLANA_PATH, message(tokens(MINE, THEIRS)), SOLANA_ADDRESS, "it sends to"),
        (SOLANA_PATH, message(unchecked_tokens(MINE, THEIRS)), address_of_bytes(FRIEND), "nor proved"),
        (SOLANA_PATH, message(sol()), "0", "0"),
    ],
)
def test_what_is_refused_before_the_person_is_asked(path: str, raw: bytes, recipient: str, words: str) -> None:
    asks: list[bool] = []
    with (
        emulator(on_screen=lambda lines, asking: asks.append(asking)) as device,
        session_with(device) as session,
        pytest.raises(BadInput, match=words),
    ):
        sign_solana(session, path, raw, recipient=recipient)
    assert not any(asks)


@pytest.mark.parametrize("path", ["m/44'/60'/0'", "m/44'/501'", "m/49'/501'/0'/0'", "m"])
def test_a_forbidden_path_is_refused_by_the_device(path: str) -> None:
    with (
        emulator() as device,
        session_with(device) as session,
        pytest.raises(errors.DeviceRefused, match="Invalid path"),
    ):
        solana_address(session, path)


def _device(*, address: str = SOLANA_ADDRESS, key: bytes | None = None, signature: bytes = b"") -> ScriptedDevice:
    def reply(message: Message) -> Iterable[Reply]:
        match message:
            case m.GetPublicKey(ecdsa_curve_name="ed25519") if key is not None:
                node = m.HDNode(4, 0, parse_path(SOLANA_PATH)[-1], bytes(32), key)
                return [m.PublicKey(node=node)]
            case m.GetPublicKey(ecdsa_curve_name="ed25519"):
                return [m.Failure(code=3, message="Unknown curve")]
            case messages.SolanaGetAddress():
                return [messages.SolanaAddress(address=address)]
            case messages.SolanaSignTx():
                return [messages.SolanaSignedTx(signature=signature)]
        return []

    return ScriptedDevice(reply)


def _opened(device: ScriptedDevice) -> Session:
    session = Session(device)
    session.begin()
    session.known_fingerprint = "5c9e228d"
    return session


def test_a_firmware_without_the_public_key_is_said_so() -> None:
    assert not solana_address(_opened(_device()), SOLANA_PATH).key_agrees
    assert solana_address(_opened(_device(key=b"\0" + ME)), SOLANA_PATH).key_agrees


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("0", None),
        ("1" * 31, None),
        (address_of_bytes(FRIEND), b"\0" + ME),
        (SOLANA_ADDRESS, b""),
        (SOLANA_ADDRESS, ME),
    ],
)
def test_an_address_that_does_not_hold_drops_the_link(address: str, key: bytes | None) -> None:
    session = _opened(_device(address=address, key=key))
    with pytest.raises(errors.NotProved):
        solana_address(session, SOLANA_PATH)
    assert session.over


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(64),
        ed25519_signature(SECRET.secret, TOKENS),
        ed25519_signature(SECRET.secret, message(sol()))[:63],
        ed25519_signature(bytes(32), message(sol())),
    ],
)
def test_a_signature_that_does_not_hold_drops_the_link(signature: bytes) -> None:
    device = _device(signature=signature)
    session = _opened(device)
    with pytest.raises(errors.NotProved, match="over this message"):
        sign_solana(session, SOLANA_PATH, message(sol()))
    assert session.over
    assert device.times_heard(messages.SolanaSignTx) == 1
