"""When this profile was last watching: one small file, so that after a stop it is known what was missed."""

from __future__ import annotations

import asyncio
from pathlib import Path

FILE_NAME = "last-watched"


class LastSeen:
    """Fills the port LastSeen. A file that is gone or off tells nothing; a full disk is no harm here."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    async def read(self) -> int | None:
        """Return when it was watching last (UTC ms), or None."""
        return await asyncio.to_thread(self._read)

    async def keep(self, now_ms: int) -> None:
        """Note that it is watching now."""
        await asyncio.to_thread(self._keep, now_ms)

    def _read(self) -> int | None:
        try:
            text = self._path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return int(text) if text.isdecimal() and len(text) < 16 else None

    def _keep(self, now_ms: int) -> None:
        fresh = self._path.with_name(f".{self._path.name}.new")
        try:
            fresh.write_text(f"{now_ms}\n", encoding="ascii")
            fresh.replace(self._path)
        except OSError:
            return
