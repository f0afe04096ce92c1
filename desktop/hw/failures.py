"""From the device's failure codes to our errors."""

from __future__ import annotations

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors, messages, messages_v2


def trouble_of(failure: messages.Failure, request: str) -> DeviceTrouble:
    """Return the error a person should hear for this refusal of a request."""
    if isinstance(failure, messages_v2.Failure):
        return _second(failure)
    match failure.code:
        case messages.ACTION_CANCELLED | messages.PIN_CANCELLED:
            return errors.NoPressed()
        case messages.PIN_EXPECTED:
            return errors.Locked()
        case messages.PIN_INVALID:
            return errors.PinWrong()
        case messages.NOT_INITIALIZED:
            return errors.NotSetUp()
        case messages.UNEXPECTED_MESSAGE:
            return errors.NotSupported(request)
    return errors.DeviceRefused(failure.code, failure.message or "")


def _second(failure: messages.Failure) -> DeviceTrouble:
    """Return the error in protocol version 2, whose codes have moved: its words tell a No from the rest."""
    words = failure.message or ""
    return errors.NoPressed() if "cancel" in words.lower() else errors.DeviceRefused(failure.code, words)
