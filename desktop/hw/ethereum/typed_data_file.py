"""From the JSON of EIP-712 data to values that fit their types; nothing is guessed or cut. Pure.

Fields: types, primaryType, domain, message. Without EIP712Domain among the types it is made of the fields that the
domain has, in the standard's order. Integers may be integers, decimal strings or 0x-hex; bytes are 0x-hex.
"""

from __future__ import annotations

from desktop.domain.errors import BadInput
from desktop.domain.evm_address import parse_address
from desktop.domain.strict_json import strict_json
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.transaction_file import hex_bytes, number
from desktop.hw.ethereum.typed_data import ArrayValue, StructValue, TypedData, Value
from desktop.hw.ethereum.typed_data_types import DOMAIN, DOMAIN_FIELDS, Types, read_types

_FIELDS = ("types", "primaryType", "domain", "message")
_LONGEST_ARRAY = 65535


def read_typed_data(text: bytes, *, where: str = "", chain_id: int | None = None) -> TypedData:
    """Return the typed data that the JSON text describes.

    Raise BadInput, with `where` for the file, naming the place: a field or type that is missing, unknown or given
    twice, types that hold each other, a value out of its type's range, a domain of another chain than `chain_id`.
    """
    try:
        data = _typed_data(strict_json(text))
        _check_chain(data, chain_id)
    except BadInput as error:
        raise BadInput(error.message, error.remedy, where=where) from None
    return data


def _typed_data(whole: object) -> TypedData:
    fields = _object("the file", whole)
    for name in fields:
        if name not in _FIELDS:
            raise BadInput(f"{name!r} is no field of typed data", f"It has {', '.join(_FIELDS)}.")
    for name in _FIELDS:
        if name not in fields:
            raise BadInput(f"{name} is missing", f"Typed data has {', '.join(_FIELDS)}.")
    raw_domain, raw_types = _object("domain", fields["domain"]), _object("types", fields["types"])
    types = read_types({DOMAIN: _domain_type(raw_domain), **raw_types})
    primary = fields["primaryType"]
    if not isinstance(primary, str) or primary not in types:
        raise BadInput(f"the primary type {primary!r} is not defined", "Give its members in types.")
    domain_only = primary == DOMAIN
    return TypedData(
        types=types,
        primary_type=primary,
        domain=_struct("domain", types, DOMAIN, raw_domain),
        message=StructValue(()) if domain_only else _struct("message", types, primary, fields["message"]),
        chain_id=_whole("domain.chainId", raw_domain["chainId"], 256) if "chainId" in raw_domain else None,
    )


def _domain_type(domain: dict[str, object]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in DOMAIN_FIELDS.items() if name in domain]


def _check_chain(data: TypedData, chain_id: int | None) -> None:
    if data.chain_id == 0:
        raise BadInput("domain.chainId is 0", "Give the chain's number.")
    if chain_id is not None and data.chain_id != chain_id:
        named = "none" if data.chain_id is None else str(data.chain_id)
        raise BadInput(f"domain.chainId is {named}, not {chain_id}", "This data is meant for another chain.")


def _struct(where: str, types: Types, struct: str, value: object) -> StructValue:
    fields = _object(where, value)
    members = types[struct]
    names = {member.name for member in members}
    for name in fields:
        if name not in names:
            raise BadInput(
                f"{where}.{name} is in no type", f"{struct} has no member {name!r}; it would not be signed."
            )
    for name in names:
        if name not in fields:
            raise BadInput(f"{where}.{name} is missing", f"{struct} has it.")
    return StructValue(
        tuple(_value(f"{where}.{member.name}", types, member.type, fields[member.name]) for member in members)
    )


def _value(where: str, types: Types, type_: e.FieldType, value: object) -> Value:
    match type_.data_type:
        case e.STRUCT:
            return _struct(where, types, type_.struct_name or "", value)
        case e.ARRAY:
            return _array(where, types, type_, value)
        case e.UINT:
            size = type_.size or 0
            return _whole(where, value, 8 * size).to_bytes(size, "big")
        case e.INT:
            return _signed(where, value, type_.size or 0)
        case e.BYTES:
            return _bytes(where, value, type_.size)
        case e.BOOL:
            return _bool(where, value)
        case e.ADDRESS:
            return parse_address(_text(where, value).decode(), name=where)
    return _text(where, value)


def _array(where: str, types: Types, type_: e.FieldType, value: object) -> ArrayValue:
    if not isinstance(value, list):
        raise BadInput(f"{where} is no list", "Write [ … ].")
    if type_.size is not None and len(value) != type_.size:
        raise BadInput(f"{where} has {len(value)} elements, its type {type_.size}", "Give as many as the type says.")
    if len(value) > _LONGEST_ARRAY:
        raise BadInput(f"{where} has {len(value)} elements", f"Wallets take at most {_LONGEST_ARRAY}.")
    entry = type_.entry_type
    assert entry is not None
    return ArrayValue(tuple(_value(f"{where}[{place}]", types, entry, item) for place, item in enumerate(value)))


def _whole(where: str, value: object, bits: int) -> int:
    return number(where, value, bits)


def _signed(where: str, value: object, size: int) -> bytes:
    negative = (isinstance(value, int) and value < 0) or (isinstance(value, str) and value.startswith("-"))
    if not negative:
        return number(where, value, 8 * size - 1).to_bytes(size, "big")
    below = number(where, -value if isinstance(value, int) else str(value)[1:], 8 * size)
    if below > 1 << 8 * size - 1:
        raise BadInput(f"{where} is below -2^{8 * size - 1}", f"Its type holds {8 * size} bits.")
    return (-below).to_bytes(size, "big", signed=True)


def _bytes(where: str, value: object, size: int | None) -> bytes:
    found = hex_bytes(where, value)
    if size is not None and len(found) != size:
        raise BadInput(f"{where} has {len(found)} bytes, its type {size}", "Nothing is filled up or cut.")
    return found


def _bool(where: str, value: object) -> bytes:
    if not isinstance(value, bool):
        raise BadInput(f"{where} is neither true nor false", "Write true or false, without quotes.")
    return bytes([value])


def _text(where: str, value: object) -> bytes:
    if not isinstance(value, str):
        raise BadInput(f"{where} is no text", "Write it in quotes.")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise BadInput(f"{where} holds what is no text", "Write whole characters.") from None


def _object(where: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadInput(f"{where} is no object", "Write { … } with the fields inside.")
    return value
