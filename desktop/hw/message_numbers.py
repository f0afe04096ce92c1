"""Every message by its number on the wire."""

from __future__ import annotations

from desktop.hw import authenticity_messages, messages, messages_v2
from desktop.hw.bitcoin import messages as bitcoin
from desktop.hw.ethereum import messages as ethereum
from desktop.hw.solana import messages as solana
from desktop.hw.tron import messages as tron
from desktop.hw.wire.codec import Message

BY_NUMBER: dict[int, type[Message]] = {
    table.number: table
    for room in (messages, messages_v2, authenticity_messages, bitcoin, ethereum, tron, solana)
    for table in room.TABLES
}
