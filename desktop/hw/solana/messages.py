"""Solana's messages: type numbers, field numbers and types."""

from __future__ import annotations

from desktop.hw.wire.codec import Message

TABLES: tuple[type[Message], ...] = ()
