"""From the JSON of a transaction, as node libraries write it, to a transaction; nothing is guessed. Pure.

Fields: chainId, nonce, gas, to, value, and either gasPrice or maxFeePerGas with maxPriorityFeePerGas; data,
accessList, type and from may be there. Numbers are integers, decimal strings or 0x-hex.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_text, parse_address
from desktop.domain.strict_json import strict_json
from desktop.hw.ethereum.transaction import FEE_MARKET_TYPE, AccessEntry, EvmTransaction, LegacyFee, MarketFee

Fields = Mapping[str, object]

LARGEST_DATA = 128 * 1024
"""Bytes of call data: nodes of Ethereum take no larger transaction."""
_MOST_ENTRIES, _MOST_KEYS = 16, 8  # what the device's memory holds of an access list
_NEEDED = ("chainId", "nonce", "gas", "to", "value")
_PRICE, _MOST, _TIP = "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas"
_KNOWN = frozenset({*_NEEDED, _PRICE, _MOST, _TIP, "data", "accessList", "type", "from"})
_WORD, _NARROW = 256, 64
_LARGEST_NONCE = 2**64 - 2  # EIP-2681


def read_transaction(text: bytes, *, where: str = "") -> EvmTransaction:
    """Return the transaction that the JSON text describes.

    Raise BadInput, with `where` for the file, naming the field: missing, unknown or given twice, a number that is
    negative, too large or not whole, odd hex, a wrong checksum, both kinds of fee, a tip above the most, a contract's
    creation, too much data.
    """
    try:
        return _transaction(_object(strict_json(text), "the file"))
    except BadInput as error:
        raise BadInput(error.message, error.remedy, where=where) from None


def _transaction(fields: Fields) -> EvmTransaction:
    for name in fields:
        if name not in _KNOWN:
            raise BadInput(f"{name!r} is no field Seawall knows", f"Known are {', '.join(sorted(_KNOWN))}.")
    for name in _NEEDED:
        if name not in fields:
            raise BadInput(f"{name} is missing", "Give it; nothing is guessed.")
    fee = _fee(fields)
    access = _access_list(fields.get("accessList", []))
    _check_type(fields, fee, access)
    return EvmTransaction(
        chain_id=_above_zero("chainId", number("chainId", fields["chainId"], _NARROW)),
        nonce=_nonce(fields["nonce"]),
        gas=_above_zero("gas", number("gas", fields["gas"], _NARROW)),
        to=_recipient(fields["to"]),
        value=number("value", fields["value"], _WORD),
        fee=fee,
        data=_data(fields.get("data", "0x")),
        access_list=access,
        sender=_address("from", fields["from"]) if "from" in fields else "",
    )


def number(name: str, value: object, bits: int) -> int:
    """Return a number from 0 to 2^bits - 1, given as integer, decimal string or 0x-hex. Raise BadInput naming it."""
    if isinstance(value, float):
        raise BadInput(
            f"{name} {value} is not a whole number", "Give it in the smallest unit, without point or exponent."
        )
    found = value if isinstance(value, int) and not isinstance(value, bool) else _written_number(name, value)
    if found < 0:
        raise BadInput(f"{name} {found} is negative", "Give 0 or more.")
    if found >> bits:
        raise BadInput(f"{name} is larger than 2^{bits} - 1", "Check its unit; coins are counted in wei.")
    return found


def hex_bytes(name: str, value: object) -> bytes:
    """Return the bytes of a text of 0x and pairs of hex digits. Raise BadInput naming it."""
    if not isinstance(value, str) or not value.startswith(("0x", "0X")):
        raise BadInput(f"{name} is not 0x and hex digits", "Write bytes as in 0xa9059cbb; none is 0x.")
    digits = value[2:]
    if len(digits) % 2:
        raise BadInput(f"{name} has an odd number of hex digits ({len(digits)})", "Each byte has two digits.")
    try:
        if digits and not digits.isalnum():  # fromhex would skip blanks
            raise ValueError
        return bytes.fromhex(digits)
    except ValueError:
        raise BadInput(f"{name} holds what is no hex digit", "Use 0 to 9 and a to f.") from None


def _written_number(name: str, value: object) -> int:
    if isinstance(value, str) and value.isascii() and len(value) <= 80:  # 2^256 has 78 decimal digits
        digits = value[2:] if value[:2] in ("0x", "0X") else value
        if digits is value and value.removeprefix("-").isdigit():
            return int(value)
        if digits is not value and digits and not set(digits) - set("0123456789abcdefABCDEF"):
            return int(digits, 16)
    raise BadInput(f"{name} {value!r} is no number", "Give an integer, a decimal string, or 0x and hex digits.")


def _fee(fields: Fields) -> LegacyFee | MarketFee:
    market = [name for name in (_MOST, _TIP) if name in fields]
    if _PRICE in fields:
        if market:
            raise BadInput(f"both {_PRICE} and {market[0]} are given", "A transaction has one kind of fee.")
        return LegacyFee(_above_zero(_PRICE, number(_PRICE, fields[_PRICE], _WORD)))
    if not market:
        raise BadInput("the fee is missing", f"Give {_MOST} and {_TIP}, or {_PRICE}.")
    for name in (_MOST, _TIP):
        if name not in fields:
            raise BadInput(f"{name} is missing", f"Give both {_MOST} and {_TIP}.")
    most, tip = number(_MOST, fields[_MOST], _WORD), number(_TIP, fields[_TIP], _WORD)
    if tip > most:
        raise BadInput(
            f"{_TIP} {tip} is above {_MOST} {most}", "The priority fee is a part of the most that is paid."
        )
    return MarketFee(_above_zero(_MOST, most), tip)


def _check_type(fields: Fields, fee: LegacyFee | MarketFee, access: tuple[AccessEntry, ...]) -> None:
    meant = FEE_MARKET_TYPE if isinstance(fee, MarketFee) else 0
    if "type" in fields and number("type", fields["type"], 8) != meant:
        raise BadInput(f"type {fields['type']} does not fit the fee given", f"{_PRICE} is type 0, {_MOST} type 2.")
    if access and meant == 0:
        raise BadInput(f"an accessList with {_PRICE} cannot be signed", f"Give {_MOST} and {_TIP}.")


def _nonce(value: object) -> int:
    nonce = number("nonce", value, _NARROW)
    if nonce > _LARGEST_NONCE:
        raise BadInput("nonce is larger than 2^64 - 2", "Take the account's next number.")
    return nonce


def _recipient(value: object) -> str:
    if value in (None, "", "0x"):
        raise BadInput("to is empty: this creates a contract", "Seawall signs transfers and calls only.")
    return _address("to", value)


def _address(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{name} {value!r} is no address", "Write 0x and 40 hex digits.")
    return address_text(parse_address(value, name=name))


def _data(value: object) -> bytes:
    data = hex_bytes("data", "0x" if value in (None, "") else value)
    if len(data) > LARGEST_DATA:
        raise BadInput(f"data has {len(data)} bytes", f"Nodes take at most {LARGEST_DATA}.")
    return data


def _access_list(value: object) -> tuple[AccessEntry, ...]:
    entries = tuple(_access_entry(place, entry) for place, entry in enumerate(_array("accessList", value)))
    if len(entries) > _MOST_ENTRIES:
        raise BadInput(f"accessList has {len(entries)} entries", f"The wallet takes at most {_MOST_ENTRIES}.")
    return entries


def _access_entry(place: int, value: object) -> AccessEntry:
    name = f"accessList[{place}]"
    fields = _object(value, name)
    if set(fields) != {"address", "storageKeys"}:
        raise BadInput(f"{name} has not just address and storageKeys", "Give both and nothing else.")
    keys = tuple(
        hex_bytes(f"{name}.storageKeys[{at}]", key)
        for at, key in enumerate(_array(f"{name}.storageKeys", fields["storageKeys"]))
    )
    if len(keys) > _MOST_KEYS or any(len(key) != 32 for key in keys):
        raise BadInput(
            f"{name}.storageKeys are not up to {_MOST_KEYS} keys of 32 bytes", "The wallet takes no others."
        )
    return AccessEntry(parse_address(_address(f"{name}.address", fields["address"])), keys)


def _above_zero(name: str, value: int) -> int:
    if value == 0:
        raise BadInput(f"{name} is 0", "Give a number above 0.")
    return value


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadInput(f"{name} holds no JSON object", "Write { … } with the fields inside.")
    return value


def _array(name: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadInput(f"{name} is no list", "Write [ … ].")
    return value
