"""What the emulated device shows: lines of text, as wide as a small screen."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from desktop.domain.bitcoin_address import groups
from desktop.domain.derivation_path import path_text

Lines = tuple[str, ...]

_WIDTH = 24
_GROUPS_PER_LINE = 4


def home(name: str, *, locked: bool) -> Lines:
    """Return what it shows while nothing is asked of it."""
    return (name, "Locked") if locked else (name,)


def address(coin: str, path: Sequence[int], text: str) -> Lines:
    """Return the whole address in groups of four, never shortened."""
    return (f"{coin} address", path_text(path), *_in_groups(text))


def public_key(path: Sequence[int], xpub: str) -> Lines:
    """Return an extended public key, whole."""
    return ("Public key", path_text(path), *textwrap.wrap(xpub, _WIDTH))


def message(coin: str, body: bytes, signer: str) -> Lines:
    """Return the text that is to be signed, or its bytes in hex if it is no text, and who signs it."""
    try:
        lines = body.decode().splitlines()
    except UnicodeDecodeError:
        lines = [body.hex()]
    wrapped = [piece for line in lines for piece in (textwrap.wrap(line, _WIDTH) or [""])]
    return (f"Sign {coin} message", *wrapped, "with", *_in_groups(signer))


def lines(said: Sequence[str]) -> Lines:
    """Return what is said, wrapped to the screen's width; words that are too long are cut, none is left out."""
    return tuple(piece for line in said for piece in (textwrap.wrap(line, _WIDTH) or [""]))


def pin() -> Lines:
    """Return the screen on which the PIN is typed."""
    return ("Enter PIN",)


def attach_pin() -> Lines:
    """Return the screen on which the PIN of a hidden wallet is typed."""
    return ("Enter hidden PIN",)


def pin_grid(digits: str) -> Lines:
    """Return the PIN grid as it stands on the screen: key 1 is at the bottom left, a tenth one lies below."""
    rows = (digits[6:9], digits[3:6], digits[0:3])
    return (
        "Enter PIN",
        *(" ".join(row) for row in rows),
        *((f"  {digits[9]}",) if len(digits) > len("123456789") else ()),
    )


def passphrase() -> Lines:
    """Return the screen on which the passphrase is typed."""
    return ("Enter passphrase",)


def ping(text: str) -> Lines:
    """Return the screen of a ping that wants a key pressed."""
    return ("Answer ping?", *textwrap.wrap(text, _WIDTH))


def _in_groups(text: str) -> Lines:
    cut = groups(text)
    return tuple(" ".join(cut[place : place + _GROUPS_PER_LINE]) for place in range(0, len(cut), _GROUPS_PER_LINE))
