"""What an emulated device is made up of: its firmware, its state, its lock; and what goes wrong with it on demand."""

import contextlib
import socket

import pytest

from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.emulator.command import obeyed
from desktop.hw.emulator.faults import FAULTS, FaultName, Faults
from desktop.hw.emulator.gates import knows
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.emulator.wallet import EmulatedWallet
from desktop.hw.ethereum import messages as eth
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.tron import messages as tron
from desktop.hw.wire.codec import Message, decoded, encoded
from desktop.hw.wire.framing import FramingV1, MessageReader, RawMessage, packets
from tests.fakes.device_bench import ALL, SEGWIT_ADDRESS, emulator

PATH = (0x80000054, 0x80000000, 0x80000000, 0, 0)
SHOW = btc.GetAddress(address_n=PATH, show_display=True, script_type=btc.SPEND_WITNESS)
QUIET = btc.GetAddress(address_n=PATH, script_type=btc.SPEND_WITNESS)
UNKNOWN = m.Failure(code=1, message="Unknown message")


class Bench:
    """A wallet without a socket: ask it and read what it says."""

    def __init__(self, setup: Setup) -> None:
        self.wallet = EmulatedWallet(ALL, setup)

    def ask(self, message: Message) -> Message:
        (answer,) = self.wallet.take(RawMessage(message.number, encoded(message)))
        return answer

    def press(self, yes: bool = True, typed: str = "") -> list[Message]:
        return self.wallet.press(yes, typed)


@pytest.mark.parametrize(
    ("model", "request_type", "known"),
    [
        ("classic1s", eth.SignTypedDataOneKey, True),
        ("classic1s-old", eth.SignTypedDataOneKey, False),
        ("classic1s-old", eth.GetAddressOneKey, True),
        ("classic1s-first", eth.GetAddressOneKey, False),
        ("classic1s-first", eth.GetAddress, True),
        ("classic1s", eth.SignTypedData, False),
        ("pro", eth.SignTypedData, True),
        ("pro", m.PinOnDevice, False),
        ("classic1s", m.UnlockDevice, True),
        ("classic1s-old", m.UnlockDevice, False),
        ("classic1s-old", btc.GetAddress, True),
    ],
)
def test_each_firmware_knows_its_own_messages(model: str, request_type: type[Message], known: bool) -> None:
    assert knows(MODELS[model], request_type) is known


def test_the_bitcoin_only_firmware_knows_no_other_coin() -> None:
    alone = MODELS["classic1s"]._replace(bitcoin_only=True)
    assert not any(knows(alone, table) for table in (*eth.TABLES, *tron.TABLES))
    bench = Bench(Setup(alone))
    assert bench.ask(eth.GetAddress(address_n=PATH)) == UNKNOWN
    assert bench.ask(QUIET) == btc.Address(address=SEGWIT_ADDRESS)
    features = bench.ask(m.GetFeatures())
    assert isinstance(features, m.Features)
    assert features.fw_vendor == "OneKey Bitcoin-only"


def test_a_device_without_a_wallet_and_one_in_bootloader() -> None:
    empty = Bench(Setup(MODELS["classic1s"], state="uninitialised"))
    assert empty.ask(QUIET) == m.Failure(code=11, message="Device not initialized")
    bootloader = Bench(Setup(MODELS["classic1s"], state="bootloader"))
    features = bootloader.ask(m.Initialize())
    assert isinstance(features, m.Features)
    assert (features.bootloader_mode, features.initialized) == (True, False)
    assert bootloader.ask(QUIET) == UNKNOWN


@pytest.mark.parametrize(
    ("model", "keys"), [("classic", 9), ("classic1s-first", 9), ("classic1s-old", 10), ("pure", 10)]
)
def test_the_shuffled_grid_is_read_from_the_screen(model: str, keys: int) -> None:
    bench = Bench(Setup(MODELS[model], pin="1934", scrambled=True))
    assert bench.ask(QUIET) == m.PinMatrixRequest(type=1)
    shown = "".join(bench.wallet.face.screen[1:]).replace(" ", "")
    assert len(shown) == keys
    keypad = "789456123" + ("0" if keys > 9 else "")
    typed = "".join(keypad[shown.index(digit)] for digit in "1934")
    assert bench.wallet.vault.positions_of("1934") == typed
    assert bench.ask(m.PinMatrixAck(pin=typed)) == btc.Address(address=SEGWIT_ADDRESS)


def test_a_tenth_key_opens_a_pin_with_a_zero_on_new_firmware_alone() -> None:
    new, old = Bench(Setup(MODELS["classic1s"], pin="1020")), Bench(Setup(MODELS["classic"], pin="1020"))
    for bench, answer in ((new, btc.Address(address=SEGWIT_ADDRESS)), (old, m.Failure(code=6, message=""))):
        assert bench.ask(QUIET) == m.PinMatrixRequest(type=1)
        assert bench.ask(m.PinMatrixAck(pin="1020")) == answer


def test_a_wrong_pin_typed_on_the_device() -> None:
    bench = Bench(Setup(MODELS["classic1s"], pin="1234"))
    bench.ask(QUIET)
    assert bench.wallet.take(RawMessage(m.PinOnDevice.number, b"")) == []
    assert bench.press(typed="9999") == [m.Failure(code=7, message="PIN invalid")]


@pytest.mark.parametrize("model", ["classic1s", "pro"])
def test_the_pin_of_a_hidden_wallet_opens_another_wallet(model: str) -> None:
    bench = Bench(Setup(MODELS[model], pin="1234", passphrase=True, attach_pin="556677"))
    before = bench.ask(m.Initialize())
    asked = bench.ask(m.GetPassphraseState())
    if model == "pro":
        assert asked == m.ButtonRequest(code=20)
        assert bench.wallet.take(RawMessage(m.ButtonAck.number, b"")) == []
        (state,) = bench.press(typed="556677")
    else:
        state = bench.ask(m.PinMatrixAck(pin="556677"))
    assert isinstance(state, m.PassphraseState)
    assert state.unlocked_attach_pin
    address = bench.ask(QUIET)
    assert isinstance(address, btc.Address)
    assert address.address != SEGWIT_ADDRESS
    after = bench.ask(m.GetFeatures())
    assert isinstance(before, m.Features)
    assert isinstance(after, m.Features)
    assert before.session_id != after.session_id
    assert after.unlocked_attach_pin


def test_attach_pin_as_the_answer_to_a_passphrase_request() -> None:
    bench = Bench(Setup(MODELS["classic1s"], passphrase=True, attach_pin="556677"))
    assert bench.ask(QUIET) == m.PassphraseRequest(exists_attach_pin_user=True)
    assert bench.ask(m.PassphraseAck(on_device_attach_pin=True)) == m.PinMatrixRequest(type=8000)
    assert isinstance(bench.ask(m.PinMatrixAck(pin="556677")), btc.Address)
    assert bench.ask(m.UnlockDevice()) == m.UnlockDeviceResponse(
        unlocked=True, unlocked_attach_pin=True, passphrase_protection=True
    )


def test_a_lost_session_id_begins_another_without_a_word() -> None:
    bench = Bench(Setup(MODELS["classic1s"], passphrase=True))
    first = bench.ask(m.Initialize())
    assert isinstance(first, m.Features)
    assert bench.ask(m.Initialize(session_id=first.session_id)) == first
    bench.wallet.power_on()
    after = bench.ask(m.Initialize(session_id=first.session_id))
    assert isinstance(after, m.Features)
    assert after.session_id not in (None, first.session_id)


def _with(name: FaultName) -> list[bytes]:
    faults = Faults()
    faults.arm(name, 2)
    answer = m.Success(message="x" * 100)
    sound = packets(answer.number, encoded(answer))
    assert faults.packets(answer, FramingV1()) == sound
    spoiled = faults.packets(answer, FramingV1())
    return spoiled + faults.packets(m.Success(), FramingV1())


def test_each_fault_happens_once_and_where_it_was_ordered() -> None:
    assert len(_with("drop")) == 2
    assert len(_with("silence")) == 1
    assert _with("garbage")[0] == b"\xff" * 64
    assert _with("wrong-type")[0][3:5] == m.UnlockDeviceResponse.number.to_bytes(2, "big")
    assert len(_with("late")) == 3
    assert len(_with("twice")) == 5
    assert int.from_bytes(_with("lie-long")[0][5:9], "big") == 1102
    assert _with("lie-huge")[0][5:9] == b"\xff" * 4
    with pytest.raises(ValueError, match="no fault"):
        Faults().arm("garbage", 0)


def _heard(peer: socket.socket) -> Message:
    reader, raw = MessageReader(), None
    while raw is None:
        raw = reader.feed(peer.recv(2048))
    return decoded(BY_NUMBER[raw.number], raw.body)


def _tell(peer: socket.socket, message: Message) -> None:
    for packet in packets(message.number, encoded(message)):
        peer.send(packet)


def test_lines_of_text_move_the_device() -> None:
    with emulator(passphrase=True) as device, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.connect(("127.0.0.1", device.port))
        peer.settimeout(10)
        _tell(peer, QUIET)
        assert isinstance(_heard(peer), m.PassphraseRequest)
        _tell(peer, m.PassphraseAck(on_device=True))
        assert device.wait_until_asks(10)
        assert obeyed(device, "type abc def\n")
        hidden = _heard(peer)
        assert isinstance(hidden, btc.Address)
        assert hidden.address != SEGWIT_ADDRESS
        assert obeyed(device, "fault twice 2\n")
        for count in (1, 2):
            _tell(peer, m.Ping(message="x"))
            assert [_heard(peer) for _ in range(count)] == [m.Success(message="x")] * count
        assert obeyed(device, "replug new-identity")
        assert not any(
            obeyed(device, line) for line in ("fault", "fault nothing", "fault drop 0", "jump", "replug now")
        )


def test_ignored_cancel_leaves_the_question_and_its_answer_comes_late() -> None:
    with emulator() as device, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.connect(("127.0.0.1", device.port))
        peer.settimeout(10)
        device.ignore_cancel()
        _tell(peer, SHOW)
        assert isinstance(_heard(peer), m.ButtonRequest)
        _tell(peer, m.ButtonAck())
        assert device.wait_until_asks(10)
        for unheard in (m.Cancel(), m.Initialize(), m.GetFeatures()):
            _tell(peer, unheard)
        device.press(True)
        assert _heard(peer) == btc.Address(address=SEGWIT_ADDRESS)


def _knock_until_refused(peer: socket.socket) -> None:
    while True:
        _tell(peer, m.Ping())
        peer.recv(64)


def test_death_in_the_middle_frees_the_port_and_power_brings_it_back() -> None:
    with emulator() as device:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.connect(("127.0.0.1", device.port))
            peer.settimeout(10)
            peer.settimeout(0.2)
            device.fault("die")
            with contextlib.suppress(TimeoutError):
                _knock_until_refused(peer)
            with pytest.raises(ConnectionRefusedError):
                _knock_until_refused(peer)
        device.stop()
        device.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.connect(("127.0.0.1", device.port))
            peer.settimeout(10)
            _tell(peer, m.Ping(message="back"))
            assert _heard(peer) == m.Success(message="back")


def test_every_fault_is_known_by_its_word() -> None:
    assert len(FAULTS) == 9
