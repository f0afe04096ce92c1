"""Protocol buffers read by hand, apart from the product's own tables: number, wire type and value of every field."""

from __future__ import annotations


def fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """Return number and value of every field in the order of the bytes; fails the test for any other bytes."""
    found: list[tuple[int, int | bytes]] = []
    rest = memoryview(data)
    while rest:
        key, rest = _number(rest)
        assert key & 7 in (0, 2), key
        value, rest = _number(rest)
        if key & 7 == 0:
            found.append((key >> 3, value))
            continue
        assert value <= len(rest)
        found.append((key >> 3, bytes(rest[:value])))
        rest = rest[value:]
    return found


def _number(data: memoryview) -> tuple[int, memoryview]:
    size = next(place for place, byte in enumerate(data) if byte < 0x80) + 1
    assert size == 1 or data[size - 1] != 0, "a number longer than it need be"
    return sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(data[:size])), data[size:]
