"""How much typed data a device can take field by field: what is above is signed as hashes. Pure.

Source: the firmware's own buffers. Large devices (Touch, Pro) bound a single value alone; small ones (1S, Pure) hold
the whole description and all they show in fixed tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from desktop.hw.ethereum.typed_data import ArrayValue, StructValue, TypedData, Value
from desktop.hw.ethereum.typed_data_types import DOMAIN, Member, Types, holds_nested_arrays, reached_from

LONGEST_VALUE = 1536
"""Bytes of one text or of one value of bytes."""
_LONGEST_NAME = 63
_MOST_MEMBERS = 16
_MOST_STRUCTS = 10  # beside the domain and the primary type
_MOST_ARRAYS = 23
_MOST_ELEMENTS = 24
_LONGEST_PLACE = 6
_LONGEST_DESCRIPTION = 2048
_MOST_LINES = 128


def fits_field_by_field(data: TypedData, *, small: bool) -> bool:
    """Return whether a device takes all of the data field by field; `small` for a 1S or a Pure."""
    reached = tuple(dict.fromkeys((*reached_from(DOMAIN, data.types), *reached_from(data.primary_type, data.types))))
    members = [member for name in reached for member in data.types[name]]
    if any(holds_nested_arrays(member.type) for member in members):
        return False
    roots = (data.domain, data.message)
    if max(map(_longest, roots)) > LONGEST_VALUE:
        return False
    return not small or (_types_fit(data.types, reached, members) and all(map(_value_fits, roots)))


def _types_fit(types: Types, reached: tuple[str, ...], members: list[Member]) -> bool:
    names = (*reached, *(member.name for member in members), *(member.written for member in members))
    described = sum(len(name.encode()) + 2 for name in reached)
    described += sum(len(f"{member.written} {member.name},".encode()) for member in members)
    return (
        all(len(name.encode()) <= _LONGEST_NAME for name in names)
        and all(len(types[name]) <= _MOST_MEMBERS for name in reached)
        and len(reached) - 2 <= _MOST_STRUCTS
        and sum(member.type.entry_type is not None for member in members) <= _MOST_ARRAYS
        and described <= _LONGEST_DESCRIPTION
    )


def _value_fits(root: StructValue) -> bool:
    for lines, (value, place) in enumerate(_within(root, 1), start=1):
        too_many = isinstance(value, ArrayValue) and len(value.elements) > _MOST_ELEMENTS
        if too_many or place > _LONGEST_PLACE or lines > _MOST_LINES:
            return False
    return True


def _within(value: Value, place: int) -> Iterator[tuple[Value, int]]:
    """Yield every value inside, with the length of its place."""
    for inner in value.members if isinstance(value, StructValue) else _elements(value):
        yield inner, place + 1
        yield from _within(inner, place + 1)


def _elements(value: Value) -> tuple[Value, ...]:
    return value.elements if isinstance(value, ArrayValue) else ()


def _longest(value: Value) -> int:
    if isinstance(value, bytes):
        return len(value)
    return max((len(inner) for inner, _ in _within(value, 0) if isinstance(inner, bytes)), default=0)
