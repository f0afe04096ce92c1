"""Positions and coins entered by hand: `positions.json` in the profile, readable, amounts exact as text.

An entry that cannot be is left aside and named; the others count. A file with anything of that kind is copied before
it is written anew, so that nothing a person typed is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from desktop.domain.errors import BadInput
from desktop.domain.position import Holding, Holdings, Position, sound_holding, sound_position

FILE_NAME = "positions.json"
ACCOUNT = "by hand"
_LARGEST_BYTES = 4 * 1024 * 1024

T = TypeVar("T")


class _File(msgspec.Struct):
    positions: list[msgspec.Raw] = []
    holdings: list[msgspec.Raw] = []
    version: int = 1


class _Kept(msgspec.Struct):
    """What is on disk, as far as it can be."""

    positions: list[Position]
    holdings: list[Holding]
    troubles: list[str]


class HandPositionFile:
    """Fills the port `HandPositions`. One event loop; the disk is waited for beside it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._troubles: list[str] = []
        self._turn = asyncio.Lock()

    async def load(self) -> tuple[Holdings, ...]:
        """Return what was entered, one account for each venue, positions in the order of entry."""
        async with self._turn:
            kept = await asyncio.to_thread(self._read)
        self._troubles = kept.troubles
        venues = dict.fromkeys([*(one.venue for one in kept.positions), *(one.venue for one in kept.holdings)])
        return tuple(_account(venue, kept) for venue in venues)

    async def keep_position(self, position: Position) -> None:
        """Keep a position; one of the same venue, symbol and side goes."""
        sound = sound_position(msgspec.structs.replace(position, source="hand"))
        key = (sound.venue, sound.symbol, sound.side)

        def change(kept: _Kept) -> None:
            kept.positions = [p for p in kept.positions if (p.venue, p.symbol, p.side) != key] + [sound]

        await self._change(change)

    async def drop_position(self, venue: str, symbol: str, side: int) -> None:
        """Forget a position."""
        key = (venue, symbol, side)

        def change(kept: _Kept) -> None:
            kept.positions = [p for p in kept.positions if (p.venue, p.symbol, p.side) != key]

        await self._change(change)

    async def keep_holding(self, holding: Holding) -> None:
        """Keep coins; those of the same venue, coin and use go."""
        sound = sound_holding(msgspec.structs.replace(holding, source="hand"))
        key = (sound.venue, sound.coin, sound.collateral)

        def change(kept: _Kept) -> None:
            kept.holdings = [h for h in kept.holdings if (h.venue, h.coin, h.collateral) != key] + [sound]

        await self._change(change)

    async def drop_holding(self, venue: str, coin: str, collateral: bool) -> None:
        """Forget coins."""
        key = (venue, coin, collateral)

        def change(kept: _Kept) -> None:
            kept.holdings = [h for h in kept.holdings if (h.venue, h.coin, h.collateral) != key]

        await self._change(change)

    def trouble(self) -> str:
        """Return what could not be read, in words."""
        return "; ".join(self._troubles)

    async def _change(self, change: Callable[[_Kept], None]) -> None:
        def changed() -> None:
            kept = self._read()
            if kept.troubles:
                self._set_aside()
            change(kept)
            self._write(kept)

        async with self._turn:
            try:
                await asyncio.to_thread(changed)
            except OSError as error:
                words = f"your positions cannot be written: {error.strerror}"
                raise BadInput(words, "Mend the folder's permissions or free some space.", where=FILE_NAME) from error
            self._troubles = []

    # --- the disk ---------------------------------------------------------------------------------------------

    def _read(self) -> _Kept:
        try:
            with self._path.open("rb") as file:
                data = file.read(_LARGEST_BYTES + 1)
        except FileNotFoundError:
            return _Kept([], [], [])
        except OSError as error:
            return _Kept([], [], [f"{FILE_NAME} cannot be read: {error.strerror}"])
        try:
            if len(data) > _LARGEST_BYTES:
                raise ValueError(f"more than {_LARGEST_BYTES} bytes")
            raw = msgspec.json.decode(data, type=_File)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            return _Kept([], [], [f"{FILE_NAME} cannot be read: {error}"])
        positions, troubles = _sound(raw.positions, Position, sound_position, "position")
        holdings, more = _sound(raw.holdings, Holding, sound_holding, "holding")
        return _Kept(positions, holdings, troubles + more)

    def _set_aside(self) -> None:
        if not self._path.exists():
            return
        number = 1
        while (aside := self._path.with_name(f"{FILE_NAME}.damaged-{number}")).exists():
            number += 1
        aside.write_bytes(self._path.read_bytes())

    def _write(self, kept: _Kept) -> None:
        body = {"version": 1, "positions": kept.positions, "holdings": kept.holdings}
        text = msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"
        handle, name = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=self._path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def _sound(raw: list[msgspec.Raw], kind: type[T], check: Callable[[T], T], what: str) -> tuple[list[T], list[str]]:
    """Return the entries that can be, and the words about those that cannot."""
    found: list[T] = []
    troubles: list[str] = []
    for number, entry in enumerate(raw, start=1):
        try:
            found.append(check(msgspec.json.decode(entry, type=kind)))
        except (msgspec.MsgspecError, BadInput, RecursionError) as error:
            troubles.append(f"{FILE_NAME}, {what} {number}: {error}")
    return found, troubles


def _account(venue: str, kept: _Kept) -> Holdings:
    positions = tuple(one for one in kept.positions if one.venue == venue)
    holdings = tuple(one for one in kept.holdings if one.venue == venue)
    newest = max([*(one.as_of_ms for one in positions), *(one.as_of_ms for one in holdings)])
    return Holdings(venue, ACCOUNT, positions, holdings, "hand", newest)
