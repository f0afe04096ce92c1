"""A token and ether by the rules: contract, checksum, EIP-191, finality, decimals, gas."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desktop.custody import transfer_events as ev
from desktop.custody import transfer_wishes as wish
from desktop.custody.amount_guards import first_amount, in_whole_units
from desktop.custody.guards import Facts, objections, warnings, why_not
from desktop.custody.lookout import chain_events, exchange_events
from desktop.custody.readiness import board
from desktop.custody.reports import COIN_ITSELF, Payment, SavedAddress, VenueNetwork, VenueWithdrawal
from desktop.custody.routes import ROUTES, coins_of, explorer_link, route
from desktop.custody.transfer import DestinationProof, Transfer, TransferState
from desktop.custody.transfer_events import decode, encode
from desktop.custody.transfer_fold import fold
from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.errors import Refused
from desktop.domain.evm_signature import message_digest, sign_digest
from tests.unit.custody.parts import FINGERPRINT, NETWORK, START_MS, after, proved_destination, wished

S = TransferState
ADDRESS = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"
PATH = "m/44'/60'/0'/0/0"
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
TXID = "0x" + "ab" * 32
AMOUNT, FEE = Decimal("12.5"), Decimal("1.6")
OVER = VenueNetwork("USDT", "ETH", True, FEE, Decimal(10), Decimal("0.000001"), eta_minutes=4, contract=USDT)
FACTS = Facts(networks=(OVER,), saved=(), idle=Decimal("18500"), records="read", device_fingerprint=FINGERPRINT)
SHOWN = wish.Shown(
    address=ADDRESS,
    path=PATH,
    script="ethereum",
    fingerprint=FINGERPRINT,
    program_address=ADDRESS,
    program_source="account_key",
)
_SECRET = master_of(seed_of(" ".join(["all"] * 12))).at(parse_path(PATH)).secret


def walked(to: TransferState, coin: str = "USDT", network: VenueNetwork = OVER, amount: Decimal = AMOUNT) -> Transfer:
    facts = replace(FACTS, networks=(network,))
    way = (
        wish.Begin(id="t1", world="practice", venue="binance", coin=coin, amount=amount),
        wish.AgreeWhat(),
        wish.TakeRoute(network=network.network),
        SHOWN,
        wish.Pasted(text=ADDRESS.lower()),
        wish.PoseChallenge(),
    )
    transfer: Transfer | None = None
    for number, asked in enumerate(way):
        transfer = wished(transfer, asked, START_MS + number, facts)
        if transfer.state is to:
            return transfer
    assert transfer is not None
    assert transfer.destination is not None
    transfer = after(transfer, *(ev.EarlierSeen(at_ms=START_MS, place=p, refs=()) for p in ("binance", "one", "two")))
    transfer = wished(transfer, wish.Signed(address=ADDRESS, signature=signed(transfer)), START_MS + 10, facts)
    return transfer if to is S.PROVED else wished(transfer, wish.SayPaid(), START_MS + 20, facts)


def signed(transfer: Transfer) -> str:
    assert transfer.destination is not None
    return "0x" + sign_digest(_SECRET, message_digest(transfer.destination.challenge.encode())).hex()


def paid(**changes: object) -> Payment:
    facts: dict[str, object] = {"txid": TXID, "vout": 2, "units": 10_900_000, "confirmations": 1, "height": 9}
    return Payment(**{**facts, **changes})  # type: ignore[arg-type]


def seen(transfer: Transfer, place: str, *payments: Payment) -> Transfer:
    return after(transfer, *chain_events(transfer, place, payments, (), START_MS + 60_000))


def test_a_token_arrives_when_both_nodes_call_its_block_final_whatever_its_depth() -> None:
    transfer = walked(S.SENT)
    assert (transfer.required_confirmations, transfer.needs_final) == (64, True)
    transfer = seen(transfer, "one", paid(confirmations=90))
    transfer = seen(transfer, "two", paid(confirmations=90))
    assert transfer.state is S.CONFIRMING
    transfer = seen(transfer, "one", paid(confirmations=91, final=True))
    assert transfer.state is S.CONFIRMING
    transfer = seen(transfer, "two", paid(confirmations=70, final=True))
    assert (transfer.state, transfer.received) == (S.ARRIVED, Decimal("10.9"))


def test_one_final_node_alone_is_not_enough() -> None:
    assert seen(walked(S.SENT), "one", paid(confirmations=200, final=True)).state is S.CONFIRMING


def test_two_nodes_that_see_it_at_different_places_do_not_agree() -> None:
    transfer = seen(walked(S.SENT), "one", paid(confirmations=99, final=True))
    transfer = seen(transfer, "two", paid(confirmations=99, final=True, vout=3))
    assert transfer.state is S.CONFIRMING


def test_the_exchanges_record_matches_in_small_letters_and_names_the_transaction() -> None:
    transfer = walked(S.SENT)
    record = VenueWithdrawal(
        "w1", "USDT", "ETH", ADDRESS.lower(), AMOUNT - FEE, FEE, "completed", TXID.upper()[2:], START_MS + 9
    )
    transfer = after(transfer, *exchange_events(transfer, [record], (), START_MS + 50))
    assert (transfer.state, transfer.txid) == (S.BROADCAST, TXID)
    other = replace(record, address="0x" + "11" * 20)
    alarmed = after(walked(S.SENT), *exchange_events(walked(S.SENT), [other], (), START_MS + 50))
    assert "It is not your wallet's" in alarmed.alarm
    wrong_chain = replace(record, network="BSC")
    alarmed = after(walked(S.SENT), *exchange_events(walked(S.SENT), [wrong_chain], (), START_MS + 50))
    assert "over another network, BSC" in alarmed.alarm


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        ("", "token contract none"),
        ("0x55d398326f99059ff775485246999027b3197955", "token contract 0x55d3"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "token contract TR7N"),
    ],
)
def test_a_network_that_pays_another_contract_is_not_offered(contract: str, words: str) -> None:
    assert words in why_not("binance", replace(OVER, contract=contract))
    assert why_not("binance", OVER) == ""
    assert "cannot both sign" in why_not("binance", replace(OVER, network="BSC"))
    assert "tag or memo" in why_not("binance", replace(OVER, needs_tag=True))


def test_a_token_has_six_decimals_and_ether_eighteen() -> None:
    draft = walked(S.DRAFT)
    for text in ("0.0000001", "12.1234567"):
        with pytest.raises(Refused, match="six decimals"):
            wished(draft, wish.TakeAmount(amount=Decimal(text)), START_MS, FACTS)
    assert wished(draft, wish.TakeAmount(amount=Decimal("12.123456")), START_MS, FACTS).amount == Decimal("12.123456")
    ether = wish.Begin(id="t2", world="practice", venue="binance", coin="ETH", amount=Decimal("0.100000000000000001"))
    assert wished(None, ether, START_MS, FACTS).amount == Decimal("0.100000000000000001")


def test_a_step_finer_than_the_tokens_own_is_not_taken() -> None:
    fine = replace(OVER, step=Decimal("0.00000001"))
    assert in_whole_units("binance", fine).step == Decimal("0.000001")
    assert in_whole_units("binance", OVER) == OVER
    assert in_whole_units("binance", NETWORK) == NETWORK
    assert first_amount(Decimal(18_500), OVER) == Decimal(11)
    assert first_amount(Decimal(15), OVER) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"address": ADDRESS.lower(), "program_address": ADDRESS.lower()},
        {"path": "m/44'/60'/0'/0/1"},
        {"script": "p2pkh"},
    ],
)
def test_only_the_checksummed_address_at_the_listed_path_is_a_destination(changed: dict[str, str]) -> None:
    with pytest.raises(Refused):
        wished(walked(S.NEEDS_ADDRESS), replace(SHOWN, **changed), START_MS, FACTS)


def test_the_page_may_write_small_letters_but_no_other_digit_and_no_wrong_capital() -> None:
    shown = walked(S.ADDRESS_SHOWN)
    for text in (ADDRESS, ADDRESS.lower(), "0x" + ADDRESS[2:].upper()):
        assert wished(shown, wish.Pasted(text=text), START_MS, FACTS).state is S.COMPARED
    for text in (
        ADDRESS[:-1] + "9",
        ADDRESS.replace("F4d8", "F4D8"),
        ADDRESS[2:],
        "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk",
    ):
        assert wished(shown, wish.Pasted(text=text), START_MS, FACTS).page_mismatch


def test_a_signature_over_another_text_or_by_another_key_proves_nothing() -> None:
    posed = wished(walked(S.COMPARED), wish.PoseChallenge(), START_MS, FACTS)
    other = "0x" + sign_digest(_SECRET, message_digest(b"something else")).hex()
    stranger = "0x" + sign_digest(bytes([9]) * 32, message_digest(posed.destination.challenge.encode())).hex()  # type: ignore[union-attr]
    for signature in (other, stranger, "", "0x12"):
        with pytest.raises(Refused, match="does not prove control"):
            wished(posed, wish.Signed(address=ADDRESS, signature=signature), START_MS, FACTS)
    assert wished(posed, wish.Signed(address=ADDRESS, signature=signed(posed)), START_MS, FACTS).state is S.PROVED


def test_the_address_book_is_read_in_any_case_and_its_look_alike_is_named() -> None:
    proved = walked(S.PROVED)
    held = SavedAddress("USDT", "ETH", ADDRESS.lower(), usable_from_ms=START_MS + 3_600_000)
    twin = SavedAddress("USDT", "ETH", "0x73d0" + "22" * 16 + "36a8")
    facts = replace(FACTS, saved=(held, twin))
    assert "holds this new address" in objections(proved, facts, START_MS)[0].message
    said = [w.rule for w in warnings(proved, facts, START_MS)]
    assert "G14" in said
    assert "G9" not in said


def test_gas_is_spoken_of_until_some_ether_has_arrived_in_the_same_wallet() -> None:
    routed = walked(S.NEEDS_ADDRESS)
    assert any(w.rule == "G8" and "ETH" in w.remedy for w in warnings(routed, FACTS, START_MS))
    ether = proved_destination(coin="ETH", network="ETH", address=ADDRESS, script="ethereum", path=PATH)
    assert not any(w.rule == "G8" for w in warnings(routed, replace(FACTS, destinations=(ether,)), START_MS))
    rows = {(r.venue, r.coin, r.network): r for r in board((ether,), (), (), START_MS)}
    assert rows["binance", "USDT", "ETH"].lights[4].state == "yes"
    rows = {(r.venue, r.coin, r.network): r for r in board((replace(ether, verified_ms=None),), (), (), START_MS)}
    assert (rows["binance", "USDT", "ETH"].lights[4].state, rows["binance", "ETH", "ETH"].lights[4].state) == (
        "unknown",
        "not_needed",
    )


def test_ether_is_paid_straight_and_its_amount_has_eighteen_decimals() -> None:
    network = VenueNetwork("ETH", "ETH", True, Decimal("0.0004"), Decimal("0.004"), Decimal("0.00000001"))
    transfer = walked(S.SENT, "ETH", network, Decimal("0.0044"))
    one = paid(vout=COIN_ITSELF, units=4 * 10**15, confirmations=99, final=True)
    transfer = seen(seen(transfer, "one", one), "two", one)
    assert (transfer.state, transfer.received) == (S.ARRIVED, Decimal("0.004"))


def test_journals_of_before_fold_as_they_did() -> None:
    old = (
        b'{"event":"route_chosen","at_ms":1,"network":"BTC","fee":"0.0001","eta_minutes":30,"device_fingerprint":""}'
    )
    told = decode(old)
    assert isinstance(told, ev.RouteChosen)
    assert (told.required_confirmations, told.needs_final) == (None, False)
    assert decode(encode(told)) == told
    begun = ev.Drafted(
        at_ms=0, id="t", world="practice", venue="binance", coin="BTC", kind="bulk", required_confirmations=6,
        required_sources=2, amount=Decimal(1),
    )  # fmt: skip
    folded = fold([begun, ev.WhatAgreed(at_ms=1, amount=Decimal(1), idle=Decimal(1)), told])
    assert folded is not None
    assert (folded.required_confirmations, folded.needs_final) == (6, False)


def test_every_route_names_its_kind_and_its_public_page() -> None:
    assert coins_of("binance") == tuple(dict.fromkeys(r.coin for r in ROUTES))
    way = route("bybit", "USDC", "ETH")
    assert way is not None
    assert (way.name, way.is_token, way.decimals) == ("Ethereum (ERC-20)", True, 6)
    assert explorer_link("live", way, TXID) == f"https://etherscan.io/tx/{TXID}"
    assert explorer_link("practice", way, TXID) == explorer_link("live", None, TXID) == ""


def test_a_destination_is_one_of_its_own_coin() -> None:
    ether = proved_destination(id="to-e", coin="ETH", network="ETH", address=ADDRESS, script="ethereum", path=PATH)
    assert isinstance(ether, DestinationProof)
    begin = wish.Begin(id="t3", world="practice", venue="binance", coin="USDT", destination_id="to-e")
    with pytest.raises(Refused, match="verified arrival"):
        wished(None, begin, START_MS, replace(FACTS, destinations=(ether,)))
