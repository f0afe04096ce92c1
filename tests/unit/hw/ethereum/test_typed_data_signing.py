"""Typed data signed on emulated devices field by field and as hashes, and devices that ask for what is not there."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.derivation_path import parse_path
from desktop.domain.evm_signature import sign_digest
from desktop.domain.keccak import keccak256
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.library import typed_data_hashes
from desktop.hw.ethereum.typed_data import TypedData
from desktop.hw.ethereum.typed_data_file import read_typed_data
from desktop.hw.ethereum.typed_data_signing import sign_typed_data
from desktop.hw.wire.codec import Message
from tests.fakes.device_bench import answered
from tests.fakes.ethereum_bench import ADDRESS, ALL_MODELS, PATH, SECRET, scripted_wallet, wallet
from tests.fakes.scripted_device import Reply
from tests.fakes.typed_data import HASHED_SHAPES, MAIL, MAIL_DIGEST, SAFE, SHAPES, of

MODES = {"classic1s": "tree", "classic1s-old": "hash", "classic-old": "hash", "pro": "tree", "touch-old": "tree"}


def _read(data: dict[str, Any]) -> TypedData:
    return read_typed_data(json.dumps(data).encode())


def _expected(data: dict[str, Any]) -> str:
    domain, message = typed_data_hashes(_read(data))
    if message is None:
        return "0x" + sign_digest(SECRET, keccak256(b"\x19\x01" + domain)).hex()
    signable = SignableMessage(b"\x01", domain, message)
    return str(Account.sign_message(signable, SECRET).signature.to_0x_hex())


@pytest.mark.parametrize("model", ALL_MODELS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_signed_on_every_device(model: str, shape: str) -> None:
    with wallet(model) as (session, _):
        signed = sign_typed_data(session, PATH, _read(SHAPES[shape]))
    assert (signed.signature, signed.address) == (_expected(SHAPES[shape]), ADDRESS)
    assert signed.mode == MODES[model]


def test_the_signature_is_the_one_eth_account_makes_of_the_bare_json() -> None:
    with wallet() as (session, _):
        signed = sign_typed_data(session, PATH, _read(MAIL))
    assert signed.signature == Account.sign_typed_data(SECRET, full_message=MAIL).signature.to_0x_hex()
    assert Account.recover_message(encode_typed_data(full_message=MAIL), signature=signed.signature) == ADDRESS


@pytest.mark.parametrize("model", ["classic1s", "pro"])
@pytest.mark.parametrize("shape", HASHED_SHAPES)
def test_what_a_device_cannot_show_is_signed_as_hashes_and_said(model: str, shape: str) -> None:
    said: list[tuple[str, ...]] = []
    with wallet(model) as (session, _):
        session._on_screen = lambda lines, asks: said.append(lines) if asks else None
        signed = sign_typed_data(session, PATH, _read(HASHED_SHAPES[shape]))
    assert (signed.mode, signed.signature) == ("hash", _expected(HASHED_SHAPES[shape]))
    assert any("as hashes" in lines[0] for lines in said)


OTHER_SAFES = (
    json.loads(json.dumps(MAIL).replace('"Mail"', '"SafeTx"')),
    SAFE | {"message": SAFE["message"] | {"operation": 2}},
    SAFE | {"domain": SAFE["domain"] | {"chainId": 2**64}},
)


@pytest.mark.parametrize("model", ["classic1s", "pro", "touch-old"])
@pytest.mark.parametrize("data", OTHER_SAFES)
def test_what_only_looks_like_a_safes_transaction_goes_as_hashes(model: str, data: dict[str, Any]) -> None:
    with wallet(model) as (session, _):
        signed = sign_typed_data(session, PATH, _read(data))
    assert (signed.mode, signed.signature) == ("hash", _expected(data))


LARGE_SHAPES = {
    "a long array": of({"a": "uint8[]"}, {"a": [1] * 25}),
    "many members": of({f"a{n}": "uint8" for n in range(17)}, {f"a{n}": n for n in range(17)}),
    "a long name": of({"a" * 64: "uint8"}, {"a" * 64: 1}),
    "many structs": of({"a": "S0"}, {"a": {}}, **{f"S{n}": {} for n in range(12)})
    | {"message": {f"a{n}": {} for n in range(11)}},
    "many lines": of({f"a{n}": "uint8[]" for n in range(16)}, {f"a{n}": [1] * 20 for n in range(16)}),
    "a deep place": of({"a": "A"}, {"a": {"a": {"a": {"a": {"a": {"n": 1}}}}}}, A={"a": "B"}, B={"a": "C"},
                       C={"a": "D"}, D={"a": "E"}, E={"n": "uint8"}),
    "a long description": of({"a": "S0"}, {"a": {f"b{n}" + "x" * 58: n for n in range(10)}},
                             S0={f"b{n}" + "x" * 58: "uint8" for n in range(10)}),
}  # fmt: skip
LARGE_SHAPES["many structs"]["types"]["All"] = [{"name": f"a{n}", "type": f"S{n}"} for n in range(11)]
LARGE_SHAPES["a long description"] = of(
    {f"s{n}": f"S{n}" for n in range(4)},
    {f"s{n}": {f"b{k}" + "x" * 50: k for k in range(10)} for n in range(4)},
    **{f"S{n}": {f"b{k}" + "x" * 50: "uint8" for k in range(10)} for n in range(4)},
)


@pytest.mark.parametrize(("model", "mode"), [("classic1s", "hash"), ("pro", "tree")])
@pytest.mark.parametrize("shape", LARGE_SHAPES)
def test_what_a_small_device_has_no_room_for_goes_as_hashes_to_it(model: str, mode: str, shape: str) -> None:
    with wallet(model) as (session, _):
        signed = sign_typed_data(session, PATH, _read(LARGE_SHAPES[shape]))
    assert (signed.mode, signed.signature) == (mode, _expected(LARGE_SHAPES[shape]))


def test_a_device_that_takes_other_data_for_a_safes_loses_the_link() -> None:
    def answers(request: Message) -> Iterable[Reply]:
        return [m.Failure(code=4)] if isinstance(request, m.Cancel) else [e.SafeRequest()]

    session, _ = scripted_wallet(answers)
    session.identity = _stranger(session.identity)
    with pytest.raises(errors.WrongAnswer, match="which the data is not"):
        sign_typed_data(session, PATH, _read(MAIL))
    assert session.over


@pytest.mark.parametrize("model", ["classic1s", "pro"])
def test_the_screen_shows_every_field(model: str) -> None:
    shown: list[str] = []

    def look(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            shown.append(" ".join(lines))
            device.press(True)

    with wallet(model, on_screen=look) as (session, device):
        sign_typed_data(session, PATH, _read(MAIL))
    text = " ".join(shown)
    for part in ("Ether Mail", "chainId", "message.from", "Cow", "Bob", "Hello, Bob!"):
        assert part in text
    assert MAIL["message"]["to"]["wallet"].lower() in text.replace(" ", "")


@pytest.mark.parametrize(("model", "codes"), [("classic1s-old", [8]), ("pro", [7, 1])])
def test_hashes_are_asked_for_as_often_as_by_real_firmware(model: str, codes: list[int]) -> None:
    domain, message = typed_data_hashes(_read(MAIL))
    request = e.SignTypedHashOneKey(domain, parse_path(PATH), message)
    assert answered(model, request)[0] == codes


@pytest.mark.parametrize(
    ("model", "shape", "order"),
    [
        ("pro", "mail", "SSS7VVVV7VVVV11V1V11V1V1V11"),
        ("classic1s", "mail", "SSS7VVVVVVVVV7"),
        ("pro", "safe", "F11"),
        ("classic1s", "safe", "F7"),
        ("classic1s", "safe, delegate call", "F77"),
        ("pro", "domain only", "SS7VVVV7VVVV11"),
    ],
)
def test_the_questions_come_in_the_order_of_real_firmware(model: str, shape: str, order: str) -> None:
    heard: list[str] = []
    with wallet(model) as (session, _):
        real_next = session._link.next

        def listen(patience_s: float | None) -> Message | int:
            answer = real_next(patience_s)
            kinds = {e.StructRequestOneKey: "S", e.ValueRequestOneKey: "V", e.SafeRequest: "F"}
            heard.append(str(answer.code) if isinstance(answer, m.ButtonRequest) else kinds.get(type(answer), ""))
            return answer

        session._link.next = listen  # type: ignore[method-assign]
        sign_typed_data(session, PATH, _read(SHAPES[shape]))
    assert "".join(heard) == order


@pytest.mark.parametrize("key", range(4))
def test_no_on_any_screen_signs_nothing_and_keeps_the_link(key: int) -> None:
    pressed: list[bool] = []

    def answer(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            pressed.append(len(pressed) < key)
            device.press(pressed[-1])

    with wallet("pro", on_screen=answer) as (session, device):
        with pytest.raises(errors.NoPressed):
            sign_typed_data(session, PATH, _read(MAIL))
        assert session.call(m.Ping(message="there"), m.Success).message == "there"


def test_firmware_that_does_not_know_the_readable_way_is_asked_for_the_other() -> None:
    domain, message = typed_data_hashes(_read(MAIL))
    answer = e.TypedDataSignature(signature=sign_digest(SECRET, bytes.fromhex(MAIL_DIGEST)), address=ADDRESS)

    def answers(request: Message) -> Iterable[Reply]:
        return [answer if isinstance(request, e.SignTypedHash) else m.Failure(code=1, message="Unknown message")]

    session, device = scripted_wallet(answers, internal_model="T2T1")
    session.identity = _stranger(session.identity)
    signed = sign_typed_data(session, PATH, _read(MAIL))
    assert signed.mode == "hash"
    asked = [request for request in device.heard if isinstance(request, e.SignTypedData | e.SignTypedHash)]
    assert [type(request) for request in asked] == [e.SignTypedData, e.SignTypedHash]
    assert isinstance(asked[1], e.SignTypedHash)
    assert (asked[1].domain_separator_hash, asked[1].message_hash) == (domain, message)


def test_firmware_that_knows_neither_is_not_supported() -> None:
    session, _ = scripted_wallet(lambda request: [m.Failure(code=1, message="Unknown message")])
    session.identity = _stranger(session.identity)
    with pytest.raises(errors.NotSupported, match="SignTypedHash"):
        sign_typed_data(session, PATH, _read(MAIL))
    assert not session.over


def _stranger(identity: Any) -> Any:
    return msgspec.structs.replace(identity, onekey=False, model="T2T1", firmware="2.8.9")


@pytest.mark.parametrize(
    "question",
    [e.StructRequest(name="Nobody"), e.ValueRequest(member_path=(2,)), e.ValueRequest(member_path=(1, 0)),
     e.ValueRequest(), e.ValueRequest(member_path=(0, 0, 0))],
)  # fmt: skip
def test_a_question_for_what_is_not_there_loses_the_link(question: Message) -> None:
    def answers(request: Message) -> Iterable[Reply]:
        return [m.Failure(code=4)] if isinstance(request, m.Cancel) else [question]

    session, device = scripted_wallet(answers)
    session.identity = _stranger(session.identity)
    with pytest.raises(errors.WrongAnswer, match="question about the typed data"):
        sign_typed_data(session, PATH, _read(MAIL))
    assert session.over
    assert device.times_heard(m.Cancel) == 1


def test_questions_without_end_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.hw.ethereum.typed_data_signing._MOST_QUESTIONS", 50)

    def answers(request: Message) -> Iterable[Reply]:
        return [m.Failure(code=4)] if isinstance(request, m.Cancel) else [e.StructRequest(name="Mail")]

    session, device = scripted_wallet(answers)
    session.identity = _stranger(session.identity)
    with pytest.raises(errors.WrongAnswer, match="without end"):
        sign_typed_data(session, PATH, _read(MAIL))
    assert device.times_heard(e.StructAck) == 50


@pytest.mark.parametrize(
    "answer",
    [
        e.TypedDataSignature(signature=sign_digest(b"\1" * 32, bytes.fromhex(MAIL_DIGEST)), address=ADDRESS),
        e.TypedDataSignature(signature=sign_digest(SECRET, bytes(32)), address=ADDRESS),
        e.TypedDataSignature(signature=sign_digest(SECRET, bytes.fromhex(MAIL_DIGEST)), address="0x"),
        e.TypedDataSignature(signature=b"", address=ADDRESS),
    ],
)
def test_a_signature_that_does_not_hold_is_never_returned(answer: e.TypedDataSignature) -> None:
    session, _ = scripted_wallet(lambda request: [answer])
    with pytest.raises(errors.NotProved):
        sign_typed_data(session, PATH, _read(MAIL))
    assert session.over


members = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True),
    st.sampled_from([("uint64", st.integers(0, 2**64 - 1)), ("int16", st.integers(-(2**15), 2**15 - 1)),
                     ("string", st.text(max_size=40)), ("bool", st.booleans()),
                     ("bytes3", st.binary(min_size=3, max_size=3).map(lambda raw: "0x" + raw.hex())),
                     ("bytes", st.binary(max_size=40).map(lambda raw: "0x" + raw.hex()))]),
    max_size=5,
)  # fmt: skip


@settings(max_examples=25)
@given(st.data())
def test_any_struct_is_hashed_alike_by_device_and_library(data: st.DataObject) -> None:
    kinds = data.draw(members)
    types = {name: kind + data.draw(st.sampled_from(["", "[]", "[2]"])) for name, (kind, _) in kinds.items()}
    values: dict[str, Any] = {}
    for name, kind in types.items():
        one = kinds[name][1]
        values[name] = data.draw(
            st.lists(one, max_size=3) if kind.endswith("[]") else st.lists(one, min_size=2, max_size=2)
            if kind.endswith("]") else one
        )  # fmt: skip
    whole = of({"inner": "Inner", "many": "Inner[]"}, {"inner": values, "many": [values]}, Inner=types)
    with wallet("pro") as (session, _):
        signed = sign_typed_data(session, PATH, _read(whole))
    assert (signed.mode, signed.signature) == ("tree", _expected(whole))
