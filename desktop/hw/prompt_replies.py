"""What is sent to a device that asks for its PIN or a passphrase, from what the person answered."""

from __future__ import annotations

import threading
import unicodedata
from typing import NamedTuple

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.identity import Identity
from desktop.hw.prompts import (
    Declined,
    PassphraseAnswer,
    PassphrasePrompt,
    PinAnswer,
    PinPrompt,
    Prompter,
    next_id,
)
from desktop.hw.wire.codec import Message

_LONGEST_PASSPHRASE = 50
_GRID_KEYS = "1234567890"
_PIN_SCREEN = ("Enter your PIN on the wallet",)
_HIDDEN_PIN_SCREEN = ("Enter the PIN of the hidden wallet on the wallet",)
_PASSPHRASE_SCREEN = ("Enter your passphrase on the wallet",)

_TYPED_ON_DEVICE = {
    m.BUTTON_PIN_ENTRY: _PIN_SCREEN,
    m.BUTTON_PASSPHRASE_ENTRY: _PASSPHRASE_SCREEN,
    m.BUTTON_ATTACH_PIN: _HIDDEN_PIN_SCREEN,
}


def typed_there(code: int | None) -> tuple[str, ...]:
    """Return what a device shows that lets a person type on it now; nothing for a question to be confirmed."""
    return _TYPED_ON_DEVICE.get(code or 0, ())


class Reply(NamedTuple):
    """The message to send; `screen` is what the device then shows to be typed on it, if anything."""

    message: Message
    screen: tuple[str, ...] = ()


def pin_reply(request: m.PinMatrixRequest, identity: Identity, prompter: Prompter, stop: threading.Event) -> Reply:
    """Ask for the PIN and return the reply. Raises Cancelled or Locked; then the device is to be told Cancel."""
    hidden = request.type == m.PIN_ATTACHED
    prompt = PinPrompt(next_id(), identity.pin_keys, hidden, identity.pin_on_device)
    answer = prompter.answer_to(prompt, stop)
    if not isinstance(answer, PinAnswer) or answer.id != prompt.id:
        raise _declined(answer)
    if answer.positions is None and prompt.may_type_on_device:
        return Reply(m.PinOnDevice(), _HIDDEN_PIN_SCREEN if hidden else _PIN_SCREEN)
    keys = _GRID_KEYS[: prompt.keys]
    if not answer.positions or set(answer.positions) - set(keys):
        raise errors.Locked(f"the wallet wants its PIN as grid positions {keys[0]} to {keys[-1]}")
    return Reply(m.PinMatrixAck(pin=answer.positions))


def passphrase_reply(
    request: m.PassphraseRequest, features: m.Features, prompter: Prompter, stop: threading.Event
) -> Reply:
    """Ask for the passphrase and return the reply.

    Raises Cancelled, Locked or PassphraseRefused; then the device is to be told Cancel.
    """
    on_device_only = bool(features.passphrase_always_on_device)
    prompt = PassphrasePrompt(next_id(), not on_device_only, bool(request.exists_attach_pin_user))
    answer = prompter.answer_to(prompt, stop)
    if not isinstance(answer, PassphraseAnswer) or answer.id != prompt.id:
        raise _declined(answer)
    if answer.attach_pin:
        return Reply(m.PassphraseAck(on_device_attach_pin=True), _HIDDEN_PIN_SCREEN)
    if answer.passphrase is None or on_device_only:
        return Reply(m.PassphraseAck(on_device=True), _PASSPHRASE_SCREEN)
    return Reply(m.PassphraseAck(passphrase=fit_passphrase(answer.passphrase)))


def fit_passphrase(text: str) -> str:
    """Return the passphrase in the form that is hashed (NFKD). Raises PassphraseRefused."""
    passphrase = unicodedata.normalize("NFKD", text)
    try:
        size = len(passphrase.encode())
    except UnicodeEncodeError:
        raise errors.PassphraseRefused("it is not text") from None
    if size > _LONGEST_PASSPHRASE:
        raise errors.PassphraseRefused(f"it is longer than {_LONGEST_PASSPHRASE} bytes")
    return passphrase


def _declined(answer: object) -> DeviceTrouble:
    if isinstance(answer, Declined) and answer.timed_out:
        return errors.Locked("nobody answered what the wallet asked")
    return errors.Cancelled()
