"""Messages to packets and back, whole or in any disorder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.hw.errors import Garbage, TooBig
from desktop.hw.wire.framing import LONGEST_BODY, MessageReader, RawMessage, packets


def test_a_short_message_is_one_padded_packet() -> None:
    assert packets(0x0037, b"ab") == [bytes.fromhex("3f2323003700000002") + b"ab" + bytes(53)]


@pytest.mark.parametrize(("size", "count"), [(0, 1), (55, 1), (56, 2), (55 + 63, 2), (55 + 63 + 1, 3)])
def test_the_number_of_packets(size: int, count: int) -> None:
    assert len(packets(1, bytes(size))) == count


@given(st.integers(0, 0xFFFF), st.binary(max_size=2000))
def test_every_message_comes_back_whole(number: int, body: bytes) -> None:
    reader = MessageReader()
    cut = packets(number, body)
    assert all(len(packet) == 64 for packet in cut)
    answers = [reader.feed(packet) for packet in cut]
    assert answers == [None] * (len(cut) - 1) + [RawMessage(number, body)]
    assert not reader.midway


@given(st.lists(st.one_of(st.binary(max_size=80), st.binary(min_size=61, max_size=61).map(lambda b: b"?##" + b))))
def test_garbage_raises_garbage_and_nothing_else(chunks: list[bytes]) -> None:
    reader = MessageReader()
    for chunk in chunks:
        try:
            reader.feed(chunk)
        except Garbage:
            assert not reader.midway


@given(st.binary(max_size=80), st.binary(max_size=300))
def test_after_garbage_a_sound_message_is_read(rubbish: bytes, body: bytes) -> None:
    reader = MessageReader()
    if rubbish.startswith(b"?##") and len(rubbish) == 64:
        return
    with pytest.raises(Garbage):
        reader.feed(rubbish)
    assert [reader.feed(packet) for packet in packets(7, body)][-1] == RawMessage(7, body)


def test_a_declared_length_beyond_the_limit_is_refused_at_once() -> None:
    with pytest.raises(TooBig) as caught:
        MessageReader().feed(packets(21, bytes(LONGEST_BODY + 1))[0])
    assert (caught.value.number, caught.value.length) == (21, LONGEST_BODY + 1)


def test_a_foreign_packet_inside_a_message_ends_it() -> None:
    reader = MessageReader()
    first, *_ = packets(7, bytes(100))
    assert reader.feed(first) is None
    with pytest.raises(Garbage, match="inside a message"):
        reader.feed(b"\x01" * 64)
    assert reader.feed(packets(8, b"")[0]) == RawMessage(8, b"")
