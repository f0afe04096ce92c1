"""Which firmware knows which request: one table for all coins. What a device does not know is "Unknown message".

A coin adds a line for each request that not every device knows; a coin's request without a line is known to all but
the Bitcoin-only firmware. Source of the versions: the message lists of the firmware and its change lists.
"""

from __future__ import annotations

from typing import NamedTuple

from desktop.hw import authenticity_messages as authenticity
from desktop.hw import messages as m
from desktop.hw import messages_v2
from desktop.hw.emulator.models import Model, version_of
from desktop.hw.ethereum import messages as ethereum
from desktop.hw.solana import messages as solana
from desktop.hw.tron import messages as tron
from desktop.hw.wire.codec import Message

NEVER = None
_SECOND = 2
_SECOND_ALONE = frozenset(messages_v2.TABLES)
_FIRST_ALONE = frozenset({m.Initialize, m.GetFeatures, m.Ping, m.EndSession, m.LockDevice, m.UnlockDevice})


class Gate(NamedTuple):
    """The first firmware that knows a request, of the small devices (Classic, 1S, Mini, Pure) and of the large ones
    (Touch, Pro); NEVER if none does. `models`: only these know it. `bitcoin_only`: that firmware knows it as well.
    """

    small: str | None = "0"
    large: str | None = "0"
    models: frozenset[str] = frozenset()
    bitcoin_only: bool = False

    def open_to(self, model: Model) -> bool:
        """Return whether this model with its firmware knows the request."""
        first = self.large if model.letter == "T" else self.small
        return (
            first is not NEVER
            and version_of(model.firmware) >= version_of(first)
            and (not self.models or model.name in self.models)
            and (self.bitcoin_only or not model.bitcoin_only)
        )


OTHER_COINS = Gate()
_OWN_NUMBERS = Gate(small="3.3.0", large="4.5.0")
_FIELD_BY_FIELD = Gate(small="3.14.0", large="4.5.0", models=frozenset({"Classic 1S", "Pure", "Touch", "Pro"}))
_WALLET_STATE = Gate(small="3.14.0", models=frozenset({"Classic 1S", "Pure", "Pro"}), bitcoin_only=True)
_PIN_ON_DEVICE = Gate(large=NEVER, bitcoin_only=True)

GATES: dict[type[Message], Gate] = {
    **dict.fromkeys((*ethereum.TABLES, *tron.TABLES, *solana.TABLES), OTHER_COINS),
    authenticity.VerifyDevice: Gate(large=NEVER, bitcoin_only=True),
    authenticity.ReadCertificate: Gate(small=NEVER, bitcoin_only=True),
    authenticity.SignChallenge: Gate(small=NEVER, bitcoin_only=True),
    m.UnlockDevice: _WALLET_STATE,
    m.GetPassphraseState: _WALLET_STATE,
    m.PinOnDevice: _PIN_ON_DEVICE,
    ethereum.GetAddressOneKey: _OWN_NUMBERS,
    ethereum.SignTxOneKey: _OWN_NUMBERS,
    ethereum.SignTxEip1559OneKey: _OWN_NUMBERS,
    ethereum.SignMessageOneKey: _OWN_NUMBERS,
    ethereum.SignTypedHashOneKey: _OWN_NUMBERS,
    ethereum.SignTypedData: Gate(small=NEVER),
    ethereum.SignTypedDataOneKey: _FIELD_BY_FIELD,
}


def knows(model: Model, request: type[Message]) -> bool:
    """Return whether this model with its firmware knows the request."""
    gate = GATES.get(request)
    if request in (_FIRST_ALONE if model.protocol == _SECOND else _SECOND_ALONE):
        return False
    return gate is None or gate.open_to(model)
