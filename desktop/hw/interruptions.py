"""What a device asks between a request and its answer: keys, its PIN, a passphrase. Each is answered here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.expected_screens import later_screen
from desktop.hw.failures import trouble_of
from desktop.hw.identity import Identity, identified
from desktop.hw.prompt_replies import Reply, passphrase_reply, pin_reply, typed_there
from desktop.hw.prompts import Prompter
from desktop.hw.wire.codec import Message
from desktop.hw.wire.link import Link

M = TypeVar("M", bound=Message)
Screen = tuple[str, ...]

_STRAY_S = 0.1  # how soon the answer follows a Failure that was none


class Interruptions:
    """Reads on until the answer has come, and answers what comes before it; `features` say who asks."""

    def __init__(self, link: Link, prompter: Prompter, on_screen: Callable[[Screen, bool], None]) -> None:
        self.features = m.Features()
        self.identity: Identity = identified(self.features)
        self._link = link
        self._prompter = prompter
        self._on_screen = on_screen
        self._shown: Counter[Screen] = Counter()

    def begin(self) -> None:
        """Begin another request of the person's: what was shown before does not count for it."""
        self._shown.clear()

    def settled(
        self,
        request: Message,
        expect: type[M] | tuple[type[M], ...],
        screens: tuple[Screen, ...],
        patience_s: float | None,
    ) -> M:
        """Return the answer to the request that was sent. Raises as `Session.call` does.

        `screens` are what the device should show at its first question, its second and so on; the first one again
        where it asks more often.
        """
        gave_answer, coming = False, iter(screens)
        while True:
            answer = self._link.next(patience_s)
            self._link.stop_word = m.Cancel()
            match answer:
                case m.ButtonRequest():
                    self._acknowledge(answer, coming, screens[0])
                    patience_s = None  # a person reads; some screens follow without another request
                case m.PinMatrixRequest():
                    patience_s, gave_answer = self._reply(partial(self._pin, answer)), True
                case m.PassphraseRequest():
                    patience_s, gave_answer = self._reply(partial(self._passphrase, answer)), True
                case m.Failure(code=m.UNEXPECTED_MESSAGE) if gave_answer:
                    raise errors.Locked("the wallet did not wait any longer for what it had asked")
                case m.Failure(code=m.UNEXPECTED_MESSAGE) if self._link.went_on(_STRAY_S):
                    continue  # it was about a key pressed too early or too late, not about this request
                case m.Failure():
                    raise trouble_of(answer, type(request).__name__)
                case _ if isinstance(answer, expect):
                    return answer
                case _:
                    raise errors.WrongAnswer(_names(expect), _name(answer))

    def _acknowledge(self, request: m.ButtonRequest, coming: Iterator[Screen], first: Screen) -> None:
        self._link.send(m.ButtonAck())
        typed = typed_there(request.code)
        if typed:
            self._typing_there()
            self._on_screen(typed, True)
        else:
            last = request.code == m.BUTTON_OTHER
            self._on_screen(self._told_apart(next(coming, first), last=last), True)

    def _told_apart(self, screen: Screen, *, last: bool) -> Screen:
        """Return the screen, marked as a further one if the same was shown for this request before."""
        self._shown[screen] += 1
        times = self._shown[screen]
        return screen if times == 1 else later_screen(screen, times, last=last)

    def _typing_there(self) -> None:
        """Let a cancel be Initialize: a device of the first protocol heeds no other while typed on."""
        if self._link.protocol == 1:
            self._link.stop_word = m.Initialize(session_id=self.features.session_id)

    def _pin(self, request: m.PinMatrixRequest) -> Reply:
        return pin_reply(request, self.identity, self._prompter, self._link.stop)

    def _passphrase(self, request: m.PassphraseRequest) -> Reply:
        return passphrase_reply(request, self.features, self._prompter, self._link.stop)

    def _reply(self, asked: Callable[[], Reply]) -> float | None:
        """Answer a request for a secret; return how long the next answer may take."""
        try:
            reply = asked()
        except DeviceTrouble:
            self._link.tell_cancel()
            raise
        if self._link.went_on():  # the device took its question back while the person thought
            return self._link.quick_s
        self._link.send(reply.message)
        if not reply.screen:
            # after each wrong PIN the device lets the next one wait twice as long
            return None if isinstance(reply.message, m.PinMatrixAck) else self._link.quick_s
        self._typing_there()
        self._on_screen(reply.screen, True)
        return None


def _name(answer: Message | int) -> str:
    return f"message {answer}" if isinstance(answer, int) else type(answer).__name__


def _names(expect: type[Message] | tuple[type[Message], ...]) -> str:
    return " or ".join(table.__name__ for table in (expect if isinstance(expect, tuple) else (expect,)))
