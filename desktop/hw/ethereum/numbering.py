"""Which of Ethereum's messages a device knows: the plain ones, or OneKey's own numbers from some firmware on.

Source of the versions: OneKey's own client (schema "latest" and "v1") and the firmware's change lists.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw.ethereum import messages as e
from desktop.hw.session import Session

Mode = Literal["tree", "hash"]
Version = tuple[int, ...]

_SMALL = frozenset({"Classic", "Classic 1S", "Pure", "Mini"})
_LARGE = frozenset({"Touch", "Touch Pro", "Pro"})
OWN_NUMBERS_SMALL: Version = (3, 3, 0)
OWN_NUMBERS_LARGE: Version = (4, 5, 0)
_TREE_SMALL: Version = (3, 14, 0)
_TREE_MODELS_SMALL = frozenset({"Classic 1S", "Pure"})


class Numbers(NamedTuple):
    """One set of messages, requests and answers; `own` says that it is OneKey's."""

    own: bool
    get_address: type[e.AddressRequest]
    address: type[e.AddressAnswer]
    sign_legacy: type[e.LegacyRequest]
    sign_fee_market: type[e.FeeMarketRequest]
    tx_answer: type[e.TxAnswer]
    tx_ack: type[e.DataChunk]
    sign_message: type[e.MessageRequest]
    message_answer: type[e.MessageAnswer]
    sign_typed_data: type[e.TypedDataRequest]
    struct_question: type[e.StructQuestion]
    struct_ack: type[e.StructAnswer]
    value_question: type[e.ValueQuestion]
    value_ack: type[e.ValueAnswer]
    sign_typed_hash: type[e.TypedHashRequest]
    typed_data_answer: type[e.TypedDataAnswer]


PLAIN = Numbers(
    False, e.GetAddress, e.Address, e.SignTx, e.SignTxEip1559, e.TxRequest, e.TxAck, e.SignMessage,
    e.MessageSignature, e.SignTypedData, e.StructRequest, e.StructAck, e.ValueRequest, e.ValueAck, e.SignTypedHash,
    e.TypedDataSignature,
)  # fmt: skip
ONEKEY = Numbers(
    True, e.GetAddressOneKey, e.AddressOneKey, e.SignTxOneKey, e.SignTxEip1559OneKey, e.TxRequestOneKey,
    e.TxAckOneKey, e.SignMessageOneKey, e.MessageSignatureOneKey, e.SignTypedDataOneKey, e.StructRequestOneKey,
    e.StructAckOneKey, e.ValueRequestOneKey, e.ValueAckOneKey, e.SignTypedHashOneKey, e.TypedDataSignatureOneKey,
)  # fmt: skip


def numbers_of(model: str, firmware: str) -> Numbers:
    """Return the messages that this model knows with this firmware; the plain ones where either is unknown."""
    version = _version(firmware)
    if (model in _SMALL and version >= OWN_NUMBERS_SMALL) or (model in _LARGE and version >= OWN_NUMBERS_LARGE):
        return ONEKEY
    return PLAIN


def typed_data_mode(model: str, firmware: str) -> Mode:
    """Return how this device signs typed data: field by field on its screen, or as two hashes that say nothing.

    A device that nobody knows is asked for the readable way first.
    """
    if model not in _SMALL:
        return "tree"
    readable = model in _TREE_MODELS_SMALL and _version(firmware) >= _TREE_SMALL
    return "tree" if readable else "hash"


def has_fixed_tables(model: str) -> bool:
    """Return whether this is a small device, whose memory bounds what it can show field by field."""
    return model in _SMALL


def numbers(session: Session) -> Numbers:
    """Return the messages the connected device knows. Raises NotSupported if its firmware knows Bitcoin alone."""
    if session.identity.bitcoin_only:
        raise no_ethereum("Ethereum")
    return numbers_of(session.identity.model, session.identity.firmware)


def no_ethereum(request: str) -> DeviceTrouble:
    """Return the error for a firmware without this request: too old, or the one for Bitcoin alone."""
    return errors.NotSupported(
        request, "Update the firmware of the wallet; the one for Bitcoin alone (Bitcoin-only) has no Ethereum."
    )


def _version(text: str) -> Version:
    parts = text.split("-")[0].split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else ()
