"""The types of EIP-712 data: from the names in the JSON to the form in which devices ask for them. Pure.

Only what the standard names canonically is a basic type: uint8 to uint256, int8 to int256, bytes1 to bytes32, bytes,
string, bool, address. Every other name is a struct of the data's own; T[] and T[n] are arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from desktop.domain.errors import BadInput
from desktop.hw.ethereum import messages as e

DOMAIN = "EIP712Domain"
DOMAIN_FIELDS = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
    "salt": "bytes32",
}
"""What a domain may hold, in the standard's order."""

_SIZED = re.compile(r"(uint|int|bytes)([1-9][0-9]*)")
_ARRAY = re.compile(r"(.+)\[([1-9][0-9]{0,4})?\]", re.DOTALL)
_NOT_IN_NAMES = re.compile(r"[\s()\[\],]")
_PLAIN = {"bytes": e.BYTES, "string": e.STRING, "bool": e.BOOL, "address": e.ADDRESS}
_INTEGERS = {"uint": e.UINT, "int": e.INT}
_LONGEST_NAME = 256
_MOST_TYPES = 256


class Member(NamedTuple):
    """A field of a struct: its name, its type as written, and as devices take it."""

    name: str
    written: str
    type: e.FieldType


Types = Mapping[str, tuple[Member, ...]]


def read_types(raw: Mapping[str, object]) -> Types:
    """Return every struct with its members. Raise BadInput naming struct and member that are off, or a cycle."""
    if len(raw) > _MOST_TYPES:
        raise BadInput(f"types has {len(raw)} types", f"Give at most {_MOST_TYPES}: those that are signed.")
    fields = {name: tuple(_fields(name, body)) for name, body in raw.items()}
    sizes = {name: len(members) for name, members in fields.items()}
    for name in fields:
        _check_name(name, f"the type {name!r}")
        if basic_type(name) is not None or name in _INTEGERS:
            raise BadInput(f"the type {name!r} has the name of a basic type", "Give the struct another name.")
    types = {
        struct: tuple(Member(name, type_, _field_type(f"{struct}.{name}", type_, sizes)) for name, type_ in members)
        for struct, members in fields.items()
    }
    _check_domain(types.get(DOMAIN, ()))
    sound: set[str] = set()
    for struct in types:
        _check_no_cycle(struct, types, (), sound)
    return types


def reached_from(struct: str, types: Types) -> dict[str, None]:
    """Return the struct and all that it is made of, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = [struct]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _structs_in(types[name])
    return found


def basic_type(name: str) -> e.FieldType | None:
    """Return a basic type as devices take it, or None if the name is none of the standard's."""
    if name in _PLAIN:
        return e.FieldType(_PLAIN[name])
    sized = _SIZED.fullmatch(name)
    if sized is None or len(sized[2]) > 3:
        return None
    size = int(sized[2])
    if sized[1] == "bytes":
        return e.FieldType(e.BYTES, size) if size <= 32 else None
    return e.FieldType(_INTEGERS[sized[1]], size // 8) if size <= 256 and size % 8 == 0 else None


def holds_nested_arrays(type_: e.FieldType) -> bool:
    """Return whether it is an array of arrays: devices hash those only on this side."""
    return type_.entry_type is not None and type_.entry_type.entry_type is not None


def _fields(struct: str, body: object) -> Iterator[tuple[str, str]]:
    if not isinstance(body, list):
        raise BadInput(f"the type {struct!r} is no list of members", "Write [{ name, type }, …].")
    seen: set[str] = set()
    for member in body:
        if not isinstance(member, dict) or set(member) != {"name", "type"}:
            raise BadInput(f"a member of the type {struct!r} has not just name and type", "Give both, nothing else.")
        name, type_ = member["name"], member["type"]
        if not isinstance(name, str) or not isinstance(type_, str):
            raise BadInput(f"a member of the type {struct!r} has a name or type that is no text", "Write texts.")
        _check_name(name, f"the member {name!r} of {struct!r}")
        if len(type_) > _LONGEST_NAME:
            raise BadInput(f"the type of {struct}.{name} has {len(type_)} characters", "Give it a shorter name.")
        if name in seen:
            raise BadInput(f"the type {struct!r} has two members {name!r}", "Each has a name of its own.")
        seen.add(name)
        yield name, type_


def _check_name(name: str, what: str) -> None:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or _NOT_IN_NAMES.search(name):
        raise BadInput(f"{what} has no sound name", "A name has no blanks, brackets or commas.")


def _field_type(where: str, name: str, sizes: Mapping[str, int]) -> e.FieldType:
    array = _ARRAY.fullmatch(name)
    if array is not None:
        return e.FieldType(e.ARRAY, int(array[2]) if array[2] else None, _field_type(where, array[1], sizes))
    basic = basic_type(name)
    if basic is not None:
        return basic
    if name in sizes:
        return e.FieldType(e.STRUCT, sizes[name], struct_name=name)
    remedy = f"Write {name}256." if name in _INTEGERS else "Give its members in types, or correct the name."
    raise BadInput(f"the type {name!r} of {where} is not defined", remedy)


def _check_domain(members: tuple[Member, ...]) -> None:
    for name, written, _ in members:
        if DOMAIN_FIELDS.get(name) != written:
            known = ", ".join(f"{kind} {field}" for field, kind in DOMAIN_FIELDS.items())
            raise BadInput(f"{written} {name} is no field of a domain", f"The standard has {known}.")


def _structs_in(members: tuple[Member, ...]) -> list[str]:
    found = []
    for member in members:
        type_ = member.type
        while type_.entry_type is not None:
            type_ = type_.entry_type
        if type_.struct_name is not None:
            found.append(type_.struct_name)
    return found


def _check_no_cycle(struct: str, types: Types, above: tuple[str, ...], sound: set[str]) -> None:
    if struct in above:
        circle = " in ".join((*above[above.index(struct) :], struct))
        raise BadInput(f"the types hold each other without end: {circle}", "No device can show that.")
    if struct not in sound:
        for inner in _structs_in(types[struct]):
            _check_no_cycle(inner, types, (*above, struct), sound)
        sound.add(struct)
