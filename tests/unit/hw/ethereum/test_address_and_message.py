"""Ethereum addresses and messages: on emulated devices old and new, and from devices that lie."""

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import BadInput, WrongUsage
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.numbering import ONEKEY, PLAIN, numbers_of, typed_data_mode
from desktop.hw.ethereum.operations import ethereum_address, sign_ethereum_message
from tests.fakes.device_bench import ALL
from tests.fakes.ethereum_bench import ADDRESS, ALL_MODELS, PATH, SECRET, scripted_wallet, wallet


@pytest.mark.parametrize("model", ALL_MODELS)
def test_the_address_is_the_one_real_firmware_gives(model: str) -> None:
    with wallet(model) as (session, _):
        found = ethereum_address(session, PATH, chain_id=42161, show=True)
        assert (found.address, found.path, found.chain_id, found.shown) == (ADDRESS, PATH, 42161, True)
        assert found.fingerprint == "5c9e228d"
        assert (
            ethereum_address(session, "44h/60h/1h/0/7").address == Account.from_key(_secret("44h/60h/1h/0/7")).address
        )


def test_the_screen_names_the_chain_and_shows_the_whole_address() -> None:
    shown: list[tuple[str, ...]] = []

    def look(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            shown.append(lines)
            device.press(True)

    with wallet(on_screen=look) as (session, device):
        ethereum_address(session, PATH, chain_id=8453, show=True)
        ethereum_address(session, PATH, chain_id=777, show=True)
    assert shown[0][:2] == ("Base address", PATH)
    assert "".join(shown[0][2:]).replace(" ", "") == ADDRESS
    assert shown[1][0] == "chain 777 address"


@pytest.mark.parametrize("model", ALL_MODELS)
@pytest.mark.parametrize("message", ["hello", "größer\nals null", b"\x00\xff\xfe", "0xdeadbeef"])
def test_a_message_is_signed_as_others_sign_it(model: str, message: str | bytes) -> None:
    with wallet(model) as (session, _):
        signed = sign_ethereum_message(session, PATH, message)
    body = message.encode() if isinstance(message, str) else message
    assert signed.signature == Account.sign_message(encode_defunct(body), SECRET).signature.to_0x_hex()
    assert signed.address == ADDRESS
    assert Account.recover_message(encode_defunct(body), signature=signed.signature) == ADDRESS


@pytest.mark.parametrize("message", ["", b"", "x" * 5121, "\ud800"])
def test_a_message_that_cannot_be_signed_never_reaches_the_device(message: str | bytes) -> None:
    with wallet() as (session, _), pytest.raises(WrongUsage):
        sign_ethereum_message(session, PATH, message)


@pytest.mark.parametrize("chain_id", [0, -1, 2**64])
def test_a_chain_id_out_of_range_is_refused(chain_id: int) -> None:
    with wallet() as (session, _), pytest.raises(BadInput, match="chain id"):
        ethereum_address(session, PATH, chain_id=chain_id)


@pytest.mark.parametrize("path", ["m/44'/0'/0'/0/0", "m/84'/60'/0'/0/0", "m/44'/60'"])
def test_a_path_of_another_coin_is_forbidden_as_firmware_does(path: str) -> None:
    with wallet() as (session, _), pytest.raises(errors.DeviceRefused, match="Forbidden key path"):
        ethereum_address(session, path)


@pytest.mark.parametrize(
    ("model", "firmware", "numbers", "mode"),
    [
        ("Classic", "3.2.9", PLAIN, "hash"),
        ("Classic", "3.3.0", ONEKEY, "hash"),
        ("Mini", "3.9.0", ONEKEY, "hash"),
        ("Classic 1S", "3.13.9", ONEKEY, "hash"),
        ("Classic 1S", "3.14.0", ONEKEY, "tree"),
        ("Pure", "3.19.0-beta.1", ONEKEY, "tree"),
        ("Classic 1S", "", PLAIN, "hash"),
        ("Classic 1S", "unknown", PLAIN, "hash"),
        ("Touch", "4.4.9", PLAIN, "tree"),
        ("Pro", "4.5.0", ONEKEY, "tree"),
        ("Pro", "4.13.1", ONEKEY, "tree"),
        ("T2T1", "2.8.9", PLAIN, "tree"),
        ("unknown", "", PLAIN, "tree"),
    ],
)
def test_model_and_firmware_choose_the_messages(model: str, firmware: str, numbers: object, mode: str) -> None:
    assert numbers_of(model, firmware) is numbers
    assert typed_data_mode(model, firmware) == mode


def test_bitcoin_only_firmware_is_named_before_anything_is_asked() -> None:
    session, device = scripted_wallet(lambda message: (), fw_vendor="OneKey Bitcoin-only")
    with pytest.raises(errors.NotSupported, match="Ethereum") as caught:
        ethereum_address(session, PATH)
    assert "Bitcoin-only" in caught.value.remedy
    assert not device.times_heard(e.GetAddress)


def test_an_unknown_message_is_told_as_firmware_without_ethereum() -> None:
    session, _ = scripted_wallet(lambda message: [m.Failure(code=1, message="Unknown message")])
    with pytest.raises(errors.NotSupported) as caught:
        ethereum_address(session, PATH)
    assert "Bitcoin-only" in caught.value.remedy
    assert not session.over


@pytest.mark.parametrize("address", [ADDRESS.lower(), "0x" + "00" * 20, None])
def test_an_address_that_is_not_its_own_drops_the_link(address: str | None) -> None:
    session, _ = scripted_wallet(lambda message: [e.Address(address=address)])
    with pytest.raises(errors.NotProved, match="its own key gives"):
        ethereum_address(session, PATH)
    assert session.over


@pytest.mark.parametrize(
    ("secret", "body", "address"),
    [(b"\1" * 32, b"hello", ADDRESS), (SECRET, b"hallo", ADDRESS), (SECRET, b"hello", "0x" + "00" * 20)],
)
def test_a_signature_of_someone_or_something_else_drops_the_link(secret: bytes, body: bytes, address: str) -> None:
    signature = bytes(Account.sign_message(encode_defunct(body), secret).signature)
    session, _ = scripted_wallet(lambda message: [e.MessageSignature(signature=signature, address=address)])
    with pytest.raises(errors.NotProved):
        sign_ethereum_message(session, PATH, "hello")
    assert session.over


def _secret(path: str) -> bytes:
    return master_of(seed_of(ALL)).at(parse_path(path)).secret
