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
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


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


def _moves() -> tuple[tuple[int, int, int], ...]:
    """Return for each place after a turn the lane that comes to it, how far it is turned left, and right."""
    moves = {0: (0, 0, 64)}
    x, y = 1, 0
    for step in range(24):
        by = (step + 1) * (step + 2) // 2 % 64
        came_from = x + 5 * y
        x, y = y, (2 * x + 3 * y) % 5
        moves[x + 5 * y] = (came_from, by, 64 - by)
    return tuple(moves[place] for place in range(_LANES))


_CONSTANTS = _round_constants()
_MOVES = _moves()
_NEIGHBOURS = tuple((i, i // 5 * 5 + (i + 1) % 5, i // 5 * 5 + (i + 2) % 5) for i in range(_LANES))


def _permuted(state: list[int]) -> list[int]:
    """Return the state after all rounds: columns mixed, lanes turned and moved, rows combined, a constant added."""
    for constant in _CONSTANTS:
        a, b, c, d, e = (state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5))
        mixed = (e ^ _turned(b), a ^ _turned(c), b ^ _turned(d), c ^ _turned(e), d ^ _turned(a)) * 5
        state = [lane ^ mix for lane, mix in zip(state, mixed, strict=True)]
        moved = [(state[lane] << left | state[lane] >> right) & _MASK for lane, left, right in _MOVES]
        state = [moved[i] ^ ~moved[j] & moved[k] for i, j, k in _NEIGHBOURS]
        state[0] ^= constant
    return state


def _turned(lane: int) -> int:
    return (lane << 1 | lane >> 63) & _MASK
