"""Transactions signed on emulated devices, byte for byte as eth-account signs them, and devices that cheat."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec
import pytest
from eth_account import Account

from desktop.domain.errors import BadInput, Refused
from desktop.domain.evm_signature import sign_digest
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.signing import check_fee, sign_transaction
from desktop.hw.ethereum.tokens import contract_of, transfer_data
from desktop.hw.ethereum.transaction import AccessEntry, EvmTransaction, LegacyFee, MarketFee, signing_digest
from desktop.hw.wire.codec import Message
from tests.fakes.ethereum_bench import ADDRESS, ALL_MODELS, PATH, SECRET, scripted_wallet, wallet
from tests.fakes.scripted_device import Reply

OTHER = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
GWEI = 10**9
MARKET = EvmTransaction(1, 0, 21000, OTHER, 10**17, MarketFee(30 * GWEI, GWEI))
LEGACY = msgspec.structs.replace(MARKET, chain_id=56, fee=LegacyFee(3 * GWEI))
ACCESS = (AccessEntry(bytes(20), (bytes(32), b"\1" * 32)), AccessEntry(b"\2" * 20))
CASES = {
    "eth": MARKET,
    "legacy": LEGACY,
    "zero": msgspec.structs.replace(MARKET, value=0, fee=MarketFee(1, 0), nonce=300),
    "usdt": msgspec.structs.replace(MARKET, value=0, to=OTHER, data=transfer_data(ADDRESS, 5_000_000), gas=65000),
    "usdt-arbitrum": msgspec.structs.replace(
        MARKET, chain_id=42161, value=0, to=contract_of(42161, "USDT"), data=transfer_data(ADDRESS, 1), gas=90000
    ),
    "usdc-base": msgspec.structs.replace(
        MARKET, chain_id=8453, value=0, to=contract_of(8453, "USDC"), data=transfer_data(ADDRESS, 1), gas=90000
    ),
    "unknown-chain": msgspec.structs.replace(MARKET, chain_id=31337),
    "largest-chain": msgspec.structs.replace(LEGACY, chain_id=2**64 - 1),
    "last-chain-with-full-v": msgspec.structs.replace(LEGACY, chain_id=(0xFFFFFFFF - 36) // 2),
    "first-chain-with-bare-v": msgspec.structs.replace(LEGACY, chain_id=(0xFFFFFFFF - 36) // 2 + 1),
    "chunked": msgspec.structs.replace(MARKET, data=bytes(range(256)) * 12, gas=200_000),
    "chunked-legacy": msgspec.structs.replace(LEGACY, data=b"\xab" * 1025, gas=200_000),
    "one-chunk": msgspec.structs.replace(MARKET, data=b"\1" * 1024, gas=200_000),
    "one-byte": msgspec.structs.replace(MARKET, data=b"\1", gas=200_000),
    "access-list": msgspec.structs.replace(MARKET, access_list=ACCESS, data=b"\0" * 1500, gas=200_000),
}


def expected_raw(tx: EvmTransaction) -> str:
    """Return what eth-account makes of the same fields."""
    fields: dict[str, object] = {
        "chainId": tx.chain_id, "nonce": tx.nonce, "gas": tx.gas, "to": tx.to, "value": tx.value, "data": tx.data
    }  # fmt: skip
    if isinstance(tx.fee, LegacyFee):
        fields["gasPrice"] = tx.fee.gas_price
    else:
        access = [
            {"address": "0x" + entry.address.hex(), "storageKeys": ["0x" + key.hex() for key in entry.storage_keys]}
            for entry in tx.access_list
        ]
        fields |= {"maxFeePerGas": tx.fee.max_fee, "maxPriorityFeePerGas": tx.fee.max_priority_fee}
        fields |= {"type": 2, "accessList": access}
    return str(Account.sign_transaction(fields, SECRET).raw_transaction.to_0x_hex())


@pytest.mark.parametrize("model", ALL_MODELS)
@pytest.mark.parametrize("case", CASES)
def test_the_signed_bytes_are_those_of_eth_account(model: str, case: str) -> None:
    tx = CASES[case]
    with wallet(model) as (session, _):
        signed = sign_transaction(session, PATH, tx)
    assert signed.raw == expected_raw(tx)
    assert signed.sender == Account.recover_transaction(signed.raw) == ADDRESS
    assert signed.hash == Account.sign_transaction(_fields_of(signed.raw), SECRET).hash.to_0x_hex()


def _fields_of(raw: str) -> dict[str, object]:
    from eth_account.typed_transactions import TypedTransaction
    from hexbytes import HexBytes

    if not raw.startswith("0x02"):
        from eth_account._utils.legacy_transactions import Transaction

        read = Transaction.from_bytes(HexBytes(raw)).as_dict()
        chain = (read.pop("v") - 35) // 2
        return {name: read[name] for name in ("nonce", "gasPrice", "gas", "to", "value", "data")} | {"chainId": chain}
    read = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    return {name: value for name, value in read.items() if name not in ("v", "r", "s", "yParity")}


@pytest.mark.parametrize(("model", "codes"), [("classic1s", [8]), ("pro", [8, 1])])
def test_the_device_asks_as_often_as_real_firmware(model: str, codes: list[int]) -> None:
    heard: list[int | None] = []
    with wallet(model) as (session, _):
        real_next = session._link.next

        def listen(patience_s: float | None) -> Message | int:
            answer = real_next(patience_s)
            if isinstance(answer, m.ButtonRequest):
                heard.append(answer.code)
            return answer

        session._link.next = listen  # type: ignore[method-assign]
        sign_transaction(session, PATH, CASES["chunked"])
    assert heard == codes


def test_screens_name_chain_recipient_amount_fee_and_token() -> None:
    shown: list[str] = []

    def look(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            shown.append(" ".join(lines))
            device.press(True)

    with wallet(on_screen=look) as (session, device):
        sign_transaction(session, PATH, CASES["usdt-arbitrum"])
    text = " ".join(shown)
    for part in ("Arbitrum One", "0.000001 USDT", "Fee at most 0.0027 ETH", "30 gwei"):
        assert part in text
    assert ADDRESS in text.replace(" ", "")


@pytest.mark.parametrize("screen", [0, 1, 2])
def test_no_on_any_screen_signs_nothing_and_keeps_the_link(screen: int) -> None:
    seen: list[object] = []

    def answer(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            seen.append(lines)
            device.press(len(seen) <= screen)

    with wallet(on_screen=answer) as (session, device):
        with pytest.raises(errors.NoPressed):
            sign_transaction(session, PATH, MARKET)
        assert not session.over
        assert session.call(m.Ping(message="there"), m.Success).message == "there"


@pytest.mark.parametrize(
    ("tx", "highest", "refused"),
    [
        (msgspec.structs.replace(MARKET, fee=MarketFee(10**18 // 21000 // 2, 0)), None, False),
        (msgspec.structs.replace(MARKET, fee=MarketFee(10**18 // 21000 // 2 + 1, 0)), None, True),
        (msgspec.structs.replace(LEGACY, fee=LegacyFee(10**18)), None, True),
        (msgspec.structs.replace(LEGACY, chain_id=31337, fee=LegacyFee(10**14)), None, False),
        (msgspec.structs.replace(LEGACY, chain_id=31337, fee=LegacyFee(10**15)), None, True),
        (msgspec.structs.replace(LEGACY, fee=LegacyFee(10**15)), Decimal(21), False),
        (MARKET, Decimal("0.0001"), True),
    ],
)
def test_an_absurd_fee_is_refused(tx: EvmTransaction, highest: Decimal | None, refused: bool) -> None:
    if not refused:
        check_fee(tx, highest)
        return
    with pytest.raises(Refused, match="the fee can be") as caught:
        check_fee(tx, highest)
    assert (caught.value.exit_code, caught.value.rule) == (6, "evm-fee")


def test_a_refused_fee_and_a_wrong_sender_never_reach_the_device() -> None:
    session, device = scripted_wallet(lambda message: ())
    with pytest.raises(Refused):
        sign_transaction(session, PATH, msgspec.structs.replace(MARKET, gas=10**9))
    with pytest.raises(BadInput, match=f"from {OTHER}"):
        sign_transaction(session, PATH, msgspec.structs.replace(MARKET, sender=OTHER))
    assert not device.times_heard(e.SignTxEip1559)


def test_unknown_message_is_not_supported() -> None:
    session, _ = scripted_wallet(lambda message: [m.Failure(code=1, message="Unknown message")])
    with pytest.raises(errors.NotSupported) as caught:
        sign_transaction(session, PATH, MARKET)
    assert "Bitcoin-only" in caught.value.remedy
    assert not session.over


def _answer(tx: EvmTransaction, secret: bytes = SECRET, v: int | None = None) -> e.TxRequest:
    signature = sign_digest(secret, signing_digest(tx))
    return e.TxRequest(
        signature_v=signature[64] - 27 if v is None else v,
        signature_r=signature[:32],
        signature_s=signature[32:64],
    )


SOUND = _answer(MARKET)
FORGED = [
    _answer(MARKET, b"\1" * 32),
    _answer(msgspec.structs.replace(MARKET, value=10**18)),
    _answer(msgspec.structs.replace(MARKET, to=ADDRESS)),
    _answer(msgspec.structs.replace(MARKET, chain_id=10)),
    _answer(MARKET, v=1 - (SOUND.signature_v or 0)),
    _answer(MARKET, v=27),
    _answer(MARKET, v=37),
    e.TxRequest(signature_v=0, signature_r=bytes(32), signature_s=bytes(32)),
    e.TxRequest(signature_v=0, signature_r=b"", signature_s=SOUND.signature_s),
    e.TxRequest(signature_v=0, signature_r=b"\xff" * 32, signature_s=b"\xff" * 32),
    e.TxRequest(signature_v=None, signature_r=SOUND.signature_r, signature_s=SOUND.signature_s),
    e.TxRequest(signature_v=0, signature_r=SOUND.signature_r),
]


def test_the_sound_answer_is_taken() -> None:
    session, _ = scripted_wallet(lambda message: [SOUND])
    assert sign_transaction(session, PATH, MARKET).raw == expected_raw(MARKET)


@pytest.mark.parametrize("forged", FORGED)
def test_a_signature_that_does_not_hold_is_never_returned(forged: e.TxRequest) -> None:
    session, _ = scripted_wallet(lambda message: [forged])
    with pytest.raises(errors.NotProved):
        sign_transaction(session, PATH, MARKET)
    assert session.over


@pytest.mark.parametrize("wanted", [0, None, 1025, 477, 2**32 - 1])
def test_a_device_that_asks_for_other_data_than_is_left_loses_the_link(wanted: int | None) -> None:
    tx = msgspec.structs.replace(MARKET, data=bytes(1500), gas=100_000)

    def answers(message: Message) -> Iterable[Reply]:
        return [m.Failure(code=4)] if isinstance(message, m.Cancel) else [e.TxRequest(data_length=wanted)]

    session, device = scripted_wallet(answers)
    with pytest.raises(errors.WrongAnswer, match="476 bytes left"):
        sign_transaction(session, PATH, tx)
    assert session.over
    assert device.times_heard(m.Cancel) == 1
    assert not device.times_heard(e.TxAck)


def test_data_goes_out_in_the_pieces_the_device_asks_for() -> None:
    tx = msgspec.structs.replace(MARKET, data=bytes(range(250)) * 5, gas=100_000)
    pieces: list[bytes] = []

    def answers(message: Message) -> Iterable[Reply]:
        if isinstance(message, e.SignTxEip1559):
            pieces.append(message.data_initial_chunk or b"")
            return [e.TxRequest(data_length=100)]
        assert isinstance(message, e.TxAck)
        pieces.append(message.data_chunk)
        left = len(tx.data) - sum(map(len, pieces))
        return [e.TxRequest(data_length=min(left, 100)) if left else _answer(tx)]

    session, _ = scripted_wallet(answers)
    assert sign_transaction(session, PATH, tx).raw == expected_raw(tx)
    assert b"".join(pieces) == tx.data
    assert [len(piece) for piece in pieces] == [1024, 100, 100, 26]


def test_a_signature_before_all_data_went_out_is_not_believed() -> None:
    tx = msgspec.structs.replace(MARKET, data=bytes(1500), gas=100_000)
    session, _ = scripted_wallet(lambda message: [_answer(tx)])
    with pytest.raises(errors.NotProved, match="1024 of 1500"):
        sign_transaction(session, PATH, tx)


def test_an_answer_of_the_other_numbering_is_a_wrong_answer() -> None:
    signed = e.TxRequestOneKey(signature_v=0, signature_r=bytes(32), signature_s=bytes(32))
    session, device = scripted_wallet(lambda message: [signed])
    with pytest.raises(errors.WrongAnswer):
        sign_transaction(session, PATH, MARKET)
    assert device.times_heard(e.SignTxEip1559) == 1
