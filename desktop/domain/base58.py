"""Base58 text: with a checksum as old Bitcoin addresses and extended keys are written, bare as Solana's keys are."""

from __future__ import annotations

import hashlib

from desktop.domain.bech32 import bad_checksum, unknown_character
from desktop.domain.errors import BadInput

CHARACTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {character: value for value, character in enumerate(CHARACTERS)}
_LONGEST = 128  # twice what any address or extended key has; keeps hostile text cheap


def encoded(payload: bytes) -> str:
    """Return the payload with its four checksum bytes, in base 58."""
    return encoded_bare(payload + _checksum(payload))


def decoded(text: str) -> bytes:
    """Return the payload. Raise BadInput naming an unknown character and its place, or a bad checksum."""
    _check_characters(text)
    if len(text) > _LONGEST:
        raise bad_checksum()
    data = _bytes(text)
    payload, checksum = data[:-4], data[-4:]
    if len(data) < 5 or _checksum(payload) != checksum:
        raise bad_checksum()
    return payload


def encoded_bare(data: bytes) -> str:
    """Return the bytes in base 58 without a checksum."""
    number = int.from_bytes(data, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = CHARACTERS[digit] + digits
    return CHARACTERS[0] * (len(data) - len(data.lstrip(b"\0"))) + digits


def decoded_bare(text: str) -> bytes:
    """Return the bytes of a text without a checksum. Raise BadInput naming an unknown character, or the length."""
    _check_characters(text)
    if len(text) > _LONGEST:
        raise BadInput(f"a text of {len(text)} characters is no key, address or signature", "Copy it again.")
    return _bytes(text)


def _check_characters(text: str) -> None:
    for place, character in enumerate(text):
        if character not in _VALUE:
            raise unknown_character(character, place)


def _bytes(text: str) -> bytes:
    number = 0
    for character in text:
        number = number * 58 + _VALUE[character]
    zeros = len(text) - len(text.lstrip(CHARACTERS[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _checksum(payload: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
