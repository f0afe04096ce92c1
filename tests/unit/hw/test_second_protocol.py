"""Wire protocol version 2: its frames, and a whole device that speaks it."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.hw import errors, operations, public_keys
from desktop.hw import messages_v2 as v2
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.carriers.udp_transport import UdpTransport
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.prompts import FixedAnswers
from desktop.hw.session import Session
from desktop.hw.wire.framing import RawMessage
from desktop.hw.wire.framing_v2 import ACKNOWLEDGEMENT, FramingV2, checksum, frame
from tests.fakes.device_bench import SEGWIT_ADDRESS, SEGWIT_PATH, emulator, session_with

PING = RawMessage(60206, b"\x0a\x02hi")


def _fed(framing: FramingV2, packets: list[bytes]) -> list[RawMessage]:
    return [message for packet in packets for message in framing.feed(packet)]


def test_the_checksum_is_that_of_the_published_table() -> None:
    """First entries of the table in OneKey's client, and the check value of this CRC when it begins with zero."""
    assert [checksum(bytes([0x30 ^ value])) for value in (0, 1, 2, 3, 255)] == [0x00, 0x5E, 0xBC, 0xE2, 0x35]
    assert checksum(b"") == 0x30


def test_a_frame_byte_for_byte() -> None:
    whole = frame(bytes.fromhex("2eeb") + b"\x0a\x02hi", 1)
    assert whole[:3].hex() == "5a0e00"
    assert whole[3] == checksum(whole[:3])
    assert whole[4:7].hex() == "000001"
    assert whole[7:13].hex() == "2eeb0a026869"
    assert whole[13] == checksum(whole[:13])


@given(st.integers(0, 0xFFFF), st.binary(max_size=4190))
def test_what_was_written_is_read(number: int, body: bytes) -> None:
    there, here = FramingV2(), FramingV2()
    packets = there.packets(number, body)
    assert all(len(packet) == 64 for packet in packets[:-1])
    assert _fed(here, packets) == [RawMessage(number, body)]
    assert not here.midway


def test_sequence_numbers_leave_zero_out_and_a_repeated_frame_is_garbage() -> None:
    there, here = FramingV2(), FramingV2()
    for _ in range(600):
        packets = there.packets(*PING)
        assert packets[0][6] != 0
        assert _fed(here, packets) == [PING]
    with pytest.raises(errors.Garbage, match="came before"):
        _fed(here, packets)


def test_an_acknowledgement_is_no_message_and_must_be_of_what_was_sent() -> None:
    there, here = FramingV2(), FramingV2()
    _fed(there, here.packets(*PING))
    assert _fed(here, there.acknowledgement()) == []
    with pytest.raises(errors.Garbage, match="not sent"):
        here.feed(frame(b"", 77, ACKNOWLEDGEMENT))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"\x3f" + whole[1:],
        lambda whole: whole[:3] + bytes([whole[3] ^ 1]) + whole[4:],
        lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
        lambda whole: frame(whole[7:-1], 1, length=4),
        lambda whole: frame(whole[7:-1], 1, length=0xFFFF),
        lambda whole: frame(b"\x01", 1),
        lambda whole: frame(whole[7:-1], 0),
        lambda whole: frame(whole[7:-1], 1, kind=2),
        lambda whole: b"",
        lambda whole: bytes(65),
    ],
)
def test_a_spoiled_frame_is_garbage_and_the_next_one_is_read(spoil: object) -> None:
    here = FramingV2()
    with pytest.raises(errors.Garbage):
        here.feed(spoil(frame(b"\x2e\xeb", 1)))  # type: ignore[operator]
    assert here.feed(frame(b"\x2e\xeb", 2)) == [RawMessage(60206, b"")]


def test_two_frames_in_one_packet_are_two_messages() -> None:
    here = FramingV2()
    assert here.feed(frame(b"\x2e\xeb", 1) + frame(b"\x2f\xeb", 2)) == [
        RawMessage(60206, b""),
        RawMessage(60207, b""),
    ]


def test_a_message_too_big_for_a_frame_is_not_begun() -> None:
    with pytest.raises(errors.TooBig):
        FramingV2().packets(1, bytes(4193))


def test_a_device_of_the_second_protocol_is_found_and_used() -> None:
    with (
        emulator(model="pro2", label="Second", always_yes=True) as device,
        session_with(device, quick_s=0.3) as session,
    ):
        assert session.protocol == 2
        facts = operations.features(session)
        assert (facts.model, facts.firmware, facts.label, facts.experimental) == ("Pro 2", "1.0.0", "Second", True)
        assert facts.initialized
        assert bitcoin.bitcoin_address(session, SEGWIT_PATH, show=True).address == SEGWIT_ADDRESS
        session.resume()
        assert public_keys.fingerprint(session) == "5c9e228d"
        assert bitcoin.sign_message(session, SEGWIT_PATH, "hello").address == SEGWIT_ADDRESS


@pytest.mark.parametrize(
    "answers", [FixedAnswers(passphrase="abc"), FixedAnswers(passphrase=None), FixedAnswers(attach_pin=True)]
)
def test_its_hidden_wallets_are_opened(answers: FixedAnswers) -> None:
    setup = Setup(MODELS["pro2"], pin="1234", passphrase=True, attach_pin="556677")

    def on_screen(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(True, "abc" if "passphrase" in lines[0] else "")

    with emulator(setup=setup, on_screen=on_screen) as device, session_with(device, answers, quick_s=0.5) as session:
        hidden = public_keys.fingerprint(session)
        assert hidden != "5c9e228d"
        session.resume()
        assert public_keys.fingerprint(session) == hidden


def test_no_on_it_is_no_pressed_here() -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    with emulator(model="pro2", on_screen=say_no) as device, session_with(device, quick_s=0.3) as session:
        with pytest.raises(errors.NoPressed):
            bitcoin.sign_message(session, SEGWIT_PATH, "x")
        assert public_keys.fingerprint(session) == "5c9e228d"


@pytest.mark.parametrize(("model", "protocol"), [("pro2", 2), ("classic1s", 1)])
def test_a_number_on_the_bus_that_says_the_second_is_tried_first_and_may_be_wrong(model: str, protocol: int) -> None:
    with emulator(model=model) as device:
        transport = UdpTransport("127.0.0.1", device.port)
        transport.second_protocol = True
        session = Session(transport, quick_s=0.3)
        session.begin()
        assert session.protocol == protocol
        assert public_keys.fingerprint(session) == "5c9e228d"
        session.end()


@pytest.mark.parametrize("options", [{}, {"pin": "1234"}])
def test_a_cancel_reaches_it_while_it_shows_a_question(options: dict[str, str]) -> None:
    """Also while a PIN is typed on it: the word is Cancel here, for it knows no Initialize."""
    with emulator(model="pro2", **options) as device, session_with(device, quick_s=0.3) as session:
        troubles: list[Exception] = []

        def ask() -> None:
            try:
                bitcoin.bitcoin_address(session, SEGWIT_PATH, show=True)
            except errors.Cancelled as cancelled:
                troubles.append(cancelled)

        thread = threading.Thread(target=ask)
        thread.start()
        assert device.wait_until_asks(10)
        session.cancel()
        thread.join(10)
        assert len(troubles) == 1
        assert not device.asks()
        assert not session.over
        session.allow()
        assert session.call(v2.Ping(message="x"), v2.Success).message == "x"


def test_power_ends_its_session_and_the_wallet_is_opened_anew() -> None:
    answers = FixedAnswers(passphrase="abc")
    setup = Setup(MODELS["pro2"], passphrase=True)
    with emulator(setup=setup) as device, session_with(device, answers, quick_s=0.5) as session:
        hidden = public_keys.fingerprint(session)
        before = session.features.session_id
        device.replug()
        session.resume()
        assert session.known_fingerprint == ""
        assert public_keys.fingerprint(session) == hidden
        assert session.features.session_id not in (None, before)
