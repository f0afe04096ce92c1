"""Keys against the public vectors of BIP 32, 44, 49, 84 and 86."""

import pytest

from desktop.domain.bitcoin_keys import address_of_key, master_of, node_from_xpub, seed_of
from desktop.domain.derivation_path import HARDENED, parse_path, path_text, script_of_path
from desktop.domain.errors import BadInput

ABANDON = "abandon " * 11 + "about"
ALL = "all " * 12


def test_bip32_vector_one() -> None:
    master = master_of(bytes.fromhex("000102030405060708090a0b0c0d0e0f"))
    assert master.public().xpub() == (
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8"
    )
    assert master.at(parse_path("m/0'/1/2h/2/1000000000")).public().xpub() == (
        "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy"
    )


@pytest.mark.parametrize(
    ("mnemonic", "path", "address"),
    [
        (ABANDON, "m/44'/0'/0'/0/0", "1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA"),
        (ABANDON, "m/49'/0'/0'/0/0", "37VucYSaXLCAsxYyAPfbSi9eh4iEcbShgf"),
        (ABANDON, "m/84'/0'/0'/0/0", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"),
        (ABANDON, "m/84'/0'/0'/1/0", "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"),
        (ABANDON, "m/86'/0'/0'/0/0", "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"),
        (ABANDON, "m/86'/0'/0'/1/0", "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7"),
        (ALL, "m/84'/0'/0'/0/0", "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"),
        (ALL, "m/86'/0'/0'/0/0", "bc1ptxs597p3fnpd8gwut5p467ulsydae3rp9z75hd99w8k3ljr9g9rqx6ynaw"),
    ],
)
def test_addresses_of_known_words(mnemonic: str, path: str, address: str) -> None:
    numbers = parse_path(path)
    key = master_of(seed_of(mnemonic)).at(numbers).public().public_key
    assert address_of_key(key, script_of_path(numbers)) == address


def test_public_derivation_meets_the_secret_one() -> None:
    account = master_of(seed_of(ALL)).at(parse_path("m/84h/0h/0h"))
    from_text, testnet = node_from_xpub(account.public().xpub())
    assert not testnet
    assert from_text == account.public()
    assert from_text.at((0, 7)) == account.at((0, 7)).public()


def test_a_hardened_step_needs_the_secret() -> None:
    with pytest.raises(BadInput, match="hardened"):
        master_of(bytes(16)).public().child(HARDENED)


def test_a_test_network_key_is_written_as_tpub() -> None:
    node = master_of(seed_of(ALL)).public()
    assert node.xpub(testnet=True).startswith("tpub")
    assert node_from_xpub(node.xpub(testnet=True)) == (node, True)


def test_a_passphrase_opens_another_wallet() -> None:
    assert seed_of(ALL, "abc") != seed_of(ALL)


def test_the_text_of_a_secret_node_shows_no_secret() -> None:
    node = master_of(seed_of(ALL))
    assert node.secret.hex() not in repr(node)
    assert str(node.secret) not in repr(node)


@pytest.mark.parametrize("text", ["m/84'/0'/0'/0/0", "84h/0h/0h/0/0", "M/84'/0h/0H/0/0"])
def test_both_marks_of_a_hardened_step_are_read(text: str) -> None:
    assert path_text(parse_path(text)) == "m/84'/0'/0'/0/0"


@pytest.mark.parametrize(
    "text", ["", "m/", "m//0", "m/x", "m/-1", "m/2147483648", "m/1''", "m/1/2 3", "m/²", "0/" * 30]
)
def test_a_wrong_path_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_path(text)


def test_a_path_without_known_purpose_names_no_script() -> None:
    with pytest.raises(BadInput, match="kind of address"):
        script_of_path(parse_path("m/45'/0'"))


@pytest.mark.parametrize("text", ["xpub", "xprv9s21ZrQH143K", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"])
def test_a_text_that_is_no_extended_key_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        node_from_xpub(text)
