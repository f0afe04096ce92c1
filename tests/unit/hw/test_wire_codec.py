"""Message bodies against known bytes, against another library, and against noise."""

import contextlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trezorlib import messages as other_messages
from trezorlib import protobuf as other_protobuf

from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.errors import Garbage
from desktop.hw.ethereum import messages as e
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.wire.codec import Message, decoded, encoded

small = st.integers(0, 0xFFFFFFFF)
features = st.builds(
    m.Features,
    vendor=st.none() | st.text(),
    major_version=small,
    minor_version=small,
    patch_version=small,
    initialized=st.none() | st.booleans(),
    capabilities=st.lists(small).map(tuple),
    session_id=st.none() | st.binary(),
    onekey_serial_no=st.none() | st.text(),
    onekey_boot_build_id=st.none() | st.binary(),
)


def test_known_bytes() -> None:
    message = btc.GetAddress(address_n=(0x80000054, 1), coin_name="Bitcoin", show_display=True, script_type=3)
    assert encoded(message).hex() == "08d4808080080801" + "1207" + b"Bitcoin".hex() + "1801" + "2803"


@given(features)
def test_features_come_back(message: m.Features) -> None:
    assert decoded(m.Features, encoded(message)) == message


@given(features)
def test_another_library_reads_the_same(message: m.Features) -> None:
    seen = other_protobuf.load_message(BytesIO(encoded(message)), other_messages.Features)
    assert (seen.vendor, seen.major_version, seen.initialized, seen.session_id) == (
        message.vendor,
        message.major_version,
        message.initialized,
        message.session_id,
    )


def test_another_library_writes_what_we_read() -> None:
    buffer = BytesIO()
    node = other_messages.HDNodeType(depth=3, fingerprint=4, child_num=5, chain_code=b"c", public_key=b"p")
    other_protobuf.dump_message(buffer, other_messages.PublicKey(node=node, xpub="x", root_fingerprint=9))
    told = m.HDNode(depth=3, fingerprint=4, child_num=5, chain_code=b"c", public_key=b"p")
    assert decoded(m.PublicKey, buffer.getvalue()) == m.PublicKey(node=told, xpub="x", root_fingerprint=9)


@given(st.sampled_from(list(BY_NUMBER.values())), st.binary(max_size=300))
def test_noise_raises_garbage_and_nothing_else(table: type[Message], data: bytes) -> None:
    try:
        message = decoded(table, data)
    except Garbage:
        return
    assert isinstance(message, table)


@given(features, st.integers(0, 200))
def test_a_truncated_body_never_raises_anything_else(message: m.Features, cut: int) -> None:
    with contextlib.suppress(Garbage):
        assert isinstance(decoded(m.Features, encoded(message)[:cut]), m.Features)


def test_unknown_fields_are_skipped_and_the_last_single_counts() -> None:
    data = bytes.fromhex("c00c07" + "0801" + "0804" + "cd0c00000000" + "c90c0000000000000000" + "ca0c0161")
    assert decoded(m.Failure, data) == m.Failure(code=4)


def test_packed_and_single_numbers_are_both_read() -> None:
    assert decoded(btc.GetAddress, bytes.fromhex("0a020102" + "0803")).address_n == (1, 2, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("08", "ends inside a number"),
        ("08" + "ff" * 11, "number without end"),
        ("0a05", "ends inside a field"),
        ("0a01ff", "not UTF-8|wire type"),
        ("0b", "wire type 3"),
        ("00 01", "numbered 0"),
        ("08ffffffff1f", "larger than 32 bits"),
        ("1201ff", "not UTF-8"),
    ],
)
def test_malformed_bodies_are_named(data: str, words: str) -> None:
    with pytest.raises(Garbage, match=words):
        decoded(m.Failure, bytes.fromhex(data))


def test_a_missing_required_field_is_named() -> None:
    with pytest.raises(Garbage, match="Address without address"):
        decoded(btc.Address, b"")


@pytest.mark.parametrize("secret", [m.PinMatrixAck(pin="7391"), m.PassphraseAck(passphrase="7391")])
def test_secrets_do_not_show_in_text(secret: Message) -> None:
    assert "7391" not in repr(secret)


def test_bodies_within_bodies_end_somewhere() -> None:
    inner = e.FieldType(e.ARRAY)
    for _ in range(20):
        inner = e.FieldType(e.ARRAY, entry_type=inner)
    assert decoded(e.StructMember, encoded(e.StructMember(inner, "a"))).type == inner
    for _ in range(100):
        inner = e.FieldType(e.ARRAY, entry_type=inner)
    with pytest.raises(Garbage, match="bodies within bodies"):
        decoded(e.StructMember, encoded(e.StructMember(inner, "a")))
