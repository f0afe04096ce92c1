"""TRON transactions: read from what nodes answer, written as nodes write them."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.tron_address import address_bytes
from desktop.hw.tron.node_json import read_transaction
from desktop.hw.tron.transaction import ContractCall, Transaction, TrxTransfer, serialized, token_transfer
from desktop.hw.tron.words import in_words
from tests.fakes.protobuf_reader import fields
from tests.fakes.tron_transactions import (
    FROM_NODES,
    RECIPIENT,
    RECIPIENT_HEX,
    TRON_ADDRESS,
    USDT,
    call,
    text,
    transfer,
)

ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda hashed: b"\x41" + hashed)
AMOUNTS = st.integers(1, 2**63 - 1)
CONTRACTS = st.builds(TrxTransfer, owner=ADDRESSES, to=ADDRESSES, sun=AMOUNTS) | st.builds(
    ContractCall,
    owner=ADDRESSES,
    contract=ADDRESSES,
    data=st.binary(min_size=4, max_size=900),
    call_value=st.just(0) | AMOUNTS,
    token_value=AMOUNTS,
    token_id=AMOUNTS,
)
TRANSACTIONS = st.builds(
    Transaction,
    contract=CONTRACTS,
    ref_block_bytes=st.binary(min_size=2, max_size=2),
    ref_block_hash=st.binary(min_size=8, max_size=8),
    expiration_ms=AMOUNTS,
    timestamp_ms=AMOUNTS,
    fee_limit=st.just(0) | AMOUNTS,
    memo=st.binary(max_size=200),
)


def _node_bytes(given: str) -> bytes:
    whole = json.loads(given)
    return bytes.fromhex(whole.get("transaction", whole)["raw_data_hex"])


@pytest.mark.parametrize("given", FROM_NODES)
def test_the_bytes_are_those_of_the_node(given: str) -> None:
    assert serialized(read_transaction(given.encode())) == _node_bytes(given)


def test_the_bare_raw_data_is_read_as_well() -> None:
    assert read_transaction(text(transfer()["raw_data"])) == read_transaction(text(transfer()))


@settings(deadline=None)
@given(TRANSACTIONS)
def test_the_bytes_hold_every_field_once_in_order_and_no_zero(transaction: Transaction) -> None:
    outer = fields(serialized(transaction))
    assert [number for number, _ in outer] == sorted({number for number, _ in outer})
    whole: dict[int, Any] = dict(outer)
    kind, inner = _contract_of(whole.pop(11))
    assert whole.pop(1) == transaction.ref_block_bytes
    assert whole.pop(4) == transaction.ref_block_hash
    assert (whole.pop(8), whole.pop(14)) == (transaction.expiration_ms, transaction.timestamp_ms)
    assert (whole.pop(10, b""), whole.pop(18, 0)) == (transaction.memo, transaction.fee_limit)
    assert not whole
    contract = transaction.contract
    if isinstance(contract, TrxTransfer):
        assert kind == (1, b"type.googleapis.com/protocol.TransferContract")
        assert inner == [(1, contract.owner), (2, contract.to), (3, contract.sun)]
    else:
        assert kind == (31, b"type.googleapis.com/protocol.TriggerSmartContract")
        sent = [(3, contract.call_value)] if contract.call_value else []
        assert inner[:2] == [(1, contract.owner), (2, contract.contract)]
        assert inner[2:] == [*sent, (4, contract.data), (5, contract.token_value), (6, contract.token_id)]


def _contract_of(data: bytes) -> tuple[tuple[object, object], list[tuple[int, int | bytes]]]:
    (one, kind), (two, parameter) = fields(data)
    assert (one, two) == (1, 2)
    assert isinstance(parameter, bytes)
    (first, url), (second, value) = fields(parameter)
    assert (first, second) == (1, 2)
    assert isinstance(value, bytes)
    return (kind, url), fields(value)


def test_words_of_a_transfer() -> None:
    given = transfer()
    given["raw_data"]["data"] = b"for the boat".hex()
    words = in_words(read_transaction(text(given)))
    assert words[:3] == ("TRON transaction", "Send", "1.5 TRX")
    said = "".join(words).replace(" ", "")
    assert f"to{RECIPIENT}from{TRON_ADDRESS}memofortheboat" in said


def test_words_of_a_known_token() -> None:
    said = "".join(in_words(read_transaction(text(call())))).replace(" ", "")
    assert f"Send2.5USDTto{RECIPIENT}from{TRON_ADDRESS}feeatmost30TRX" in said


def test_words_of_an_unknown_token_name_its_contract_and_no_decimals() -> None:
    said = "".join(in_words(read_transaction(text(call(RECIPIENT))))).replace(" ", "")
    assert f"Send2500000smallestunitsofatokenunknownhere{RECIPIENT}to{RECIPIENT}" in said


@pytest.mark.parametrize(
    "changed",
    [
        {"data": "deadbeef"},
        {"data": call()["raw_data"]["contract"][0]["parameter"]["value"]["data"] + "00"},
        {"call_value": 5},
        {"data": "095ea7b3" + "0" * 128},
    ],
)
def test_any_other_call_is_said_to_be_unknown(changed: dict[str, Any]) -> None:
    transaction = read_transaction(text(call(**changed)))
    assert isinstance(transaction.contract, ContractCall)
    assert token_transfer(transaction.contract) is None
    said = " ".join(in_words(transaction))
    assert "Call of a contract" in said
    assert "unknown here" in said
    assert ("with 0.000005 TRX" in said) == ("call_value" in changed)


@pytest.mark.parametrize("memo", ["ff00", b"line\nbreak".hex(), "\u202e".encode().hex()])
def test_a_memo_that_is_no_plain_text_is_said_in_hex(memo: str) -> None:
    given = transfer()
    given["raw_data"]["data"] = memo
    assert f"memo {memo}" in in_words(read_transaction(text(given)))


def test_a_memo_as_text_where_the_node_was_asked_for_text() -> None:
    given = transfer()
    given["raw_data"]["data"] = "hallo"
    assert read_transaction(text(given)).memo == b"hallo"
    given["visible"] = False
    with pytest.raises(BadInput, match="data: the memo is not hex"):
        read_transaction(text(given))


LEFT_OUT = object()


def _with(where: str, value: Any) -> dict[str, Any]:
    given = call()
    *path, last = (int(step) if step.isdigit() else step for step in where.split("/"))
    place: Any = given
    for step in path:
        place = place[step]
    if value is LEFT_OUT:
        del place[last]
    else:
        place[last] = value
    return given


_VALUE = "raw_data/contract/0/parameter/value"


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        ("raw_data", LEFT_OUT, "raw_data"),
        ("raw_data/ref_block_bytes", "cbc", "ref_block_bytes: 'cbc' is not 2 bytes"),
        ("raw_data/ref_block_hash", "00", "ref_block_hash: '00' is not 8 bytes"),
        ("raw_data/expiration", LEFT_OUT, "expiration"),
        ("raw_data/expiration", -1, "expiration"),
        ("raw_data/timestamp", "soon", "timestamp"),
        ("raw_data/fee_limit", 2**63, "fee_limit"),
        ("raw_data/auths", [], "auths"),
        ("raw_data/data", "00" * 201, "memo has 201 bytes"),
        ("raw_data/contract", [], r"raw_data\.contract"),
        ("raw_data/contract/0/type", "TransferContract", "is called TransferContract and"),
        ("raw_data/contract/0/provider", "00", "provider"),
        ("raw_data/contract/0/Permission_id", 2, "permission 2"),
        (f"{_VALUE}/owner_address", LEFT_OUT, "owner_address"),
        (f"{_VALUE}/owner_address", "TX", "owner_address: "),
        (f"{_VALUE}/contract_address", USDT[:-1] + "u", "contract_address: "),
        (f"{_VALUE}/data", "xx", "data: 'xx' is not"),
        (f"{_VALUE}/data", "a9059c", "the call has 3 bytes"),
        (f"{_VALUE}/data", "00" * 901, "the call has 901 bytes"),
        (f"{_VALUE}/call_value", -1, "call_value"),
        (f"{_VALUE}/token_id", 1000001, "need each other"),
        (f"{_VALUE}/extra", 1, "extra"),
        ("raw_data_hex", "00", "raw_data_hex: byte 0"),
        ("raw_data_hex", "zz", "raw_data_hex: "),
        ("txID", "00" * 32, "txID: it is not the hash"),
    ],
)
def test_what_is_off_is_named(where: str, value: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_transaction(text(_with(where, value)))


@pytest.mark.parametrize("amount", [0, -1, 2**63, "x", None])
def test_an_amount_that_cannot_be_sent_is_refused(amount: object) -> None:
    with pytest.raises(BadInput, match="amount"):
        read_transaction(text(transfer(amount=amount)))


@pytest.mark.parametrize(
    "kind", ["FreezeBalanceV2Contract", "AccountPermissionUpdateContract", "TransferAssetContract"]
)
def test_other_contracts_are_refused_by_name(kind: str) -> None:
    given = transfer()
    given["raw_data"]["contract"][0] |= {
        "type": kind,
        "parameter": {"type_url": f"type.googleapis.com/protocol.{kind}", "value": {}},
    }
    with pytest.raises(BadInput, match=f"{kind} is not signed here"):
        read_transaction(text(given))


def test_addresses_in_hex_and_base58_mean_the_same() -> None:
    given = read_transaction(text(transfer(to_address=RECIPIENT_HEX)))
    assert given == read_transaction(text(transfer()))
    assert isinstance(given.contract, TrxTransfer)
    assert given.contract.to == address_bytes(RECIPIENT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
WHERE = (
    "raw_data",
    "raw_data/contract",
    "raw_data/contract/0",
    "raw_data/expiration",
    "raw_data/data",
    "txID",
    _VALUE,
)


@settings(deadline=None)
@given(st.sampled_from(WHERE), JSON)
def test_whatever_stands_anywhere_only_bad_input_comes_of_it(where: str, value: object) -> None:
    with contextlib.suppress(BadInput):
        read_transaction(text(_with(where, value)))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_the_bytes_only_bad_input_comes_of_them(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_transaction(data)


def test_endless_nesting_is_bad_input() -> None:
    with pytest.raises(BadInput):
        read_transaction(b"[" * 100_000)
