"""Addresses derived from an account's key, without the device."""

import pytest

from desktop.domain.account_key import account_path, address_of_account
from desktop.domain.bitcoin_keys import address_of_key, master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import BadInput

ROOT = master_of(seed_of(" ".join(["all"] * 12)))


@pytest.mark.parametrize(
    ("path", "script", "address"),
    [
        ("m/84'/0'/0'/0/0", "p2wpkh", "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"),
        ("m/86'/0'/0'/0/0", "p2tr", "bc1ptxs597p3fnpd8gwut5p467ulsydae3rp9z75hd99w8k3ljr9g9rqx6ynaw"),
        ("m/44'/0'/0'/0/0", "p2pkh", "1JAd7XCBzGudGpJQSDSfpmJhiygtLQWaGL"),
    ],
)
def test_it_is_the_address_the_device_shows(path: str, script: str, address: str) -> None:
    xpub = ROOT.at(parse_path(account_path(path))).public().xpub()
    assert address_of_account(xpub, path) == address


def test_a_test_network_account_gives_its_addresses() -> None:
    xpub = ROOT.at(parse_path("m/84'/1'/0'")).public().xpub(testnet=True)
    key = ROOT.at(parse_path("m/84'/1'/0'/0/3")).public().public_key
    assert address_of_account(xpub, "m/84'/1'/0'/0/3") == address_of_key(key, "p2wpkh", testnet=True)


@pytest.mark.parametrize("wrong", ["m/84'/0'/1'", "m/84'/0'", "m/84'/0'/0'/0"])
def test_the_key_of_another_account_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput, match="not that of the account"):
        address_of_account(ROOT.at(parse_path(wrong)).public().xpub(), "m/84'/0'/0'/0/0")


def test_the_account_ends_with_the_last_hardened_step() -> None:
    assert account_path("m/84h/0h/0h/0/7") == "m/84'/0'/0'"
    assert account_path("m/44'/501'/0'/0'") == "m/44'/501'/0'/0'"
