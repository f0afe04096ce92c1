"""Typed data (EIP-712) signed on the device: field by field where it can show them, else as two hashes.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path.
"""

from __future__ import annotations

import msgspec

from desktop.domain.derivation_path import parse_path, path_text
from desktop.domain.evm_signature import signer_of
from desktop.domain.keccak import keccak256
from desktop.hw import errors
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.account import account_at, ask, check_signer
from desktop.hw.ethereum.library import typed_data_hashes
from desktop.hw.ethereum.numbering import Mode, Numbers, has_fixed_tables, numbers, typed_data_mode
from desktop.hw.ethereum.safe import SAFE, safe_ack
from desktop.hw.ethereum.typed_data import TypedData
from desktop.hw.ethereum.typed_data_limits import fits_field_by_field
from desktop.hw.ethereum.typed_data_words import typed_data_words
from desktop.hw.session import Session
from desktop.hw.wire.codec import Message

_MOST_QUESTIONS = 200_000
_LARGEST_NAMED_CHAIN = 2**64 - 1

Hashes = tuple[bytes, bytes | None]


class SignedTypedData(msgspec.Struct, frozen=True):
    """A signature over typed data (0x and 65 bytes in hex, the last 1b or 1c) and the address that made it.

    `mode`: "tree" if the wallet could show every field, "hash" if it showed two hashes that say nothing.
    """

    signature: str
    address: str
    mode: Mode
    path: str


def sign_typed_data(session: Session, path: str, data: TypedData) -> SignedTypedData:
    """Let the person sign the data on the device; the signer is recovered here over hashes made by a library.

    It is shown field by field where the firmware can do so and the data fits; else its hashes are signed, and `mode`
    and what is said to the person while it asks tell so. Raises NotSupported where the firmware knows neither.
    """
    steps = parse_path(path)
    known = numbers(session)
    address = account_at(session, steps)
    hashes = typed_data_hashes(data)
    with session.flow():
        mode, answer = _signed(session, known, steps, data, hashes)
    digest = keccak256(b"\x19\x01" + hashes[0] + (hashes[1] or b""))
    check_signer(session, address, answer.address, signer_of(digest, answer.signature))
    return SignedTypedData("0x" + answer.signature.hex(), address, mode, path_text(steps))


def _signed(
    session: Session, known: Numbers, steps: tuple[int, ...], data: TypedData, hashes: Hashes
) -> tuple[Mode, e.TypedDataAnswer]:
    if _mode(session, data) == "tree":
        try:
            return "tree", _field_by_field(session, known, steps, data, hashes)
        except errors.NotSupported:
            pass  # a firmware that does not know this way; nothing was shown yet
    request = _hash_request(known, steps, data, hashes)
    return "hash", ask(session, request, known.typed_data_answer, typed_data_words(data, "hash", hashes))


def _mode(session: Session, data: TypedData) -> Mode:
    who = session.identity
    only_looks_like_a_safe = data.primary_type == SAFE and safe_ack(data) is None  # a device may ask for one whole
    if only_looks_like_a_safe or not fits_field_by_field(data, small=has_fixed_tables(who.model)):
        return "hash"
    return typed_data_mode(who.model, who.firmware)


def _field_by_field(
    session: Session, known: Numbers, steps: tuple[int, ...], data: TypedData, hashes: Hashes
) -> e.TypedDataAnswer:
    """Answer the device's questions for structs and values until it has hashed and signed them."""
    screen = typed_data_words(data, "tree", hashes)
    expected = (known.struct_question, known.value_question, known.typed_data_answer, e.SafeRequest)
    answer: Message = ask(session, _tree_request(known, steps, data), expected, screen)
    for _ in range(_MOST_QUESTIONS):
        if isinstance(answer, known.typed_data_answer):
            return answer
        answer = session.call(_reply(session, known, data, answer), expected, screen=screen, unhurried=True)
    raise _off_course(session, "asks without end")


def _reply(session: Session, known: Numbers, data: TypedData, question: Message) -> Message:
    if isinstance(question, e.StructQuestion):
        members = data.members_of(question.name)
        if members is None:
            raise _off_course(session, f"asks for the type {question.name!r}, which is not in the data")
        return known.struct_ack(members=members)
    if isinstance(question, e.SafeRequest):
        safe = safe_ack(data)
        if safe is None:
            raise _off_course(session, "asks for a Safe's transaction, which the data is not")
        return safe
    assert isinstance(question, e.ValueQuestion)
    value = data.value_at(question.member_path)
    if value is None:
        raise _off_course(session, f"asks for a value at {list(question.member_path)}, where there is none")
    return known.value_ack(value=value)


def _off_course(session: Session, what: str) -> errors.WrongAnswer:
    """Take the device off its course and return the error to raise."""
    session.abandon()
    return errors.WrongAnswer("a question about the typed data", f"one that {what}")


def _tree_request(known: Numbers, steps: tuple[int, ...], data: TypedData) -> e.TypedDataRequest:
    if known.own:
        return e.SignTypedDataOneKey(
            address_n=steps, primary_type=data.primary_type, metamask_v4_compat=True, chain_id=_named_chain(data)
        )
    return known.sign_typed_data(address_n=steps, primary_type=data.primary_type, metamask_v4_compat=True)


def _hash_request(known: Numbers, steps: tuple[int, ...], data: TypedData, hashes: Hashes) -> e.TypedHashRequest:
    domain, message = hashes
    if known.own:
        return e.SignTypedHashOneKey(
            address_n=steps, domain_separator_hash=domain, message_hash=message, chain_id=_named_chain(data)
        )
    return known.sign_typed_hash(address_n=steps, domain_separator_hash=domain, message_hash=message)


def _named_chain(data: TypedData) -> int | None:
    """Return the chain id if the message's field can hold it: it only chooses what the device calls the chain."""
    return data.chain_id if data.chain_id is not None and data.chain_id <= _LARGEST_NAMED_CHAIN else None
