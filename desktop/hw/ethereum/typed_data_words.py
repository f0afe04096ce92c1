"""What typed data says, in lines for the person. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from desktop.hw.ethereum.chains import chain_of
from desktop.hw.ethereum.numbering import Mode
from desktop.hw.ethereum.typed_data import TypedData, plain_struct
from desktop.hw.ethereum.typed_data_types import DOMAIN

Words = tuple[str, ...]

_MOST_LINES = 200


def typed_data_words(data: TypedData, mode: Mode, hashes: tuple[bytes, bytes | None]) -> Words:
    """Return what the wallet shows: every field with its place, or only the hashes where it can show no more."""
    if mode == "hash":
        domain, message = hashes
        shown = ("domain hash", f"0x{domain.hex()}", *(("message hash", f"0x{message.hex()}") if message else ()))
        return ("Sign typed data as hashes", "the wallet cannot show what they stand for", *shown)
    lines = [*_lines("domain", plain_struct(data.types, DOMAIN, data.domain))]
    if not data.domain_only:
        lines += _lines("message", plain_struct(data.types, data.primary_type, data.message))
    left = len(lines) - _MOST_LINES
    more = (f"and {left} lines more",) if left > 0 else ()
    chain = (chain_of(data.chain_id).name,) if data.chain_id else ()
    return (f"Sign typed data: {data.primary_type}", *chain, *lines[:_MOST_LINES], *more)


def _lines(place: str, value: object) -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _lines(f"{place}.{name}", inner)
        case list():
            for at, element in enumerate(value):
                yield from _lines(f"{place}[{at}]", element)
        case bytes():
            yield f"{place}: 0x{value.hex()}"
        case _:
            yield f"{place}: {value}"
