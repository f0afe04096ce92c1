"""The emulated device as a person and a program meet it."""

import base64
import socket
import subprocess
import sys

import pytest
from embit import bip32, bip39, ec

from desktop.domain.signed_message import digest
from desktop.hw import errors, operations, public_keys
from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.prompts import FixedAnswers
from desktop.hw.wire.codec import Message, decoded, encoded
from desktop.hw.wire.framing import MessageReader, RawMessage, packets
from tests.fakes.device_bench import (
    ALL,
    SEGWIT_ADDRESS,
    SEGWIT_PATH,
    TAPROOT_ADDRESS,
    emulator,
    session_with,
)


class RawPeer:
    """A program that speaks bare packets."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(5)

    def __enter__(self) -> "RawPeer":
        return self

    def __exit__(self, *gone: object) -> None:
        self._socket.close()

    def send(self, datagram: bytes) -> None:
        self._socket.send(datagram)

    def tell(self, message: Message) -> None:
        for packet in packets(message.number, encoded(message)):
            self.send(packet)

    def receive(self) -> bytes:
        return self._socket.recv(2048)

    def heard(self) -> Message:
        reader = MessageReader()
        raw: RawMessage | None = None
        while raw is None:
            raw = reader.feed(self.receive())
        return decoded(BY_NUMBER[raw.number], raw.body)

    def ask(self, message: Message) -> Message:
        self.tell(message)
        return self.heard()


def test_known_addresses_over_udp() -> None:
    with emulator(always_yes=True) as device, session_with(device) as session:
        shown = bitcoin.bitcoin_address(session, SEGWIT_PATH, show=True)
        assert (shown.address, shown.script, shown.fingerprint) == (SEGWIT_ADDRESS, "p2wpkh", "5c9e228d")
        assert bitcoin.bitcoin_address(session, "m/86h/0h/0h/0/0", show=True).address == TAPROOT_ADDRESS
        assert bitcoin.bitcoin_address(session, "m/44'/0'/0'/0/0").address == "1JAd7XCBzGudGpJQSDSfpmJhiygtLQWaGL"
        assert bitcoin.bitcoin_address(session, "m/84'/1'/0'/0/0").address.startswith("tb1q")


def test_the_extended_key_is_that_of_another_library() -> None:
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(ALL))
    with emulator() as device, session_with(device) as session:
        found = public_keys.xpub(session, "m/84'/0'/0'")
        assert found.xpub == root.derive("m/84h/0h/0h").to_public().to_base58()
        assert found.fingerprint == root.my_fingerprint.hex()
        assert public_keys.xpub(session, "m").xpub == root.to_public().to_base58()


def test_a_message_signature_holds_for_another_library() -> None:
    with emulator(always_yes=True) as device, session_with(device) as session:
        signed = bitcoin.sign_message(session, SEGWIT_PATH, "Seawall proves 4f2a")
    assert signed.address == SEGWIT_ADDRESS
    key = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(ALL)).derive(SEGWIT_PATH).key.get_public_key()
    compact = base64.b64decode(signed.signature)[1:]
    signature = ec.Signature(ec.secp256k1.ecdsa_signature_parse_compact(compact))
    assert key.verify(signature, digest("Seawall proves 4f2a"))


def test_the_screen_shows_the_whole_address_and_no_means_no() -> None:
    with emulator(label="Mine") as device, RawPeer(device.port) as peer:
        assert device.screen() == ("Mine",)
        path = (0x80000054, 0x80000000, 0x80000000, 0, 0)
        peer.tell(btc.GetAddress(address_n=path, show_display=True, script_type=btc.SPEND_WITNESS))
        assert peer.heard() == m.ButtonRequest(code=10)
        assert "".join(device.screen()[2:]).replace(" ", "") == SEGWIT_ADDRESS
        assert not device.asks()
        device.press(True)  # too early: it does not ask yet
        peer.tell(m.ButtonAck())
        assert device.wait_until_asks(10)
        device.press(False)
        assert peer.heard() == m.Failure(code=4, message="Action cancelled by user")
        assert device.screen() == ("Mine",)


def test_no_on_the_device_is_no_pressed_here() -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    with emulator(on_screen=say_no) as device, session_with(device) as session:
        with pytest.raises(errors.NoPressed):
            bitcoin.sign_message(session, SEGWIT_PATH, "x")
        assert public_keys.fingerprint(session) == "5c9e228d"


def test_a_second_press_does_not_answer_the_next_question() -> None:
    path = (0x80000054, 0x80000000, 0x80000000, 0, 0)
    ask = btc.GetAddress(address_n=path, show_display=True, script_type=btc.SPEND_WITNESS)
    with emulator() as device, RawPeer(device.port) as peer:
        assert isinstance(peer.ask(ask), m.ButtonRequest)
        peer.tell(m.ButtonAck())
        assert device.wait_until_asks(10)
        device.press(True)
        device.press(True)
        assert peer.heard() == btc.Address(address=SEGWIT_ADDRESS)
        assert isinstance(peer.ask(ask), m.ButtonRequest)
        peer.tell(m.ButtonAck())
        assert device.wait_until_asks(10)
        device.press(False)
        assert isinstance(peer.heard(), m.Failure)


def test_cancel_and_initialize_end_an_open_question_and_others_wait() -> None:
    path = (0x80000054, 0x80000000, 0x80000000, 0, 0)
    ask = btc.GetAddress(address_n=path, show_display=True, script_type=btc.SPEND_WITNESS)
    with emulator() as device, RawPeer(device.port) as peer:
        assert isinstance(peer.ask(ask), m.ButtonRequest)
        peer.tell(m.ButtonAck())
        peer.tell(m.GetFeatures())  # stays unanswered while the screen is open
        assert peer.ask(m.Cancel()) == m.Failure(code=4, message="Action cancelled by user")
        assert isinstance(peer.ask(ask), m.ButtonRequest)
        assert isinstance(peer.ask(m.Initialize()), m.Features)
        assert not device.asks()


@pytest.mark.parametrize("model", ["classic1s", "pro"])
def test_a_new_request_midway_through_a_transaction(model: str) -> None:
    """A Classic 1S (3.12.0) answers it and goes on; a Pro (4.13.1) answers it and has forgotten the transaction."""
    quiet = btc.GetAddress(address_n=(0x80000054, 0x80000000, 0x80000000, 0, 0), script_type=btc.SPEND_WITNESS)
    with emulator(model=model) as device, RawPeer(device.port) as peer:
        assert isinstance(peer.ask(btc.SignTx(inputs_count=1, outputs_count=1)), btc.TxRequest)
        assert isinstance(peer.ask(quiet), btc.Address)
        answer = peer.ask(btc.TxAck(tx=btc.TransactionPart()))
        forgotten = answer == m.Failure(code=1, message="Unexpected message")
        assert forgotten is (model == "pro")
        assert isinstance(answer, m.Failure)


def test_a_large_device_leaves_its_question_for_a_new_request() -> None:
    path = (0x80000054, 0x80000000, 0x80000000, 0, 0)
    ask = btc.GetAddress(address_n=path, show_display=True, script_type=btc.SPEND_WITNESS)
    with emulator(model="pro") as device, RawPeer(device.port) as peer:
        assert isinstance(peer.ask(ask), m.ButtonRequest)
        peer.tell(m.ButtonAck())
        assert device.wait_until_asks(10)
        assert isinstance(peer.ask(m.GetFeatures()), m.Features)
        assert not device.asks()
        assert peer.ask(m.Cancel()) == m.Failure(code=4, message="Cancelled")


def test_refusals_and_still_usable_after_each() -> None:
    with emulator() as device, RawPeer(device.port) as peer:
        peer.send(b"PINGPING")
        assert peer.receive() == b"PONGPONG"
        for rubbish in (b"", b"hello", b"\xff" * 64, b"?" * 64, b"?##" + bytes(3)):
            peer.send(rubbish)  # no mark of the protocol: not for it
        assert peer.ask(m.Ping(message="a")) == m.Success(message="a")
        peer.send(packets(4711, b"")[0])
        assert peer.heard() == m.Failure(code=1, message="Unknown message")
        peer.send(b"?##" + bytes.fromhex("001d00ffffff") + bytes(55))
        assert peer.heard() == m.Failure(code=3, message="Message too big")
        peer.send(packets(29, b"\xff\xff")[0])
        assert isinstance(failure := peer.heard(), m.Failure)
        assert failure.code == 3
        assert peer.ask(m.Success()) == m.Failure(code=1, message="Unknown message")
        for forbidden in ((0x80000054, 0x80000001, 0x80000000), (), tuple([0x80000000] * 300)):
            assert peer.ask(btc.GetAddress(address_n=forbidden)) == m.Failure(code=3, message="Forbidden key path")
        assert peer.ask(m.Cancel()) == m.Failure(code=4, message="Action cancelled by user")
        assert peer.ask(m.Ping(message="b")) == m.Success(message="b")


def test_features_are_those_of_a_shipped_onekey() -> None:
    with emulator(model="pro", label="P") as device, session_with(device) as session:
        said = session.features
        assert (said.vendor, said.major_version, said.patch_version) == ("trezor.io", 2, 99)
        facts = operations.features(session)
        assert (facts.vendor, facts.model, facts.firmware, facts.label) == ("OneKey", "Pro", "4.20.0", "P")
        assert facts.serial.startswith("EM")
        assert not facts.pin


def test_a_session_is_resumed_by_its_id_and_ends_with_the_power() -> None:
    with emulator() as device, RawPeer(device.port) as peer:
        first = peer.ask(m.Initialize())
        assert isinstance(first, m.Features)
        again = peer.ask(m.Initialize(session_id=first.session_id))
        assert isinstance(again, m.Features)
        assert again.session_id == first.session_id
        device.stop()
        device.start()
        after = peer.ask(m.Initialize(session_id=first.session_id))
        assert isinstance(after, m.Features)
        assert after.session_id not in (None, first.session_id)


@pytest.mark.parametrize(("typed", "works"), [("1234", True), ("1111", False), ("12a4", False)])
def test_a_pin_from_here(typed: str, works: bool) -> None:
    with emulator(pin="1234") as device, session_with(device, FixedAnswers(positions=typed)) as session:
        assert device.screen()[-1] == "Locked"
        assert session.features.unlocked is False
        if works:
            assert public_keys.fingerprint(session) == "5c9e228d"
            assert device.screen()[-1] != "Locked"
        else:
            with pytest.raises(errors.Locked):
                public_keys.fingerprint(session)


@pytest.mark.parametrize("model", ["classic1s", "pro"])
def test_a_pin_on_the_device(model: str) -> None:
    with (
        emulator(pin="1234", model=model, always_yes=True) as device,
        session_with(device) as session,
    ):
        assert public_keys.fingerprint(session) == "5c9e228d"


def test_a_passphrase_opens_another_wallet() -> None:
    with emulator(passphrase=True) as device:
        with session_with(device) as session:
            assert public_keys.fingerprint(session) == "5c9e228d"
        with session_with(device, FixedAnswers(passphrase="abc")) as session:
            assert public_keys.fingerprint(session) != "5c9e228d"
        with (
            session_with(device, FixedAnswers(passphrase="x" * 51)) as session,
            pytest.raises(errors.PassphraseRefused),
        ):
            public_keys.fingerprint(session)


def test_pulling_the_cable_clears_the_screen() -> None:
    path = (0x80000054, 0x80000000, 0x80000000, 0, 0)
    with emulator(label="Mine") as device, RawPeer(device.port) as peer:
        assert isinstance(peer.ask(btc.GetAddress(address_n=path, show_display=True)), m.ButtonRequest)
        peer.tell(m.ButtonAck())
        assert device.wait_until_asks(10)
        device.stop()
        device.start()
        assert (device.screen(), device.asks()) == (("Mine",), False)


def test_stop_frees_the_port() -> None:
    with emulator() as device:
        device.stop()
        device.stop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", device.port))


def test_a_taken_port_is_an_error() -> None:
    with emulator() as device, pytest.raises(OSError, match="in use"), emulator(port=device.port):
        pass


def test_the_command_runs_until_it_is_ended() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop.hw.emulator", "--mnemonic-stdin", "--yes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(ALL + "\n")
        process.stdin.flush()
        port = int(process.stdout.readline().rpartition(":")[2])
        with RawPeer(port) as peer:
            assert peer.ask(m.Ping(message="up")) == m.Success(message="up")
    finally:
        process.kill()
        process.communicate(timeout=10)
