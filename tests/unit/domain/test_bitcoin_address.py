"""Addresses against the public vectors of BIP 173 and BIP 350, and the words of each refusal."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.bitcoin_address import address_of, groups, kind_of, script_of
from desktop.domain.errors import BadInput

GENERATOR_X = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"


@pytest.mark.parametrize(
    ("address", "testnet", "script", "kind"),
    [
        (
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            False,
            "0014751e76e8199196d454941c45d1b3a323f1433bd6",
            "p2wpkh",
        ),
        (
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
            True,
            "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
            "p2wsh",
        ),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", False, "5120" + GENERATOR_X, "p2tr"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", False, "76a91477bff20c60e522dfaa3350c39b030a5d004e839a88ac", "p2pkh"),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", False, "a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87", "p2sh"),
        ("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", True, "76a914243f1394f44554f4ce3fd68649c19adc483ce92488ac", "p2pkh"),
    ],
)
def test_public_vectors_name_their_script(address: str, testnet: bool, script: str, kind: str) -> None:
    assert script_of(address, testnet=testnet).hex() == script
    assert kind_of(address, testnet=testnet) == kind
    back = address_of(bytes.fromhex(script), testnet=testnet)
    assert back == (address.lower() if address.isupper() else address)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "wrong network"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "bad checksum"),
        ("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "bad checksum"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "bad checksum"),
        ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "unknown character 'o' at place 60"),
        ("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "wrong length"),
        ("bc1pw5dgrnzv", "wrong length"),
        ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "wrong length"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "mixed case"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "bits left over"),
        ("bc1gmk9yu", "nothing after its prefix"),
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "wrong network"),
        ("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "wrong network"),
        ("LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", "wrong network"),
        ("ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "wrong network"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "bad checksum"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVl2", "unknown character 'l' at place 33"),
        ("0x73d0385F4d8E00C5e6504C6030F47BF6212736A8", "unknown character '0' at place 1"),
        (" bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk", "unknown character ' ' at place 1"),
        ("", "empty"),
    ],
)
def test_a_refused_address_says_what_is_wrong(address: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        script_of(address)


def test_an_unknown_witness_version_is_refused_rather_than_guessed() -> None:
    with pytest.raises(BadInput, match="witness version 16"):
        script_of("BC1SW50QGDZ25J")


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_a_named_refusal(text: str) -> None:
    with contextlib.suppress(BadInput):
        assert address_of(script_of(text)) in (text, text.lower())


@given(st.integers(3, 41), st.sampled_from("023456789acdefghjklmnpqrstuvwxyz"))
def test_one_wrong_character_never_passes(place: int, character: str) -> None:
    good = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
    wrong = good[:place] + character + good[place + 1 :]
    if wrong != good:
        with pytest.raises(BadInput):
            script_of(wrong)


def test_groups_of_four_join_to_the_whole_address() -> None:
    address = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
    assert groups(address)[:3] == ("bc1q", "annf", "xke2")
    assert groups(address)[-1] == "kk"
    assert "".join(groups(address)) == address
