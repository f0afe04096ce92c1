"""Derivation paths: m/84'/0'/0'/0/0 in words and as numbers (BIP 32), and what their first number says (BIP 43)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from desktop.domain.errors import BadInput

ScriptType = Literal["p2pkh", "p2sh-p2wpkh", "p2wpkh", "p2tr"]
SCRIPT_TYPES: tuple[ScriptType, ...] = ("p2pkh", "p2sh-p2wpkh", "p2wpkh", "p2tr")
HARDENED = 0x80000000
_DEEPEST = 10
_SCRIPT_OF_PURPOSE: dict[int, ScriptType] = {44: "p2pkh", 49: "p2sh-p2wpkh", 84: "p2wpkh", 86: "p2tr"}


def parse_path(text: str) -> tuple[int, ...]:
    """Return the numbers of a path such as m/84'/0'/0'/0/0; ' and h both mark a hardened step.

    Raise BadInput naming the step that is off.
    """
    steps = text.strip().split("/")
    if steps[0] in ("m", "M"):
        steps = steps[1:]
    if len(steps) > _DEEPEST:
        raise BadInput(f"the path {text!r} has more than {_DEEPEST} steps", "Shorten it.")
    return tuple(_step(step, text) for step in steps)


def path_text(path: Sequence[int]) -> str:
    """Return the path as people write it, with ' for hardened steps."""
    return "/".join(["m", *(f"{step & ~HARDENED}'" if step & HARDENED else str(step) for step in path)])


def script_of_path(path: Sequence[int]) -> ScriptType:
    """Return the script type that the path's purpose names (44, 49, 84, 86). Raise BadInput for another purpose."""
    purpose = path[0] & ~HARDENED if path and path[0] & HARDENED else None
    if purpose not in _SCRIPT_OF_PURPOSE:
        raise BadInput(
            f"the path {path_text(path)} does not say which kind of address it is for",
            "Begin it with 44', 49', 84' or 86', or name the script type.",
        )
    return _SCRIPT_OF_PURPOSE[purpose]


def is_testnet(path: Sequence[int]) -> bool:
    """Return whether the path's second number is that of the test networks (SLIP 44: 1')."""
    return len(path) > 1 and path[1] == HARDENED + 1


def _step(step: str, text: str) -> int:
    hardened = step.endswith(("'", "h", "H"))
    digits = step[:-1] if hardened else step
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 10 or int(digits) >= HARDENED:
        raise BadInput(f"the step {step!r} of the path {text!r} is not a number below 2^31", "Write m/84'/0'/0'/0/0.")
    return int(digits) + (HARDENED if hardened else 0)
