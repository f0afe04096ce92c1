"""How the emulated device answers: messages and key presses in, messages and a screen out. No socket, no thread.

A request that needs the person is a flow: a generator that yields what to send (None: nothing) and is sent what comes
next. Refusals are as the firmware of a Classic 1S gives them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Generator
from typing import NamedTuple

from desktop.domain.bitcoin_keys import PrivateNode, address_of_key, master_of, seed_of
from desktop.domain.derivation_path import HARDENED, ScriptType
from desktop.domain.signed_message import sign
from desktop.hw import emulator_screens as screens
from desktop.hw import messages as m
from desktop.hw.emulator_models import MODELS, features_of
from desktop.hw.errors import Garbage
from desktop.hw.framing import RawMessage
from desktop.hw.wire_codec import Message, decoded

_SCRIPT: dict[int | None, ScriptType] = {
    None: "p2pkh",
    m.SPEND_ADDRESS: "p2pkh",
    m.SPEND_P2SH_WITNESS: "p2sh-p2wpkh",
    m.SPEND_WITNESS: "p2wpkh",
    m.SPEND_TAPROOT: "p2tr",
}
_COIN_TYPE = {"Bitcoin": 0, "Testnet": 1}
_MOST_SESSIONS = 10
_DEEPEST = 8


class Key(NamedTuple):
    """A key pressed on the device."""

    yes: bool


class _Refusal(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.failure = m.Failure(code=code, message=words)


Flow = Generator[Message | None, Message | Key, Message]
Step = Generator[Message | None, Message | Key, None]


class EmulatedWallet:
    """A wallet with keys from a mnemonic. Its owner sees `screen` and `asks`; `question` counts what it asked."""

    def __init__(self, mnemonic: str, *, label: str, model: str, pin: str, passphrase: bool) -> None:
        self._mnemonic = mnemonic
        self._label = label
        self._model = MODELS[model]
        self.question = 0
        self._pin = pin
        self._passphrase = passphrase
        self._standard = master_of(seed_of(mnemonic))
        mark = hashlib.sha256(self._standard.public().fingerprint().encode()).hexdigest().upper()
        self._device_id, self._serial = mark[:24], f"EM{mark[24:36]}"
        self.power_on()

    def power_on(self) -> None:
        """Begin as after connecting the cable: locked, no session, home screen."""
        self.question += 1
        self._sessions: dict[bytes, PrivateNode | None] = {}
        self._session = b""
        self._unlocked = not self._pin
        self._flow: Flow | None = None
        self._go_home()

    def take(self, raw: RawMessage) -> list[Message]:
        """Take a message from the computer and return what to send back."""
        table = m.BY_NUMBER.get(raw.number)
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
        except _Refusal as refusal:
            return self._end(refusal.failure)
        return [] if out is None else [out]

    def _end(self, answer: Message) -> list[Message]:
        self._flow = None
        self._go_home()
        return [answer]

    def _go_home(self) -> None:
        name = self._label or f"OneKey {self._model.name}"
        self.screen, self.asks = screens.home(name, locked=not self._unlocked), False

    def _started(self, message: Message) -> Flow:
        match message:
            case m.Initialize():
                return _at_once(self._begun(message))
            case m.GetFeatures():
                return _at_once(self._features())
            case m.Ping():
                return self._ping(message)
            case m.GetPublicKey():
                return self._get_public_key(message)
            case m.GetAddress():
                return self._get_address(message)
            case m.SignMessage():
                return self._sign_message(message)
            case m.LockDevice():
                self._unlocked = not self._pin
                return _at_once(m.Success(message="Session cleared"))
            case m.EndSession():
                self._sessions.pop(self._session, None)
                self._session = b""
                return _at_once(m.Success(message="Session ended"))
            case m.Cancel():
                return _at_once(m.Failure(code=m.ACTION_CANCELLED, message="Aborted"))
        return _at_once(m.Failure(code=m.UNEXPECTED_MESSAGE, message="Unexpected message"))

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
            self._model,
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
            yield from self._confirmed(screens.ping(message.message or ""), m.BUTTON_PROTECT_CALL)
        return m.Success(message=message.message)

    def _get_public_key(self, message: m.GetPublicKey) -> Flow:
        if message.ecdsa_curve_name not in (None, "secp256k1"):
            raise _Refusal(m.DATA_ERROR, "Unknown curve")
        if len(message.address_n) > _DEEPEST:
            raise _Refusal(m.DATA_ERROR, "Forbidden key path")
        yield from self._opened()
        root = self._root().public()
        node = self._root().at(message.address_n).public()
        xpub = node.xpub(testnet=message.coin_name == "Testnet")
        if message.show_display:
            yield from self._confirmed(screens.public_key(message.address_n, xpub), m.BUTTON_PUBLIC_KEY)
        told = m.HDNode(
            depth=node.depth,
            fingerprint=int.from_bytes(node.parent_fingerprint, "big"),
            child_num=node.child_number,
            chain_code=node.chain_code,
            public_key=node.public_key,
        )
        return m.PublicKey(node=told, xpub=xpub, root_fingerprint=int(root.fingerprint(), 16))

    def _get_address(self, message: m.GetAddress) -> Flow:
        coin, script = _allowed(message.coin_name, message.address_n, message.script_type)
        yield from self._opened()
        _, address = self._key_at(message.address_n, script, coin)
        if message.show_display:
            yield from self._confirmed(screens.address(coin, message.address_n, address), m.BUTTON_ADDRESS)
        return m.Address(address=address)

    def _sign_message(self, message: m.SignMessage) -> Flow:
        coin, script = _allowed(message.coin_name, message.address_n, message.script_type)
        if script == "p2tr":
            raise _Refusal(m.PROCESS_ERROR, "Unsupported script type")
        yield from self._opened()
        secret, address = self._key_at(message.address_n, script, coin)
        yield from self._confirmed(screens.message(coin, message.message, address), m.BUTTON_PROTECT_CALL)
        return m.MessageSignature(address=address, signature=sign(secret, message.message, script))

    def _key_at(self, path: tuple[int, ...], script: ScriptType, coin: str) -> tuple[bytes, str]:
        node = self._root().at(path)
        return node.secret, address_of_key(node.public().public_key, script, testnet=coin == "Testnet")

    def _confirmed(self, screen: screens.Lines, code: int) -> Step:
        """Show a screen and wait for Yes; No and Cancel refuse, anything else stays unanswered."""
        self.screen = screen
        event = yield m.ButtonRequest(code=code)
        while not isinstance(event, m.ButtonAck):
            _refuse_if_cancelled(event)
            event = yield None
        yield from self._key_pressed(screen)

    def _key_pressed(self, screen: screens.Lines) -> Step:
        self.screen, self.asks = screen, True
        self.question += 1
        event: Message | Key | None = None
        while not isinstance(event, Key):
            if event is not None:
                _refuse_if_cancelled(event)
            event = yield None
        self.asks = False
        if not event.yes:
            raise _Refusal(m.ACTION_CANCELLED, "Action cancelled by user")

    def _opened(self) -> Step:
        """Ask for PIN and passphrase as far as this session still needs them."""
        if not self._unlocked:
            yield from self._pin_entered()
            self._unlocked = True
        if self._sessions.get(self._session) is None:
            passphrase = ""
            if self._passphrase:
                event = yield m.PassphraseRequest()
                _refuse_if_cancelled(event)
                if not isinstance(event, m.PassphraseAck):
                    raise _Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
                passphrase = event.passphrase or ""
                if event.on_device:
                    yield from self._key_pressed(screens.passphrase())
            root = master_of(seed_of(self._mnemonic, passphrase)) if passphrase else self._standard
            self._session = self._session or secrets.token_bytes(32)
            self._sessions[self._session] = root

    def _pin_entered(self) -> Step:
        if self._model.pin_on_own_screen:
            yield from self._confirmed(screens.pin(), m.BUTTON_PIN_ENTRY)
            return
        event = yield m.PinMatrixRequest(type=1)
        _refuse_if_cancelled(event)
        if isinstance(event, m.PinOnDevice):
            yield from self._key_pressed(screens.pin())
        elif not isinstance(event, m.PinMatrixAck):
            raise _Refusal(m.PIN_EXPECTED, "PIN expected")
        elif event.pin != self._pin:
            raise _Refusal(m.PIN_INVALID, "PIN invalid")

    def _root(self) -> PrivateNode:
        return self._sessions[self._session] or self._standard


def _at_once(answer: Message) -> Flow:
    yield from ()
    return answer


def _refuse_if_cancelled(event: Message | Key) -> None:
    if isinstance(event, m.Cancel):
        raise _Refusal(m.ACTION_CANCELLED, "Aborted")


def _allowed(coin: str | None, path: tuple[int, ...], script: int | None) -> tuple[str, ScriptType]:
    """Return coin and script type, or refuse as a device with strict safety checks does."""
    name = coin or "Bitcoin"
    if name not in _COIN_TYPE:
        raise _Refusal(m.DATA_ERROR, "Invalid coin name")
    if script not in _SCRIPT:
        raise _Refusal(m.DATA_ERROR, "Invalid script type")
    if not 3 <= len(path) <= _DEEPEST or path[1] != HARDENED + _COIN_TYPE[name]:
        raise _Refusal(m.DATA_ERROR, "Forbidden key path")
    return name, _SCRIPT[script]
