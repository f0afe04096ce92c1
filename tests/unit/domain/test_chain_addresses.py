"""Addresses and transaction names of several chains in the one form in which they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.chain_addresses import EVM, SOLANA, TRON, as_pasted, is_same, look_alike, trouble_with, txid_of
from desktop.domain.chains import ASSETS, CHAINS, asset_of, decimals_of
from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_text
from desktop.hw.ethereum.tokens import token_at

ADDRESS = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"
BITCOIN = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
TXID = "0xab" + "cd" * 31


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS.lower(), f" {ADDRESS}\n", "0x" + ADDRESS[2:].upper()])
def test_an_ethereum_address_without_a_checksum_gets_it(text: str) -> None:
    assert as_pasted(text, EVM) == ADDRESS
    assert is_same(text, ADDRESS, EVM)


@given(st.integers(2, 41))
def test_a_capital_that_differs_stays_a_difference(place: int) -> None:
    changed = ADDRESS[:place] + ADDRESS[place].swapcase() + ADDRESS[place + 1 :]
    assert is_same(changed, ADDRESS, EVM) is (changed == ADDRESS)
    assert bool(trouble_with(changed, EVM)) is (changed != ADDRESS)


@pytest.mark.parametrize("text", ["", "0x", ADDRESS[:-1], ADDRESS + "0", BITCOIN, ADDRESS.replace("d", "​d", 1)])
def test_what_is_no_ethereum_address_stays_as_it_was(text: str) -> None:
    assert as_pasted(text, EVM) == text
    assert trouble_with(text, EVM)


def test_an_address_of_another_kind_is_named() -> None:
    assert "no Ethereum address" in trouble_with(BITCOIN, EVM)
    assert trouble_with(ADDRESS, "p2wpkh")
    assert "p2wpkh was expected" in trouble_with("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "p2wpkh")
    assert trouble_with(ADDRESS.lower(), EVM).endswith("carries no checksum")


def test_look_alikes_share_what_people_read_whatever_their_capitals() -> None:
    poisoned = address_text(bytes.fromhex("73d0" + "11" * 16 + "36a8"))
    assert look_alike(ADDRESS, poisoned, EVM)
    assert look_alike(ADDRESS, poisoned.lower(), EVM)
    assert not look_alike(ADDRESS, ADDRESS.lower(), EVM)
    assert not look_alike(ADDRESS, address_text(bytes.fromhex("73d1" + "11" * 16 + "36a8")), EVM)
    assert look_alike(BITCOIN, "bc1qannf" + "q" * 30 + "nfkk")


def test_a_tron_address_is_compared_sign_by_sign() -> None:
    address = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
    assert is_same(f" {address}\n", address, TRON)
    assert not is_same(address.lower(), address, TRON)
    assert trouble_with(address, TRON) == ""
    assert trouble_with(address[:-1] + "u", TRON)
    assert "people read" in trouble_with("41a614f803b6fd780986a42c78ec9c7f77e6ded13c", TRON)
    assert trouble_with(ADDRESS, TRON)
    assert look_alike(address, "TR7NH" + "q" * 25 + "Lj6t", TRON)
    assert not look_alike(address, "TR7nH" + "q" * 25 + "Lj6t", TRON)


def test_a_solana_address_and_its_transactions_keep_their_capitals() -> None:
    address = "14CCvQzQzHCVgZM3j9soPnXuJXh1RmCfwLVUcdfbZVBS"
    assert trouble_with(address, SOLANA) == ""
    assert trouble_with(address[:-4], SOLANA)
    assert trouble_with(ADDRESS, SOLANA)
    assert not is_same(address.lower(), address, SOLANA)
    assert look_alike(address, "14CC" + "x" * 36 + "ZVBS", SOLANA)
    name = "5" * 87
    assert txid_of(f" {name} ", SOLANA) in (name, "")
    assert txid_of("ab" * 32, SOLANA) == ""


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (TXID, EVM, TXID),
        (TXID[2:].upper(), EVM, TXID),
        (TXID, "p2wpkh", ""),
        ("AB" * 32, "p2wpkh", "ab" * 32),
        ("Off-chain transfer 4711", EVM, ""),
        ("", EVM, ""),
        ("CD" * 32, TRON, "cd" * 32),
    ],
)
def test_a_transactions_name_takes_its_chains_form(text: str, kind: str, name: str) -> None:
    assert txid_of(text, kind) == name


def test_every_asset_lies_on_a_known_chain_and_the_wallet_knows_its_contract() -> None:
    for asset in ASSETS:
        chain = CHAINS[asset.chain]
        assert bool(asset.contract) is (asset.coin != chain.coin)
        if asset.contract and chain.kind == EVM:
            told = token_at(1, asset.contract)
            assert told is not None
            assert (told.symbol, told.decimals) == (asset.coin, asset.decimals)
    with pytest.raises(BadInput):
        asset_of("bitcoin", "USDT")
    assert (decimals_of("ETH"), decimals_of("USDT"), decimals_of("nothing")) == (18, 6, 8)
