"""How the emulated device signs typed data (EIP-712): it asks for structs and values, shows and hashes them itself.

All structs come first, then a warning. A Pro asks for the domain's values and shows them, asks for them again while
it hashes them, then for the message, and shows it value by value. A 1S asks for every value once and shows domain and
message each on a screen that the computer is not told of. A last question follows.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from desktop.domain.evm_signature import sign_digest
from desktop.domain.keccak import keccak256
from desktop.hw import messages as m
from desktop.hw.emulator import screens, typed_hashes
from desktop.hw.emulator.ethereum_accounts import account, check_path, has_own_number
from desktop.hw.emulator.ethereum_safe import safe_hashed
from desktop.hw.emulator.flow import Answer, Flow, Key, Refusal, Step, Wallet, refuse_if_cancelled
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.safe import SAFE
from desktop.hw.ethereum.typed_data_types import DOMAIN
from desktop.hw.wire.codec import Message

T = TypeVar("T")
M = TypeVar("M", bound=Message)
Asking = Generator[Message | None, Message | Key, T]

_HASH_SIZE = 32
_DEEPEST_PLACE = 24
_COUNT = e.FieldType(e.UINT, 2)


class _Dialogue:
    """One request for typed data as it goes on; `structs` are those the computer has described."""

    def __init__(self, wallet: Wallet, own: bool) -> None:
        self._wallet = wallet
        self._own = own
        self._large = wallet.model.letter == "T"
        self._lines: list[str] = []  # what a small device shows at once
        self.structs: dict[str, tuple[e.StructMember, ...]] = {}

    def learn(self, struct: str) -> Step:
        """Ask for a struct and for all it is made of."""
        question = e.StructRequestOneKey(name=struct) if self._own else e.StructRequest(name=struct)
        told = yield from _asked(question, e.StructAnswer)
        self.structs[struct] = told.members
        for member in told.members:
            typed_hashes.check_type(member.type)
            inner = typed_hashes.inner_struct(member.type)
            if inner is not None and inner not in self.structs:
                yield from self.learn(inner)

    def hashed(self, primary_type: str) -> Asking[bytes]:
        """Return the hashes of domain and message, one after the other, having shown both."""
        if self._large:
            yield from self._domain_shown()
        hashed = yield from self._root_hash(DOMAIN, (0,), "")
        if primary_type == DOMAIN:
            if self._large:
                yield from self._confirmed("Message", "without fields")
            return hashed
        return hashed + (yield from self._root_hash(primary_type, (1,), "message"))

    def _root_hash(self, struct: str, place: tuple[int, ...], shown: str) -> Asking[bytes]:
        if self._large:
            return (yield from self.struct_hash(struct, place, shown))
        self._lines = []
        hashed = yield from self.struct_hash(struct, place, shown or "domain")
        yield from self._wallet.further(screens.lines(self._lines))
        return hashed

    def _domain_shown(self) -> Step:
        lines = ["Domain"]
        for place, member in enumerate(self.structs[DOMAIN]):
            value = yield from self._value(member.type, (0, place))
            lines.append(f"{member.name}: {typed_hashes.in_words(member.type, value)}")
        yield from self._wallet.confirmed(screens.lines(lines), m.BUTTON_PROTECT_CALL)

    def struct_hash(self, struct: str, place: tuple[int, ...], shown: str = "") -> Asking[bytes]:
        """Return the struct's hash, having asked for every value in it; `shown` is its name on screens, if any."""
        if len(place) > _DEEPEST_PLACE or struct not in self.structs:
            raise Refusal(m.DATA_ERROR, "Types hold each other")
        if shown:
            names = ", ".join(member.name for member in self.structs[struct])
            yield from self._confirmed(f"{shown} ({struct})", names)
        whole = typed_hashes.type_hash(struct, self.structs)
        for at, member in enumerate(self.structs[struct]):
            name = f"{shown}.{member.name}" if shown else ""
            whole += yield from self._word(member.type, (*place, at), name)
        return keccak256(whole)

    def _word(self, type_: e.FieldType, place: tuple[int, ...], shown: str) -> Asking[bytes]:
        if type_.data_type == e.STRUCT:
            return (yield from self.struct_hash(type_.struct_name or "", place, shown))
        if type_.data_type == e.ARRAY:
            return (yield from self._array_hash(type_, place, shown))
        value = yield from self._value(type_, place)
        if shown:
            yield from self._confirmed(
                f"{shown} ({typed_hashes.type_name(type_)})", typed_hashes.in_words(type_, value)
            )
        return typed_hashes.word(type_, value)

    def _array_hash(self, type_: e.FieldType, place: tuple[int, ...], shown: str) -> Asking[bytes]:
        entry, count = type_.entry_type, type_.size
        if entry is None or entry.data_type == e.ARRAY:
            raise Refusal(m.DATA_ERROR, "Nested arrays are not supported")
        if count is None:
            count = int.from_bytes((yield from self._value(_COUNT, place)), "big")
        if shown:
            yield from self._confirmed(shown, f"{count} of {typed_hashes.type_name(entry)}")
        whole = b""
        for at in range(count):
            whole += yield from self._word(entry, (*place, at), f"{shown}[{at}]" if shown else "")
        return keccak256(whole)

    def _value(self, type_: e.FieldType, place: tuple[int, ...]) -> Asking[bytes]:
        question = e.ValueRequestOneKey(member_path=place) if self._own else e.ValueRequest(member_path=place)
        told = yield from _asked(question, e.ValueAnswer)
        typed_hashes.check_value(type_, told.value)
        return told.value

    def _confirmed(self, *lines: str) -> Step:
        if self._large:
            yield from self._wallet.confirmed(screens.lines(lines), m.BUTTON_OTHER)
        else:
            self._lines += lines


def _sign_field_by_field(wallet: Wallet, message: e.TypedDataRequest) -> Flow:
    own = has_own_number(message)
    check_path(message.address_n)
    yield from wallet.opened()
    secret, signer = account(wallet, message.address_n)
    if message.primary_type == SAFE:
        return _signed(own, secret, signer, (yield from safe_hashed(wallet, signer)))
    dialogue = _Dialogue(wallet, own)
    yield from dialogue.learn(DOMAIN)
    yield from dialogue.learn(message.primary_type)
    warning = ("Sign typed data", message.primary_type, "with", signer)
    yield from wallet.confirmed(screens.lines(warning), m.BUTTON_PROTECT_CALL)
    hashed = yield from dialogue.hashed(message.primary_type)
    last = m.BUTTON_OTHER if wallet.model.letter == "T" else m.BUTTON_PROTECT_CALL
    yield from wallet.confirmed(screens.lines(("Sign typed data?",)), last)
    return _signed(own, secret, signer, hashed)


def _sign_hashes(wallet: Wallet, message: e.TypedHashRequest) -> Flow:
    check_path(message.address_n)
    domain, body = message.domain_separator_hash, message.message_hash or b""
    if len(domain) != _HASH_SIZE or len(body) not in (0, _HASH_SIZE):
        raise Refusal(m.DATA_ERROR, "Invalid hash length")
    yield from wallet.opened()
    secret, signer = account(wallet, message.address_n)
    shown = ["Unknown typed data", "at your own risk", "domain hash", domain.hex()]
    if body:
        shown += ["message hash", body.hex()]
    large = wallet.model.letter == "T"
    code = m.BUTTON_PROTECT_CALL if large else m.BUTTON_SIGN_TX
    yield from wallet.confirmed(screens.lines((*shown, "with", signer)), code)
    if large:
        yield from wallet.confirmed(screens.lines(("Sign typed data hash?",)), m.BUTTON_OTHER)
    return _signed(has_own_number(message), secret, signer, domain + body)


def _signed(own: bool, secret: bytes, signer: str, hashed: bytes) -> Message:
    answer = e.TypedDataSignatureOneKey if own else e.TypedDataSignature
    return answer(signature=sign_digest(secret, keccak256(b"\x19\x01" + hashed)), address=signer)


def _asked(question: Message, expected: type[M]) -> Asking[M]:
    event = yield question
    refuse_if_cancelled(event)
    if not isinstance(event, expected):
        raise Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
    return event


ANSWERS: dict[type[Message], Answer] = {
    e.SignTypedData: _sign_field_by_field,
    e.SignTypedDataOneKey: _sign_field_by_field,
    e.SignTypedHash: _sign_hashes,
    e.SignTypedHashOneKey: _sign_hashes,
}
