"""Bech32 and bech32m text (BIP 173, BIP 350): a readable prefix, a separator, words of five bits, a checksum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop.domain.errors import BadInput

CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32 = 1
BECH32M = 0x2BC830A3
_VALUE = {character: value for value, character in enumerate(CHARACTERS)}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_WORDS = 6
_LONGEST = 90


def encoded(prefix: str, words: Sequence[int], constant: int) -> str:
    """Return the text of these words under the prefix; `constant` is BECH32 or BECH32M."""
    rest = _polymod([*_expanded(prefix), *words, *[0] * _CHECKSUM_WORDS]) ^ constant
    checksum = [(rest >> 5 * (_CHECKSUM_WORDS - 1 - place)) & 31 for place in range(_CHECKSUM_WORDS)]
    return prefix + "1" + "".join(CHARACTERS[word] for word in [*words, *checksum])


def decoded(text: str) -> tuple[str, list[int], int]:
    """Return prefix, words without checksum, and which constant the checksum has.

    Raise BadInput naming what is wrong: mixed case, unknown character and its place, length, or checksum.
    """
    if text.lower() != text and text.upper() != text:
        raise BadInput("the address has mixed case", "Copy it again; it is written all small or all capital.")
    small = text.lower()
    cut = small.rfind("1")
    if cut < 1 or len(small) - cut - 1 < _CHECKSUM_WORDS or len(small) > _LONGEST:
        raise BadInput(f"the address has the wrong length ({len(text)} characters)", "Copy the whole address again.")
    prefix = small[:cut]
    for place, character in enumerate(small):
        if not 33 <= ord(character) <= 126 or (place > cut and character not in _VALUE):
            raise unknown_character(text[place], place)
    words = [_VALUE[character] for character in small[cut + 1 :]]
    constant = _polymod([*_expanded(prefix), *words])
    if constant not in (BECH32, BECH32M):
        raise bad_checksum()
    return prefix, words[:-_CHECKSUM_WORDS], constant


def regrouped(values: Iterable[int], from_bits: int, to_bits: int, *, pad: bool) -> list[int]:
    """Return the same bits in groups of another size. Without `pad`, raise BadInput if bits are left over."""
    held = bits = 0
    groups: list[int] = []
    for value in values:
        held = (held << from_bits | value) & 0xFFFF
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            groups.append((held >> bits) & ((1 << to_bits) - 1))
    if pad and bits:
        groups.append((held << (to_bits - bits)) & ((1 << to_bits) - 1))
    elif not pad and (bits >= from_bits or held & ((1 << bits) - 1)):
        raise BadInput("the address has bits left over", "Copy the whole address again.")
    return groups


def unknown_character(character: str, place: int) -> BadInput:
    """Return the error for a character that no address of this kind has; `place` counts from 0."""
    return BadInput(
        f"unknown character {character!r} at place {place + 1} of the address",
        "Copy the address again, without typing.",
    )


def bad_checksum() -> BadInput:
    """Return the error for a checksum that does not fit the rest."""
    return BadInput(
        "the address has a bad checksum", "A character is wrong or missing: copy the whole address again."
    )


def _expanded(prefix: str) -> list[int]:
    return [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]


def _polymod(values: Iterable[int]) -> int:
    rest = 1
    for value in values:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            if top >> place & 1:
                rest ^= generator
    return rest
