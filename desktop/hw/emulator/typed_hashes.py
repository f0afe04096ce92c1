"""How the emulated device turns typed fields into what EIP-712 hashes, from the messages it was sent. Pure.

Source: eips.ethereum.org/EIPS/eip-712, "Definition of encodeType" and "Definition of encodeData". Checks of values
are worded as the firmware's.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.domain.keccak import keccak256
from desktop.hw import messages as m
from desktop.hw.emulator.flow import Refusal
from desktop.hw.ethereum import messages as e

Structs = Mapping[str, tuple[e.StructMember, ...]]

LONGEST_VALUE = 1536
_WORD = 32
_SIZED_NAMES = {e.UINT: "uint", e.INT: "int"}
_PLAIN_NAMES = {e.BYTES: "bytes", e.STRING: "string", e.BOOL: "bool", e.ADDRESS: "address"}


def type_name(type_: e.FieldType) -> str:
    """Return the type as the standard writes it."""
    if type_.data_type == e.ARRAY:
        assert type_.entry_type is not None
        return f"{type_name(type_.entry_type)}[{type_.size or ''}]"
    if type_.data_type == e.STRUCT:
        return type_.struct_name or ""
    if type_.data_type in _SIZED_NAMES:
        return f"{_SIZED_NAMES[type_.data_type]}{8 * (type_.size or 0)}"
    return f"{_PLAIN_NAMES[type_.data_type]}{type_.size or ''}"


def inner_struct(type_: e.FieldType) -> str | None:
    """Return the struct that a type is, or is an array of; None for any other."""
    while type_.entry_type is not None:
        type_ = type_.entry_type
    return type_.struct_name


def type_hash(struct: str, structs: Structs) -> bytes:
    """Return the hash of the struct's description, followed by those of the structs it is made of, by name."""
    met: set[str] = set()
    waiting = [struct]
    while waiting:
        name = waiting.pop()
        if name not in met:
            met.add(name)
            waiting += [inner for member in structs[name] if (inner := inner_struct(member.type)) is not None]
    order = [struct, *sorted(met - {struct})]
    return keccak256("".join(_described(name, structs[name]) for name in order).encode())


def check_type(type_: e.FieldType) -> None:
    """Refuse a type that is none."""
    kind, size = type_.data_type, type_.size
    if kind == e.ARRAY and type_.entry_type is None:
        raise _wrong("Missing entry_type in array")
    if kind != e.ARRAY and type_.entry_type is not None:
        raise _wrong("Unexpected entry_type in nonarray")
    if (kind == e.STRUCT) != (type_.struct_name is not None):
        raise _wrong("Missing struct_name in struct" if kind == e.STRUCT else "Unexpected struct_name in nonstruct")
    if kind in _SIZED_NAMES and not (size and 1 <= size <= _WORD):
        raise _wrong("Invalid size in int/uint")
    if kind == e.BYTES and size is not None and not 1 <= size <= _WORD:
        raise _wrong("Invalid size in bytes")
    if kind in (e.STRING, e.BOOL, e.ADDRESS) and size is not None:
        raise _wrong("Unexpected size in str/bool/addr")
    if kind not in (*_SIZED_NAMES, *_PLAIN_NAMES, e.ARRAY, e.STRUCT):
        raise _wrong("Unknown data type")
    if type_.entry_type is not None:
        check_type(type_.entry_type)


def check_value(type_: e.FieldType, value: bytes) -> None:
    """Refuse a value that does not fit its type."""
    if type_.size is not None and len(value) != type_.size:
        raise _wrong("Invalid length")
    if len(value) > LONGEST_VALUE:
        raise _wrong(f"Invalid length, bigger than {LONGEST_VALUE}")
    if type_.data_type == e.BOOL and value not in (b"\0", b"\1"):
        raise _wrong("Invalid boolean value")
    if type_.data_type == e.ADDRESS and len(value) != 20:
        raise _wrong("Invalid address")
    if type_.data_type == e.STRING:
        try:
            value.decode()
        except UnicodeDecodeError:
            raise _wrong("Invalid UTF-8") from None


def word(type_: e.FieldType, value: bytes) -> bytes:
    """Return the 32 bytes that stand for a single value."""
    if type_.data_type == e.STRING or (type_.data_type == e.BYTES and type_.size is None):
        return keccak256(value)
    if type_.data_type == e.BYTES:
        return value.ljust(_WORD, b"\0")
    negative = type_.data_type == e.INT and value[:1] >= b"\x80"
    return value.rjust(_WORD, b"\xff" if negative else b"\0")


def in_words(type_: e.FieldType, value: bytes) -> str:
    """Return a single value as the screen shows it."""
    match type_.data_type:
        case e.UINT | e.INT:
            return str(int.from_bytes(value, "big", signed=type_.data_type == e.INT))
        case e.BOOL:
            return "true" if value == b"\1" else "false"
        case e.STRING:
            return value.decode()
    return f"0x{value.hex()}"


def _described(struct: str, members: tuple[e.StructMember, ...]) -> str:
    return f"{struct}({','.join(f'{type_name(member.type)} {member.name}' for member in members)})"


def _wrong(words: str) -> Refusal:
    return Refusal(m.DATA_ERROR, words)
