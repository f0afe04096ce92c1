"""How an emulated device of wire protocol version 2 says who it is and lets its wallet be opened."""

from __future__ import annotations

from desktop.domain.bitcoin_keys import address_of_key
from desktop.domain.derivation_path import HARDENED
from desktop.hw import messages as m
from desktop.hw import messages_v2 as v2
from desktop.hw.emulator import screens
from desktop.hw.emulator.face import Face
from desktop.hw.emulator.flow import Flow, Refusal, at_once
from desktop.hw.emulator.models import Setup
from desktop.hw.emulator.vault import Vault
from desktop.hw.wire.codec import Message

_STATE_PATH = (HARDENED + 44, HARDENED + 1, HARDENED, 0, 0)


def flow_of(message: Message, setup: Setup, vault: Vault, face: Face) -> Flow | None:
    """Return how this message of the second protocol is answered, None if it is not one of its own."""
    match message:
        case v2.Ping():
            return at_once(v2.Success(message=message.message))
        case v2.ProtocolInfoRequest():
            return at_once(v2.ProtocolInfo(version=2, build_fingerprint="emulator"))
        case v2.DeviceInfoGet():
            return at_once(_info(setup, vault))
        case v2.SessionGet():
            return at_once(_session(message, vault))
        case v2.SessionAskPin():
            return _pin(message, vault)
        case v2.SessionAskPassphrase():
            return _passphrase(message, vault, face)
    return None


def in_its_words(answer: Message) -> Message:
    """Return the answer as this protocol says it: a refusal has a number of its own."""
    if isinstance(answer, m.Failure) and not isinstance(answer, v2.Failure):
        return v2.Failure(code=answer.code, message=answer.message)
    return answer


def state_address(vault: Vault) -> str:
    """Return the name of the open wallet: its first address on Bitcoin's test network."""
    return address_of_key(vault.keys().root.at(_STATE_PATH).public().public_key, "p2pkh", testnet=True)


def _info(setup: Setup, vault: Vault) -> v2.DeviceInfo:
    device_id, serial = vault.marks
    return v2.DeviceInfo(
        protocol_version=2,
        hardware=v2.Hardware(device_type=setup.model.device_type, serial_no=serial, device_id=device_id),
        firmware=v2.Firmware(app=v2.Image(version=setup.model.firmware)),
        status=v2.Status(
            language="en-US",
            initialized=setup.state == "ready",
            passphrase_protection=setup.passphrase,
            label=setup.label,
        ),
    )


def _session(message: v2.SessionGet, vault: Vault) -> Message:
    if not vault.unlocked:
        return v2.Failure(code=m.PIN_EXPECTED, message="Device locked")
    if message.session_id is not None and message.session_id not in vault.sessions:
        return v2.Failure(code=m.INVALID_SESSION, message="Invalid session")
    vault.open_standard(message.session_id)
    return v2.SessionOpen(session_id=vault.session, btc_test_address=state_address(vault))


def _pin(message: v2.SessionAskPin, vault: Vault) -> Flow:
    if message.type == v2.PIN_ATTACHED:
        yield from vault.attach()
    else:
        yield from vault.unlock()
    return v2.Success(message="")


def _passphrase(message: v2.SessionAskPassphrase, vault: Vault, face: Face) -> Flow:
    passphrase = message.passphrase
    if message.on_device:
        yield from face.announced(screens.passphrase(), m.BUTTON_PASSPHRASE_ENTRY)
        passphrase = yield from face.key_pressed(screens.passphrase())
    if passphrase is None:
        raise Refusal(m.DATA_ERROR, "No passphrase provided")
    vault.begin(None)
    vault.open_with(passphrase)
    return v2.Success(message="")
