"""Writes a transfer's evidence bundle into a folder: one JSON and one text file, without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from desktop.custody.evidence import as_json, as_text
from desktop.custody.transfer import Transfer
from desktop.custody.transfer_events import Event
from desktop.domain.errors import BadInput


async def write_evidence(transfer: Transfer, events: Sequence[Event], folder: str, now_ms: int) -> str:
    """Write both files, off the loop, and return words naming them. Raise BadInput if the folder cannot be used."""
    body = as_json(transfer, events, now_ms)
    text = as_text(transfer, events, now_ms)
    try:
        stem = await asyncio.to_thread(_written, folder, f"seawall-{transfer.id}", body, text)
    except OSError as error:
        raise BadInput(
            f"the evidence could not be written: {error.strerror}", "Choose another folder.", where=str(folder)
        ) from error
    return f"Evidence is in {stem}.json and {stem}.txt."


def _written(folder: str, name: str, body: bytes, text: str) -> Path:
    stem = Path(folder).expanduser() / name
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_name(name + ".json").write_bytes(body)
    stem.with_name(name + ".txt").write_text(text, encoding="utf-8")
    return stem
