"""How the emulated device answers: messages and key presses in, messages and a screen out. No socket, no thread.

A request that needs the person is a flow: a generator that yields what to send (None: nothing) and is sent what comes
next. Refusals are as the firmware of a Classic 1S gives them.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from desktop.domain.bitcoin_keys import PrivateNode, master_of, seed_of
from desktop.hw import messages as m
from desktop.hw.emulator import bitcoin_answers, ethereum_answers, key_answers, screens, solana_answers, tron_answers
from desktop.hw.emulator.flow import Answer, Flow, Key, Refusal, Step, at_once, refuse_if_cancelled
from desktop.hw.emulator.models import MODELS, features_of
from desktop.hw.errors import Garbage
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.wire.codec import Message, decoded
from desktop.hw.wire.framing import RawMessage

ANSWERS: dict[type[Message], Answer] = {
    **key_answers.ANSWERS,
    **bitcoin_answers.ANSWERS,
    **ethereum_answers.ANSWERS,
    **tron_answers.ANSWERS,
    **solana_answers.ANSWERS,
}
_MOST_SESSIONS = 10


class Keys(NamedTuple):
    """The seed of an open wallet and the master key on Bitcoin's curve. Its text form shows no secret."""

    seed: bytes
    root: PrivateNode

    @classmethod
    def of(cls, mnemonic: str, passphrase: str = "") -> Keys:
        """Return the keys that these words and this passphrase open."""
        seed = seed_of(mnemonic, passphrase)
        return cls(seed, master_of(seed))

    def __repr__(self) -> str:
        return "Keys(…)"


class EmulatedWallet:
    """A wallet with keys from a mnemonic. Its owner sees `screen` and `asks`; `question` counts what it asked."""

    def __init__(self, mnemonic: str, *, label: str, model: str, pin: str, passphrase: bool) -> None:
        self._mnemonic = mnemonic
        self._label = label
        self.model = MODELS[model]
        self.question = 0
        self._pin = pin
        self._passphrase = passphrase
        self._standard = Keys.of(mnemonic)
        mark = hashlib.sha256(self._standard.root.public().fingerprint().encode()).hexdigest().upper()
        self._device_id, self._serial = mark[:24], f"EM{mark[24:36]}"
        self.power_on()

    def power_on(self) -> None:
        """Begin as after connecting the cable: locked, no session, home screen."""
        self.question += 1
        self._sessions: dict[bytes, Keys | None] = {}
        self._session = b""
        self._unlocked = not self._pin
        self._flow: Flow | None = None
        self._go_home()

    def take(self, raw: RawMessage) -> list[Message]:
        """Take a message from the computer and return what to send back."""
        table = BY_NUMBER.get(raw.number)
        if table is None:
            return self._end(m.Failure(code=m.UNEXPECTED_MESSAGE, message="Unknown message"))
        try:
            message = decoded(table, raw.body)
        except Garbage as garbage:
            return self._end(m.Failure(code=m.DATA_ERROR, message=garbage.what))
        if self._flow is not None and not isinstance(message, m.Initialize):
            return self._go_on(message)
        self._flow = self._started(message)
        return self._go_on(None)

    def too_big(self) -> list[Message]:
        """Return the answer to a message longer than the device's memory."""
        return self._end(m.Failure(code=m.DATA_ERROR, message="Message too big"))

    def press(self, yes: bool) -> list[Message]:
        """Press a key; it counts only while the screen asks."""
        return self._go_on(Key(yes)) if self.asks and self._flow is not None else []

    def _go_on(self, event: Message | Key | None) -> list[Message]:
        assert self._flow is not None
        try:
            out = next(self._flow) if event is None else self._flow.send(event)
        except StopIteration as done:
            return self._end(done.value)
        except Refusal as refusal:
            return self._end(refusal.failure)
        return [] if out is None else [out]

    def _end(self, answer: Message) -> list[Message]:
        self._flow = None
        self._go_home()
        return [answer]

    def _go_home(self) -> None:
        name = self._label or f"OneKey {self.model.name}"
        self.screen, self.asks = screens.home(name, locked=not self._unlocked), False

    def _started(self, message: Message) -> Flow:
        answer = ANSWERS.get(type(message))
        if answer is not None:
            return answer(self, message)
        match message:
            case m.Initialize():
                return at_once(self._begun(message))
            case m.GetFeatures():
                return at_once(self._features())
            case m.Ping():
                return self._ping(message)
            case m.LockDevice():
                self._unlocked = not self._pin
                return at_once(m.Success(message="Session cleared"))
            case m.EndSession():
                self._sessions.pop(self._session, None)
                self._session = b""
                return at_once(m.Success(message="Session ended"))
            case m.Cancel():
                return at_once(m.Failure(code=m.ACTION_CANCELLED, message="Aborted"))
        return at_once(m.Failure(code=m.UNEXPECTED_MESSAGE, message="Unexpected message"))

    def _begun(self, message: m.Initialize) -> m.Features:
        if message.session_id in self._sessions:
            self._session = message.session_id or b""
        else:
            self._session = secrets.token_bytes(32)
            self._sessions[self._session] = None
            while len(self._sessions) > _MOST_SESSIONS:
                self._sessions.pop(next(iter(self._sessions)))
        return self._features()

    def _features(self) -> m.Features:
        return features_of(
            self.model,
            label=self._label,
            device_id=self._device_id,
            serial=self._serial,
            pin=bool(self._pin),
            passphrase=self._passphrase,
            unlocked=self._unlocked,
            session=self._session,
        )

    def _ping(self, message: m.Ping) -> Flow:
        if message.button_protection:
            yield from self.confirmed(screens.ping(message.message or ""), m.BUTTON_PROTECT_CALL)
        return m.Success(message=message.message)

    def confirmed(self, screen: screens.Lines, code: int) -> Step:
        """Show a screen and wait for Yes; No and Cancel refuse, anything else stays unanswered."""
        self.screen = screen
        event = yield m.ButtonRequest(code=code)
        while not isinstance(event, m.ButtonAck):
            refuse_if_cancelled(event)
            event = yield None
        yield from self._key_pressed(screen)

    def _key_pressed(self, screen: screens.Lines) -> Step:
        self.screen, self.asks = screen, True
        self.question += 1
        event: Message | Key | None = None
        while not isinstance(event, Key):
            if event is not None:
                refuse_if_cancelled(event)
            event = yield None
        self.asks = False
        if not event.yes:
            raise Refusal(m.ACTION_CANCELLED, "Action cancelled by user")

    def opened(self) -> Step:
        """Ask for PIN and passphrase as far as this session still needs them."""
        if not self._unlocked:
            yield from self._pin_entered()
            self._unlocked = True
        if self._sessions.get(self._session) is None:
            passphrase = ""
            if self._passphrase:
                event = yield m.PassphraseRequest()
                refuse_if_cancelled(event)
                if not isinstance(event, m.PassphraseAck):
                    raise Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
                passphrase = event.passphrase or ""
                if event.on_device:
                    yield from self._key_pressed(screens.passphrase())
            keys = Keys.of(self._mnemonic, passphrase) if passphrase else self._standard
            self._session = self._session or secrets.token_bytes(32)
            self._sessions[self._session] = keys

    def _pin_entered(self) -> Step:
        if self.model.pin_on_own_screen:
            yield from self.confirmed(screens.pin(), m.BUTTON_PIN_ENTRY)
            return
        event = yield m.PinMatrixRequest(type=1)
        refuse_if_cancelled(event)
        if isinstance(event, m.PinOnDevice):
            yield from self._key_pressed(screens.pin())
        elif not isinstance(event, m.PinMatrixAck):
            raise Refusal(m.PIN_EXPECTED, "PIN expected")
        elif event.pin != self._pin:
            raise Refusal(m.PIN_INVALID, "PIN invalid")

    def root(self) -> PrivateNode:
        """Return the master key of the wallet that is open. Only after `opened`."""
        return (self._sessions[self._session] or self._standard).root

    def seed(self) -> bytes:
        """Return the seed of the wallet that is open, for keys on other curves. Only after `opened`."""
        return (self._sessions[self._session] or self._standard).seed
