"""What the device is expected to show, drawn here so that a person can compare. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.bitcoin_address import groups
from desktop.domain.derivation_path import path_text

Lines = tuple[str, ...]

_GROUPS_PER_LINE = 4


def address_screen(coin: str, path: Sequence[int], address: str) -> Lines:
    """Return the address with its path, whole, in groups of four characters."""
    return (f"{coin} address", path_text(path), *grouped(address))


def grouped(address: str) -> Lines:
    """Return an address in lines of groups of four characters."""
    cut = groups(address)
    return tuple(" ".join(cut[start : start + _GROUPS_PER_LINE]) for start in range(0, len(cut), _GROUPS_PER_LINE))


def later_screen(first: Lines, number: int, *, last: bool) -> Lines:
    """Return what a further question about the same thing should say: its number, or that it is the last, and it all.

    Which part of it the device shows then differs between models; all that may be compared stands here.
    """
    head = "Last question: confirm it once more" if last else f"Question {number} about the same"
    return (head, *first)
