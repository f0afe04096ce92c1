"""EIP-712 data as devices ask for it: structs by name, values by their place. Pure.

A value is kept in the bytes that go to the device: integers big-endian in the size of their type (signed ones in
two's complement), bool one byte, an address 20, text in UTF-8.
"""

from __future__ import annotations

import msgspec

from desktop.domain.evm_address import address_text
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.typed_data_types import DOMAIN, Types


class StructValue(msgspec.Struct, frozen=True):
    """The values of a struct's members, in their order."""

    members: tuple[Value, ...]


class ArrayValue(msgspec.Struct, frozen=True):
    """The elements of an array."""

    elements: tuple[Value, ...]


Value = bytes | StructValue | ArrayValue


class TypedData(msgspec.Struct, frozen=True):
    """Sound EIP-712 data. `chain_id` is the domain's, None if it names none."""

    types: Types
    primary_type: str
    domain: StructValue
    message: StructValue
    chain_id: int | None = None

    @property
    def domain_only(self) -> bool:
        """Return whether the domain itself is what is signed, without a message."""
        return self.primary_type == DOMAIN

    def members_of(self, struct: str) -> tuple[e.StructMember, ...] | None:
        """Return the members of a struct as a device takes them, or None if there is none of that name."""
        members = self.types.get(struct)
        return None if members is None else tuple(e.StructMember(member.type, member.name) for member in members)

    def value_at(self, path: tuple[int, ...]) -> bytes | None:
        """Return the value at a place: 0 the domain or 1 the message, then the places of members and elements.

        An array's value is its length as two bytes. None if there is no single value at that place.
        """
        value: Value = ArrayValue((self.domain, self.message))
        for place in path:
            inside = _inside(value)
            if place >= len(inside):
                return None
            value = inside[place]
        if isinstance(value, ArrayValue):
            return len(value.elements).to_bytes(2, "big") if path else None
        return value if isinstance(value, bytes) else None


def plain_struct(types: Types, struct: str, value: StructValue) -> dict[str, object]:
    """Return the values by name as Python has them: int, bool, str, bytes, list, dict; addresses as text."""
    members = zip(types[struct], value.members, strict=True)
    return {member.name: _plain(types, member.type, inner) for member, inner in members}


def _plain(types: Types, type_: e.FieldType, value: Value) -> object:
    if isinstance(value, StructValue):
        assert type_.struct_name is not None
        return plain_struct(types, type_.struct_name, value)
    if isinstance(value, ArrayValue):
        assert type_.entry_type is not None
        return [_plain(types, type_.entry_type, element) for element in value.elements]
    match type_.data_type:
        case e.UINT | e.INT:
            return int.from_bytes(value, "big", signed=type_.data_type == e.INT)
        case e.BOOL:
            return value != b"\0"
        case e.ADDRESS:
            return address_text(value)
        case e.STRING:
            return value.decode()
    return value


def _inside(value: Value) -> tuple[Value, ...]:
    match value:
        case StructValue():
            return value.members
        case ArrayValue():
            return value.elements
    return ()
