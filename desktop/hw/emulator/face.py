"""What the emulated device shows and asks: its screen of text lines and its two keys. No thread."""

from __future__ import annotations

from collections.abc import Callable, Generator

from desktop.hw import messages as m
from desktop.hw.emulator.flow import Key, Refusal, Step, refuse_if_cancelled
from desktop.hw.emulator.screens import Lines
from desktop.hw.wire.codec import Message

Typed = Generator[Message | None, Message | Key, str]


class Face:
    """The screen, whether it waits for a key, and `question`, which counts what it asked.

    `stubborn`: a question on the screen takes no Cancel, as some screens of real firmware do.
    """

    def __init__(self, home: Callable[[], Lines]) -> None:
        self._home = home
        self.screen: Lines = ()
        self.asks = False
        self.question = 0
        self.stubborn = False

    def go_home(self) -> None:
        """Show the home screen; nothing is asked."""
        self.screen, self.asks = self._home(), False

    def forget(self) -> None:
        """Begin as after power on: a key pressed before counts no more."""
        self.question += 1
        self.stubborn = False
        self.go_home()

    def confirmed(self, screen: Lines, code: int) -> Step:
        """Show a screen and wait for Yes; No and Cancel refuse, anything else stays unanswered."""
        yield from self.announced(screen, code)
        yield from self.key_pressed(screen)

    def announced(self, screen: Lines, code: int) -> Step:
        """Show a screen and wait until the computer knows that it is there."""
        self.screen = screen
        event = yield m.ButtonRequest(code=code)
        while not isinstance(event, m.ButtonAck):
            refuse_if_cancelled(event)
            event = yield None

    def key_pressed(self, screen: Lines) -> Typed:
        """Wait for Yes and return what was typed with it, if anything; No and Cancel refuse."""
        self.screen, self.asks = screen, True
        self.question += 1
        event: Message | Key | None = None
        while not isinstance(event, Key):
            if event is not None and not self.stubborn:
                refuse_if_cancelled(event)
            event = yield None
        self.asks = False
        if not event.yes:
            raise Refusal(m.ACTION_CANCELLED, "Action cancelled by user")
        return event.typed
