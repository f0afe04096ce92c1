"""The JSON of a transaction: what is taken, and what is refused by name."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.evm_signature import sign_digest
from desktop.hw.ethereum.transaction import LegacyFee, MarketFee, signed_bytes, signing_digest
from desktop.hw.ethereum.transaction_file import LARGEST_DATA, read_transaction
from tests.fakes.ethereum_bench import ADDRESS, SECRET

OTHER = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
MARKET: dict[str, Any] = {
    "chainId": 1,
    "nonce": 3,
    "gas": 21000,
    "to": OTHER,
    "value": 10**17,
    "maxFeePerGas": 30 * 10**9,
    "maxPriorityFeePerGas": 10**9,
}
LEGACY = {name: value for name, value in MARKET.items() if not name.startswith("max")} | {"gasPrice": 5 * 10**9}


def _read(fields: dict[str, Any]) -> Any:
    return read_transaction(json.dumps(fields).encode(), where="tx.json")


def test_numbers_may_be_integers_decimal_strings_or_hex() -> None:
    as_hex = MARKET | {"value": "0x16345785d8a0000", "nonce": "0x03", "chainId": "0x1", "gas": "0x5208"}
    as_text = MARKET | {"value": str(10**17), "nonce": "3", "maxFeePerGas": "30000000000"}
    assert _read(MARKET) == _read(as_hex) == _read(as_text)
    assert _read(MARKET).fee == MarketFee(30 * 10**9, 10**9)
    assert _read(LEGACY).fee == LegacyFee(5 * 10**9)


def test_optional_fields() -> None:
    full = MARKET | {"data": "0xa9059cbb", "type": "0x2", "from": ADDRESS.lower()}
    full["accessList"] = [{"address": OTHER.lower(), "storageKeys": ["0x" + "01" * 32]}]
    read = _read(full)
    assert (read.data.hex(), read.sender, len(read.access_list)) == ("a9059cbb", ADDRESS, 1)
    assert _read(LEGACY | {"data": None, "type": 0}).data == b""


@pytest.mark.parametrize("name", ["chainId", "nonce", "gas", "to", "value", "maxFeePerGas", "maxPriorityFeePerGas"])
def test_a_missing_field_is_named(name: str) -> None:
    with pytest.raises(BadInput, match=rf"^tx\.json: {name} is missing"):
        _read({key: value for key, value in MARKET.items() if key != name})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gasLimit": 21000}, "'gasLimit' is no field"),
        ({"gasPrice": 1}, "both gasPrice and maxFeePerGas"),
        ({"maxPriorityFeePerGas": 31 * 10**9}, "maxPriorityFeePerGas 31000000000 is above maxFeePerGas 30000000000"),
        ({"value": -1}, "value -1 is negative"),
        ({"value": "-5"}, "value -5 is negative"),
        ({"value": 2**256}, r"value is larger than 2\^256 - 1"),
        ({"value": "0x1" + "0" * 64}, r"value is larger than 2\^256 - 1"),
        ({"nonce": 2**64}, "nonce is larger"),
        ({"nonce": 2**64 - 1}, "nonce is larger"),
        ({"gas": 2**64}, "gas is larger"),
        ({"gas": 0}, "gas is 0"),
        ({"chainId": 0}, "chainId is 0"),
        ({"chainId": None}, "chainId None is no number"),
        ({"chainId": 2**64}, "chainId is larger"),
        ({"maxFeePerGas": 0, "maxPriorityFeePerGas": 0}, "maxFeePerGas is 0"),
        ({"value": 0.5}, "value 0.5 is not a whole number"),
        ({"value": 1e18}, "value 1e\\+18 is not a whole number"),
        ({"value": "0.5"}, "value '0.5' is no number"),
        ({"value": "1e18"}, "value '1e18' is no number"),
        ({"value": True}, "value True is no number"),
        ({"value": "0x"}, "value '0x' is no number"),
        ({"value": "0xzz"}, "value '0xzz' is no number"),
        ({"value": "٣"}, "value '٣' is no number"),
        ({"value": "1 000"}, "value '1 000' is no number"),
        ({"value": ""}, "value '' is no number"),
        ({"value": [1]}, "no number"),
        ({"to": None}, "creates a contract"),
        ({"to": ""}, "creates a contract"),
        ({"to": OTHER[:-1] + "8"}, "checksum of to"),
        ({"to": OTHER[2:]}, "to .* is no Ethereum address"),
        ({"to": "vitalik.eth"}, "to .* is no Ethereum address"),
        ({"to": 5}, "to 5 is no address"),
        ({"from": OTHER.swapcase()}, "from .* is no Ethereum address|checksum of from"),
        ({"data": "0xabc"}, r"data has an odd number of hex digits \(3\)"),
        ({"data": "a9059cbb"}, "data is not 0x"),
        ({"data": "0x a9"}, "data holds what is no hex digit|odd"),
        ({"data": "0xa9  "}, "data holds what is no hex digit"),
        ({"data": "0xgg"}, "data holds what is no hex digit"),
        ({"data": 12}, "data is not 0x"),
        ({"data": "0x" + "00" * (LARGEST_DATA + 1)}, "data has 131073 bytes"),
        ({"type": 0}, "type 0 does not fit"),
        ({"type": 3}, "type 3 does not fit"),
        ({"accessList": {}}, "accessList is no list"),
        ({"accessList": [{"address": OTHER}]}, r"accessList\[0\] has not just"),
        ({"accessList": [{"address": OTHER, "storageKeys": ["0x01"]}]}, r"accessList\[0\].storageKeys"),
        ({"accessList": [{"address": "0x1", "storageKeys": []}]}, r"accessList\[0\].address"),
        ({"accessList": [{"address": OTHER, "storageKeys": []}] * 17}, "accessList has 17 entries"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        _read(MARKET | change)
    assert caught.value.remedy


def test_a_legacy_transaction_carries_no_access_list_and_no_other_type() -> None:
    entry = [{"address": OTHER, "storageKeys": []}]
    for change in ({"accessList": entry}, {"type": 2}):
        with pytest.raises(BadInput):
            _read(LEGACY | change)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "line 1, column 1 is not JSON"),
        (b"[]", "holds no JSON object"),
        (b'{"nonce": 1, "nonce": 2}', "'nonce' stands there twice"),
        (b'{"value": NaN}', "NaN is no number"),
        (b'{"value": 1' + b"0" * 5000 + b"}", "5001 digits"),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"nonce": 1} {}', "is not JSON"),
    ],
)
def test_what_is_no_sound_json_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_transaction(text)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner))
)
def test_any_value_in_any_field_is_taken_or_refused_with_words(value: Any) -> None:
    for name in (*MARKET, "data", "accessList", "type", "from", "gasPrice"):
        _tried(lambda name=name: _read(MARKET | {name: value}))  # type: ignore[misc]


def _tried(reading: Callable[[], object]) -> None:
    with contextlib.suppress(BadInput):
        reading()


words256 = st.integers(0, 2**256 - 1)


@given(
    st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 2), st.integers(1, 2**64 - 1), words256, words256,
    st.binary(max_size=300), st.lists(st.lists(st.binary(min_size=32, max_size=32), max_size=3), max_size=3),
    st.booleans(),
)  # fmt: skip
def test_signed_bytes_equal_those_of_eth_account(
    chain: int, nonce: int, gas: int, value: int, price: int, data: bytes, keys: list[list[bytes]], legacy: bool
) -> None:
    fields = {"chainId": chain, "nonce": nonce, "gas": gas, "to": OTHER, "value": value, "data": "0x" + data.hex()}
    if legacy:
        fields |= {"gasPrice": price or 1}
    else:
        access = [{"address": OTHER, "storageKeys": ["0x" + key.hex() for key in entry]} for entry in keys]
        fields |= {"maxFeePerGas": price or 1, "maxPriorityFeePerGas": price // 2, "accessList": access, "type": 2}
    tx = _read(fields)
    signature = sign_digest(SECRET, signing_digest(tx))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    ours = signed_bytes(tx, signature[64] - 27, r, s)
    assert ours == Account.sign_transaction(fields, SECRET).raw_transaction
