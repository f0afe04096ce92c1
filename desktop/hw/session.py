"""One conversation with one device: a request goes out once, whatever the device asks in between is answered here.

Owned by a single thread; only `cancel` may be called from others. Every answer is matched to its request by type.
What does not fit drops the link, since later answers could then belong to earlier requests.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from desktop.domain.bitcoin_keys import PublicNode
from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.carriers.transport import Transport
from desktop.hw.failures import trouble_of
from desktop.hw.identity import Identity, identified
from desktop.hw.prompts import (
    Declined,
    FixedAnswers,
    PassphraseAnswer,
    PassphrasePrompt,
    PinAnswer,
    PinPrompt,
    Prompter,
    next_id,
)
from desktop.hw.wire.codec import Message
from desktop.hw.wire.link import Link

M = TypeVar("M", bound=Message)
Screen = tuple[str, ...]

_GREETING_S = 5.0
_FAREWELL_S = 1.0
_LONGEST_PASSPHRASE = 50
_PIN_SCREEN = ("Enter your PIN on the wallet",)
_PASSPHRASE_SCREEN = ("Enter your passphrase on the wallet",)
_ANY_SCREEN = ("Look at the wallet and follow it",)


def _ignore_screen(lines: Screen, asks: bool) -> None:
    pass


class Session:
    """An open link to a device. `quick_s` bounds only what needs no person; a person has all the time there is."""

    def __init__(
        self,
        transport: Transport,
        prompter: Prompter | None = None,
        *,
        on_screen: Callable[[Screen, bool], None] = _ignore_screen,
        quick_s: float = 20.0,
    ) -> None:
        self.features = m.Features()
        self.identity: Identity = identified(self.features)
        self.known_nodes: dict[tuple[int, ...], PublicNode] = {}
        self.known_fingerprint = ""
        self._link = Link(transport, quick_s)
        self._prompter = prompter or FixedAnswers()
        self._on_screen = on_screen
        self._midway = False  # the device may be waiting for more of a request

    @property
    def over(self) -> bool:
        """Return whether the link was dropped; nothing can be asked any more."""
        return self._link.over

    def begin(self) -> None:
        """Open the link, clear what others left in it, and read who this is.

        Raises NoDevice, DeviceBusy, AccessDenied, InBootloader, or what `call` raises.
        """
        quick_s, self._link.quick_s = self._link.quick_s, min(_GREETING_S, self._link.quick_s)
        try:
            self._link.open()
            self._initialize(None)
            if self.features.bootloader_mode:
                raise errors.InBootloader
        except errors.Silent:
            raise errors.DeviceBusy("it does not answer; it may show another program's question") from None
        except DeviceTrouble:
            self.drop()
            raise
        self._link.quick_s = quick_s

    def resume(self) -> None:
        """Make sure the device is still in this session; forget what was known if it started a new one.

        Raises WrongWallet if it is another device or was wiped.
        """
        before = self.features
        self._initialize(before.session_id)
        if self.features.device_id != before.device_id:
            self.drop()
            raise errors.WrongWallet(f"device {before.device_id}", f"device {self.features.device_id}")
        if self.features.session_id != before.session_id:
            self.known_nodes.clear()
            self.known_fingerprint = ""

    def call(
        self,
        request: Message,
        expect: type[M] | tuple[type[M], ...],
        *,
        screen: Screen = _ANY_SCREEN,
        unhurried: bool = False,
    ) -> M:
        """Send the request once and return its answer, having answered what the device asked in between.

        `screen` is what the device is expected to show when it asks the person. `unhurried`: a person may be reading
        a screen before the first answer, as in the middle of signing; it is waited for without limit.

        Raises DeviceTrouble: NoPressed, Cancelled, Locked, PinWrong, NotSupported, DeviceRefused (the link stays);
        DeviceGone, Garbage, WrongAnswer (the link is dropped). A request whose answer was lost is never sent again.
        """
        if self._link.stop.is_set():
            raise errors.Cancelled
        self._midway = True
        try:
            self._link.expect_silence()
            self._link.send(request)
            return self._settled(request, expect, screen, None if unhurried else self._link.quick_s)
        except DeviceTrouble as trouble:
            self._midway = False  # it refused, or was told to stop, or is let go of
            if isinstance(trouble, errors.DeviceGone | errors.Garbage | errors.WrongAnswer):
                self.drop()
            raise
        finally:
            self._on_screen((), False)

    @contextmanager
    def flow(self) -> Iterator[None]:
        """Hold the calls of one request that takes several; whatever ends it early, the device is not left asking.

        Put every call of such a request, and the checks between them, inside `with session.flow():`. An exception
        raised in there (a check of ours that fails, a cancel between two calls, Ctrl+C) tells the device Cancel and
        waits until it is back home, then goes on as it was; a device that does not obey loses the link. Nothing is
        told where the device has refused, cannot be reached, or finished: Cancel is harmless to one that is at home.
        """
        self._midway = False
        try:
            yield
        except BaseException:
            if self._midway and not self.over:
                self._link.tell_cancel()
            raise
        finally:
            self._midway = False

    def cancel(self) -> None:
        """Cancel what is being asked: the device is told so, and the call raises Cancelled. Any thread."""
        self._link.stop.set()

    def abandon(self) -> None:
        """Tell the device to stop asking, after the owning thread left a call midway; then let go of it."""
        if not self.over:
            self._link.tell_cancel()
            self.drop()

    def allow(self) -> None:
        """Forget an earlier cancel, before the next operation."""
        self._link.stop.clear()

    def present(self) -> bool:
        """Return whether the device is still there. Only while nothing is asked of it."""
        return self._link.present()

    def end(self) -> None:
        """Tell the device that the session is over, then let go of it."""
        if self.over:
            return
        self.allow()
        self._link.quick_s = min(_FAREWELL_S, self._link.quick_s)
        try:
            self.call(m.EndSession(), m.Success)
        except DeviceTrouble:
            pass  # it is being left anyway
        finally:
            self.drop()

    def drop(self) -> None:
        """Let go of the device at once."""
        self._link.drop()

    def _initialize(self, session_id: bytes | None) -> None:
        self._link.clear()
        self.features = self.call(m.Initialize(session_id=session_id), m.Features)
        self.identity = identified(self.features, self._link.product)

    def _settled(
        self, request: Message, expect: type[M] | tuple[type[M], ...], screen: Screen, patience_s: float | None
    ) -> M:
        while True:
            answer = self._link.next(patience_s)
            match answer:
                case m.ButtonRequest():
                    self._link.send(m.ButtonAck())
                    self._on_screen(screen, True)
                    patience_s = None  # a person reads; some screens follow without another request
                case m.PinMatrixRequest():
                    patience_s = self._give_pin()
                case m.PassphraseRequest():
                    patience_s = self._give_passphrase()
                case m.Failure():
                    raise trouble_of(answer, type(request).__name__)
                case _ if isinstance(answer, expect):
                    return answer
                case _:
                    raise errors.WrongAnswer(_names(expect), _name(answer))

    def _give_pin(self) -> float | None:
        """Answer a PIN request; return how long the next answer may take."""
        prompt = PinPrompt(next_id())
        answer = self._prompter.answer_to(prompt, self._link.stop)
        if not isinstance(answer, PinAnswer) or answer.id != prompt.id:
            raise self._declined(answer)
        if answer.positions is None and self.identity.pin_on_device:
            self._link.send(m.PinOnDevice())
            self._on_screen(_PIN_SCREEN, True)
            return None
        if not answer.positions or set(answer.positions) - set("123456789"):
            self._link.tell_cancel()
            raise errors.Locked("the wallet wants its PIN as grid positions 1 to 9")
        self._link.send(m.PinMatrixAck(pin=answer.positions))
        return self._link.quick_s

    def _give_passphrase(self) -> float | None:
        """Answer a passphrase request; return how long the next answer may take."""
        on_device_only = bool(self.features.passphrase_always_on_device)
        prompt = PassphrasePrompt(next_id(), host_may_enter=not on_device_only)
        answer = self._prompter.answer_to(prompt, self._link.stop)
        if not isinstance(answer, PassphraseAnswer) or answer.id != prompt.id:
            raise self._declined(answer)
        if answer.passphrase is None or on_device_only:
            self._link.send(m.PassphraseAck(on_device=True))
            self._on_screen(_PASSPHRASE_SCREEN, True)
            return None
        passphrase = unicodedata.normalize("NFKD", answer.passphrase)
        refusal = _passphrase_refusal(passphrase)
        if refusal:
            self._link.tell_cancel()
            raise errors.PassphraseRefused(refusal)
        self._link.send(m.PassphraseAck(passphrase=passphrase))
        return self._link.quick_s

    def _declined(self, answer: object) -> DeviceTrouble:
        self._link.tell_cancel()
        if isinstance(answer, Declined) and answer.timed_out:
            return errors.Locked("nobody answered what the wallet asked")
        return errors.Cancelled()


def _passphrase_refusal(passphrase: str) -> str:
    try:
        size = len(passphrase.encode())
    except UnicodeEncodeError:
        return "it is not text"
    return f"it is longer than {_LONGEST_PASSPHRASE} bytes" if size > _LONGEST_PASSPHRASE else ""


def _name(answer: Message | int) -> str:
    return f"message {answer}" if isinstance(answer, int) else type(answer).__name__


def _names(expect: type[Message] | tuple[type[Message], ...]) -> str:
    return " or ".join(table.__name__ for table in (expect if isinstance(expect, tuple) else (expect,)))
