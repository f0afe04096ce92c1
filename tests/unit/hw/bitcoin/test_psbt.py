"""PSBTs come back byte for byte, agree with other libraries, and damaged ones are refused by name."""

import base64
import contextlib

import bdkpython
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.hw.bitcoin.psbt import as_version_0, read_psbt, written_psbt
from desktop.hw.bitcoin.transaction import read_transaction, written
from tests.fakes.psbt_bench import Coin, Payment, op_return, previous, psbt_of

KINDS = ("p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh")
MIXED = [Coin(kind, index=place) for place, kind in enumerate(KINDS)]
OUTPUTS = [Payment(150_000), Coin(amount=240_000, branch=1), op_return(b"hello")]
SOUND = psbt_of(MIXED, OUTPUTS, lock_time=800_000).serialize()
SOUND_2 = psbt_of(MIXED, OUTPUTS, lock_time=800_000, version=2).serialize()
UNSIGNED = psbt_of(MIXED, OUTPUTS, lock_time=800_000).tx.serialize()


@pytest.mark.parametrize("raw", [SOUND, SOUND_2])
def test_every_byte_comes_back(raw: bytes) -> None:
    assert written_psbt(read_psbt(raw)) == raw


def test_version_2_becomes_version_0_that_other_libraries_read() -> None:
    old = as_version_0(read_psbt(SOUND_2))
    assert written(old.transaction) == UNSIGNED
    assert bdkpython.Psbt(base64.b64encode(written_psbt(old)).decode()).fee() == 10_000
    assert old.inputs[0] == read_psbt(SOUND).inputs[0]
    assert read_psbt(written_psbt(old)) == old


def test_a_transaction_comes_back_with_and_without_witness() -> None:
    raw = previous(Coin()).serialize()
    found = read_transaction(raw, "it")
    assert written(found) == raw
    assert found.txid()[::-1] == previous(Coin()).txid()
    assert found.inputs[0].witness == (b"\x01" * 71, b"\x02" * 33)


def field(key: str, value: bytes) -> bytes:
    raw = bytes.fromhex(key)
    size = bytes([len(value)]) if len(value) < 253 else b"\xfd" + len(value).to_bytes(2, "little")
    return bytes([len(raw)]) + raw + size + value


def four(number: int) -> bytes:
    return number.to_bytes(4, "little")


HEAD = b"psbt\xff" + field("00", UNSIGNED)
REST = b"\0" * (1 + len(MIXED) + len(OUTPUTS))
V2 = field("fb", four(2)) + field("02", four(2)) + field("04", b"\1") + field("05", b"\1")
SPENDS = field("0e", b"\7" * 32) + field("0f", bytes(4))
PAYS = field("03", (1).to_bytes(8, "little")) + field("04", b"\x51")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "byte 0: this is no PSBT"),
        (b"cHNidP8B", "byte 0: this is no PSBT"),
        (SOUND[:-1], f"byte {len(SOUND) - 1}: the PSBT ends inside the length of a key"),
        (SOUND[:200], "the PSBT ends inside a value"),
        (SOUND + b"\0", f"byte {len(SOUND)}: the PSBT has 1 bytes too many"),
        (HEAD + field("00", UNSIGNED) + REST, "stands twice in one map"),
        (HEAD + b"\0" + field("03", bytes(4)) * 2 + REST[1:], "stands twice in one map"),
        (b"psbt\xff" + field("00", UNSIGNED + b"\1") + REST, "the unsigned transaction has 1 bytes too many"),
        (b"psbt\xff\0", "holds no transaction"),
        (HEAD + field("fb", four(1)) + REST, "version 1 is not known"),
        (HEAD + field("fb", four(2)) + REST, "the unsigned transaction does not belong"),
        (HEAD + field("02", bytes(4)) + REST, "the transaction's version does not belong"),
        (HEAD + b"\0" + field("03", bytes(3)) + REST[1:], "the sighash type has 3 bytes"),
        (HEAD + b"\0" + field("0301", bytes(4)) + REST[1:], "the key of the sighash type has 2 bytes"),
        (HEAD + b"\0" + field("06" + "02" * 33, bytes(7)) + REST[1:], "no fingerprint and path"),
        (HEAD + b"\0" + field("01", b"\xff" * 8 + b"\0") + REST[1:], "more than all bitcoin"),
        (HEAD + b"\0" + field("00", b"\1") + REST[1:], "the previous transaction ends inside its version"),
        (HEAD + b"\xfd\1\0\0" + REST, "written longer than it needs"),
        (b"psbt\xff" + V2 + b"\0" + SPENDS + b"\0\0", "output 0 does not say what it pays"),
        (b"psbt\xff" + V2 + b"\0" + b"\0" + PAYS + b"\0", "input 0 does not say what it spends"),
        (b"psbt\xff" + V2 + b"\0" + SPENDS + field("12", b"\xff" * 4) + b"\0" + PAYS + b"\0", "is not a height"),
        (b"psbt\xff" + field("fb", four(2)) + b"\0", "how many inputs"),
    ],
)
def test_damage_is_named(raw: bytes, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_psbt(raw)
    assert words in caught.value.message
    assert caught.value.remedy


def test_the_damaged_byte_is_named_inside_a_value() -> None:
    raw = bytearray(SOUND)
    place = raw.index((5_000).to_bytes(8, "little"))
    raw[place : place + 8] = b"\xff" * 8
    with pytest.raises(BadInput, match=f"^byte {place + 8}: an output pays"):
        read_psbt(bytes(raw))


def test_an_output_is_not_spent_twice() -> None:
    with pytest.raises(BadInput, match="spends one output twice"):
        read_psbt(psbt_of([Coin(), Coin()], [Payment(1_000)]).serialize())


@pytest.mark.parametrize(
    ("locks", "expected"),
    [
        ([b"", b""], 7),
        ([field("12", four(900)), field("12", four(800))], 900),
        ([field("11", four(500_000_001)), b""], 500_000_001),
        ([field("11", four(500_000_001)) + field("12", four(900)), field("12", four(800))], 900),
    ],
)
def test_version_2_takes_the_latest_lock_time(locks: list[bytes], expected: int) -> None:
    assert read_psbt(locked(locks)).transaction.lock_time == expected


def test_version_2_refuses_locks_that_contradict() -> None:
    with pytest.raises(BadInput, match="no lock time meets both"):
        read_psbt(locked([field("11", four(500_000_001)), field("12", four(800))]))


def locked(locks: list[bytes]) -> bytes:
    general = V2.replace(field("04", b"\1"), field("04", b"\2")) + field("03", four(7))
    spends = (field("0e", bytes([9]) * 32) + field("0f", four(place)) for place in range(2))
    maps = b"".join(one + lock + b"\0" for one, lock in zip(spends, locks, strict=True))
    return b"psbt\xff" + general + b"\0" + maps + PAYS + b"\0"


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    for raw in (noise, b"psbt\xff" + noise, HEAD + noise, b"psbt\xff" + V2 + noise):
        with contextlib.suppress(BadInput):
            assert written_psbt(read_psbt(raw)) == raw


@settings(max_examples=500)
@given(st.sampled_from([SOUND, SOUND_2]), st.data())
def test_a_changed_file_is_read_or_refused(raw: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(raw) - 1))
    cut = data.draw(st.integers(0, 4))
    changed = raw[:place] + data.draw(st.binary(max_size=4)) + raw[place + cut :]
    with contextlib.suppress(BadInput):
        assert written_psbt(read_psbt(changed)) == changed
