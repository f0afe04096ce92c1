"""What stands between a request and the emulated device's keys: PIN, passphrase, and the sessions they open."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from desktop.domain.bitcoin_keys import PrivateNode, master_of, seed_of
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.face import Face, Typed
from desktop.hw.emulator.flow import Refusal, Step, refuse_if_cancelled
from desktop.hw.emulator.models import Setup

_MOST_SESSIONS = 10
_NINE_KEYS, _TEN_KEYS = "123456789", "1234567890"


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


class Vault:
    """The keys of a device, its lock and its sessions. `attached`: it was opened by the PIN of a hidden wallet."""

    def __init__(self, mnemonic: str, setup: Setup, face: Face) -> None:
        self._mnemonic = mnemonic
        self._setup = setup
        self._face = face
        self._standard = Keys.of(mnemonic)
        self._opened: dict[str, Keys] = {"": self._standard}
        self.identities = 0  # how often it was wiped and set up again
        self.power_on()

    def power_on(self) -> None:
        """Begin locked and without a session."""
        self.sessions: dict[bytes, Keys | None] = {}
        self.session = b""
        self.unlocked = not self._setup.pin
        self.attached = False
        self.grid = ""  # which digit stands on which key of the PIN grid, in the order of the keys 1 to 9 and 0

    @property
    def marks(self) -> tuple[str, str]:
        """Return the device's id, which changes when it is set up again, and its serial, which does not."""
        root = self._standard.root.public().fingerprint()
        mark = hashlib.sha256(root.encode()).hexdigest().upper()
        now = hashlib.sha256(f"{root}{self.identities or ''}".encode()).hexdigest().upper()
        return now[:24], f"EM{mark[24:36]}"

    def begin(self, session: bytes | None) -> None:
        """Go on in this session, or begin a new one if it is not known."""
        if session is not None and session in self.sessions:
            self.session = session
            return
        self.session = secrets.token_bytes(32)
        self.sessions[self.session] = None
        while len(self.sessions) > _MOST_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))

    def end(self) -> None:
        """End the session; its wallet has to be opened again."""
        self.sessions.pop(self.session, None)
        self.session = b""

    def lock(self) -> None:
        """Lock the device. Its sessions live on."""
        self.unlocked = not self._setup.pin
        self.attached = self.attached and self.unlocked

    def keys(self) -> Keys:
        """Return the keys of the open wallet. Only after `opened`."""
        return self.sessions[self.session] or self._standard

    def positions_of(self, pin: str) -> str:
        """Return which keys of the grid on the screen have to be pressed for this PIN, as a person would read it."""
        keys = _TEN_KEYS if len(self.grid) == len(_TEN_KEYS) else _NINE_KEYS
        return "".join(keys[self.grid.index(digit)] for digit in pin)

    def opened(self) -> Step:
        """Ask for PIN and passphrase as far as this session still needs them."""
        yield from self.unlock()
        if self.sessions.get(self.session) is None:
            passphrase = ""
            if self.attached:
                passphrase = self._setup.hidden
            elif self._setup.passphrase:
                passphrase = yield from self._passphrase_given()
            self.open_with(passphrase)

    def open_with(self, passphrase: str) -> None:
        """Let the session have the wallet of this passphrase."""
        self.session = self.session or secrets.token_bytes(32)
        self.sessions[self.session] = self._keys_of(passphrase)

    def open_standard(self, session: bytes | None) -> None:
        """Go on in this session, or in the present one; a wallet that was not chosen is the standard one."""
        if session is not None or not self.session:
            self.begin(session)
        if self.sessions.get(self.session) is None:
            self.open_with(self._setup.hidden if self.attached else "")

    def unlock(self) -> Step:
        """Ask for the PIN if it is locked."""
        if self.unlocked:
            return
        if self._setup.model.pin_on_own_screen:
            yield from self._face.announced(screens.pin(), m.BUTTON_PIN_ENTRY)
            typed = yield from self._face.key_pressed(screens.pin())
        else:
            typed = yield from self._pin_from_grid(m.PIN_CURRENT)
        self._enter(typed or self._setup.pin)
        self.unlocked = True

    def _enter(self, pin: str) -> None:
        if self._setup.attach_pin and pin == self._setup.attach_pin:
            self._attach()
        elif pin != self._setup.pin:
            raise Refusal(m.PIN_INVALID, "PIN invalid")

    def _attach(self) -> None:
        self.attached = True
        self.sessions.clear()
        self.begin(None)  # the secure element starts a session of its own

    def _pin_from_grid(self, kind: int) -> Typed:
        self._shuffle()
        self._face.screen = screens.pin_grid(self.grid)
        event = yield m.PinMatrixRequest(type=kind)
        refuse_if_cancelled(event)
        if isinstance(event, m.PinOnDevice):
            return (yield from self._face.key_pressed(screens.pin()))
        if not isinstance(event, m.PinMatrixAck):
            raise Refusal(m.PIN_EXPECTED, "PIN expected")
        keys = _TEN_KEYS[: len(self.grid)]
        if not event.pin or set(event.pin) - set(keys):
            raise Refusal(m.PIN_CANCELLED, "")
        return "".join(self.grid[keys.index(key)] for key in event.pin)

    def _shuffle(self) -> None:
        digits = list(_TEN_KEYS if self._setup.model.ten_pin_keys else _NINE_KEYS)
        if self._setup.scrambled:
            secrets.SystemRandom().shuffle(digits)
        self.grid = "".join(digits)

    def _passphrase_given(self) -> Typed:
        event = yield m.PassphraseRequest(exists_attach_pin_user=bool(self._setup.attach_pin))
        refuse_if_cancelled(event)
        if not isinstance(event, m.PassphraseAck):
            raise Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
        if event.on_device_attach_pin:
            yield from self.attach()
            return self._setup.hidden
        if event.on_device:
            if self._setup.model.pin_on_own_screen:
                yield from self._face.announced(screens.passphrase(), m.BUTTON_PASSPHRASE_ENTRY)
            return (yield from self._face.key_pressed(screens.passphrase()))
        if event.passphrase is None:
            raise Refusal(m.DATA_ERROR, "No passphrase provided. Use empty string to set an empty passphrase.")
        return event.passphrase

    def attach(self) -> Step:
        """Ask for the PIN of the hidden wallet, and let a session of its own have it."""
        if self._setup.model.pin_on_own_screen:
            yield from self._face.announced(screens.attach_pin(), m.BUTTON_ATTACH_PIN)
            typed = yield from self._face.key_pressed(screens.attach_pin())
        else:
            typed = yield from self._pin_from_grid(m.PIN_ATTACHED)
        if not self._setup.attach_pin or (typed or self._setup.attach_pin) != self._setup.attach_pin:
            raise Refusal(m.PIN_INVALID, "Incorrect PIN")
        self.unlocked = True
        self._attach()

    def _keys_of(self, passphrase: str) -> Keys:
        if passphrase not in self._opened:
            self._opened = {"": self._standard, passphrase: Keys.of(self._mnemonic, passphrase)}
        return self._opened[passphrase]
