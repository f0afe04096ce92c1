"""How the emulated device answers Ethereum's requests."""

from __future__ import annotations

from desktop.hw.emulator.flow import Answer
from desktop.hw.wire.codec import Message

ANSWERS: dict[type[Message], Answer] = {}
