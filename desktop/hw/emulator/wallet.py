"""How the emulated device answers: messages and key presses in, messages and a screen out. No socket, no thread.

A request that needs the person is a flow: a generator that yields what to send (None: nothing) and is sent what comes
next. Refusals are as the firmware of a Classic 1S (3.12.0) and a Pro (4.13.1) gives them.
"""

from __future__ import annotations

from desktop.domain.bitcoin_keys import PrivateNode
from desktop.hw import messages as m
from desktop.hw import messages_v2
from desktop.hw.emulator import (
    authenticity_answers,
    bitcoin_answers,
    ethereum_answers,
    key_answers,
    screens,
    second_protocol,
    solana_answers,
    tron_answers,
)
from desktop.hw.emulator.face import Face
from desktop.hw.emulator.flow import Answer, Flow, Key, Refusal, Step, at_once
from desktop.hw.emulator.gates import knows
from desktop.hw.emulator.models import Model, Setup, features_of
from desktop.hw.emulator.vault import Vault
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
    **authenticity_answers.ANSWERS,
}
_CANCELLED = m.Failure(code=m.ACTION_CANCELLED)  # its words are the family's
_ALWAYS_ANSWERED: tuple[type[Message], ...] = (
    m.Initialize,
    m.GetFeatures,
    m.Ping,
    m.Cancel,
    m.LockDevice,
    m.EndSession,
    *messages_v2.TABLES,
)
_ASKS_PERSON = (m.ButtonRequest, m.PinMatrixRequest, m.PassphraseRequest)
_SECOND = 2


class EmulatedWallet:
    """A wallet with keys from a mnemonic. Its owner sees `face`: the screen, and whether it asks."""

    def __init__(self, mnemonic: str, setup: Setup) -> None:
        self._setup = setup
        self.face = Face(self._home)
        self.vault = Vault(mnemonic, setup, self.face)
        self.power_on()

    @property
    def model(self) -> Model:
        """Return which device it is."""
        return self._setup.model

    @property
    def strict(self) -> bool:
        """Return whether its safety checks are as shipped: it refuses what it could otherwise warn of."""
        return self._setup.strict

    def power_on(self) -> None:
        """Begin as after connecting the cable: locked, no session, home screen."""
        self.vault.power_on()
        self._flow: Flow | None = None
        self._wants_more = False  # the open request waits for the computer, not for the person
        self.face.forget()

    def take(self, raw: RawMessage) -> list[Message]:
        """Take a message from the computer and return what to send back."""
        table = BY_NUMBER.get(raw.number)
        if table is None or not knows(self.model, table):
            return self._end(self._unknown())
        try:
            message = decoded(table, raw.body)
        except Garbage as garbage:
            return self._end(m.Failure(code=m.DATA_ERROR, message=garbage.what))
        waiting = self._flow
        if waiting is not None and not self._turns_to(message):
            return self._go_on(message)
        out = self._begin(message)
        if self._flow is None and not self.model.large and not isinstance(message, m.Initialize):
            self._flow = waiting  # small devices go on with what they were at
        return out

    def _begin(self, message: Message) -> list[Message]:
        self._flow = self._started(message)
        return self._go_on(None)

    def too_big(self) -> list[Message]:
        """Return the answer to a message longer than the device's memory."""
        return self._end(m.Failure(code=m.DATA_ERROR, message="Message too big"))

    def press(self, yes: bool, typed: str = "") -> list[Message]:
        """Press a key, with what was typed before it; it counts only while the screen asks."""
        return self._go_on(Key(yes, typed)) if self.face.asks and self._flow is not None else []

    def _turns_to(self, message: Message) -> bool:
        """Return whether it is taken up while another request is not done.

        Large devices turn to any new request and forget the old one. Small ones do while they wait for more of a
        transaction, and not while they ask the person.
        """
        if self.face.stubborn:
            return False
        new = type(message) in ANSWERS or isinstance(message, _ALWAYS_ANSWERED)
        return isinstance(message, m.Initialize) or (
            new and not isinstance(message, m.Cancel) and (self.model.large or self._wants_more)
        )

    def _go_on(self, event: Message | Key | None) -> list[Message]:
        assert self._flow is not None
        try:
            out = next(self._flow) if event is None else self._flow.send(event)
        except StopIteration as done:
            return self._end(done.value)
        except Refusal as refusal:
            return self._end(refusal.failure)
        if out is not None:
            self._wants_more = not isinstance(out, _ASKS_PERSON)
        return [] if out is None else [out]

    def _end(self, answer: Message) -> list[Message]:
        self._flow = None
        self.face.go_home()
        if isinstance(answer, m.Failure) and answer.code == m.ACTION_CANCELLED:
            answer = m.Failure(code=m.ACTION_CANCELLED, message=self.model.cancel_words)
        return [second_protocol.in_its_words(answer) if self.model.protocol == _SECOND else answer]

    def _unknown(self) -> m.Failure:
        return m.Failure(code=m.UNEXPECTED_MESSAGE, message=self.model.unknown_words)

    def _home(self) -> screens.Lines:
        if self._setup.state != "ready":
            return (f"OneKey {self.model.name}", self._setup.state)
        name = self._setup.label or f"OneKey {self.model.name}"
        return screens.home(name, locked=not self.vault.unlocked)

    def _started(self, message: Message) -> Flow:
        if self._setup.state == "bootloader" and not isinstance(message, m.Initialize | m.GetFeatures | m.Ping):
            return at_once(self._unknown())
        if self._setup.state == "uninitialised" and not isinstance(message, _ALWAYS_ANSWERED):
            return at_once(m.Failure(code=m.NOT_INITIALIZED, message="Device not initialized"))
        answer = ANSWERS.get(type(message))
        return answer(self, message) if answer is not None else self._of_its_own(message)

    def _of_its_own(self, message: Message) -> Flow:
        if self.model.protocol == _SECOND:
            flow = second_protocol.flow_of(message, self._setup, self.vault, self.face)
            return at_once(_CANCELLED if isinstance(message, m.Cancel) else self._unknown()) if flow is None else flow
        match message:
            case m.Initialize():
                self.vault.begin(message.session_id)
                return at_once(self._features())
            case m.GetFeatures():
                return at_once(self._features())
            case m.Ping():
                return self._ping(message)
            case m.LockDevice():
                self.vault.lock()
                return at_once(m.Success(message="Session cleared"))
            case m.EndSession():
                self.vault.end()
                return at_once(m.Success(message="Session ended"))
            case m.UnlockDevice():
                return self._unlock()
            case m.ApplyFlags():
                return self._flags()
            case m.GetPassphraseState():
                return self._wallet_state()
            case m.Cancel():
                return at_once(_CANCELLED)
        return at_once(self._unknown())

    def _features(self) -> m.Features:
        device_id, serial = self.vault.marks
        return features_of(
            self._setup,
            device_id=device_id,
            serial=serial,
            unlocked=self.vault.unlocked,
            attached=self.vault.attached,
            session=self.vault.session,
        )

    def _ping(self, message: m.Ping) -> Flow:
        if message.button_protection:
            yield from self.confirmed(screens.ping(message.message or ""), m.BUTTON_PROTECT_CALL)
        return m.Success(message=message.message)

    def _unlock(self) -> Flow:
        yield from self.vault.unlock()
        return m.UnlockDeviceResponse(
            unlocked=True, unlocked_attach_pin=self.vault.attached, passphrase_protection=self._setup.passphrase
        )

    def _flags(self) -> Flow:
        yield from self.vault.unlock()
        return m.Success(message="Flags applied")

    def _wallet_state(self) -> Flow:
        yield from self.opened()
        return m.PassphraseState(
            passphrase_state=second_protocol.state_address(self.vault),
            session_id=self.vault.session,
            unlocked_attach_pin=self.vault.attached,
        )

    def confirmed(self, screen: screens.Lines, code: int) -> Step:
        """Show a screen and wait for Yes; No and Cancel refuse, anything else stays unanswered."""
        yield from self.face.confirmed(screen, code)

    def further(self, screen: screens.Lines) -> Step:
        """Show one more screen of the question that was begun, without telling the computer, and wait for Yes."""
        yield from self.face.key_pressed(screen)

    def opened(self) -> Step:
        """Ask for PIN and passphrase as far as this session still needs them."""
        yield from self.vault.opened()

    def root(self) -> PrivateNode:
        """Return the master key of the wallet that is open. Only after `opened`."""
        return self.vault.keys().root

    def seed(self) -> bytes:
        """Return the seed of the wallet that is open, for keys on other curves. Only after `opened`."""
        return self.vault.keys().seed
