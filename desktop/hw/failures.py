"""From the device's failure codes to our errors."""

from __future__ import annotations

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors, messages


def trouble_of(failure: messages.Failure, request: str) -> DeviceTrouble:
    """Return the error a person should hear for this refusal of a request."""
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
