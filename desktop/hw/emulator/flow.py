"""What the emulated device's answers are made of: flows, refusals, and the wallet as its coins see it. Pure.

A request that needs the person is a flow: a generator that yields what to send (None: nothing) and is sent what comes
next.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, Protocol

from desktop.domain.bitcoin_keys import PrivateNode
from desktop.hw import messages as m
from desktop.hw.emulator.models import Model
from desktop.hw.emulator.screens import Lines
from desktop.hw.wire.codec import Message

DEEPEST = 8  # the longest path it takes


class Key(NamedTuple):
    """A key pressed on the device; `typed` is what was entered on its screen before, "" for what is right."""

    yes: bool
    typed: str = ""


class Refusal(Exception):
    """What a flow raises to end with a Failure."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.failure = m.Failure(code=code, message=words)


Flow = Generator[Message | None, Message | Key, Message]
Step = Generator[Message | None, Message | Key, None]


class Wallet(Protocol):
    """The emulated device as the answers of one coin see it."""

    @property
    def model(self) -> Model:
        """Return which device it is."""

    @property
    def strict(self) -> bool:
        """Return whether its safety checks are as shipped: it refuses what it could otherwise warn of."""

    def opened(self) -> Step:
        """Ask for PIN and passphrase as far as this session still needs them."""

    def confirmed(self, screen: Lines, code: int) -> Step:
        """Show a screen and wait for Yes; No and Cancel refuse, anything else stays unanswered."""

    def further(self, screen: Lines) -> Step:
        """Show one more screen of the question that was begun, without telling the computer, and wait for Yes."""

    def root(self) -> PrivateNode:
        """Return the master key of the wallet that is open. Only after `opened`."""

    def seed(self) -> bytes:
        """Return the seed of the wallet that is open, for keys on other curves. Only after `opened`."""


Answer = Callable[[Wallet, Any], Flow]
"""How one type of request is answered."""


def at_once(answer: Message) -> Flow:
    """Answer without asking the person."""
    yield from ()
    return answer


def refuse_if_cancelled(event: Message | Key) -> None:
    """Raise Refusal if the computer has called the request off."""
    if isinstance(event, m.Cancel):
        raise Refusal(m.ACTION_CANCELLED, "Aborted")
