"""What a device asks of the person at the computer: a message with an id goes out, an answer with that id comes back.

Silence and cancel are answers too. Secrets in answers never show in their text form.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

_ids = itertools.count(1)
_SLICE_S = 0.05


class PinPrompt(msgspec.Struct, frozen=True):
    """The device wants a PIN: as positions of its scrambled grid, or typed on it if `may_type_on_device`.

    The grid has `keys` keys: 9 as 7 8 9 / 4 5 6 / 1 2 3 on a keypad, or 10 with a wide one below, called 0. Which
    digit stands on which key is on the device's screen alone. `hidden`: it wants the PIN of a hidden wallet.
    """

    id: int
    keys: int = 9
    hidden: bool = False
    may_type_on_device: bool = True


class PassphrasePrompt(msgspec.Struct, frozen=True):
    """The device wants a passphrase; `host_may_enter` False means it is only taken on the device.

    `attach_pin`: it has hidden wallets that are opened by a PIN of their own instead.
    """

    id: int
    host_may_enter: bool = True
    attach_pin: bool = False


Prompt = PinPrompt | PassphrasePrompt


class PinAnswer(msgspec.Struct, frozen=True):
    """Grid positions 1 to 9, and 0 for the key below them; None lets the person type the PIN on the device."""

    id: int
    positions: str | None = None

    def __repr__(self) -> str:
        return f"PinAnswer(id={self.id})"


class PassphraseAnswer(msgspec.Struct, frozen=True):
    """The passphrase, "" for the standard wallet; None lets the person type it on the device.

    `attach_pin`: open the hidden wallet of a PIN instead, which the device then asks for.
    """

    id: int
    passphrase: str | None = ""
    attach_pin: bool = False

    def __repr__(self) -> str:
        return f"PassphraseAnswer(id={self.id})"


class Declined(msgspec.Struct, frozen=True):
    """No answer: cancelled, or nobody answered in time."""

    id: int
    timed_out: bool = False


Answer = PinAnswer | PassphraseAnswer | Declined


class Prompter(Protocol):
    """Answers prompts, on the device's own thread."""

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        """Return the answer to this prompt; give up as soon as `stop` is set."""


class FixedAnswers:
    """Answers known beforehand: `positions` None means PIN on the device, `passphrase` None means there as well.

    `attach_pin`: a passphrase request is answered by opening the hidden wallet of a PIN.
    """

    def __init__(
        self, *, positions: str | None = None, passphrase: str | None = "", attach_pin: bool = False
    ) -> None:
        self._positions = positions
        self._passphrase = passphrase
        self._attach_pin = attach_pin

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        """Return the known answer at once."""
        if isinstance(prompt, PinPrompt):
            return PinAnswer(prompt.id, self._positions)
        return PassphraseAnswer(prompt.id, self._passphrase, self._attach_pin)


class PromptDesk:
    """Hands prompts to `on_prompt` (called on the device's thread) and takes answers from any thread.

    An answer with another id than the open prompt's is dropped: it belongs to a question that is over.
    """

    def __init__(self, on_prompt: Callable[[Prompt], None], *, patience_s: float = 300.0) -> None:
        self._on_prompt = on_prompt
        self._patience_s = patience_s
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._open: Prompt | None = None

    @property
    def open_prompt(self) -> Prompt | None:
        """Return the prompt that waits for an answer now, if any. Any thread."""
        return self._open

    def answer(self, answer: Answer) -> None:
        """Answer the prompt with that id. Any thread."""
        self._answers.put(answer)

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        """Hand the prompt out and wait for its answer, for a stop, or until patience ends."""
        deadline = time.monotonic() + self._patience_s
        self._open = prompt
        try:
            self._on_prompt(prompt)
            return self._awaited(prompt, stop, deadline)
        finally:
            self._open = None

    def _awaited(self, prompt: Prompt, stop: threading.Event, deadline: float) -> Answer:
        while time.monotonic() < deadline and not stop.is_set():
            try:
                answer = self._answers.get(timeout=_SLICE_S)
            except queue.Empty:
                continue
            if answer.id == prompt.id:
                return answer
        return Declined(prompt.id, timed_out=not stop.is_set())


def next_id() -> int:
    """Return an id no prompt of this process had before."""
    return next(_ids)
