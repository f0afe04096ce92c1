"""The order in which a wallet asks, what it shows meanwhile, and what becomes of one that lies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.bitcoin.psbt_signing import sign_psbt
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.emulator.wallet import EmulatedWallet
from desktop.hw.session import Session
from desktop.hw.wire.codec import Message, encoded
from desktop.hw.wire.framing import RawMessage
from tests.fakes.device_bench import ALL, emulator, session_with
from tests.fakes.psbt_bench import Coin, Payment, op_return, psbt_of
from tests.fakes.scripted_device import ScriptedDevice

PSBT = psbt_of([Coin()], [Payment(60_000), Coin(amount=39_000, branch=1)]).serialize()
MIXED = psbt_of([Coin(), Coin("p2pkh")], [Payment(195_000), op_return(b"hello")], lock_time=9).serialize()
Change = Callable[[btc.TxRequest], btc.TxRequest]
_KINDS = {btc.TX_INPUT: "in", btc.TX_OUTPUT: "out", btc.TX_META: "meta", btc.TX_FINISHED: "end"}


class Tampered:
    """An emulated wallet whose keys press themselves; its requests for the transaction pass through `change`."""

    def __init__(self, model: str, change: Change = lambda request: request) -> None:
        self._wallet = EmulatedWallet(ALL, Setup(MODELS[model]))
        self._change = change
        self.said: list[str] = []

    def __call__(self, message: Message) -> list[Message]:
        answers = self._wallet.take(RawMessage(message.number, encoded(message)))
        while self._wallet.face.asks:
            answers += self._wallet.press(True)
        return [self._passed(answer) for answer in answers]

    def _passed(self, answer: Message) -> Message:
        if isinstance(answer, m.ButtonRequest):
            self.said.append(f"button {answer.code}")
        if not isinstance(answer, btc.TxRequest):
            return answer
        details = answer.details or btc.TxRequestDetails()
        place = "" if details.request_index is None else f" {details.request_index}"
        self.said.append(f"{'previous ' if details.tx_hash else ''}{_KINDS[answer.request_type or 0]}{place}")
        return self._change(answer)


@contextmanager
def session_on(wallet: Tampered) -> Iterator[tuple[Session, ScriptedDevice]]:
    device = ScriptedDevice(wallet)
    session = Session(device)
    session.begin()
    try:
        yield session, device
    finally:
        session.end()


def asked(model: str, psbt: bytes) -> list[str]:
    wallet = Tampered(model)
    with session_on(wallet) as (session, _):
        assert sign_psbt(session, psbt).complete
    return wallet.said


PREVIOUS = ["previous meta", "previous in 0", "previous out 0", "previous out 1", "previous out 2"]


def test_a_small_device_asks_in_this_order() -> None:
    first = ["in 0", "out 0", "button 8", "out 1"]
    second = ["in 0", *PREVIOUS, "in 0", "out 0", "out 1", "in 0", "end"]
    assert asked("classic1s", PSBT) == first + second


def test_a_large_device_asks_in_this_order() -> None:
    first = ["in 0", "out 0", "button 3", "out 1", "button 8"]
    second = ["in 0", *PREVIOUS, "in 0", "out 0", "out 1", "in 0", "button 1", "end"]
    assert asked("pro", PSBT) == first + second


@pytest.mark.parametrize(
    ("model", "last"), [("classic1s", ["in 0", "in 1", "end"]), ("pro", ["in 0", "button 1", "end"])]
)
def test_legacy_inputs_have_everything_asked_again(model: str, last: list[str]) -> None:
    said = asked(model, MIXED)
    both = ["in 0", "in 1"]
    assert said[:2] == both
    assert said[-7 - len(last) :] == ["in 0", *both, "out 0", "out 1", "out 0", "out 1", *last]
    assert said.count("button 8") == 2  # small: output and lock time; large: lock time and total


def with_part(part: btc.TxRequestSerialized, **changed: object) -> btc.TxRequestSerialized:
    return msgspec.structs.replace(part, **changed)


def flipped(request: btc.TxRequest) -> btc.TxRequest:
    part = request.serialized
    if part is None or not part.signature:
        return request
    spoiled = part.signature[:-1] + bytes([part.signature[-1] ^ 1])
    return msgspec.structs.replace(request, serialized=with_part(part, signature=spoiled))


def of_another_input(request: btc.TxRequest) -> btc.TxRequest:
    part = request.serialized
    if part is None or part.signature is None:
        return request
    return msgspec.structs.replace(request, serialized=with_part(part, signature_index=1))


def unsigned(request: btc.TxRequest) -> btc.TxRequest:
    part = request.serialized
    if part is None:
        return request
    return msgspec.structs.replace(request, serialized=with_part(part, signature_index=None, signature=None))


def another_transaction(request: btc.TxRequest) -> btc.TxRequest:
    part = request.serialized
    if part is None:
        return request
    raw = (part.serialized_tx or b"").replace((60_000).to_bytes(8, "little"), (61_000).to_bytes(8, "little"))
    return msgspec.structs.replace(request, serialized=with_part(part, serialized_tx=raw))


def asking(**details: object) -> Change:
    def change(request: btc.TxRequest) -> btc.TxRequest:
        return btc.TxRequest(request_type=btc.TX_INPUT, details=btc.TxRequestDetails(**details))  # type: ignore[arg-type]

    return change


def of_type(number: int) -> Change:
    return lambda request: msgspec.structs.replace(request, request_type=number)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (flipped, "its signature for input 0 is missing or not that of its key"),
        (unsigned, "its signature for input 0 is missing"),
        (of_another_input, "it gives a signature for input 1"),
        (another_transaction, "the transaction it wrote is not the one"),
        (asking(request_index=1), "input or output 1, which there is not"),
        (asking(request_index=0xFFFFFFFF), "which there is not"),
        (asking(request_index=0, tx_hash=b"\7" * 32), "it asks for transaction 0707"),
        (asking(request_index=0, tx_hash=b"\7"), "it asks for transaction 07"),
        (of_type(btc.TX_FINISHED), "its signature for input 0 is missing"),
        (of_type(4), "it asks for part 4"),
        (of_type(btc.TX_META), "it asks for part 2"),
    ],
)
def test_a_wallet_that_lies_loses_the_link(change: Change, words: str) -> None:
    with session_on(Tampered("classic1s", change)) as (session, _):
        with pytest.raises(errors.NotProved, match=words):
            sign_psbt(session, PSBT)
        assert session.over


def test_a_wallet_that_never_ends_is_left() -> None:
    def forever(message: Message) -> list[Message]:
        if isinstance(message, m.Cancel):
            return [m.Failure(code=m.ACTION_CANCELLED)]
        if isinstance(message, btc.SignTx | btc.TxAck):
            return [btc.TxRequest(request_type=btc.TX_INPUT, details=btc.TxRequestDetails(request_index=0))]
        return Tampered("classic1s")(message)

    device = ScriptedDevice(forever)
    session = Session(device)
    session.begin()
    with pytest.raises(errors.NotProved, match="again and again"):
        sign_psbt(session, PSBT)
    assert session.over
    assert device.times_heard(m.Cancel) == 1


def refused_at(model: str, question: int) -> tuple[DeviceTrouble, tuple[str, ...]]:
    """Answer No to the question with this number; return the error and the screen that was answered so."""
    shown: list[tuple[str, ...]] = []

    def on_screen(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            shown.append(lines)
            device.press(len(shown) <= question)

    with emulator(model=model, on_screen=on_screen) as device, session_with(device) as session:
        with pytest.raises(DeviceTrouble) as caught:
            sign_psbt(session, MIXED)
        assert not session.over
    return caught.value, shown[-1]


@pytest.mark.parametrize(
    ("model", "screens"),
    [
        ("classic1s", ["Send", "OP_RETURN", "Warning", "Sign transaction"]),
        ("pro", ["Send", "OP_RETURN", "Warning", "Sign transaction", "Transaction signed"]),
    ],
)
def test_no_is_taken_at_every_step(model: str, screens: list[str]) -> None:
    for question, first_line in enumerate(screens):
        error, screen = refused_at(model, question)
        assert isinstance(error, errors.NoPressed)
        assert screen[0] == first_line


def test_a_cancel_here_reaches_a_screen_that_was_not_announced() -> None:
    def cancel_the_total(lines: tuple[str, ...], asks: bool) -> None:
        if asks and lines[0] == "Sign transaction":
            sessions[0].cancel()
        elif asks:
            device.press(True)

    sessions: list[Session] = []
    with emulator(on_screen=cancel_the_total) as device, session_with(device) as session:
        sessions.append(session)
        with pytest.raises(errors.Cancelled):
            sign_psbt(session, PSBT)
        assert not session.over
        session.allow()
        assert not device.asks()


def test_what_is_shown_here_is_what_the_wallet_shows() -> None:
    expected: list[tuple[str, ...]] = []
    shown: list[tuple[str, ...]] = []

    def on_screen(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            shown.append(lines)
            device.press(True)

    def on_expected(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            expected.append(lines)

    with emulator(on_screen=on_screen) as device, session_with(device, on_screen=on_expected) as session:
        sign_psbt(session, PSBT)
    assert expected == shown
    assert shown == [
        ("Send", "0.0006 BTC", "to", "bc1q ar0s rrr7 xfkv", "y5l6 43ly dnw9 re59", "gtzz wf5m dq"),
        ("Sign transaction", "Total 0.00061 BTC", "with fee 0.00001 BTC"),
    ]


def test_an_announced_last_output_comes_with_the_total() -> None:
    seen: list[tuple[str, ...]] = []
    with (
        emulator(always_yes=True) as device,
        session_with(device, on_screen=lambda lines, _: seen.append(lines)) as session,
    ):
        sign_psbt(session, psbt_of([Coin()], [Payment(99_000)]).serialize())
    (screen,) = {lines for lines in seen if lines and lines[0] == "Send"}
    assert screen[-1] == "with fee 0.00001 BTC"


@pytest.mark.parametrize("fault", ["garbage", "wrong-type", "twice", "lie-long", "lie-huge", "die"])
def test_a_fault_midway_is_no_signature(fault: str) -> None:
    with emulator(always_yes=True) as device, session_with(device, quick_s=0.3) as session:
        session.known_nodes.clear()
        device.fault(fault, at=6)
        with pytest.raises(DeviceTrouble):
            sign_psbt(session, PSBT)
        assert session.over or fault == "twice"  # there the wallet may be first to notice
