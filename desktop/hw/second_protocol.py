"""How the wallet of a device that speaks wire protocol version 2 is opened: experimental.

There the computer asks for PIN and passphrase in requests of its own, before the first one that needs the wallet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw import messages_v2 as v2
from desktop.hw.prompt_replies import passphrase_reply
from desktop.hw.wire.codec import Message

if TYPE_CHECKING:
    from desktop.hw.session import Session

_NEED_NO_WALLET: tuple[type[Message], ...] = (*v2.TABLES, m.Cancel)
_PIN_SCREEN = ("Enter your PIN on the wallet",)


def open_for(session: Session, request: Message) -> None:
    """Open the wallet if this request needs it and none is open in this session."""
    if session.features.session_id is not None or isinstance(request, _NEED_NO_WALLET):
        return
    with session.flow():
        session.ask_on_device(v2.SessionAskPin(type=v2.PIN_ANY), v2.Success, _PIN_SCREEN)
        if session.features.passphrase_protection:
            _give_passphrase(session)
        found = session.call(v2.SessionGet(), v2.SessionOpen)
    session.features = msgspec.structs.replace(session.features, session_id=found.session_id, unlocked=True)


def resumed(session: Session, session_id: bytes | None) -> m.Features:
    """Return the features with the session id that goes on; with none if the wallet is to be opened anew."""
    if session_id is None:
        return msgspec.structs.replace(session.features, session_id=None)
    try:
        found = session.call(v2.SessionGet(session_id=session_id), v2.SessionOpen)
    except (errors.DeviceRefused, errors.NotSupported, errors.Locked):
        return msgspec.structs.replace(session.features, session_id=None)
    return msgspec.structs.replace(session.features, session_id=found.session_id)


def _give_passphrase(session: Session) -> None:
    reply = passphrase_reply(m.PassphraseRequest(), session.features, session.prompter, session.stop)
    given = reply.message
    assert isinstance(given, m.PassphraseAck)
    if given.on_device_attach_pin:
        session.ask_on_device(v2.SessionAskPin(type=v2.PIN_ATTACHED), v2.Success, reply.screen)
        return
    request = v2.SessionAskPassphrase(
        passphrase=given.passphrase, on_device=bool(given.on_device), seed_domains=(v2.STANDARD_SEED,)
    )
    if given.on_device:
        session.ask_on_device(request, v2.Success, reply.screen)
    else:
        session.call(request, v2.Success)
