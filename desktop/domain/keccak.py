"""Keccak-256, the hash behind the addresses of Ethereum and TRON (the padding older than FIPS 202's). Pure.

Source: the Keccak reference, version 3.0, sections 1.2 and 2.
"""

from __future__ import annotations

_RATE = 136  # bytes taken in at a time: 200 less twice the 32 of the result
_LANES = 25
_MASK = (1 << 64) - 1


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte Keccak-256 hash of the data."""
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    state = [0] * _LANES
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            place = start + 8 * lane
            state[lane] ^= int.from_bytes(padded[place : place + 8], "little")
        _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _turned(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & _MASK


def _round_constants() -> tuple[int, ...]:
    """Return the constant of each round, from the bits of a shift register of eight places."""
    register, constants = 1, []
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register <<= 1
            if register & 0x100:
                register ^= 0x171
        constants.append(constant)
    return tuple(constants)


def _walk() -> tuple[tuple[int, int], ...]:
    """Return the order in which lanes change places, each with how far it is turned."""
    x, y, steps = 1, 0, []
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        steps.append((x + 5 * y, (step + 1) * (step + 2) // 2 % 64))
    return tuple(steps)


_CONSTANTS = _round_constants()
_STEPS = _walk()


def _permute(state: list[int]) -> None:
    for constant in _CONSTANTS:
        sums = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        mixed = [sums[x - 1] ^ _turned(sums[(x + 1) % 5], 1) for x in range(5)]
        for place in range(_LANES):
            state[place] ^= mixed[place % 5]
        moving = state[1]
        for place, by in _STEPS:
            state[place], moving = _turned(moving, by), state[place]
        for row in range(0, _LANES, 5):
            a, b, c, d, e = state[row : row + 5]
            state[row : row + 5] = (a ^ ~b & c, b ^ ~c & d, c ^ ~d & e, d ^ ~e & a, e ^ ~a & b)
        state[0] ^= constant
