"""ERC-20 calls, built and read back; the shipped table; what a transaction does in words."""

from decimal import Decimal

import pytest
from eth_abi import encode
from eth_utils import is_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_text
from desktop.hw.ethereum.tokens import (
    TOKENS,
    WITHOUT_LIMIT,
    Token,
    approve_data,
    contract_of,
    read_call,
    token_at,
    transfer_data,
    units_of,
)
from desktop.hw.ethereum.transaction import EvmTransaction, LegacyFee, MarketFee
from desktop.hw.ethereum.transaction_words import what_it_costs, what_it_does
from tests.fakes.ethereum_bench import ADDRESS

USDT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
STRANGE = "0x1111111111111111111111111111111111111111"


def test_every_shipped_contract_carries_its_checksum() -> None:
    assert all(is_checksum_address(contract) for _, contract in TOKENS)
    assert {chain for chain, _ in TOKENS} == {1, 56, 8453, 42161}


@given(st.binary(min_size=20, max_size=20), st.integers(0, WITHOUT_LIMIT))
def test_calls_are_those_of_the_contract_abi_and_read_back(raw: bytes, units: int) -> None:
    other = address_text(raw)
    arguments = encode(["address", "uint256"], [other, units])
    assert transfer_data(other, units) == bytes.fromhex("a9059cbb") + arguments
    assert approve_data(other, units) == bytes.fromhex("095ea7b3") + arguments
    call = read_call(1, USDT, transfer_data(other, units))
    assert call is not None
    assert (call.kind, call.other, call.units, call.token) == ("transfer", other, units, Token("USDT", 6))


@pytest.mark.parametrize(
    "data",
    [b"", transfer_data(ADDRESS, 1)[:-1], transfer_data(ADDRESS, 1) + b"\0", b"\1" + transfer_data(ADDRESS, 1)[1:],
     transfer_data(ADDRESS, 1)[:4] + b"\1" + transfer_data(ADDRESS, 1)[5:]],
)  # fmt: skip
def test_other_calls_are_not_read_as_a_transfer(data: bytes) -> None:
    assert read_call(1, USDT, data) is None


@pytest.mark.parametrize(
    ("amount", "units"), [("12.5", 12_500_000), ("0", 0), ("0.000001", 1), ("1E+3", 10**9), ("1.000000000", 10**6)]
)
def test_amounts_become_units(amount: str, units: int) -> None:
    assert units_of(Token("USDC", 6), Decimal(amount)) == units


@pytest.mark.parametrize("amount", ["0.0000001", "-1", "NaN", "Infinity", "1E+999999", "1E-999999", "1E+75"])
def test_amounts_that_no_units_give_are_refused(amount: str) -> None:
    with pytest.raises(BadInput, match="USDC"):
        units_of(Token("USDC", 6), Decimal(amount))


def test_a_token_is_known_by_chain_and_contract() -> None:
    assert token_at(1, USDT) == Token("USDT", 6)
    assert token_at(56, USDT) is None
    assert contract_of(8453, "usdc") == "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
    with pytest.raises(BadInput, match="knows no USDT on Base"):
        contract_of(8453, "USDT")


def _tx(data: bytes = b"", *, to: str = USDT, value: int = 0, chain_id: int = 1) -> EvmTransaction:
    return EvmTransaction(chain_id, 0, 65000, to, value, MarketFee(30 * 10**9, 10**9), data)


def test_words_name_chain_amount_recipient_and_token() -> None:
    said = what_it_does(_tx(transfer_data(ADDRESS, 12_500_000)))
    assert said == ("Ethereum", "Send 12.5 USDT", "to", ADDRESS, "token contract", USDT)
    said = what_it_does(_tx(transfer_data(ADDRESS, 12_500_000), to=STRANGE, chain_id=8453, value=10**18))
    assert said[:4] == ("Base", "Send 12500000 units of an unknown token", "to", ADDRESS)
    assert said[-1] == "and send 1 ETH"


def test_words_tell_an_allowance_from_a_transfer() -> None:
    assert what_it_does(_tx(approve_data(ADDRESS, WITHOUT_LIMIT)))[1:4] == (
        "Allow to take USDT",
        "without limit",
        "by",
    )
    assert what_it_does(_tx(approve_data(ADDRESS, 5), to=STRANGE))[1:3] == (
        "Allow to take an unknown token",
        "up to 5 units of an unknown token",
    )


def test_words_for_coins_and_for_data_that_is_not_understood() -> None:
    assert what_it_does(_tx(to=ADDRESS, value=25 * 10**16, chain_id=56)) == (
        "BNB Smart Chain", "Send 0.25 BNB", "to", ADDRESS,
    )  # fmt: skip
    said = what_it_does(_tx(b"\xab" * 40, chain_id=31337, value=WITHOUT_LIMIT))
    assert said[0] == "chain 31337"
    assert said[1].endswith(" coin")
    assert "E" not in said[1]
    assert said[-2:] == ("with 40 bytes of data", "0x" + "ab" * 32 + "…")


def test_costs() -> None:
    assert what_it_costs(_tx()) == (
        "Fee at most 0.00195 ETH",
        "65000 gas at up to 30 gwei",
        "of it priority 1 gwei",
    )
    legacy = EvmTransaction(56, 0, 21000, ADDRESS, 1, LegacyFee(3 * 10**9))
    assert what_it_costs(legacy) == ("Fee at most 0.000063 BNB", "21000 gas at 3 gwei")
