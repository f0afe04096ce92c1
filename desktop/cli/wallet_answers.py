"""What a command answers when the wallet asks for a PIN or a passphrase: read from standard input when it is asked.

The lines come in a fixed order, whatever the wallet asks: the PIN's with `--pin-stdin`, then the passphrase's or the
hidden wallet's PIN. At a terminal they are typed without echo.
"""

from __future__ import annotations

import getpass
import sys
import threading
from collections.abc import Callable
from typing import Literal

from desktop.domain.errors import WrongUsage
from desktop.hw.prompts import Answer, PassphraseAnswer, PassphrasePrompt, PinAnswer, PinPrompt, Prompt

Passphrase = Literal["none", "stdin", "device", "attach-pin"]


class LineAnswers:
    """Answers prompts from lines. A PIN is typed on the wallet unless `pin_from_here`.

    `tell` says on standard error what is wanted. Raises WrongUsage if standard input ends too early.
    """

    def __init__(self, passphrase: Passphrase, *, pin_from_here: bool, tell: Callable[[str], None]) -> None:
        self._passphrase = passphrase
        self._pin_from_here = pin_from_here
        self._tell = tell
        self._pin_line_read = False

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        """Return the answer to this prompt."""
        if isinstance(prompt, PinPrompt):
            return PinAnswer(prompt.id, self._positions(prompt))
        return self._passphrase_for(prompt)

    def _positions(self, prompt: PinPrompt) -> str | None:
        if not self._pin_from_here and prompt.may_type_on_device:
            return None
        self._tell(_grid_words(prompt))
        if prompt.hidden:
            self._skip_the_pin()
            return _line("the PIN of the hidden wallet")
        self._pin_line_read = True
        return _line("the PIN")

    def _passphrase_for(self, prompt: PassphrasePrompt) -> Answer:
        match self._passphrase:
            case "stdin":
                self._skip_the_pin()
                return PassphraseAnswer(prompt.id, _line("the passphrase"))
            case "device":
                return PassphraseAnswer(prompt.id, None)
            case "attach-pin":
                return PassphraseAnswer(prompt.id, attach_pin=True)
        return PassphraseAnswer(prompt.id)

    def _skip_the_pin(self) -> None:
        """Leave out the PIN's line, where one was promised and the wallet had no need of it."""
        if self._pin_from_here and not self._pin_line_read and not sys.stdin.isatty():
            _line("the PIN")
        self._pin_line_read = True


def _grid_words(prompt: PinPrompt) -> str:
    whose = "the hidden wallet's PIN" if prompt.hidden else "the PIN"
    below = "\n     0" if prompt.keys > len("123456789") else ""
    return (
        f"The wallet shows a grid of digits. Type {whose} as the places of its digits, not the digits themselves:\n"
        f"   7 8 9\n   4 5 6\n   1 2 3{below}"
    )


def _line(what: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ")
    line = sys.stdin.readline()
    if not line:
        raise WrongUsage(f"standard input ended before {what}", f"Give {what} as one line.")
    return line.rstrip("\r\n")
