"""SOL and USDC by Solana: an address that rests on the device until it has signed, capitals that count, two nodes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desktop.custody import transfer_wishes as wish
from desktop.custody.evidence import as_text
from desktop.custody.guards import Facts, warnings, why_not
from desktop.custody.lookout import chain_events, exchange_events
from desktop.custody.reports import Payment, VenueNetwork, VenueWithdrawal
from desktop.custody.routes import explorer_link, route
from desktop.custody.transfer import Transfer, TransferState
from desktop.domain import solana_proof
from desktop.domain.base58 import encoded_bare
from desktop.domain.errors import Refused
from desktop.domain.signatures import ed25519_public_key, ed25519_signature
from desktop.domain.solana_keys import address_of_bytes
from tests.unit.custody.parts import FINGERPRINT, START_MS, after, proved_destination, wished

S = TransferState
PATH = "m/44'/501'/0'/0'"
SECRET = bytes([7]) * 32
ADDRESS = address_of_bytes(ed25519_public_key(SECRET))
MINT = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkZwyTDt1v"
TXID = encoded_bare(bytes([200]) * 64)
USDC = VenueNetwork("USDC", "SOL", True, Decimal("0.5"), Decimal(10), Decimal("0.000001"), contract=MINT)
FACTS = Facts(networks=(USDC,), saved=(), idle=Decimal(900), records="read", device_fingerprint=FINGERPRINT)
SHOWN = wish.Shown(
    address=ADDRESS,
    path=PATH,
    script="solana",
    fingerprint=FINGERPRINT,
    program_address=ADDRESS,
    program_source="device_unshown",
)
BEGIN = wish.Begin(id="sw" + "z" * 18, world="practice", venue="binance", coin="USDC", amount=Decimal(11))


def posed() -> Transfer:
    transfer: Transfer | None = None
    way = (BEGIN, wish.AgreeWhat(), wish.TakeRoute(network="SOL"), SHOWN, wish.Pasted(text=f" {ADDRESS}\n"))
    for asked in (*way, wish.PoseChallenge()):
        transfer = wished(transfer, asked, START_MS, FACTS)
    assert transfer is not None
    return transfer


def signed(transfer: Transfer) -> str:
    assert transfer.destination is not None
    message = solana_proof.bytes_to_sign(ADDRESS, transfer.destination.challenge)
    return encoded_bare(ed25519_signature(SECRET, message))


def sent() -> Transfer:
    transfer = posed()
    transfer = wished(transfer, wish.Signed(address=ADDRESS, signature=signed(transfer)), START_MS, FACTS)
    return wished(transfer, wish.SayPaid(), START_MS, FACTS)


def test_the_whole_way_to_arrived() -> None:
    transfer = sent()
    assert (transfer.required_confirmations, transfer.needs_final) == (32, True)
    paid = Payment(TXID, 0, 10_500_000, 40, 7, None, final=True)
    for place in ("one", "two"):
        assert transfer.state is not S.ARRIVED
        transfer = after(transfer, *chain_events(transfer, place, [paid], (), START_MS + 9))
    assert (transfer.state, transfer.received) == (S.ARRIVED, Decimal("10.5"))
    assert "block of zeros" in as_text(transfer, [], START_MS)


def test_the_exchanges_name_of_the_transaction_keeps_its_capitals() -> None:
    record = VenueWithdrawal(
        "w1", "USDC", "SOL", ADDRESS, Decimal("10.5"), Decimal("0.5"), "completed", TXID, START_MS + 5
    )
    listed = after(sent(), *exchange_events(sent(), [record], (), START_MS + 9))
    assert (listed.state, listed.txid) == (S.BROADCAST, TXID)
    elsewhere = replace(record, address=ADDRESS.swapcase())
    assert "different address" in after(sent(), *exchange_events(sent(), [elsewhere], (), START_MS + 9)).alarm


def test_without_a_checksum_one_wrong_sign_is_still_a_difference() -> None:
    shown: Transfer | None = None
    for asked in (BEGIN, wish.AgreeWhat(), wish.TakeRoute(network="SOL"), SHOWN):
        shown = wished(shown, asked, START_MS, FACTS)
    for text in (ADDRESS[:-1], ADDRESS.swapcase(), ADDRESS[:20] + "x" + ADDRESS[21:]):
        assert wished(shown, wish.Pasted(text=text), START_MS, FACTS).page_mismatch


def test_a_signature_for_another_challenge_proves_nothing() -> None:
    first = posed()
    later = wished(first, wish.PoseChallenge(), START_MS + 5_000, FACTS)
    with pytest.raises(Refused, match="does not prove control"):
        wished(later, wish.Signed(address=ADDRESS, signature=signed(first)), START_MS, FACTS)


def test_another_mint_is_refused_and_gas_is_spoken_of_until_sol_has_arrived() -> None:
    assert "token contract" in why_not("binance", replace(USDC, contract=ADDRESS))
    assert "token contract" in why_not("binance", replace(USDC, contract=MINT.lower()))
    told = next(w for w in warnings(posed(), FACTS, START_MS) if w.rule == "G8")
    assert "Move a little SOL" in told.remedy
    sol = proved_destination(coin="SOL", network="SOL", address=ADDRESS, script="solana", path=PATH)
    assert not [w for w in warnings(posed(), replace(FACTS, destinations=(sol,)), START_MS) if w.rule == "G8"]


def test_the_link_and_the_decimals_are_solanas() -> None:
    way = route("binance", "SOL", "SOL")
    assert way is not None
    assert (way.name, way.decimals, way.is_token) == ("Solana", 9, False)
    assert explorer_link("live", way, TXID) == f"https://solscan.io/tx/{TXID}"
    begun = wish.Begin(id="t", world="practice", venue="binance", coin="SOL", amount=Decimal("0.1234567891"))
    with pytest.raises(Refused, match="nine decimals"):
        wished(None, begun, START_MS, FACTS)
