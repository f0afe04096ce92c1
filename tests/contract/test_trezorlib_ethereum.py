"""An ordinary client library drives our emulator's Ethereum, and gets the bytes our own client gets."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from trezorlib import ethereum, exceptions, messages
from trezorlib.client import Session as TheirSession
from trezorlib.client import get_default_client
from trezorlib.tools import parse_path
from trezorlib.transport.udp import UdpTransport

from desktop.hw.emulator.device import Emulator
from desktop.hw.ethereum.library import typed_data_hashes
from desktop.hw.ethereum.operations import sign_ethereum_message
from desktop.hw.ethereum.signing import sign_transaction
from desktop.hw.ethereum.tokens import transfer_data
from desktop.hw.ethereum.transaction import AccessEntry, EvmTransaction, LegacyFee, MarketFee, signed_bytes
from desktop.hw.ethereum.typed_data_file import read_typed_data
from desktop.hw.ethereum.typed_data_signing import sign_typed_data
from tests.fakes.device_bench import emulator, session_with
from tests.fakes.ethereum_bench import ADDRESS, PATH
from tests.fakes.typed_data import HASHED_SHAPES, MAIL, SHAPES

STEPS = parse_path("m/44h/60h/0h/0/0")
CONTRACT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"


@pytest.fixture(params=["classic1s", "pro"])
def device(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with emulator(always_yes=True, model=request.param) as running:
        yield running


@pytest.fixture
def theirs(device: Emulator) -> TheirSession:
    return get_default_client("Seawall test", UdpTransport.find_by_path(device.path)).get_session()


def test_addresses(theirs: TheirSession) -> None:
    assert ethereum.get_address(theirs, STEPS) == ethereum.get_address(theirs, STEPS, show_display=True) == ADDRESS
    with pytest.raises(exceptions.TrezorFailure, match="Forbidden key path"):
        ethereum.get_address(theirs, parse_path("m/44h/0h/0h/0/0"))


def test_messages(theirs: TheirSession, device: Emulator) -> None:
    answer = ethereum.sign_message(theirs, STEPS, "hello")
    with session_with(device) as session:
        ours = sign_ethereum_message(session, PATH, "hello")
    assert (answer.address, "0x" + answer.signature.hex()) == (ours.address, ours.signature)


@pytest.mark.parametrize("data", [b"", transfer_data(ADDRESS, 5), bytes(range(250)) * 12])
@pytest.mark.parametrize("chain_id", [1, 56, 42161, 2**40])
def test_transactions(theirs: TheirSession, device: Emulator, chain_id: int, data: bytes) -> None:
    market = EvmTransaction(chain_id, 7, 200_000, CONTRACT, 10**15, MarketFee(3 * 10**9, 10**9), data)
    legacy = EvmTransaction(chain_id, 7, 200_000, CONTRACT, 10**15, LegacyFee(3 * 10**9), data)
    common = {"nonce": 7, "gas_limit": 200_000, "to": CONTRACT, "value": 10**15, "data": data, "chain_id": chain_id}
    theirs_market = ethereum.sign_tx_eip1559(theirs, STEPS, max_gas_fee=3 * 10**9, max_priority_fee=10**9, **common)
    theirs_legacy = ethereum.sign_tx(theirs, STEPS, gas_price=3 * 10**9, **common)
    with session_with(device) as session:
        assert sign_transaction(session, PATH, market).raw == _raw(market, *theirs_market)
        assert sign_transaction(session, PATH, legacy).raw == _raw(legacy, *theirs_legacy)


def test_access_lists(theirs: TheirSession, device: Emulator) -> None:
    access = (AccessEntry(b"\1" * 20, (b"\2" * 32,)),)
    tx = EvmTransaction(1, 0, 50_000, CONTRACT, 1, MarketFee(10**9, 1), b"", access)
    answer = ethereum.sign_tx_eip1559(
        theirs, STEPS, nonce=0, gas_limit=50_000, to=CONTRACT, value=1, chain_id=1, max_gas_fee=10**9,
        max_priority_fee=1,
        access_list=[messages.EthereumAccessList(address="0x" + "01" * 20, storage_keys=[b"\2" * 32])],
    )  # fmt: skip
    with session_with(device) as session:
        assert sign_transaction(session, PATH, tx).raw == _raw(tx, *answer)


def test_bad_requests_are_refused_as_firmware_does(theirs: TheirSession) -> None:
    fields = {"nonce": 0, "gas_limit": 21000, "to": "0x12", "value": 1, "chain_id": 1, "gas_price": 1}
    with pytest.raises(exceptions.TrezorFailure, match="Safety check failed"):
        ethereum.sign_tx(theirs, STEPS, **fields)
    with pytest.raises(exceptions.TrezorFailure, match="Safety check failed"):
        ethereum.sign_tx(theirs, STEPS, **(fields | {"to": CONTRACT, "gas_price": 2**232}))
    assert ethereum.get_address(theirs, STEPS) == ADDRESS


@pytest.mark.parametrize("shape", sorted(name for name in SHAPES if "safe" not in name and name != "domain only"))
def test_typed_data(shape: str) -> None:
    with emulator(always_yes=True, model="pro") as device:
        theirs = get_default_client("Seawall test", UdpTransport.find_by_path(device.path)).get_session()
        answer = ethereum.sign_typed_data(theirs, STEPS, _for_them(copy.deepcopy(SHAPES[shape])))
        with session_with(device) as session:
            ours = sign_typed_data(session, PATH, read_typed_data(json.dumps(SHAPES[shape]).encode()))
    assert (answer.address, "0x" + answer.signature.hex()) == (ours.address, ours.signature)


def _for_them(value: Any) -> Any:
    """Return typed data with integers for hex text: their library reads decimal ones only."""
    match value:
        case dict():
            return {
                name: int(inner, 16) if name in ("c", "chainId") and _is_number(inner) else _for_them(inner)
                for name, inner in value.items()
            }
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("0x") and len(value) in (6, 66)


def test_typed_hashes(theirs: TheirSession, device: Emulator) -> None:
    data = read_typed_data(json.dumps(HASHED_SHAPES["long text"]).encode())
    domain, message = typed_data_hashes(data)
    answer = ethereum.sign_typed_data_hash(theirs, STEPS, domain, message)
    with session_with(device) as session:
        ours = sign_typed_data(session, PATH, data)
    assert ours.mode == "hash"
    assert (answer.address, "0x" + answer.signature.hex()) == (ours.address, ours.signature)
    with pytest.raises(exceptions.TrezorFailure, match="Invalid hash length"):
        ethereum.sign_typed_data_hash(theirs, STEPS, b"\1", message)


def test_a_small_device_knows_no_typed_data_of_the_plain_kind() -> None:
    with emulator(always_yes=True, model="classic1s") as device:
        theirs = get_default_client("Seawall test", UdpTransport.find_by_path(device.path)).get_session()
        with pytest.raises(exceptions.TrezorFailure, match="Unknown message"):
            ethereum.sign_typed_data(theirs, STEPS, copy.deepcopy(MAIL))


def _raw(tx: EvmTransaction, v: int, r: bytes, s: bytes) -> str:
    recovery = v if isinstance(tx.fee, MarketFee) else v - 35 - 2 * tx.chain_id
    return "0x" + signed_bytes(tx, recovery, int.from_bytes(r, "big"), int.from_bytes(s, "big")).hex()
