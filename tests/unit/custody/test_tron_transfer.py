"""USDT by two networks: each with its own address, proof, depth and public page, and never one for the other."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest
from msgspec.structs import replace

from desktop.custody import transfer_wishes as wish
from desktop.custody.evidence import as_text
from desktop.custody.guards import Facts, warnings, why_not
from desktop.custody.lookout import chain_events
from desktop.custody.reports import Payment, VenueNetwork
from desktop.custody.routes import explorer_link, route, routes_of
from desktop.custody.transfer import Transfer, TransferState
from desktop.domain import tron_proof
from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import Refused
from desktop.domain.secp256k1 import sign_recoverable
from desktop.domain.tron_address import address_of_key
from tests.unit.custody.parts import FINGERPRINT, START_MS, after, proved_destination, wished

S = TransferState
PATH = "m/44'/195'/0'/0/0"
_NODE = master_of(seed_of(" ".join(["all"] * 12))).at(parse_path(PATH))
ADDRESS = address_of_key(_NODE.public().public_key)
CONTRACT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
TXID = "ab" * 32
STEP = Decimal("0.000001")
TRON = VenueNetwork("USDT", "TRX", True, Decimal("1.1"), Decimal(10), STEP, contract=CONTRACT)
ETHEREUM = VenueNetwork(
    "USDT", "ETH", True, Decimal("1.6"), Decimal(10), STEP, contract="0xdac17f958d2ee523a2206206994597c13d831ec7"
)
FACTS = Facts(networks=(ETHEREUM, TRON), saved=(), idle=Decimal(900), records="read", device_fingerprint=FINGERPRINT)
SHOWN = wish.Shown(
    address=ADDRESS,
    path=PATH,
    script="tron",
    fingerprint=FINGERPRINT,
    program_address=ADDRESS,
    program_source="account_key",
)


def posed() -> Transfer:
    way = (
        wish.Begin(id="t1", world="practice", venue="binance", coin="USDT", amount=Decimal(11)),
        wish.AgreeWhat(),
        wish.TakeRoute(network="TRX"),
        SHOWN,
        wish.Pasted(text=ADDRESS),
        wish.PoseChallenge(),
    )
    transfer: Transfer | None = None
    for asked in way:
        transfer = wished(transfer, asked, START_MS, FACTS)
    assert transfer is not None
    return transfer


def signed(transfer: Transfer) -> str:
    assert transfer.destination is not None
    raw = tron_proof.bytes_to_sign(ADDRESS, transfer.destination.challenge)
    signature, recovery = sign_recoverable(_NODE.secret, hashlib.sha256(raw).digest())
    return (signature + bytes([27 + recovery])).hex()


def test_the_whole_way_to_arrived_by_tron() -> None:
    transfer = posed()
    assert transfer.destination is not None
    assert len(transfer.destination.challenge.encode()) <= tron_proof.LONGEST_TEXT
    transfer = wished(transfer, wish.Signed(address=ADDRESS, signature=signed(transfer)), START_MS, FACTS)
    transfer = wished(transfer, wish.SayPaid(), START_MS, FACTS)
    assert (transfer.required_confirmations, transfer.needs_final) == (20, True)
    paid = Payment(TXID, 0, 9_900_000, 25, 7, None, final=True)
    for place in ("one", "two"):
        assert transfer.state is not S.ARRIVED
        transfer = after(transfer, *chain_events(transfer, place, [paid], (), START_MS + 9))
    assert (transfer.state, transfer.received) == (S.ARRIVED, Decimal("9.9"))
    assert "which expired in" in as_text(transfer, [], START_MS)


def test_a_signature_for_another_challenge_proves_nothing() -> None:
    first = posed()
    later = wished(first, wish.PoseChallenge(), START_MS + 5_000, FACTS)
    with pytest.raises(Refused, match="does not prove control"):
        wished(later, wish.Signed(address=ADDRESS, signature=signed(first)), START_MS, FACTS)


def test_the_longest_id_leaves_the_challenge_short_enough_for_a_memo() -> None:
    begun = wish.Begin(id="sw" + "z" * 18, world="practice", venue="binance", coin="USDT", amount=Decimal(11))
    transfer: Transfer | None = None
    for asked in (begun, wish.AgreeWhat(), wish.TakeRoute(network="TRX"), SHOWN, wish.Pasted(text=ADDRESS)):
        transfer = wished(transfer, asked, START_MS, FACTS)
    posed_now = wished(transfer, wish.PoseChallenge(), START_MS, FACTS)
    assert posed_now.destination is not None
    assert tron_proof.memo_of(posed_now.destination.challenge)


def test_one_networks_address_contract_or_destination_never_serves_the_other() -> None:
    assert "token contract" in why_not("binance", replace(TRON, contract=ETHEREUM.contract))
    assert "token contract" in why_not("binance", replace(ETHEREUM, contract=CONTRACT))
    begun = wish.Begin(id="t", world="practice", venue="binance", coin="USDT", amount=Decimal(11))
    routed = wished(wished(None, begun, START_MS, FACTS), wish.AgreeWhat(), START_MS, FACTS)
    on_ethereum = wished(routed, wish.TakeRoute(network="ETH"), START_MS, FACTS)
    with pytest.raises(Refused, match="not where this coin is kept"):
        wished(on_ethereum, SHOWN, START_MS, FACTS)
    stored = proved_destination(coin="USDT", network="TRX", address=ADDRESS, script="tron", path=PATH)
    bulk = replace(begun, id="t2", destination_id=stored.id, amount=Decimal(800))
    facts = replace(FACTS, destinations=(stored,))
    agreed = wished(wished(None, bulk, START_MS, facts), wish.AgreeWhat(), START_MS, facts)
    with pytest.raises(Refused, match="is on TRX, not on ETH"):
        wished(agreed, wish.TakeRoute(network="ETH", fingerprint=FINGERPRINT, address=ADDRESS), START_MS, facts)
    taken = wished(agreed, wish.TakeRoute(network="TRX", fingerprint=FINGERPRINT, address=ADDRESS), START_MS, facts)
    assert (taken.state, taken.required_confirmations) == (S.PROVED, 20)


def test_energy_is_spoken_of_and_seawall_says_that_it_does_not_bring_it() -> None:
    told = next(w for w in warnings(posed(), FACTS, START_MS) if w.rule == "G8")
    assert "TRX" in told.message
    assert "does not bring TRX home" in told.remedy


def test_both_ways_are_named_apart() -> None:
    assert [way.name for way in routes_of("bybit", "USDT")] == ["Ethereum (ERC-20)", "TRON (TRC-20)"]
    assert explorer_link("live", route("binance", "USDT", "TRX"), TXID) == (
        f"https://tronscan.org/#/transaction/{TXID}"
    )


def test_the_chain_of_a_route_sets_what_is_waited_for_also_where_the_draft_guessed_another() -> None:
    transfer = posed()
    drafted = wished(None, wish.Begin(id="t", world="practice", venue="binance", coin="USDT"), START_MS, FACTS)
    assert drafted.required_confirmations == 64
    assert transfer.required_confirmations == 20
