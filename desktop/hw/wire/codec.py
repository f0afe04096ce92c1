"""Message bodies: protocol buffers, written and read by tables of field number and type. Pure.

A table is a frozen struct whose fields are annotated with their number: `Annotated[int | None, 1] = None`. int
(unsigned, of 32 bits, or of 64 where a third item says so: `Annotated[int, 1, 64]`), bool, str, bytes, another such
struct, and `tuple[int, ...]` (repeated) are known. A field without default is required. Source of the encoding:
protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any, ClassVar, NamedTuple, TypeVar

import msgspec

from desktop.hw.errors import Garbage

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_NARROW_BITS = 32
_DEEPEST = 32  # far deeper than any message of this protocol


class Body(msgspec.Struct, frozen=True):
    """Anything that has a table: a message or a part of one."""


class Message(Body, frozen=True):
    """A message of its own; `number` is its type on the wire."""

    number: ClassVar[int]


B = TypeVar("B", bound=Body)


class _Field(NamedTuple):
    number: int
    name: str
    kind: type
    repeated: bool
    required: bool
    bits: int


@cache
def _fields(table: type[Body]) -> dict[int, _Field]:
    hints = typing.get_type_hints(table, include_extras=True)
    required = {field.name for field in msgspec.structs.fields(table) if field.required}
    found: dict[int, _Field] = {}
    for name in table.__struct_fields__:
        inner, number, *bits = typing.get_args(hints[name])
        repeated = typing.get_origin(inner) is tuple
        kind = typing.get_args(inner)[0] if repeated or isinstance(inner, types.UnionType) else inner
        found[number] = _Field(number, name, kind, repeated, name in required, bits[0] if bits else _NARROW_BITS)
    return found


def encoded(body: Body) -> bytes:
    """Return the bytes of a message body; fields that are None are left out."""
    out = bytearray()
    for field in _fields(type(body)).values():
        value = getattr(body, field.name)
        for single in value if field.repeated else () if value is None else (value,):
            out += _written(field.number, single)
    return bytes(out)


def decoded(table: type[B], data: bytes, *, depth: int = 0) -> B:
    """Return the message these bytes hold. Unknown fields are skipped, the last of several singles counts.

    Raise Garbage, and nothing else, for bytes that are not of this table's form. `depth` counts the bodies around.
    """
    if depth > _DEEPEST:
        raise Garbage(f"bodies within bodies, {depth} deep")
    fields = _fields(table)
    values: dict[str, Any] = {}
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        field = fields.get(key >> 3)
        raw, place = _raw(data, place, key & 7)
        if key >> 3 == 0:
            raise Garbage("a field numbered 0")
        if field is not None:
            _put(values, field, key & 7, raw, depth)
    for field in fields.values():
        if field.required and field.name not in values:
            raise Garbage(f"{table.__name__} without {field.name}")
        if field.repeated:
            values[field.name] = tuple(values.get(field.name, ()))
    return table(**values)


def _put(values: dict[str, Any], field: _Field, wire: int, raw: int | bytes, depth: int) -> None:
    if field.repeated and wire == _LENGTH and field.kind is int:
        values.setdefault(field.name, []).extend(_unpacked(typing.cast(bytes, raw), field))
    elif field.repeated:
        values.setdefault(field.name, []).append(_value(field, wire, raw, depth))
    else:
        values[field.name] = _value(field, wire, raw, depth)


def _unpacked(data: bytes, field: _Field) -> list[Any]:
    found, place = [], 0
    while place < len(data):
        raw, place = _varint(data, place)
        found.append(_value(field, _VARINT, raw))
    return found


def _value(field: _Field, wire: int, raw: int | bytes, depth: int = 0) -> object:
    if wire == _VARINT and isinstance(raw, int) and field.kind in (int, bool):
        if raw >> field.bits:
            raise Garbage(f"{field.name} is larger than {field.bits} bits")
        return bool(raw) if field.kind is bool else raw
    if wire == _LENGTH and isinstance(raw, bytes) and field.kind not in (int, bool):
        if field.kind is bytes:
            return raw
        return _text(field, raw) if field.kind is str else decoded(field.kind, raw, depth=depth + 1)
    raise Garbage(f"{field.name} has wire type {wire}")


def _text(field: _Field, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Garbage(f"{field.name} is not UTF-8 text") from None


def _written(number: int, value: object) -> bytes:
    if isinstance(value, int):  # bool as well
        return _varint_bytes(number << 3 | _VARINT) + _varint_bytes(value)
    if isinstance(value, Body):
        value = encoded(value)
    raw = value.encode() if isinstance(value, str) else typing.cast(bytes, value)
    return _varint_bytes(number << 3 | _LENGTH) + _varint_bytes(len(raw)) + raw


def _varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            raise Garbage(f"the message ends inside a number at byte {place}")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise Garbage(f"a number without end at byte {place}")


def _raw(data: bytes, place: int, wire: int) -> tuple[int | bytes, int]:
    if wire == _VARINT:
        return _varint(data, place)
    if wire == _LENGTH:
        size, place = _varint(data, place)
    elif wire in (_FIXED64, _FIXED32):
        size = 8 if wire == _FIXED64 else 4
    else:
        raise Garbage(f"wire type {wire} at byte {place}")
    if place + size > len(data):
        raise Garbage(f"the message ends inside a field at byte {place}")
    return data[place : place + size], place + size


def fields_of(table: type[Body]) -> tuple[tuple[int, type], ...]:
    """Return the number and kind of each field of a table."""
    return tuple((field.number, field.kind) for field in _fields(table).values())
